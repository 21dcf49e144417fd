"""Our own page of a transcript, as text and as Word lay it out: written here, and read here.

    Product demo
    Transcript by Preread
    Date: 2026-07-12
    Length: 0:41:07
    Speakers: Dana Whitfield; Stuart Bell
    Also listed: Priya Raman

    Dana Whitfield
    [0:00:03] Shall we start?
    [0:00:05] Stuart, over to you.

Blocks stand apart by blank lines: a head, then one block a turn. The first line of a turn is its speaker, every other begins
with a time, so that no words can be taken for anything else; a name that looks like such a line is written after "Speaker: ".
Times are whole seconds from the start; there are no end times. What only a person's edit can leave is read kindly: a line
without a time goes on with the one above, a block without a speaker with the turn above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from ingest.model import Participant, Source
from ingest.plaintext import fold
from ingest.transcripts.clock import parse_clock
from ingest.transcripts.content import Content
from ingest.transcripts.cue import UNKNOWN_SPEAKER, Cue, Draft

MARK = "Transcript by Preread"
NO_TIME = "no time"
_SAID = re.compile(rf"\[(\d{{1,4}}:\d\d:\d\d|{NO_TIME})\] (.*)", re.DOTALL)
_ESCAPE = "Speaker: "
_LIKE_SAID = re.compile(rf"(?:{_ESCAPE})*{_SAID.pattern}", re.DOTALL)
_HEAD_LINES = 6  # lines, blank ones not counted, within which the mark stands


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance: ``clock`` as it is written before it, "[0:00:03]"."""

    clock: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Utterances in a row of one speaker."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    head: tuple[str, ...]  # the lines under the title; the first is ``MARK``
    turns: tuple[Turn, ...]


Said = tuple[str, float | None, str]
"""(name, start in seconds, text)."""


def page(source: Source, said: Iterable[Said]) -> Page:
    """``said``: the utterances with the names to write."""
    turns = tuple(
        Turn(name, tuple(Line(_clock(start), text) for _, start, text in run))
        for name, run in groupby(said, key=lambda one: one[0])
    )
    return Page(fold(source.title) or "Call", tuple(_head(source, turns)), turns)


def as_text(made: Page) -> str:
    blocks = ["\n".join((made.title, *made.head))]
    blocks += [
        "\n".join((heading(turn), *(f"{x.clock} {x.text}" for x in turn.lines))) for turn in made.turns
    ]
    return "\n\n".join(blocks) + "\n"


def heading(turn: Turn) -> str:
    """The line with the speaker of a turn."""
    return f"{_ESCAPE}{turn.name}" if _LIKE_SAID.fullmatch(turn.name) else turn.name


def matches(content: Content) -> bool:
    filled = (line.strip() for line in content.lines[:40] if line.strip())
    return any(line == MARK for _, line in zip(range(_HEAD_LINES), filled, strict=False))


def parse(content: Content) -> Draft:
    """``end`` of an utterance is where the next one begins; unknown for the last."""
    blocks = list(_blocks(content.lines))
    at = next(n for n, block in enumerate(blocks) if MARK in (line.strip() for line in block))
    head = [fold(line) for line in blocks[at]]
    said = _said(blocks[at + 1 :])
    after = [cue.start for cue in said[1:]] + [None]
    return Draft(
        format="preread-txt",
        cues=tuple(
            Cue(cue.text, cue.speaker, cue.start, _end(cue.start, end))
            for cue, end in zip(said, after, strict=True)
        ),
        title=fold(blocks[0][0])[:300],
        when=_when(_field(head, "Date")),
        duration=parse_clock(_field(head, "Length") or ""),
        participants=tuple(
            Participant(name=name)
            for name in map(str.strip, (_field(head, "Also listed") or "").split(";"))
            if name
        ),
    )


def _head(source: Source, turns: Sequence[Turn]) -> Iterator[str]:
    yield MARK
    if isinstance(source.when, datetime):
        yield f"Date: {source.when.isoformat(' ', 'minutes')}"
    elif source.when is not None:
        yield f"Date: {source.when.isoformat()}"
    if source.duration:
        yield f"Length: {short_clock(source.duration)}"
    speakers = list(dict.fromkeys(turn.name for turn in turns if turn.name != UNKNOWN_SPEAKER))
    if speakers:
        yield f"Speakers: {_listed(speakers)}"
    silent = [p.name for p in source.participants if p.name and p.label is None and p.name not in speakers]
    if silent:
        yield f"Also listed: {_listed(silent)}"


def _listed(names: Sequence[str]) -> str:
    return "; ".join(fold(name.replace(";", ",")) for name in dict.fromkeys(names))


def _clock(start: float | None) -> str:
    return f"[{NO_TIME}]" if start is None else f"[{short_clock(start)}]"


def short_clock(seconds: float) -> str:
    """``h:mm:ss``, whole seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    for filled, run in groupby(lines, key=lambda line: bool(line.strip())):
        if filled:
            yield list(run)


def _said(blocks: Sequence[Sequence[str]]) -> list[Cue]:
    cues: list[Cue] = []
    for block in blocks:
        name, body = fold(block[0]), block[1:]
        if cues and (_SAID.fullmatch(name) or not body):
            name, body = cues[-1].speaker or UNKNOWN_SPEAKER, block
        elif _LIKE_SAID.fullmatch(name):
            name = name.removeprefix(_ESCAPE)
        for line in body:
            match = _SAID.fullmatch(line.strip())
            if match is not None:
                start = None if match[1] == NO_TIME else parse_clock(match[1])
                cues.append(Cue(fold(match[2]), name, start))
            elif cues:
                last = cues[-1]
                cues[-1] = Cue(fold(f"{last.text} {line}"), last.speaker, last.start)
    return [cue for cue in cues if cue.text]


def _end(start: float | None, following: float | None) -> float | None:
    return following if start is not None and following is not None and following >= start else None


def _field(head: Sequence[str], name: str) -> str | None:
    return next((line.partition(": ")[2] for line in head if line.startswith(f"{name}: ")), None)


def _when(text: str | None) -> datetime | date | None:
    try:
        if not text:
            return None
        return datetime.fromisoformat(text) if " " in text else date.fromisoformat(text)
    except ValueError:
        return None
