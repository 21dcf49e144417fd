"""What CRM cells mean: amounts, dates, won or lost. Pure functions from text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal

DateOrder = Literal["day first", "month first"]
Outcome = Literal["won", "lost", "open"]

_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "US$": "USD",
    "CA$": "CAD",
    "A$": "AUD",
}
_NUMBER = re.compile(r"\d[\d.,'’  \u00a0\u202f]*")
_SCALE = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9}
_SLASHED = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})\b")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_EPOCH = re.compile(r"\d{12,13}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?|([A-Za-z]{3,9})\.?\s+(\d{1,2}))"
    r"(?:st|nd|rd|th)?,?[ -](\d{4})\b"
)


def amount_of(cell: str) -> float | None:
    """The number in "€91.500,00", "91,500", "(1,200)", "USD 152.5k"; None when there is none.

    One separator with exactly three digits after it groups thousands: nobody writes thousandths of money.
    """
    match = _NUMBER.search(cell[:100])
    if match is None:
        return None
    number = _plain_number(match[0])
    suffix = re.match(r"\s*([A-Za-z]{1,3})\b", cell[match.end() : match.end() + 8])
    scale = _SCALE.get(suffix[1].casefold(), 1.0) if suffix else 1.0
    before = cell[: match.start()].strip()
    negative = before.endswith(("-", "−")) or before.startswith(("(", "-", "−"))
    if number is None or not math.isfinite(number * scale):
        return None
    return -number * scale if negative else number * scale


def currency_of(cell: str) -> str | None:
    """The ISO code that a cell names or its sign stands for. A bare "$" is nobody's in particular."""
    if match := _CODE.search(cell[:100].upper() if len(cell.strip()) == 3 else cell[:100]):
        return match[1]
    return next((code for sign, code in _SYMBOLS.items() if sign in cell), None)


def date_order(cells: Iterable[str]) -> DateOrder | None:
    """Whether 03/04/2026 is 3 April or March 4, told from all dates of the file; None when none tells."""
    for cell in cells:
        match = _SLASHED.match(cell.strip())
        if match is None or match[2] == ".":
            continue
        if int(match[1]) > 12 >= int(match[3]):
            return "day first"
        if int(match[3]) > 12 >= int(match[1]):
            return "month first"
    return None


def is_ambiguous(cell: str) -> bool:
    """Whether the date reads both ways: both numbers at most 12, and not the same."""
    match = _SLASHED.match(cell.strip())
    return (
        match is not None
        and match[2] != "."
        and match[1] != match[3]
        and max(int(match[1]), int(match[3])) <= 12
    )


def date_of(cell: str, order: DateOrder = "day first") -> date | None:
    """A date from ISO text, d/m/y or m/d/y by ``order``, d.m.y, "2 Oct 2026", or epoch milliseconds."""
    cell = cell.strip()[:40]
    try:
        if match := _ISO.match(cell):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _SLASHED.match(cell):
            return _slashed(match, order)
        if match := _NAMED.match(cell):
            day, month = match[1] or match[4], (match[2] or match[3]).casefold()[:3]
            return date(int(match[5]), _MONTHS.index(month) + 1, int(day))
        if _EPOCH.fullmatch(cell):
            return datetime.fromtimestamp(int(cell) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None


def moment_of(cell: str) -> datetime | date | None:
    """A time with its zone when the cell has both, else the date."""
    try:
        moment = datetime.fromisoformat(cell.strip()[:40])
    except ValueError:
        return date_of(cell)
    return moment if moment.tzinfo is not None else moment.date()


def outcome_of(stage: str | None, is_won: str | None, is_closed: str | None) -> Outcome | None:
    """Won, lost or open from the stage and the flags; None when none of them says (a stage by number)."""
    won, closed = _flag(is_won), _flag(is_closed)
    if won:
        return "won"
    if closed and won is False:
        return "lost"
    words = re.sub(r"[\W_]+", "", (stage or "").casefold())
    if words in {"won", "win"} or words.endswith(("closedwon", "closewon", "wonclosed")):
        return "won"
    if (
        words in {"lost", "loss", "nodecision", "disqualified"}
        or "closedlost" in words
        or "closelost" in words
    ):
        return "lost"
    split = set(re.findall(r"[a-z]+", (stage or "").casefold()))
    if "won" in split and "lost" not in split:
        return "won"
    if "lost" in split and "won" not in split:
        return "lost"
    if not words or words.isdigit():
        return "open" if closed is False else None
    return "open"


def _slashed(match: re.Match[str], order: DateOrder) -> date:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if len(match[4]) == 2 else 0
    day_first = match[2] == "." or first > 12 or (order == "day first" and second <= 12)
    return date(year, second, first) if day_first else date(year, first, second)


def _plain_number(text: str) -> float | None:
    digits = re.sub(r"[^\d.,]", "", text).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        mark, before, after = digits[last], digits[:last], digits[last + 1 :]
        other = "," if mark == "." else "."
        groups = mark in before or (
            len(after) == 3 and other not in before and 0 < len(before) <= 3 and before != "0"
        )
        whole = re.sub(r"[.,]", "", before)
        digits = f"{whole}{after}" if groups else f"{whole}.{after}"
    try:
        return float(digits)
    except ValueError:
        return None


def _flag(cell: str | None) -> bool | None:
    value = (cell or "").strip().casefold()
    if value in {"true", "1", "yes", "y", "ja", "oui", "wahr", "vrai", "x"}:
        return True
    return False if value in {"false", "0", "no", "n", "nein", "non", "falsch", "faux"} else None
