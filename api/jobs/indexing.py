"""A deal as a whole: mail threads, repeated sentences, people, windows, the indexes.

What is embedded already is not embedded again; windows that are gone leave the indexes. Doing it twice
changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from api.jobs.task import Lost, Task
from api.store import Unit
from api.wiring import Parts
from ingest.model import Correction, People, Record, Source

if TYPE_CHECKING:
    from analysis.embedders import Vectors
    from analysis.windows import Window

# Parsers, windows and numpy are imported where they are used: an import that changes nothing needs none of them.
VERSION = "1"  # of what this module does to a deal: a new one re-indexes on the next import
BATCH = 256  # windows embedded and stored at a time
READ_BATCH = 32  # passages read and stored at a time, half a second's work each


def fingerprint(unit: Unit, deal_id: str, encoders: str) -> str:
    """What the indexes of a deal depend on; the same means that there is nothing to do."""
    files = [f"{f.path}={f.fingerprint}" for f in unit.files.of(deal_id) if f.state == "ready"]
    said = [f"{c.kind}:{c.subject}:{c.value}" for c in unit.deals.corrections(deal_id)]
    edits = [f"edit {e.id}" for e in unit.transcripts.standing(deal_id)]
    return sha256("\n".join([VERSION, encoders, *files, *said, *edits]).encode()).hexdigest()


def enqueue_index(unit: Unit, parts: Parts, deal_id: str) -> str | None:
    """An index job where one is needed; its id."""
    deal = unit.deals.find(deal_id)
    if deal.indexed == fingerprint(unit, deal_id, parts.encoders):
        return None
    return parts.enqueue(unit, "index", "mail", f"index:{deal_id}", deal=deal_id).id


def enqueue_stale(unit: Unit, parts: Parts) -> None:
    """An index job for every deal whose indexes were made by other encoders than those of now, such as before a better
    reranker was pulled. Deals that were never indexed wait for their import."""
    for deal in unit.deals.all():
        if deal.indexed:
            enqueue_index(unit, parts, deal.id)


def settled(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The deal-wide passes: threads over all mails, then each sentence once."""
    from ingest.mail import strip_repeats, thread

    return strip_repeats(thread(sources))


def resolved(record: Record, corrections: Sequence[Correction]) -> People:
    """Who is who in a record, with what people said about it."""
    from ingest.people import resolve

    return resolve(record.opportunity, record.contacts, record.sources, corrections)


def index_deal(task: Task, parts: Parts) -> None:
    from analysis.windows import build_windows

    deal_id = task.deal_id
    task.progress("reading the record", 0, 1)
    with parts.store.read() as unit:
        mark = fingerprint(unit, deal_id, parts.encoders)
        record = unit.deals.record(deal_id)
        raw = unit.transcripts.applied(deal_id, unit.sources.raw(deal_id))
        corrections = unit.deals.corrections(deal_id)
    task.progress("who is who", 0, 1)
    sources = settled(raw)
    fresh = replace(record, sources=sources)
    people = resolved(fresh, corrections)
    fresh = replace(fresh, people=people)
    try:
        write_indexes(task, parts, build_windows(fresh), everything=people != record.people)
        read_ahead(task, parts, fresh)
        with task.finish() as unit:
            if fingerprint(unit, deal_id, parts.encoders) == mark:
                unit.sources.settle(deal_id, sources)
                unit.deals.update(deal_id, people=people, indexed=mark)
            else:  # what was read is older than what people said since: it must not come back over that
                enqueue_index(unit, parts, deal_id)
    except Lost:
        _forget_removed(parts, deal_id)
        raise
    parts.forget(deal_id)


def write_indexes(task: Task, parts: Parts, windows: Sequence[Window], *, everything: bool) -> None:
    """Bring both indexes to exactly these windows. ``everything``: what the index says of people has
    changed, too.
    """
    wanted = {w.id for w in windows}
    known, worded = parts.vectors.ids(task.deal_id), parts.keywords.ids(task.deal_id)
    kept = parts.vectors.vectors([w.id for w in windows if w.id in known])
    parts.vectors.forget(known - wanted)
    todo = list(windows) if everything else [w for w in windows if w.id not in kept]
    new = sum(w.id not in kept for w in todo)
    for at in range(0, len(todo), BATCH):
        task.progress("embedding", min(at, new), new)
        batch = todo[at : at + BATCH]
        parts.vectors.upsert(batch, _vectors(parts, batch, kept))
    task.progress("embedding", new, new)
    if worded - wanted:
        parts.keywords.remove(task.deal_id)
        worded = frozenset()
    parts.keywords.upsert([w for w in windows if w.id not in worded])


def read_ahead(task: Task, parts: Parts, record: Record) -> None:
    """Bring the readings of a reranker that reads ahead to exactly the passages of this record."""
    from analysis.answers.readings import to_read
    from analysis.corpus import unembedded

    reranker, index = parts.reading()
    if reranker is None or index is None:
        return
    wanted = {reading.id: reading for reading in to_read(unembedded(record))}
    known = index.ids(task.deal_id)
    index.forget(known - set(wanted))
    todo = [reading for key, reading in wanted.items() if key not in known]
    for at in range(0, len(todo), READ_BATCH):
        task.progress("reading passages for questions", at, len(todo))
        batch = todo[at : at + READ_BATCH]
        index.upsert(batch, reranker.embed([reading.text for reading in batch]))
    task.progress("reading passages for questions", len(todo), len(todo))


def _vectors(parts: Parts, batch: Sequence[Window], kept: Mapping[str, Vectors]) -> Vectors:
    """The stored vector where there is one; the others are embedded."""
    import numpy as np

    missing = [w for w in batch if w.id not in kept]
    fresh = iter(parts.embedder.embed([w.text for w in missing])) if missing else iter(())
    return np.stack([kept[w.id] if w.id in kept else next(fresh) for w in batch])


def _forget_removed(parts: Parts, deal_id: str) -> None:
    """The deal was removed while we worked: what we have put into the indexes goes, too."""
    with parts.store.read() as unit:
        gone = unit.deals.get(deal_id) is None
    if gone:
        parts.vectors.remove(deal_id)
        parts.keywords.remove(deal_id)
