"""Days that people speak of: "14 July", "the fourteenth", "yesterday", "by Friday", "end of next week".

A mention is resolved against the day on which it was said, and only where one reading is clearly the
likeliest: a date without a year is the nearest such day, a weekday in a promise is the next one, "last
Wednesday" the one before. What stays open ("soon", "in the summer") is no date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

_MONTH_WORDS = "january february march april may june july august september october november december"
_DAY_WORDS = "monday tuesday wednesday thursday friday saturday sunday"
_ORDINAL_WORDS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third
twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first
"""
_MONTHS: tuple[str, ...] = tuple(_MONTH_WORDS.split())
_DAYS: tuple[str, ...] = tuple(_DAY_WORDS.split())
_ORDINALS: tuple[str, ...] = tuple(_ORDINAL_WORDS.split())
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ORD = "|".join(sorted((o.replace("-", "[- ]") for o in _ORDINALS), key=len, reverse=True))
_NUM = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{_ORD})"
_YEAR = r"(?:,? ?(?P<year>20\d\d))?"
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(rf"\b(?:the )?{_NUM}(?: of)? {_MONTH}{_YEAR}", re.I)
_MONTH_DAY = re.compile(rf"\b{_MONTH} (?:the )?{_NUM}(?![\d:])\b{_YEAR}", re.I)
# "the first" of many things is no day: a day of the month alone ends its phrase
_BARE = re.compile(
    rf"\b(?:on|by|until|till|for|from|before|is|it's|that's|was) the (?P<day>\d{{1,2}}(?:st|nd|rd|th)"
    rf"|{_ORD})\b"
    r"(?=\s*(?:[.,;:!?)—–-]|$)|\s+(?:and|or|if|so|at|then|because|to|in the)\b)",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?:(?P<rel>last|next|this|on|by|until|before|for|till) )?(?P<name>"
    + "|".join(_DAYS)
    + r")\b(?! the\b)",
    re.I,
)
_RELATIVE = re.compile(
    r"\b(?P<w>yesterday|tomorrow|today|tonight|this (?:morning|afternoon|evening)|(?:by )?(?:the )?"
    r"end of (?:the|this|next) (?:week|month)|later this week|next week|end of day)\b",
    re.I,
)

Tense = Literal["past", "future", "near"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """``how``: "full" (day and month stand there), "day" (day of the month only), "weekday", "relative"."""

    day: date
    text: str
    start: int
    how: Literal["full", "day", "weekday", "relative"]


def dates(text: str, said_on: date, tense: Tense = "near") -> tuple[DateMention, ...]:
    """The days that a text speaks of, in order of place. ``tense``: which side of ``said_on`` a day without a
    year or month falls on; "near" takes the nearest."""
    found = [*_iso(text), *_full(text, said_on, tense), *_bare(text, said_on, tense)]
    taken = [(m.start, m.start + len(m.text)) for m in found]
    rest = [*_weekdays(text, said_on, tense), *_relative(text, said_on)]
    found += [m for m in rest if not any(a <= m.start < b + 6 for a, b in taken)]
    return tuple(sorted(found, key=lambda m: m.start))


def _iso(text: str) -> list[DateMention]:
    out: list[DateMention] = []
    for m in _ISO.finditer(text):
        day = _date(int(m[1]), int(m[2]), int(m[3]))
        if day:
            out.append(DateMention(day, m[0], m.start(), "full"))
    return out


def _full(text: str, said_on: date, tense: Tense) -> list[DateMention]:
    out: list[DateMention] = []
    seen: set[int] = set()
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for m in pattern.finditer(text):
            month, number = _month(m["month"]), _number(m["day"])
            years = [int(m["year"])] if m["year"] else [said_on.year - 1, said_on.year, said_on.year + 1]
            days = [d for y in years if (d := _date(y, month, number))]
            days = _on_side(days, said_on, tense) or days
            if days and not any(m.start() <= s < m.end() or s <= m.start() < s + 6 for s in seen):
                seen.add(m.start())
                out.append(DateMention(min(days, key=lambda d: abs(d - said_on)), m[0], m.start(), "full"))
    return out


def _bare(text: str, said_on: date, tense: Tense) -> list[DateMention]:
    out: list[DateMention] = []
    for m in _BARE.finditer(text):
        number = _number(m["day"])
        if re.match(rf"\s+(?:of )?{_MONTH}", text[m.end() :], re.I):
            continue
        first = said_on.replace(day=1)
        months = [first - timedelta(days=1), first, first + timedelta(days=32)]
        days = [d for a in months if (d := _date(a.year, a.month, number))]
        days = _on_side(days, said_on, tense)
        if days:
            out.append(DateMention(min(days, key=lambda d: abs(d - said_on)), m[0], m.start(), "day"))
    return out


def _weekdays(text: str, said_on: date, tense: Tense) -> list[DateMention]:
    out: list[DateMention] = []
    for m in _WEEKDAY.finditer(text):
        rel = (m["rel"] or "").lower()
        ahead = (_DAYS.index(m["name"].lower()) - said_on.weekday()) % 7
        if rel == "last" or (tense == "past" and rel not in {"next", "by", "until", "before"}):
            day = said_on - timedelta(days=(7 - ahead) if ahead else 7)
        elif tense == "future" or rel in {"next", "by", "until", "before"}:
            day = said_on + timedelta(days=ahead or 7)
        else:
            continue
        out.append(DateMention(day, m[0], m.start(), "weekday"))
    return out


def _relative(text: str, said_on: date) -> list[DateMention]:
    out: list[DateMention] = []
    friday = said_on + timedelta(days=4 - said_on.weekday())
    for m in _RELATIVE.finditer(text):
        w = m["w"].lower()
        if "month" in w:
            base = said_on.replace(day=1) + timedelta(days=32 if "next" in w else 0)
            day = base.replace(day=monthrange(base.year, base.month)[1])
        elif "week" in w:
            day = friday + timedelta(days=7 if "next" in w else 0)
        else:
            day = said_on + timedelta(days={"yesterday": -1, "tomorrow": 1}.get(w, 0))
        out.append(DateMention(day, m[0], m.start(), "relative"))
    return out


def _on_side(days: list[date], said_on: date, tense: Tense) -> list[date]:
    return [d for d in days if tense == "near" or (d >= said_on if tense == "future" else d <= said_on)]


def _month(text: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, start=1) if name.startswith(text.lower()[:3]))


def _number(text: str) -> int:
    plain = text.lower().replace(" ", "-")
    return _ORDINALS.index(plain) + 1 if plain in _ORDINALS else int(re.sub(r"\D", "", text) or 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
