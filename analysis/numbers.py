"""The numbers of a text, however they are written: "280", "two hundred and eighty", "61k", "45%", "the
fourteenth"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNIT_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
"""
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {w: i for i, w in enumerate(_UNIT_WORDS.split())}
_TENS = {w: 10 * i for i, w in enumerate(_TEN_WORDS.split(), start=2)}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINALS = {
    "third": 3,
    "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
    "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_SUFFIX = {"k": 1000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000}
_CURRENCY = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "dollar": "USD", "dollars": "USD",
    "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "bucks": "USD", "usd": "USD", "eur": "EUR", "gbp": "GBP",
}  # fmt: skip
# "one" alone is a pronoun more often than a number; it counts before a measure
_MEASURE_WORDS = (
    "minute hour day week month quarter year percent per point call meeting site clinic store user"
)
_MEASURES = _MEASURE_WORDS.split()
_TOKEN = re.compile(
    r"(?P<cur>[$€£¥]|\b(?:usd|eur|gbp|cad|aud|chf|nzd|sek|nok|dkk)\b)|"
    r"(?P<digits>\d+(?:[,. ]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.:]\d+)?)"
    r"(?P<suf>(?:k|mn?|bn)\b|(?:st|nd|rd|th)\b)?|"
    r"(?P<pct>%|\bper ?cent\b|\bpercentage\b)|(?P<word>[a-z]+)|(?P<gap>[^\sa-z\d$€£¥%-]+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Number:
    """``unit``: "%" or a currency code or symbol's code, "" where none is written; ``text`` as it stands."""

    value: float
    unit: str
    text: str


def numbers(text: str) -> tuple[Number, ...]:
    """Every number of a text. A run of number words is one number where it reads as one ("two hundred and
    eighty"), else several ("ninety-one five" is 91 and 5). "first", "second" and the pronoun "one" are no
    numbers."""
    tokens = [(m.lastgroup or "", m) for m in _TOKEN.finditer(text)]
    out: list[Number] = []
    currency = ""
    i = 0
    while i < len(tokens):
        _, m = tokens[i]
        if m["cur"]:
            currency = _CURRENCY.get(m["cur"].lower(), m["cur"].upper())
            i += 1
            continue
        value, used = _read(tokens, i)
        if used:
            nxt = tokens[i + used][1] if i + used < len(tokens) else None
            end = tokens[i + used - 1][1].end()
            out.append(Number(value, _unit_after(nxt) or currency, text[m.start() : end]))
        currency = ""
        i += max(1, used)
    return tuple(out)


def _unit_after(m: re.Match[str] | None) -> str:
    if m is None:
        return ""
    if m["pct"]:
        return "%"
    written = m["word"] or m["cur"] or ""
    if m["cur"] and len(written) == 3:
        return _CURRENCY.get(written.lower(), written.upper())
    return _CURRENCY.get(written.lower(), "") if m["word"] else ""


def _read(tokens: list[tuple[str, re.Match[str]]], i: int) -> tuple[float, int]:
    """The number that begins at token ``i`` and how many tokens it takes; (0, 0) for none."""
    m = tokens[i][1]
    if m["digits"]:
        return _digits(tokens, i)
    if not m["word"]:
        return 0.0, 0
    return _words(tokens, i)


def _digits(tokens: list[tuple[str, re.Match[str]]], i: int) -> tuple[float, int]:
    m = tokens[i][1]
    raw = m["digits"]
    if ":" in raw:
        return float(raw.replace(":", ".")), 1
    grouped = re.fullmatch(r"\d{1,3}(?:[,. ]\d{3})+(?:\.\d+)?", raw) and not re.fullmatch(r"\d+\.\d{3}", raw)
    # a comma or blank groups thousands; a single full stop is a decimal point, several group
    bare = re.sub(r"[, ]", "", raw) if grouped else raw.replace(",", ".").replace(" ", "")
    value = float(bare if bare.count(".") < 2 else bare.replace(".", ""))
    value *= _SUFFIX.get((m["suf"] or "").lower(), 1)
    scale = tokens[i + 1][1]["word"] if i + 1 < len(tokens) else None
    if scale and scale.lower() in _SCALES:
        return value * _SCALES[scale.lower()], 2
    return value, 1


def _words(tokens: list[tuple[str, re.Match[str]]], i: int) -> tuple[float, int]:
    total = current = 0.0
    last = 0.0  # size of the last piece, so that "twenty five" joins and "five twenty" does not
    used = taken = 0
    while i + taken < len(tokens):
        word = (tokens[i + taken][1]["word"] or "").lower()
        piece = _UNITS.get(word, _TENS.get(word, _ORDINALS.get(word)))
        if piece is not None:
            joins = not used or last >= 100 or (last >= 20 and 0 < piece < 10)
            if not joins:
                break
            current, last = current + piece, float(piece)
        elif word in _SCALES and (used or word != "grand"):
            if not used:
                if word != "hundred" and not _article(tokens, i):
                    break
                current = 1.0
            if _SCALES[word] == 100:
                current *= 100
            else:
                total, current = total + current * _SCALES[word], 0.0
            last = float(_SCALES[word])
        elif word == "and" and used and last >= 100 and _is_number(tokens, i + taken + 1):
            taken += 1
            continue
        else:
            break
        taken += 1
        used = taken
    if used == 1 and (tokens[i][1]["word"] or "").lower() == "one" and not _measured(tokens, i + 1):
        return 0.0, 0
    return total + current, used


def _article(tokens: list[tuple[str, re.Match[str]]], i: int) -> bool:
    return i > 0 and (tokens[i - 1][1]["word"] or "").lower() in {"a", "half"}


def _is_number(tokens: list[tuple[str, re.Match[str]]], i: int) -> bool:
    word = (tokens[i][1]["word"] or "").lower() if i < len(tokens) else ""
    return word in _UNITS or word in _TENS or word in _ORDINALS


def _measured(tokens: list[tuple[str, re.Match[str]]], i: int) -> bool:
    word = (tokens[i][1]["word"] or "").lower() if i < len(tokens) else ""
    return word.rstrip("s") in _MEASURES
