"""Correcting a transcript: what stands there, what people changed, and what follows from it at once.

An edit is stored, applied over the parsed transcript, people are resolved again, and the newest pre-read gets a
version whose quotes follow: one transaction. The indexes follow in a job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_hex

from analysis.context import person_ref
from analysis.documents import Answer, PreRead
from analysis.following import (
    Names,
    follow_names,
    follow_names_in_answer,
    follow_quotes,
    follow_quotes_in_answer,
    reads_the_same,
    recheck,
    renumber,
)
from api.errors import BadInput, Conflict, NotFound
from api.jobs.indexing import enqueue_index, resolved
from api.jobs.waiting import wait
from api.store import Unit
from api.store.transcripts import StoredEdit, edited
from api.views import TranscriptChange, TranscriptEditView
from api.wiring import Parts
from ingest.editing import TranscriptEdit, UnfitEdit, apply, correct, merge, reassign, split
from ingest.model import People, Record, Source, SourceKind

DRAFTER = "preread"  # who made a version that was drafted


class TranscriptCases:
    """The use cases of one transcript; a part of ``api.preread.Preread``."""

    parts: Parts

    def transcript(self, deal: str, key: str, *, raw: bool = False) -> Source:
        """A call as it stands, or ``raw`` as it was transcribed or imported, before people corrected it."""
        with self.parts.store.read() as unit:
            return _call(unit, unit.deals.find(deal).id, key, raw=raw)

    def transcript_edits(self, deal: str, key: str) -> tuple[TranscriptEditView, ...]:
        """Every edit of a call that was ever made, in order."""
        with self.parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id
            return _views(unit, deal_id, _call(unit, deal_id, key, raw=True))

    def edit_transcript(
        self, deal: str, key: str, change: TranscriptChange, *, author: str
    ) -> TranscriptEditView:
        """Raises ``BadInput`` for what cannot be done, ``Conflict`` where the words are not those that the editor
        saw."""
        with self.parts.store.write() as unit:
            deal_id = unit.deals.find(deal).id
            unit.deals.lock(deal_id)
            source = _call(unit, deal_id, key)
            _seen(source, change)
            try:
                edit = _edit(unit, deal_id, source, change)
            except UnfitEdit as error:
                raise BadInput(str(error)) from error
            what = _said(unit, deal_id, source, edit)

            def store() -> None:
                unit.transcripts.add(deal_id, source, edit, author=author, what=what)

            _follow(unit, self.parts, deal_id, source.key, store, author=author, what=what)
            made = _views(unit, deal_id, _call(unit, deal_id, key, raw=True))[-1]
        self._settled(deal_id)
        return made

    def undo_transcript(
        self, deal: str, key: str, edit_id: int | None = None, *, author: str
    ) -> TranscriptEditView:
        """Take an edit of a call back; without an id the newest. Those made after it stay where they still fit."""
        with self.parts.store.write() as unit:
            deal_id = unit.deals.find(deal).id
            unit.deals.lock(deal_id)
            source = _call(unit, deal_id, key)
            standing = unit.transcripts.standing(deal_id, source.key)
            found = next((e for e in reversed(standing) if edit_id in (None, e.id)), None)
            if found is None and edit_id is None:
                raise BadInput(f"{source.path} has no edit to take back")
            if found is None:
                raise NotFound(f"no edit {edit_id} of {source.path} stands: its list of edits says which do")
            back = found.id

            def store() -> None:
                unit.transcripts.undo(back, author)

            what = f"took back: {found.what}"
            _follow(unit, self.parts, deal_id, source.key, store, author=author, what=what)
            views = _views(unit, deal_id, _call(unit, deal_id, key, raw=True))
        self._settled(deal_id)
        return next(view for view in views if view.id == back)

    def corrected_since(self, deal: str, version: int) -> datetime | None:
        """When the deal's transcripts were last corrected, where that was after a version of the pre-read, or, of
        the newest, after the draft that it goes back to; else None."""
        with self.parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id
            last = unit.transcripts.last_change(deal_id)
            views = unit.prereads.views(deal_id)
        if last is None or not views:
            return None
        newest = version == views[-1].version
        drafted = [v for v in views if v.author == DRAFTER]
        since = drafted[-1] if newest and drafted else next((v for v in views if v.version == version), None)
        return last if since is not None and since.created_at < last else None

    def _settled(self, deal_id: str) -> None:
        self.parts.forget(deal_id)
        if self.parts.waker is None:
            wait(self.parts, (), deals=(deal_id,), kinds=("index",))


def named(unit: Unit, deal_id: str, document: PreRead) -> PreRead:
    """A stored pre-read under the names that its people have now."""
    return follow_names(document, Names(unit.deals.people(deal_id), unit.deals.corrections(deal_id)))


def with_people(document: PreRead, people: People) -> PreRead:
    """A stored pre-read that also knows the people who were named since, for an edit that speaks of them."""
    known = {p.id for p in document.people}
    new = [person_ref(p) for p in people.persons if p.id not in known]
    return document.model_copy(update={"people": [*document.people, *new]})


def named_answer(unit: Unit, answer: Answer) -> Answer:
    deals = [deal_id for deal_id in answer.deals if unit.deals.get(deal_id) is not None]
    names = {d: Names(unit.deals.people(d), unit.deals.corrections(d)) for d in deals}
    return follow_names_in_answer(answer, names)


def caught_up(unit: Unit, deal_id: str, document: PreRead, drafted_from: Record) -> PreRead:
    """A draft whose record was corrected while it was made."""
    return follow_quotes(document, drafted_from, unit.deals.record(deal_id))


def rechecked(unit: Unit, deal_id: str, document: PreRead) -> PreRead:
    """An earlier version that is to stand again, over the transcripts as they are now."""
    if unit.transcripts.last_change(deal_id) is None:
        return document
    return recheck(document, unit.deals.record(deal_id))


def take_in(unit: Unit, deal_id: str, path: str, sources: Sequence[Source]) -> None:
    """What was parsed from a file, in the place of what was before: people's edits are applied again where they still
    fit, and the quotes of the pre-read follow."""
    had = {s.key: s for s in unit.sources.of(deal_id) if s.path == path and s.kind is SourceKind.CALL}
    before = unit.deals.record(deal_id) if had else None
    unit.sources.replace(deal_id, path, sources)
    now = unit.transcripts.applied(deal_id, sources)
    for parsed, corrected in zip(sources, now, strict=True):
        if corrected != parsed:
            unit.sources.put(deal_id, corrected)
    if before is not None and any(s.key in had and s.utterances != had[s.key].utterances for s in now):
        after = unit.deals.record(deal_id)
        follow_record(unit, deal_id, before, after, author="import", what=f"{path} was read again")


def follow_record(unit: Unit, deal_id: str, before: Record, after: Record, *, author: str, what: str) -> None:
    """The answers and pre-reads of a deal over its corrected record: a new version where what is read changes, only other
    places where it does not."""
    unit.answers.rewrite(deal_id, lambda answer: follow_quotes_in_answer(answer, before, after))
    newest = unit.prereads.newest(deal_id)
    stored = unit.prereads.get(deal_id)
    if newest is None or stored is None:
        return
    followed = follow_quotes(stored, before, after)
    if followed is stored:
        return
    unit.prereads.rewrite(deal_id, lambda document: renumber(document, before, after))
    if not reads_the_same(stored, followed):
        view = unit.prereads.view(deal_id, newest)
        unit.prereads.add(deal_id, followed, author=author, what=what, complete=view is None or view.complete)


def _follow(
    unit: Unit,
    parts: Parts,
    deal_id: str,
    key: str,
    store: Callable[[], None],
    *,
    author: str,
    what: str,
) -> None:
    before = unit.deals.record(deal_id)
    store()
    raw = unit.sources.raw_by_key(deal_id, key)
    assert raw is not None
    edits = [stored.edit for stored in unit.transcripts.standing(deal_id, key)]
    unit.sources.put(deal_id, edited(raw, edits))
    after = unit.deals.record(deal_id)
    after = replace(after, people=resolved(after, unit.deals.corrections(deal_id)))
    unit.deals.update(deal_id, people=after.people)
    follow_record(unit, deal_id, before, after, author=author, what=what)
    # until it is indexed again no process takes its kept corpus for the record as it is
    unit.deals.update(deal_id, indexed=f"edited-{token_hex(8)}")
    enqueue_index(unit, parts, deal_id)


def _call(unit: Unit, deal_id: str, key: str, *, raw: bool = False) -> Source:
    source = unit.sources.raw_by_key(deal_id, key) if raw else unit.sources.get(deal_id, key)
    if source is None:
        raise NotFound(f"{deal_id} has no source {key!r}: its record lists them")
    if source.kind is not SourceKind.CALL:
        raise BadInput(f"{key} is no call: mails stand as they were written")
    return source


def _views(unit: Unit, deal_id: str, raw: Source) -> tuple[TranscriptEditView, ...]:
    stored = unit.transcripts.of(deal_id, raw.key)
    standing = [e for e in stored if e.undone_at is None]
    fits = dict(
        zip(
            (e.id for e in standing),
            apply(raw.utterances, [e.edit for e in standing]).fits,
            strict=True,
        )
    )
    return tuple(_view(e, fits.get(e.id, False)) for e in stored)


def _view(stored: StoredEdit, fits: bool) -> TranscriptEditView:
    state = "undone" if stored.undone_at else "applied" if fits else "unfit"
    was = tuple(anchor.text for anchor in stored.edit.at)
    return TranscriptEditView(
        stored.id,
        stored.edit.kind,
        stored.author,
        stored.what,
        stored.created_at,
        state,
        was,
        stored.edit.value,
    )


def _seen(source: Source, change: TranscriptChange) -> None:
    """The editor must have seen the words that are there: numbers move when others split and merge."""
    if change.seen is None or not change.ordinals:
        return
    at = change.ordinals[0]
    there = source.utterances[at].text if 0 <= at < len(source.utterances) else None
    if there != " ".join(change.seen.split()):
        raise Conflict("somebody changed the transcript there meanwhile: look at it, then edit again")


def _edit(unit: Unit, deal_id: str, source: Source, change: TranscriptChange) -> TranscriptEdit:
    utterances = source.utterances
    if not change.ordinals:
        raise UnfitEdit("say which utterance: its number in the transcript, from 0")
    at = change.ordinals[0]
    match change.kind:
        case "text":
            return correct(utterances, at, change.text)
        case "split":
            return split(utterances, at, change.word)
        case "merge":
            return merge(utterances, at)
        case "speaker":
            label, person = _who(unit, deal_id, source, change.who)
            return reassign(utterances, change.ordinals, label, person)


def _who(unit: Unit, deal_id: str, source: Source, who: str) -> tuple[str, str | None]:
    """The label for whom the editor means, and the person's id where the label is made for this edit."""
    wanted = " ".join(who.split())
    if len(wanted) > 200:
        raise UnfitEdit("a name has at most 200 characters")
    labels = list(dict.fromkeys(u.speaker for u in source.utterances if u.speaker))
    if wanted in labels:
        return wanted, None
    people = unit.deals.people(deal_id)
    person = next((p for p in people.persons if p.id == wanted), None)
    if person is None and wanted:
        same = [p for p in people.persons if p.name.casefold() == wanted.casefold()]
        person = same[0] if len(same) == 1 else None
    if person is not None:
        own = next((at for at in labels if people.speakers.get((source.key, at)) == person.id), None)
        return (own, None) if own else (_fresh(unit, deal_id, source), person.id)
    return (wanted, None) if wanted else (_fresh(unit, deal_id, source), None)


def _fresh(unit: Unit, deal_id: str, source: Source) -> str:
    """A label that nobody in the call has or had: "S4"."""
    raw = unit.sources.raw_by_key(deal_id, source.key)
    utterances = (*source.utterances, *(raw.utterances if raw else ()))
    taken = {u.speaker for u in utterances} | {e.edit.value for e in unit.transcripts.of(deal_id, source.key)}
    return next(label for n in range(1, len(taken) + 2) if (label := f"S{n}") not in taken)


def _said(unit: Unit, deal_id: str, source: Source, edit: TranscriptEdit) -> str:
    """An edit in words, for the history."""
    people = unit.deals.people(deal_id)
    names = {p.id: p.name for p in people.persons}

    def name(label: str | None) -> str:
        known = names.get(people.speakers.get((source.key, label or ""), ""))
        return known or label or "somebody"

    speaker = source.utterances[edit.at[0].ordinal].speaker
    match edit.kind:
        case "text":
            return f"{name(speaker)}'s words corrected in {source.path}"
        case "split":
            return f"split an utterance of {name(speaker)} in {source.path}"
        case "merge":
            return f"merged two utterances of {name(speaker)} in {source.path}"
        case "speaker":
            to = names.get(edit.person or "") or name(edit.value)
            count = "an utterance" if len(edit.at) == 1 else f"{len(edit.at)} utterances"
            return f"gave {count} of {name(speaker)} to {to} in {source.path}"
