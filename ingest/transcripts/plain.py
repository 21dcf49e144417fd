"""Plain text with a name in front of each turn: ``Dana Whitfield: text``, or a time before that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ingest.plaintext import fold
from ingest.transcripts.clock import parse_clock
from ingest.transcripts.content import Content
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.names import Named, accepted_names, split_name

_LEADING_TIME = re.compile(r"\s*[\[(]?(\d{1,3}:\d{2}(?::\d{2})?(?:\.\d{1,3})?)[\])]?\s*[-–]?\s*(.*)")
_MAX_LINE = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    start: float | None = None
    fresh: bool = False  # a blank line or a time stood above it


def matches(content: Content) -> bool:
    """Somebody speaks twice: notes ("Due Date: Friday") name each thing once. Very short files need not."""
    lines = timed_lines(content.lines[:3000])
    found = [split_name(line.text) for line in lines]
    names = accepted_names(found, len(lines))
    hits = Counter(hit.name for hit in found if hit is not None and (hit.name, hit.in_parentheses) in names)
    again = any(count >= 2 for count in hits.values())
    full = sum(1 for name in hits if len(name.split()) >= 2)
    return (
        sum(hits.values()) >= 2
        and (again or (full >= 2 and len(lines) <= 6))
        and sum(hits.values()) >= 0.1 * len(lines)
    )


def parse(content: Content, known: Collection[str] = ()) -> Draft:
    return Draft(format="txt", cues=named_lines(timed_lines(content.lines), known))


def timed_lines(lines: Sequence[str]) -> list[Line]:
    """Lines with words, each with the time that stood in front of it or alone on a line above."""
    result: list[Line] = []
    pending: float | None = None
    fresh = True
    for raw in lines:
        text = fold(raw[: _MAX_LINE + 1])
        match = _LEADING_TIME.fullmatch(text) if text[:6].strip("[( ")[:1].isdigit() else None
        if match is not None and (clock := parse_clock(match[1])) is not None:
            pending, text, fresh = clock, match[2], True
        if not text:
            fresh = True
            continue
        result.append(Line(text, pending, fresh))
        pending, fresh = None, False
    return result


def named_lines(lines: Sequence[Line], known: Collection[str] = ()) -> tuple[Cue, ...]:
    """Cues out of lines. A line without a name goes on with the one above (a wrapped line), or, after a blank
    line, is the same speaker's next."""
    found = [split_name(line.text) for line in lines]
    names = accepted_names(found, len(lines), known)
    cues: list[Cue] = []
    wrapped: list[str] = []  # joined at the end of a cue: adding to a string line by line would be quadratic
    for line, hit in zip(lines, found, strict=True):
        named = hit if hit is not None and (hit.name, hit.in_parentheses) in names else None
        if named is None and cues and not line.fresh:
            wrapped.append(line.text)
            continue
        _close(cues, wrapped)
        cues.append(_cue(line, named, cues[-1].speaker if cues else None))
    _close(cues, wrapped)
    return tuple(cue for cue in cues if cue.text)


def _cue(line: Line, named: Named | None, before: str | None) -> Cue:
    return Cue(named.rest, named.name, line.start) if named else Cue(line.text, before, line.start)


def _close(cues: list[Cue], wrapped: list[str]) -> None:
    if wrapped:
        cues[-1] = replace(cues[-1], text=" ".join((cues[-1].text, *wrapped)).strip())
        wrapped.clear()
