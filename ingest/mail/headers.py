"""Header fields of a mail: decoding (RFC 2047 and what real senders write instead), addresses, dates, ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header
from email.utils import getaddresses, parsedate_tz

from charset_normalizer import from_bytes
from dateutil import parser as dates

MAX_VALUE = 65_536  # characters of one header field that are looked at
MAX_ADDRESSES = 2_000
MAX_REFERENCES = 1_000

# Hours east of Greenwich of the zone names that mail programs write.
ZONES = {
    "UTC": 0,
    "GMT": 0,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
}

_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,998})\s*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+")


@dataclass(frozen=True, slots=True)
class Address:
    name: str | None
    email: str | None

    @property
    def label(self) -> str | None:
        """What utterances carry as speaker: the display name, or the address when there is none."""
        return self.name or self.email


def fold(text: str) -> str:
    """White space folded to single blanks."""
    return " ".join(text.split())


def decode_bytes(data: bytes, charset: str | None) -> str:
    """Decodes mail bytes whatever they claim to be; never raises. Unknown or wrong charsets are guessed."""
    for name in (charset, "utf-8"):
        try:
            if name:
                return data.decode(_codec(name))
        except (LookupError, ValueError):
            continue
    # Guessing needs some text; a few stray bytes are far more often Windows-1252 than anything else.
    guess = from_bytes(data[:50_000]).best() if len(data) > 200 else None
    if charset and _known(charset) and _codec(charset) not in ("us-ascii", "ascii", "utf-8", "utf8"):
        return data.decode(_codec(charset), errors="replace")
    try:
        return data.decode(guess.encoding if guess else "cp1252", errors="replace")
    except (LookupError, ValueError):
        return data.decode("latin-1")


def _codec(charset: str) -> str:
    name = charset.strip("\"' ").lower()
    # Mail programs say one and mean its superset.
    return {
        "iso-8859-1": "cp1252",
        "latin1": "cp1252",
        "gb2312": "gb18030",
        "ks_c_5601-1987": "cp949",
        "shift_jis": "cp932",
    }.get(name, name)


def _known(charset: str) -> bool:
    try:
        "".encode(_codec(charset))
    except (LookupError, ValueError):
        return False
    return True


def raw_text(value: object) -> str:
    """A header value as the parser left it: raw 8-bit bytes (surrogates) become the text they most likely
    were."""
    text = str(value)[:MAX_VALUE]
    if any("\ud800" <= c <= "\udfff" for c in text):
        text = decode_bytes(text.encode("utf-8", "surrogateescape"), None)
    return text.encode("utf-8", "replace").decode("utf-8")


def decode(value: object) -> str:
    """A header value as text: encoded words decoded, folding undone, control characters dropped."""
    text = raw_text(value)
    if "=?" in text:
        text = _decode_words(text)
    return fold(_CONTROL.sub("", text))


def _decode_words(text: str) -> str:
    # A multi-byte character may be cut between two encoded words, so neighbours of one charset are
    # joined first.
    try:
        parts = decode_header(re.sub(r"[\r\n]+\s*", " ", text))
    except (ValueError, LookupError):
        return text
    out: list[str] = []
    for part, charset in parts:
        out.append(part if isinstance(part, str) else decode_bytes(part, charset or "latin-1"))
    return "".join(out)


def addresses(values: Iterable[object]) -> tuple[Address, ...]:
    """Addresses of one field (which may stand several times), in order; what cannot be read is left out."""
    found: list[Address] = []
    for value in values:
        text = re.sub(r"\s*[\r\n]+\s*", " ", raw_text(value))
        for name, email in _pairs(text):
            if address := _address(name, email):
                found.append(address)
            if len(found) >= MAX_ADDRESSES:
                return tuple(found)
    return tuple(found)


def _pairs(text: str) -> list[tuple[str, str]]:
    if text.count("(") > 50:  # comments nest, and the parser recurses over them
        text = re.sub(r"[()]", " ", text)
    # Later patch releases of Python refuse doubtful lists unless told not to; earlier ones know no
    # such parameter.
    try:
        return getaddresses([text], strict=False)
    except TypeError:
        return getaddresses([text])


def _address(name: str, email: str) -> Address | None:
    name = decode(name).strip("\"' ")
    email = decode(email).strip("<>\"' ")
    if "@" not in email:
        inside = _ADDRESS.search(name)
        name, email = (name or email, inside.group() if inside else "")
        name = fold(name.replace(email, "").replace("<>", "")) if email else name
    if name.lower() == email.lower():
        name = ""
    return Address(name or None, email or None) if name or email else None


def message_ids(values: Iterable[object]) -> tuple[str, ...]:
    """Message-IDs in order, without angle brackets."""
    found: dict[str, None] = {}
    for value in values:
        text = raw_text(value)
        ids = _MESSAGE_ID.findall(re.sub(r"\s+", " ", text))
        if not ids and "<" not in text:
            ids = [word for word in text.split() if "@" in word]
        found.update(dict.fromkeys(ids))
    return tuple(found)[:MAX_REFERENCES]


def message_id(value: object | None) -> str | None:
    """The Message-ID without angle brackets; a malformed one is taken as it stands."""
    if value is None:
        return None
    ids = message_ids([value])
    return ids[0] if ids else (fold(raw_text(value)).strip("<> ")[:998] or None)


def date(value: object | None) -> datetime | None:
    """A Date field, always timezone-aware (``-0000`` and a missing zone are read as UTC); None if
    unreadable."""
    if value is None:
        return None
    text = decode(value)[:200]
    parts = parsedate_tz(text)
    if parts is not None:
        try:
            zone = timezone(timedelta(seconds=parts[9] or 0))
            return _plausible(datetime(*parts[:6], tzinfo=zone))
        except (ValueError, OverflowError):
            return None
    return loose_date(text)


def loose_date(text: str) -> datetime | None:
    """A date as people's mail programs write it into a quotation line; timezone-aware only if it says so."""
    cleaned = re.sub(r"\bat\b|\bum\b|\bUhr\b|\bkl\.", " ", text)[:120]
    cleaned = re.sub(r"(\d)\.(\d\d)\b(?!\.)", r"\1:\2", cleaned)
    try:
        return _plausible(dates.parse(cleaned, fuzzy=False, tzinfos=_zone))
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError):
        return None


def _zone(name: str | None, offset: int | None) -> timezone | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset)) if abs(offset) < 86_400 else None
    hours = ZONES.get(name or "")
    return None if hours is None else timezone(timedelta(hours=hours))


def _plausible(when: datetime) -> datetime | None:
    return when if 1971 <= when.year <= 2200 else None


def aware(when: datetime | None, like: datetime | None) -> datetime | None:
    """``when`` with the time zone of the mail that carries it (the program that wrote the line ran there)."""
    if when is None or when.tzinfo is not None:
        return when
    return when.replace(tzinfo=like.tzinfo if like and like.tzinfo else UTC)
