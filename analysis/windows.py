"""Windows: what is embedded, indexed and retrieved.

A call is cut into turns (consecutive utterances of one speaker) and each window is a turn with the question
before it; a mail is cut into paragraphs. Beside the windows every citable utterance is a unit of its own,
which is what sections rank. The commonest miss of turn-wise retrieval hits the question when the answer is
the next turn (measured on QMSum), hence the question in the window.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from analysis.instructions import to_a_program
from ingest.model import Record, Side, Source, SourceKind, Utterance, UtteranceKind


@dataclass(frozen=True, slots=True)
class Window:
    """``id`` is unique over all deals and stable while the text stays.

    ``ordinals`` are the utterances that the window answers with (what a citation may quote); ``text`` is what
    is embedded and may hold the question before them as well. ``persons`` are the ids of those who speak in
    ``ordinals``, ``side`` theirs where all agree.
    """

    id: str
    deal_id: str
    source_key: str
    kind: Literal["utterance", "window"]
    ordinals: tuple[int, ...]
    text: str
    speaker: str | None
    person_id: str | None
    side: str
    start: float | None
    end: float | None
    when: datetime | date | None


CITABLE = frozenset({UtteranceKind.SPEECH, UtteranceKind.BODY, UtteranceKind.FORWARDED})
MAX_WORDS = 90
"""Words of a window's own text; longer turns are split. MiniLM reads 256 word pieces, about 180 words."""
_SHORT_PARAGRAPH = 40
_MAX_QUESTION = 40
_WH = re.compile(
    r"^(?:(?:and|so|but|ok(?:ay)?|um|uh|well|right)\W+)*"
    r"(?:who|what|when|where|why|which|whose|how|is|are|was|were|do|does|did|can|could|would|will|should|have|has|any)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive citable utterances of one speaker in a call, or one paragraph of a mail."""

    source_key: str
    ordinals: tuple[int, ...]
    speaker: str | None
    text: str


def is_question(text: str) -> bool:
    """Whether somebody asks: a question mark at the end, or a question word first in a short utterance."""
    folded = text.strip()
    if folded.endswith("?"):
        return True
    return len(folded.split()) <= 14 and "?" in folded and bool(_WH.match(folded))


def turns(source: Source) -> tuple[Turn, ...]:
    """The turns of a source, in order. Utterances that are not citable end a turn and are left out; so are orders
    to a program, as if they had not been said (``analysis.instructions``)."""
    out: list[Turn] = []
    run: list[Utterance] = []

    def close() -> None:
        if run:
            text = " ".join(u.text for u in run)
            out.append(Turn(source.key, tuple(u.ordinal for u in run), run[0].speaker, text))
            run.clear()

    for u in source.utterances:
        if u.kind not in CITABLE or not u.text.strip():
            close()
            continue
        if to_a_program(u.text):
            continue
        if run and (source.kind is not SourceKind.CALL or run[-1].speaker != u.speaker):
            close()
        run.append(u)
    close()
    return tuple(out)


def build_windows(record: Record) -> tuple[Window, ...]:
    """Every citable utterance as a window of kind "utterance", and every turn (with the question before it)
    or mail paragraph (with its subject) as one of kind "window", in order of the record. Ids hash deal,
    source key, kind, text and, where the same text returns, its count: they stay while the text stays."""
    seen: Counter[tuple[str, str, str]] = Counter()
    out: list[Window] = []
    for source in record.sources:
        parts = turns(source)
        by_ordinal = {u.ordinal: u for u in source.utterances}
        out += [
            _window(record, source, by_ordinal, (u,), by_ordinal[u].text, "utterance", seen)
            for t in parts
            for u in t.ordinals
        ]
        groups = (
            _call_groups(parts, by_ordinal)
            if source.kind is SourceKind.CALL
            else _mail_groups(parts, by_ordinal, source.title)
        )
        out += [
            _window(record, source, by_ordinal, ordinals, text, "window", seen) for ordinals, text in groups
        ]
    return tuple(out)


def _call_groups(
    parts: Sequence[Turn], by_ordinal: Mapping[int, Utterance]
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Pieces of turns of at most ``MAX_WORDS`` words; the first piece is preceded by the question before
    it."""
    before: Turn | None = None
    for turn in parts:
        question = _asked(before, by_ordinal) if before else ""
        for piece in _pieces(turn.ordinals, by_ordinal):
            own = " ".join(by_ordinal[o].text for o in piece)
            yield piece, f"{question} {own}".strip()
            question = ""
        before = turn


def _asked(turn: Turn, by_ordinal: Mapping[int, Utterance]) -> str:
    """The question at the end of a turn, at most the last two utterances of it, or nothing."""
    last = [by_ordinal[o].text for o in turn.ordinals[-2:]]
    asked = next((i for i, text in enumerate(last) if is_question(text)), None)
    return "" if asked is None else " ".join(" ".join(last[asked:]).split()[-_MAX_QUESTION:])


def _pieces(ordinals: tuple[int, ...], by_ordinal: Mapping[int, Utterance]) -> Iterator[tuple[int, ...]]:
    piece: list[int] = []
    words = 0
    for o in ordinals:
        n = len(by_ordinal[o].text.split())
        if piece and words + n > MAX_WORDS:
            yield tuple(piece)
            piece, words = [], 0
        piece.append(o)
        words += n
    if piece:
        yield tuple(piece)


def _mail_groups(
    parts: Sequence[Turn], by_ordinal: Mapping[int, Utterance], subject: str
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Paragraphs with the subject before them; short neighbours by one author stand together."""
    group: list[int] = []
    words = 0
    for turn in parts:
        n = len(turn.text.split())
        same = bool(group) and by_ordinal[group[-1]].speaker == turn.speaker
        if group and (
            not same or words + n > MAX_WORDS or (words > _SHORT_PARAGRAPH and n > _SHORT_PARAGRAPH)
        ):
            yield tuple(group), _under(subject, group, by_ordinal)
            group, words = [], 0
        group.extend(turn.ordinals)
        words += n
    if group:
        yield tuple(group), _under(subject, group, by_ordinal)


def _under(subject: str, ordinals: Sequence[int], by_ordinal: Mapping[int, Utterance]) -> str:
    own = " ".join(by_ordinal[o].text for o in ordinals)
    return f"{subject}: {own}" if subject else own


def _window(
    record: Record,
    source: Source,
    by_ordinal: Mapping[int, Utterance],
    ordinals: tuple[int, ...],
    text: str,
    kind: Literal["utterance", "window"],
    seen: Counter[tuple[str, str, str]],
) -> Window:
    same = (source.key, kind, text)
    digest = hashlib.sha256("\x00".join((record.deal_id, *same, str(seen[same]))).encode()).hexdigest()
    seen[same] += 1
    first, last = by_ordinal[ordinals[0]], by_ordinal[ordinals[-1]]
    person = record.people.speakers.get((source.key, first.speaker)) if first.speaker else None
    side = next((p.side for p in record.people.persons if p.id == person), Side.UNKNOWN)
    return Window(
        id=digest[:24],
        deal_id=record.deal_id,
        source_key=source.key,
        kind=kind,
        ordinals=ordinals,
        text=text,
        speaker=first.speaker,
        person_id=person,
        side=side.value,
        start=first.start,
        end=last.end,
        when=first.written_at or source.when,
    )
