"""Mailboxes (mboxo, mboxrd): one message after the other, never all in memory."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.errors import IngestError, LimitExceeded, UnreadableSource
from ingest.mail.message import MAX_BYTES, read_message
from ingest.mail.sources import to_source
from ingest.model import Source

MAX_LINE = 1_000_000  # bytes read at once; longer lines come in pieces

# "From dana@northwind.example Thu Sep  3 08:14:57 2026", and what Thunderbird ("From - ...") and others
# write.
_ENVELOPE = re.compile(rb"^From (?:\S+ .*\d|-|\S+\s*$)")
_ESCAPED = re.compile(rb"^>+From ")


def parse_mbox(path: str, data: Path | bytes) -> Iterator[Source | IngestError]:
    """The mails of a mailbox in file order, keys ``path#message-id``. A message that cannot be read
    is yielded as the
    error that says why; a second copy of a message (same id, same bytes) is left out."""
    try:
        with _open(data) as stream:
            yield from _sources(path, stream)
    except OSError as error:
        yield UnreadableSource(
            f"cannot be read ({error.strerror or 'input error'}); copy it again", file=path
        )


def _open(data: Path | bytes) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else data.open("rb")


def _sources(path: str, stream: BinaryIO) -> Iterator[Source | IngestError]:
    seen: dict[str, bytes] = {}
    number = 0
    for number, raw in enumerate(_messages(stream), start=1):
        place = f"message {number}"
        try:
            if raw is None:
                raise LimitExceeded(
                    f"is larger than {MAX_BYTES >> 20} MiB; export it without attachments", file=path
                )
            message = read_message(path, raw)
        except IngestError as error:
            yield type(error)(error.reason, file=path, place=place)
            continue
        name = message.message_id or f"{number}"
        digest = hashlib.blake2b(raw, digest_size=16).digest()
        if seen.get(name) == digest:
            continue
        key = f"{path}#{name}" if name not in seen else f"{path}#{name}~{number}"
        seen[name] = digest
        yield to_source(path, key, message, "mbox")
    if number == 0:
        yield UnreadableSource(
            "holds no message: no line begins with 'From '; export the mailbox as mbox", file=path
        )


def _messages(stream: BinaryIO) -> Iterator[bytes | None]:
    """Raw messages; None for one that is too large, of which no more than the limit is ever held."""
    chunks: list[bytes] = []
    size, inside, after_blank = 0, False, True
    while line := stream.readline(MAX_LINE):
        if after_blank and _ENVELOPE.match(line):
            if inside:
                yield b"".join(chunks) if size <= MAX_BYTES else None
            chunks, size, inside = [], 0, True
        elif inside:
            size += len(line)
            if size <= MAX_BYTES:
                chunks.append(line[1:] if _ESCAPED.match(line) else line)
            else:
                chunks.clear()
        after_blank = not line.strip()
    if inside:
        yield b"".join(chunks) if size <= MAX_BYTES else None
