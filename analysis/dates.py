"""Days that people speak of: "14 July", "the fourteenth", "yesterday", "by Friday", "end of next week",
"24 to 26 August", "Friday the fourth", "the Thursday before last", "Easter Monday".

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
_ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{_ORD})"
_NUM = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{_ORD})"
_YEAR = r"(?:,? ?(?P<year>20\d\d))?"
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(rf"\b(?:the )?{_NUM}(?: of)? {_MONTH}{_YEAR}", re.I)
_MONTH_DAY = re.compile(rf"\b{_MONTH} (?:the )?{_NUM}(?![\d:])\b{_YEAR}", re.I)
_RANGE = re.compile(
    rf"\b{_NUM} ?(?:[-–—]|to|until|till|and|or) ?(?:the )?(?=(?:\d{{1,2}}|{_ORDINAL})(?: of)? {_MONTH})",
    re.I,
)
_LAST_OF = re.compile(rf"\bthe last (?:day )?of {_MONTH}{_YEAR}", re.I)
# "the first" of many things is no day: a day of the month alone ends its phrase or is followed by another phrase
_ENDS = (
    r"(?=\s*(?:[.,;:!?)—–-]|$)|\s+(?:and|or|if|so|at|then|because|to|in the|between|with|from|we|they|he|she|it|"
    r"I|you|there|when|after|before|around|about|by|was|were|is|as|but|for|until|till|that|nothing)\b)"
)
_BARE = re.compile(
    r"\b(?:on|by|until|till|for|from|before|after|since|into|is|it's|that's|was|(?:night|morning|afternoon|evening|"
    rf"week) of) the (?P<day>{_ORDINAL})\b{_ENDS}",
    re.I,
)
_NAMED = re.compile(
    r"\b(?:the )?(?P<name>" + "|".join(_DAYS) + rf"),? (?:the )?(?P<day>{_ORDINAL})\b(?! (?:of )?{_MONTH})",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?:(?P<rel>last|next|this|on|by|until|before|for|till|since) )?(?:the )?"
    # "on a Tuesday", "every Friday" are no day in particular, "that Monday" one that was named before
    r"(?<!\ba )(?<!\bone )(?<!\beach )(?<!\bevery )(?<!\bthat )(?<!\bsome )(?<!\bmost )(?<!\bfollowing )(?P<name>"
    + "|".join(_DAYS)
    + r")\b(?P<after> before last| (?:of )?last week| (?:of )?next week| week\b)?(?! the\b)",
    re.I,
)
_HOLIDAY = re.compile(
    r"\b(?P<feast>maundy thursday|good friday|easter sunday|easter monday|whit monday|christmas eve|"
    r"christmas day|boxing day|new year['’]?s eve|new year['’]?s day|thanksgiving)\b",
    re.I,
)
_FROM_EASTER = {
    "maundy thursday": -3,
    "good friday": -2,
    "easter sunday": 0,
    "easter monday": 1,
    "whit monday": 50,
}
"""Days after Easter Sunday."""
_FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "new years eve": (12, 31),
    "new years day": (1, 1),
}
"""Month and day."""
_RELATIVE = re.compile(
    r"\b(?P<w>(?:the )?day before yesterday|(?P<ago>\d{1,2}|two|three|four|five|six|ten) days ago|last night|"
    r"yesterday|tomorrow|today|tonight|this (?:morning|afternoon|evening)|(?:by )?(?:the )?"
    r"end of (?:the|this|next) (?:week|month)|later this week|next week|end of day)\b",
    re.I,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}

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
    found = [*_iso(text), *_full(text, said_on, tense), *_holidays(text, said_on, tense)]
    for more in (_named(text, said_on), _bare(text, said_on, tense)):
        found += [m for m in more if not _overlaps(m, found)]
    taken = [(m.start, m.start + len(m.text)) for m in found]
    rest = [*_weekdays(text, said_on, tense), *_relative(text, said_on)]
    # a weekday beside a date is that date's: "Wednesday 13 May", "the 13th, a Wednesday"
    found += [m for m in rest if not any(a - 12 <= m.start < b + 6 for a, b in taken)]
    return tuple(sorted(found, key=lambda m: m.start))


def _overlaps(m: DateMention, others: list[DateMention]) -> bool:
    end = m.start + len(m.text)
    return any(m.start < o.start + len(o.text) and o.start < end for o in others)


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
            if any(m.start() <= s < m.end() or s <= m.start() < s + 6 for s in seen) or _modal(m["month"]):
                continue
            day = _in_year(_month(m["month"]), _number(m["day"]), m["year"], said_on, tense)
            if day:
                seen.add(m.start())
                out.append(DateMention(day, m[0], m.start(), "full"))
    for m in _RANGE.finditer(text):
        day = _in_year(_month(m["month"]), _number(m["day"]), None, said_on, tense)
        if day and not _modal(m["month"]):
            out.append(DateMention(day, m[0], m.start(), "full"))
    for m in _LAST_OF.finditer(text):
        month = _month(m["month"])
        day = _in_year(month, monthrange(said_on.year, month)[1], m["year"], said_on, tense)
        if day:
            out.append(DateMention(day, m[0], m.start(), "full"))
    return out


def _modal(month: str) -> bool:
    """ "may" without a capital is a verb: "only 2 may come"."""
    return month == "may"


def _in_year(month: int, number: int, year: str | None, said_on: date, tense: Tense) -> date | None:
    """The day in a given year, else in the year that brings it nearest."""
    years = [int(year)] if year else [said_on.year - 1, said_on.year, said_on.year + 1]
    days = [d for y in years if (d := _date(y, month, number))]
    days = _on_side(days, said_on, tense) or days
    return min(days, key=lambda d: abs(d - said_on), default=None)


def _holidays(text: str, said_on: date, tense: Tense) -> list[DateMention]:
    out: list[DateMention] = []
    for m in _HOLIDAY.finditer(text):
        name = re.sub("['’]", "", m["feast"].lower())
        days = [_feast(name, said_on.year + step) for step in (-1, 0, 1)]
        days = _on_side(days, said_on, tense) or days
        out.append(DateMention(min(days, key=lambda d: abs(d - said_on)), m[0], m.start(), "full"))
    return out


def _feast(name: str, year: int) -> date:
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name == "thanksgiving":  # of the United States: the fourth Thursday of November
        first = date(year, 11, 1)
        return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    return _easter(year) + timedelta(days=_FROM_EASTER[name])


def _easter(year: int) -> date:
    """Easter Sunday of the Western churches (the anonymous Gregorian computus of 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + weekday - 7 * ((a + 11 * h + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def _named(text: str, said_on: date) -> list[DateMention]:
    """ "Friday the fourth": the nearest month in which the fourth is a Friday, within half a year."""
    out: list[DateMention] = []
    for m in _NAMED.finditer(text):
        weekday, number = _DAYS.index(m["name"].lower()), _number(m["day"])
        months = [said_on.month - 1 + step + 12 * said_on.year for step in range(-6, 7)]
        days = [d for n in months if (d := _date(n // 12, n % 12 + 1, number)) and d.weekday() == weekday]
        if days:
            out.append(DateMention(min(days, key=lambda d: abs(d - said_on)), m[0], m.start(), "day"))
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
        rel, after = (m["rel"] or "").lower(), (m["after"] or "").lower()
        weekday = _DAYS.index(m["name"].lower())
        ahead = (weekday - said_on.weekday()) % 7
        before = said_on - timedelta(days=(7 - ahead) if ahead else 7)
        monday = said_on - timedelta(days=said_on.weekday())
        if "before last" in after:
            day = before - timedelta(days=7)
        elif "last week" in after or "next week" in after:
            day = monday + timedelta(days=weekday + (7 if "next" in after else -7))
        elif after == " week":
            day = said_on + timedelta(days=(ahead or 7) + 7)
        elif rel == "last" or (tense == "past" and rel not in {"next", "by", "until", "before"}):
            day = before
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
        if m["ago"]:
            day = said_on - timedelta(days=_COUNTS.get(m["ago"].lower(), 0) or int(m["ago"]))
        elif w == "last night" or "before yesterday" in w:
            day = said_on - timedelta(days=1 if w == "last night" else 2)
        elif "month" in w:
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
