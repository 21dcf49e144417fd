"""Outlook .msg files (MS-OXMSG): properties in streams of an OLE compound file.

A small reader of our own over olefile (BSD): the complete library of the field, extract-msg, is GPL-3.0.
Property numbers are those of MS-OXPROPS.
"""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import compat32
from typing import Any

import olefile

from ingest.errors import LimitExceeded, UnreadableSource
from ingest.mail import headers
from ingest.mail.headers import Address, decode_bytes
from ingest.mail.lines import plain_lines
from ingest.mail.markup import html_lines
from ingest.mail.message import MAX_BYTES, Body, Message
from ingest.mail.rtf import rtf_body

MAX_STREAM = 4_000_000  # bytes of one property
MAX_ENTRIES = 500  # recipients, attachments
MAX_LEVELS = 5
MAX_STREAMS = 50_000

_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_MESSAGE_ID, _REFERENCES, _IN_REPLY_TO, _TRANSPORT = 0x1035, 0x1039, 0x1042, 0x007D
_SUBMITTED, _DELIVERED, _CREATED = 0x0039, 0x0E06, 0x3007
_LOCALE = 0x3FF1
_CODEPAGE, _INTERNET_CODEPAGE, _RECIPIENT_TYPE = 0x3FFD, 0x3FDE, 0x0C15

# 8-bit strings are in the Windows codepage of the writer's language where no codepage is named.
_OF_LOCALE = {
    0x0411: 932, 0x0804: 936, 0x0404: 950, 0x0412: 949, 0x0419: 1251, 0x0422: 1251, 0x0415: 1250,
    0x0405: 1250,
    0x040E: 1250, 0x0408: 1253, 0x041F: 1254, 0x040D: 1255, 0x0401: 1256, 0x0409: 1252, 0x0809: 1252,
    0x0407: 1252,
}  # fmt: skip


def read_msg(path: str, data: bytes) -> Message:
    """Parses one .msg. Raises UnreadableSource (empty, not OLE, damaged) or LimitExceeded (over 64 MiB)."""
    if not data:
        raise UnreadableSource("is empty; save the mail from Outlook again", file=path)
    if len(data) > MAX_BYTES:
        raise LimitExceeded(
            f"is larger than {MAX_BYTES >> 20} MiB; remove its attachments and import it again", file=path
        )
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            folders = _Folders(ole)
            if "__properties_version1.0" not in folders.streams(()):
                raise UnreadableSource("is not an Outlook message; save it as .msg or .eml again", file=path)
            return _message(folders, (), 0)
    except UnreadableSource:
        raise
    except Exception as error:
        raise UnreadableSource(
            "is not a readable Outlook message; save it as .msg or .eml again", file=path
        ) from error


class _Folders:
    """The compound file as folders of named streams; the only place that touches olefile."""

    def __init__(self, ole: Any) -> None:
        self._ole = ole
        self._tree: dict[tuple[str, ...], dict[str, None]] = {}
        for entry in ole.listdir()[:MAX_STREAMS]:
            for depth in range(len(entry)):
                self._tree.setdefault(tuple(entry[:depth]), {})[entry[depth]] = None

    def streams(self, folder: tuple[str, ...]) -> dict[str, None]:
        return self._tree.get(folder, {})

    def read(self, folder: tuple[str, ...], name: str) -> bytes:
        if name not in self.streams(folder):
            return b""
        with self._ole.openstream([*folder, name]) as stream:
            return bytes(stream.read(MAX_STREAM))


class _Properties:
    """The properties of one folder: a message, a recipient or an attachment."""

    def __init__(
        self, folders: _Folders, folder: tuple[str, ...], header: int, charset: str = "cp1252"
    ) -> None:
        self._folders, self._folder = folders, folder
        self._fixed = _fixed(folders.read(folder, "__properties_version1.0")[header:])
        codepage = (
            self.number(_CODEPAGE)
            or _OF_LOCALE.get(self.number(_LOCALE), 0)
            or self.number(_INTERNET_CODEPAGE)
        )
        self.charset = _codec(codepage) if codepage else charset
        self.html_charset = (
            _codec(self.number(_INTERNET_CODEPAGE)) if self.number(_INTERNET_CODEPAGE) else self.charset
        )

    def text(self, number: int) -> str:
        if data := self._folders.read(self._folder, f"__substg1.0_{number:04X}001F"):
            return data.decode("utf-16-le", errors="replace").rstrip("\x00")
        data = self._folders.read(self._folder, f"__substg1.0_{number:04X}001E")
        return decode_bytes(data, self.charset).rstrip("\x00")

    def binary(self, number: int) -> bytes:
        return self._folders.read(self._folder, f"__substg1.0_{number:04X}0102")

    def number(self, number: int) -> int:
        data = self._fixed.get(number, b"")
        return struct.unpack("<i", data[:4])[0] if len(data) >= 4 else 0

    def time(self, number: int) -> datetime | None:
        data = self._fixed.get(number, b"")
        ticks = struct.unpack("<Q", data)[0] if len(data) == 8 else 0
        try:
            when = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        except OverflowError:
            return None
        return when if 1971 <= when.year <= 2200 else None


def _fixed(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for at in range(0, min(len(data), 16 * 2_000) - 15, 16):
        kind, number = struct.unpack_from("<HH", data, at)
        if kind in (0x0002, 0x0003, 0x000B, 0x0040):
            found[number] = data[at + 8 : at + 16]
    return found


def _codec(codepage: int) -> str:
    return {
        65001: "utf-8",
        1200: "utf-16-le",
        20127: "ascii",
        28591: "latin-1",
        50220: "iso2022_jp",
        51949: "euc_kr",
        936: "gb18030",
    }.get(codepage, f"cp{codepage}")


def _message(folders: _Folders, folder: tuple[str, ...], level: int) -> Message:
    properties = _Properties(folders, folder, 32 if level == 0 else 24)
    transport = message_from_string(properties.text(_TRANSPORT)[:500_000].lstrip(), policy=compat32)
    people = _recipients(folders, folder, properties.charset)
    sender = _sender(properties) or headers.addresses(list(transport.get_all("From") or [])[:1])
    stated = headers.date(transport.get("Date"))
    date = stated or properties.time(_SUBMITTED) or properties.time(_DELIVERED)
    references = properties.text(_REFERENCES) or str(transport.get("References") or "")
    answered = headers.message_ids([properties.text(_IN_REPLY_TO) or str(transport.get("In-Reply-To") or "")])
    message = Message(
        subject=headers.fold(_plain_subject(properties.text(_SUBJECT))),
        message_id=headers.message_id(properties.text(_MESSAGE_ID) or transport.get("Message-ID")),
        in_reply_to=answered[0] if answered else None,
        references=headers.message_ids([references]),
        date=date,
        sender=sender,
        to=people.get(1, ()),
        cc=people.get(2, ()),
        bcc=people.get(3, ()),
        bodies=_bodies(properties),
        notes=() if date else ("the mail carries no date",),
    )
    names, embedded = _attachments(folders, folder, properties.charset, level)
    return replace(message, attachments=names, embedded=embedded)


def _plain_subject(subject: str) -> str:
    """Drops the two control characters that may say how long the "RE: " prefix is."""
    return subject[2:] if subject[:1] == "\x01" else subject


def _sender(properties: _Properties) -> tuple[Address, ...]:
    for name, *mails in ((0x0042, 0x5D02, 0x0065), (0x0C1A, 0x5D01, 0x0C1F)):
        if address := _person(properties, name, mails):
            return (address,)
    return ()


def _person(properties: _Properties, name: int, mails: list[int]) -> Address | None:
    """Display name and SMTP address; Exchange's internal addresses (/O=…/CN=…) are no addresses to us."""
    called = headers.fold(properties.text(name)).strip("'\"")
    mail = next((m for n in mails if "@" in (m := properties.text(n).strip().strip("'\""))), None)
    if mail is None and "@" in called and " " not in called:
        mail = called
    if mail and called.lower() == mail.lower():
        called = ""
    return Address(called or None, mail) if called or mail else None


def _recipients(folders: _Folders, folder: tuple[str, ...], charset: str) -> dict[int, tuple[Address, ...]]:
    found: dict[int, list[Address]] = {}
    names = sorted(n for n in folders.streams(folder) if n.startswith("__recip_version1.0_"))
    for name in names[:MAX_ENTRIES]:
        properties = _Properties(folders, (*folder, name), 8, charset)
        if address := _person(properties, 0x3001, [0x39FE, 0x3003, 0x403E]):
            found.setdefault(properties.number(_RECIPIENT_TYPE) & 0xF or 1, []).append(address)
    return {kind: tuple(people) for kind, people in found.items()}


def _bodies(properties: _Properties) -> tuple[Body, ...]:
    if text := properties.text(_BODY).strip("\r\n \x00"):
        return (Body(plain_lines(text)),)
    html = properties.binary(_HTML)
    markup = decode_bytes(html, properties.html_charset) if html else properties.text(_HTML)
    if markup.strip():
        return (Body(html_lines(markup), wrapped=False),)
    if packed := properties.binary(_RTF):
        text, is_html = rtf_body(packed, properties.charset)
        return (Body(html_lines(text), wrapped=False) if is_html else Body(plain_lines(text), wrapped=False),)
    return ()


def _attachments(
    folders: _Folders, folder: tuple[str, ...], charset: str, level: int
) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    names: list[str] = []
    embedded: list[Message] = []
    for entry in sorted(n for n in folders.streams(folder) if n.startswith("__attach_version1.0_"))[
        :MAX_ENTRIES
    ]:
        properties = _Properties(folders, (*folder, entry), 8, charset)
        name = properties.text(0x3707) or properties.text(0x3704) or properties.text(0x3001)
        inner = (*folder, entry, "__substg1.0_3701000D")
        if level < MAX_LEVELS and "__properties_version1.0" in folders.streams(inner):
            message = _message(folders, inner, level + 1)
            embedded.append(message)
            name = name or f"{message.subject or 'message'}.msg"
        if name:
            names.append(headers.fold(name)[:255])
    return tuple(names), tuple(embedded)
