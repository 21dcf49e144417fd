"""The cue files: a line with two times, then text until a blank line. VTT, SRT and SBV are that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.transcripts.clock import parse_clock

ARROW = "-->"
_TIMES = re.compile(r"\s*([-\d:.,]{3,20}?)\s*-->\s*([-\d:.,]{3,20})(?:\s.*)?")
_SBV_TIMES = re.compile(r"\s*(\d{1,3}:\d{2}:\d{2}\.\d{1,3}),(\d{1,3}:\d{2}:\d{2}\.\d{1,3})\s*")
_SBV_LIKE = re.compile(r"\s*\d{1,3}:\d{1,2}:[\w.]{1,8},\d{1,3}:\d{1,2}:[\w.]{1,8}\s*")
_MAX_LINE = 400


@dataclass(frozen=True, slots=True)
class Block:
    """One cue as the file has it: ``line`` is that of its times, from 1."""

    line: int
    start: float
    end: float
    payload: str


@dataclass(slots=True)
class Blocks:
    cues: list[Block] = field(default_factory=list[Block])
    broken: int = 0  # cues whose times could not be read
    empty: int = 0  # cues without text
    untimed: int = 0  # text between cues, without times


def read_blocks(lines: Sequence[str]) -> Blocks:
    """All cues of a VTT, SRT or SBV file. Never fails; what could not be used is counted."""
    blocks = Blocks()
    at, count = 0, len(lines)
    while at < count:
        if is_times(lines[at]):
            stop = _payload_end(lines, at + 1)
            _add(blocks, at, lines[at], lines[at + 1 : stop])
            at = stop
        else:
            stop = _payload_end(lines, at)
            if stop < count and is_times(lines[stop]):
                stop = max(stop, at + 1)  # a cue number or identifier
            elif _is_speech(lines[at:stop], first=not blocks.cues):
                blocks.untimed += not _continues_voice(blocks, lines[at:stop])
            at = max(stop, at + 1)
    return blocks


def is_times(line: str) -> bool:
    """Whether the line is, or was meant to be, the times of a cue."""
    if len(line) > _MAX_LINE:
        return False
    if ARROW in line:
        return line.lstrip("- \t")[:1].isdigit()
    return _SBV_LIKE.fullmatch(line) is not None


def _payload_end(lines: Sequence[str], at: int) -> int:
    """The index of the blank or time line that ends the text which begins at ``at``.

    A number or identifier directly above a time line belongs to the next cue when a blank line precedes it;
    files without blank lines between cues get theirs cut off in ``_add``.
    """
    while at < len(lines) and lines[at].strip() and not is_times(lines[at]):
        at += 1
    return at


def _add(blocks: Blocks, at: int, times: str, payload: Sequence[str]) -> None:
    match = _TIMES.fullmatch(times) or _SBV_TIMES.fullmatch(times)
    start = parse_clock(match[1]) if match else None
    end = parse_clock(match[2]) if match else None
    text = "\n".join(payload).strip()
    if not text:
        blocks.empty += 1
    elif start is None or end is None:
        blocks.broken += 1
    else:
        blocks.cues.append(Block(at + 1, start, end, text))


def _is_speech(lines: Sequence[str], *, first: bool) -> bool:
    """Whether stray text is speech that lost its times, not a header, a comment or a style sheet."""
    head = lines[0].strip() if lines else ""
    if not head or first or head.isdigit():
        return False
    return not head.startswith(("WEBVTT", "NOTE", "STYLE", "REGION", "##", "}"))


def _continues_voice(blocks: Blocks, lines: Sequence[str]) -> bool:
    """A blank line inside ``<v Name>…</v>``: the text after it is the same cue's."""
    last = blocks.cues[-1]
    if "<v" not in last.payload or "</v>" in last.payload or "</v>" not in lines[-1]:
        return False
    blocks.cues[-1] = Block(last.line, last.start, last.end, "\n".join((last.payload, *lines)))
    return True
