"""The whole path of a deal as a picture: every touchpoint on a line of time, calls above, mails below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from api.views import SourceView

WIDTH, LEFT, RIGHT = 1000.0, 20.0, 980.0
LANES = {"call": 40.0, "event": 74.0, "mail": 108.0}
APART = 13.0
"""Units between two dots of a lane, so that each can be hit."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    kind: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    moment: float | None  # where the moment of demand stands
    closed: float | None  # where the deal closed


def _day(text: str | None) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        return None


def picture(sources: Sequence[SourceView], moment: str | None, closed: str | None) -> Picture | None:
    """``moment`` and ``closed`` are ISO dates. None when fewer than two touchpoints are dated."""
    dated = sorted(
        ((d, s) for s in sources if (d := _day(s.when)) and s.kind in LANES), key=lambda pair: pair[0]
    )
    days = [d for d, _ in dated] + [d for d in (_day(closed),) if d]
    if len(dated) < 2 or min(days) == max(days):
        return None
    first, last = min(days), max(days)
    span = (last - first).days

    def at(when: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (when - first).days / span, 1)

    dots: list[Dot] = []
    taken: dict[str, float] = {}
    for when, source in dated:
        x = max(at(when), taken.get(source.kind, -APART) + APART)
        taken[source.kind] = x
        label = f"{when.day} {when:%b %Y}: {source.title or source.path}"
        dots.append(Dot(min(x, WIDTH - 8), LANES[source.kind], source.kind, source.key, label))
    return Picture(
        tuple(dots), _ticks(first, last, at), _place(moment, first, last, at), _place(closed, first, last, at)
    )


def _place(text: str | None, first: date, last: date, at: Callable[[date], float]) -> float | None:
    when = _day(text)
    return at(when) if when and first <= when <= last else None


def _ticks(first: date, last: date, at: Callable[[date], float]) -> tuple[Tick, ...]:
    """A tick at the start of each month, thinned to at most twelve."""
    months: list[date] = []
    year, month = first.year, first.month
    while (current := date(year, month, 1)) <= last:
        if current >= first:
            months.append(current)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    step = max(1, -(-len(months) // 12))
    return tuple(
        Tick(at(m), f"{m:%b %Y}" if i == 0 or m.month == 1 else f"{m:%b}")
        for i, m in enumerate(months[::step])
    )
