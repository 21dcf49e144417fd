"""Text with a speaker and a time above each turn: Otter, Teams DOCX, Rev, Zoom's saved transcript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.plaintext import fold
from ingest.transcripts.clock import parse_clock
from ingest.transcripts.content import Content
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.names import could_be_name, is_title

_TIME = r"(\d{1,3}:\d{2}(?::\d{2})?(?:\.\d{1,3})?)"
# In order of trust: the first form that a file has is the file's.
_HEADERS = (
    ("otter-txt", re.compile(rf"(\S.{{0,79}}?)(?:[ \u00a0]{{2,}}|\s*\t\s*|(?<=\*\*)\s){_TIME}\s*")),
    ("zoom-txt", re.compile(rf"\[(\S[^\[\]]{{0,79}})\]\s+{_TIME}\s*")),
    ("rev-txt", re.compile(rf"(\S.{{0,79}}?)\s+[(\[]{_TIME}[)\]]:?\s*")),
    ("timed-txt", re.compile(rf"(\S.{{0,79}}?)\s{_TIME}\s*")),
)
_PATTERNS = dict(_HEADERS)
_MAX_HEADER = 140
_CREDIT = re.compile(r"Transcribed by https?://otter\.ai/?|.{1,80} (?:started|stopped) transcription")


@dataclass(slots=True)
class _Turn:
    name: str
    start: float | None
    paragraphs: list[str] = field(default_factory=list[str])


def matches(content: Content) -> bool:
    return _form(content.lines) is not None


def parse(content: Content) -> Draft:
    form = _form(content.lines) or "otter-txt"
    turns = _turns(content.lines, form)
    if form == "zoom-txt" and turns and turns[0].start is not None:
        zero = turns[0].start  # the wall clock, not the recording's
        for turn in turns:
            turn.start = None if turn.start is None else max(turn.start - zero, 0.0)
    return Draft(format=form, cues=_cues(turns))


def _form(lines: Sequence[str]) -> str | None:
    """How this file writes its headers. One blank between name and time proves little: then twice."""
    head = lines[:3000]
    for form, _ in _HEADERS:
        hits = sum(_header(line, form) is not None for line in head)
        if hits >= (2 if form == "timed-txt" else 1):
            return form
    return None


def _header(line: str, form: str) -> tuple[str, float | None] | None:
    """(speaker, seconds) of a header line of that form."""
    if len(line) > _MAX_HEADER or ":" not in line:
        return None
    match = _PATTERNS[form].fullmatch(line.strip("\ufeff"))
    if match is None or not could_be_name(match[1]) or (form == "timed-txt" and not is_title(match[1])):
        return None
    return match[1].strip("* "), parse_clock(match[2])


def _turns(lines: Sequence[str], form: str) -> list[_Turn]:
    turns: list[_Turn] = []
    fresh = False  # whether the next line of text begins a paragraph
    for line in lines:
        if (header := _header(line, form)) is not None:
            turns.append(_Turn(*header))
            fresh = True
        elif not line.strip() or _CREDIT.fullmatch(line.strip()):
            fresh = True
        elif turns:
            paragraphs = turns[-1].paragraphs
            if fresh or not paragraphs:
                paragraphs.append(line)
            else:
                paragraphs[-1] += "\n" + line
            fresh = False
    return turns


def _cues(turns: Sequence[_Turn]) -> tuple[Cue, ...]:
    """No end times in these files: a turn lasts until the next begins; the end of the last is unknown."""
    ends = [turn.start for turn in turns[1:]] + [None]
    return tuple(
        Cue(fold(paragraph), turn.name, turn.start, _after(turn.start, end))
        for turn, end in zip(turns, ends, strict=True)
        for paragraph in turn.paragraphs
    )


def _after(start: float | None, end: float | None) -> float | None:
    return end if start is not None and end is not None and end >= start else None
