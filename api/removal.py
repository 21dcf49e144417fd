"""Removing a deal or a source: nothing of it is left in database, indexes and files.

The indexes go first and the rows last: whoever is stopped in the middle says it again and ends the same.
"""

from __future__ import annotations

from analysis.documents import Answer
from api import workspaces
from api.errors import Ambiguous, BadInput, NotFound
from api.jobs.indexing import enqueue_index
from api.store.deals import Deal
from api.store.forgetting import Removed
from api.wiring import Parts
from ingest.folder import FileKind
from ingest.model import Opportunity


def find(parts: Parts, wanted: str, deal: str | None) -> tuple[Deal, str | None]:
    """The deal, and the path of the file in it where a source is meant. Raises ``NotFound`` or
    ``Ambiguous``.
    """
    with parts.store.read() as unit:
        if deal is not None:
            found = unit.deals.find(deal)
            paths = {path for deal_id, path in unit.sources.deals_with(wanted) if deal_id == found.id}
            if not paths:
                raise NotFound(f"{found.id} has no source {wanted!r}: its record lists them")
            return found, _whole(wanted, paths.pop())
        try:
            return unit.deals.find(wanted), None
        except NotFound:
            pass
        places = list(unit.sources.deals_with(wanted))
        if not places:
            raise NotFound(f"there is no deal and no source {wanted!r}: `preread deals` lists the deals")
        if len(places) > 1:
            ids = ", ".join(deal_id for deal_id, _ in places)
            raise Ambiguous(f"{len(places)} deals have a source {wanted!r}: say which with --deal: {ids}")
        return unit.deals.find(places[0][0]), _whole(wanted, places[0][1])


def _whole(wanted: str, path: str) -> str:
    if wanted != path:
        raise BadInput(
            f"{wanted} is one message of {path}: remove {path}, or take the message "
            "out of it and import it again"
        )
    return path


def remove_deal(parts: Parts, deal: Deal) -> None:
    parts.any_vectors.remove(deal.id)
    _compact(parts)
    parts.keywords.remove(deal.id)
    with parts.store.read() as unit:
        blobs = unit.files.blobs(deal.id)
    with parts.store.write() as unit:
        unit.answers.forget(deal.id, lambda answer: True)
        unit.llm.forget(deal.id)
        unit.jobs.forget_asked(deal.id)
        unit.deals.remove(deal.id)
        unused = unit.files.unused(blobs)
    for digest in unused:
        parts.blobs.remove(digest)
    workspaces.forget_deal(parts.settings.home, deal.id)
    parts.forget(deal.id)


def _compact(parts: Parts) -> None:
    from analysis.indexes.chroma import compact  # brings NumPy: only where something is removed

    compact(parts.settings.home / "chroma")


def remove_source(parts: Parts, deal: Deal, path: str) -> None:
    """A file of a deal with all that was parsed from it, and every quote of it in pre-reads and answers."""
    with parts.store.read() as unit:
        parsed = [s for s in unit.sources.of(deal.id) if s.path == path]
        heard = [s for s in unit.sources.raw(deal.id) if s.path == path]  # before people corrected it
        file = unit.files.get(deal.id, path)
    for source in parsed:
        parts.any_vectors.remove(deal.id, source.key)
        parts.keywords.remove(deal.id, source.key)
    _compact(parts)
    removed = Removed.of(path, [u.text for s in (*parsed, *heard) for u in s.utterances])

    def quotes_it(answer: Answer) -> bool:
        cited = [c for claim in answer.claims for c in claim.citations] + list(answer.retrieved)
        return any(c.source == path for c in cited)

    with parts.store.write() as unit:
        unit.prereads.forget(deal.id, removed)
        unit.answers.forget(deal.id, quotes_it)
        unit.llm.forget(deal.id)
        for job in unit.jobs.of(deal.id, limit=10_000):
            if job.payload.get("path") == path:
                unit.jobs.drop(job.id)
        if file is not None and file.role == FileKind.CONTACTS:
            unit.deals.update(deal.id, contacts=())
        if file is not None and file.role == FileKind.OPPORTUNITY:
            unit.deals.update(deal.id, opportunity=Opportunity(id=None, name=deal.name))
        unit.files.remove(deal.id, path)
        unit.voiceprints.forget_source(deal.id, path)
        enqueue_index(unit, parts, deal.id)
        unused = unit.files.unused({file.sha256}) if file else frozenset[str]()
    for digest in unused:
        parts.blobs.remove(digest)
    workspaces.forget_file(parts.settings.home, deal.id, path)
    parts.forget(deal.id)
