"""One RFC 5322 message, read forgivingly: headers, text, calendar parts, attached messages, attachment
names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message as Parsed
from email.policy import compat32

from ingest.errors import LimitExceeded, UnreadableSource
from ingest.mail import headers
from ingest.mail.headers import Address, decode_bytes
from ingest.mail.lines import MAX_LINES, Line, plain_lines
from ingest.mail.markup import html_lines

MAX_BYTES = 64 * 1024 * 1024
MAX_CONTAINERS = 200  # multipart and message/rfc822 boundaries in one mail
MAX_PARTS = 1_000
MAX_EMBEDDED = 20
MAX_LEVELS = 20
MAX_TEXT = 2_000_000  # bytes of one text part
MAX_HEADER_BYTES = 2_000_000

_KNOWN = frozenset(
    [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "content-type",
        "mime-version",
        "return-path",
        "in-reply-to",
        "references",
        "reply-to",
        "sender",
        "x-mailer",
        "delivered-to",
        "content-transfer-encoding",
    ]
)


@dataclass(frozen=True, slots=True)
class Body:
    """One text part. ``wrapped``: its line breaks may come from a mail program, not from the writer."""

    lines: tuple[Line, ...]
    wrapped: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the terms of mail, before quotations are told apart. Ids come without angle brackets."""

    subject: str = ""
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: datetime | None = None
    sender: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    bodies: tuple[Body, ...] = ()
    calendars: tuple[bytes, ...] = ()
    attachments: tuple[str, ...] = ()
    embedded: tuple[Message, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Parts:
    """What the walk over the MIME tree collects."""

    bodies: list[Body] = field(default_factory=list[Body])
    calendars: list[bytes] = field(default_factory=list[bytes])
    attachments: list[str] = field(default_factory=list[str])
    embedded: list[Message] = field(default_factory=list[Message])
    notes: list[str] = field(default_factory=list[str])
    count: int = 0


def read_message(path: str, data: bytes) -> Message:
    """Parses one message.

    Raises UnreadableSource for an empty file or one without a single known header field,
    LimitExceeded for more than
    64 MiB or 200 nested containers.
    """
    _check(path, data)
    try:
        parsed = message_from_bytes(_without_envelope(data), policy=compat32)
        if not _KNOWN.intersection(key.lower() for key, _ in parsed.raw_items()):
            raise UnreadableSource(
                "is not an e-mail message: no header field such as From or Subject; export it as .eml",
                file=path,
            )
        return _message(parsed, 0)
    except RecursionError:
        raise LimitExceeded(
            "is nested too deeply to be read; save the inner message as a file of its own", file=path
        ) from None
    except (
        MessageError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        IndexError,
        AssertionError,
        KeyError,
    ) as error:
        raise UnreadableSource(
            f"is a damaged e-mail message ({type(error).__name__}); export it again", file=path
        ) from error


def _check(path: str, data: bytes) -> None:
    if not data.strip():
        raise UnreadableSource("is empty; export the mail again", file=path)
    if len(data) > MAX_BYTES:
        raise LimitExceeded(
            f"is larger than {MAX_BYTES >> 20} MiB; remove its attachments and import it again", file=path
        )
    if (
        sum(data.count(mark) for mark in (b"boundary=", b"message/rfc822", b"message/global"))
        > MAX_CONTAINERS
    ):
        raise LimitExceeded(
            f"holds more than {MAX_CONTAINERS} nested parts; save the inner messages as files", file=path
        )
    head = re.search(rb"\r?\n\r?\n", data)
    if (head.start() if head else len(data)) > MAX_HEADER_BYTES:
        raise LimitExceeded("has more than 2 MB of header fields; export the mail again", file=path)


def _without_envelope(data: bytes) -> bytes:
    """Drops a byte order mark, leading blank lines and an mbox ``From `` line."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return re.sub(rb"\A>?From [^\n]*\n", b"", data)


def _message(parsed: Parsed, level: int) -> Message:
    parts = _Parts()
    _walk(parsed, parts, level)
    date, notes = _date(parsed)
    ids = headers.message_ids(_all(parsed, "In-Reply-To"))
    return Message(
        subject=headers.decode(_first(parsed, "Subject") or ""),
        message_id=headers.message_id(_first(parsed, "Message-ID")),
        in_reply_to=ids[0] if ids else None,
        references=headers.message_ids(_all(parsed, "References")),
        date=date,
        sender=headers.addresses(_all(parsed, "From")[:1]) or headers.addresses(_all(parsed, "Sender")[:1]),
        to=headers.addresses(_all(parsed, "To")),
        cc=headers.addresses(_all(parsed, "Cc")),
        bcc=headers.addresses(_all(parsed, "Bcc")),
        bodies=tuple(parts.bodies),
        calendars=tuple(parts.calendars),
        attachments=tuple(parts.attachments),
        embedded=tuple(parts.embedded),
        notes=(*notes, *dict.fromkeys(parts.notes)),
    )


def _all(parsed: Parsed, name: str) -> list[str]:
    """A field's values as they came. ``get_all`` would replace raw 8-bit characters by question marks."""
    wanted = name.lower()
    return [str(value) for key, value in parsed.raw_items() if key.lower() == wanted][:50]


def _first(parsed: Parsed, name: str) -> str | None:
    return next(iter(_all(parsed, name)), None)


def _date(parsed: Parsed) -> tuple[datetime | None, tuple[str, ...]]:
    stated = _first(parsed, "Date")
    if (date := headers.date(stated)) is not None:
        return date, ()
    for received in reversed(_all(parsed, "Received")):
        if (date := headers.date(headers.raw_text(received).rpartition(";")[2])) is not None:
            return date, ("the Date field is missing or unreadable; the time of receipt is used",)
    return None, ("the Date field is missing or unreadable",)


def _walk(part: Parsed, parts: _Parts, level: int) -> None:
    parts.count += 1
    if parts.count > MAX_PARTS or level > MAX_LEVELS:
        parts.notes.append(f"only the first {MAX_PARTS} parts and {MAX_LEVELS} levels were read")
        return
    kind = part.get_content_type()
    payload = part.get_payload()
    if kind in ("message/rfc822", "message/global") and isinstance(payload, list):
        _attached_message(part, payload, parts, level)
    elif isinstance(payload, list):
        _multipart(kind, payload, parts, level)
    else:
        _leaf(part, kind, parts)


def _multipart(kind: str, payload: Sequence[object], parts: _Parts, level: int) -> None:
    if kind != "multipart/alternative":
        for child in payload:
            if parts.count > MAX_PARTS:
                break
            if isinstance(child, Parsed):
                _walk(child, parts, level + 1)
        return
    # The alternatives say the same: the plain text when it has the content, else the HTML.
    options: list[_Parts] = []
    for child in payload[:20]:
        option = _Parts(count=parts.count)
        if isinstance(child, Parsed):
            _walk(child, option, level + 1)
        parts.count = option.count
        parts.calendars += option.calendars
        parts.attachments += option.attachments
        parts.embedded += option.embedded
        parts.notes += option.notes
        if option.bodies:
            options.append(option)
    if options:
        parts.bodies += _fullest(options).bodies


def _fullest(options: list[_Parts]) -> _Parts:
    plain = [o for o in options if all(body.wrapped for body in o.bodies)]
    best = max(options, key=_words)
    if plain and _words(plain[0]) * 3 >= _words(best):
        return plain[0]
    return best


def _words(option: _Parts) -> int:
    return sum(len(line.text.split()) for body in option.bodies for line in body.lines)


def _attached_message(part: Parsed, payload: Sequence[object], parts: _Parts, level: int) -> None:
    name = _filename(part)
    parts.attachments += [name] if name else []
    for child in payload[:1]:
        if isinstance(child, Parsed) and len(parts.embedded) < MAX_EMBEDDED:
            message = _message(child, level + 1)
            parts.embedded.append(message)
            parts.attachments += message.attachments


def _leaf(part: Parsed, kind: str, parts: _Parts) -> None:
    name = _filename(part)
    disposition = str(part.get("Content-Disposition") or "").strip().lower()
    if kind == "text/calendar" or (name or "").lower().endswith(".ics"):
        parts.calendars.append(_payload(part, MAX_TEXT))
    elif name is not None:
        parts.attachments.append(name)
    elif disposition.startswith("attachment") or not _is_text(part, kind):
        return  # without a name there is nothing to list
    else:
        _text(part, kind, parts)


def _is_text(part: Parsed, kind: str) -> bool:
    if kind.startswith("multipart/"):
        return True  # a multipart without a single boundary: its text stands there bare
    texts = ("text/plain", "text/html", "text/enriched", "text/richtext")
    return kind in texts or not _first(part, "Content-Type")


def _text(part: Parsed, kind: str, parts: _Parts) -> None:
    data = _payload(part, MAX_TEXT)
    if len(data) == MAX_TEXT:
        parts.notes.append("a text part is longer than 2 MB; its beginning was read")
    parts.bodies.append(_body(data, kind, _charset(part)))


def _body(data: bytes, kind: str, charset: str | None) -> Body:
    text = decode_bytes(data, charset)
    if kind in ("text/html", "text/enriched", "text/richtext") or _looks_html(text):
        return Body(html_lines(text), wrapped=False)
    lines = plain_lines(text)
    return Body(lines[:MAX_LINES])


def _looks_html(text: str) -> bool:
    return bool(re.match(r"\s*(?:<!doctype html|<html[\s>])", text[:500], re.IGNORECASE))


def _charset(part: Parsed) -> str | None:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, UnicodeError, AttributeError, TypeError):
        return None
    return charset if isinstance(charset, str) else None


def _payload(part: Parsed, limit: int) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError, AttributeError):
        data = None
    if not isinstance(data, bytes):
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return data[:limit]


def _filename(part: Parsed) -> str | None:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError):
        name = str(part.get_param("name") or "")
    if not name:
        return None
    return headers.decode(name).replace("\\", "/").rpartition("/")[2][:255] or None
