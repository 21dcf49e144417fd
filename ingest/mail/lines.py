"""The lines of a mail's text, each with how deeply it is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINES = 50_000
MAX_LINE = 20_000  # characters
MAX_DEPTH = 30

_MARKS = re.compile(r"^[ \t]?(?:>[ \t]?)+")


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` is the place in the source text, from 0; ``depth`` the number of ``>`` marks or
    quote containers
    around it; ``text`` what stands inside, trailing blanks removed. ``item``: a list item begins here
    (HTML)."""

    number: int
    depth: int
    text: str
    item: bool = False

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def plain_lines(text: str) -> tuple[Line, ...]:
    """Lines of a text/plain body. At most ``MAX_LINES``; over-long lines are cut into several."""
    lines: list[Line] = []
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if len(lines) >= MAX_LINES:
            break
        lines.extend(_line(number, piece) for piece in _pieces(raw))
    return tuple(lines)


def _pieces(raw: str) -> list[str]:
    return [raw[i : i + MAX_LINE] for i in range(0, len(raw), MAX_LINE)] or [""]


def _line(number: int, raw: str) -> Line:
    marks = _MARKS.match(raw)
    if marks is None or raw.lstrip().startswith(">From "):
        return Line(number, 0, raw.rstrip())
    return Line(number, min(marks.group().count(">"), MAX_DEPTH), raw[marks.end() :].rstrip())


def unquoted(lines: tuple[Line, ...], depth: int) -> tuple[Line, ...]:
    """The same lines seen from inside ``depth`` levels of quotation."""
    return tuple(Line(line.number, max(0, line.depth - depth), line.text, line.item) for line in lines)
