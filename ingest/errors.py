"""Everything that ingest raises.

    IngestError                 a source could not be taken; the message names the file and the cure
    ├── UnreadableSource        the bytes are not what they claim to be, are empty, or are damaged
    ├── UnsupportedSource       a kind of file that we do not read
    ├── NoSpeech                a recording without an audio track, or without speech
    ├── LimitExceeded           longer, larger or slower than the limits allow
    ├── ModelMissing            weights that are not on this machine (``preread models pull``)
    └── ExtraMissing            a Python package of an optional extra is not installed

Foreign exceptions are translated into these at each parser and backend, never further out.
"""

from __future__ import annotations


class IngestError(Exception):
    """One line that says what was wrong with which file, and what to do about it.

    ``file`` is the path as the user knows it (``calls/02-demo.vtt``); ``place`` is a line, a second or a
    message number in it, where known.
    """

    def __init__(self, reason: str, *, file: str | None = None, place: str | None = None) -> None:
        self.reason = reason
        self.file = file
        self.place = place
        where = ", ".join(part for part in (file, place) if part)
        super().__init__(f"{where}: {reason}" if where else reason)


class UnreadableSource(IngestError):
    """The bytes are not what they claim to be, are empty, or are damaged."""


class UnsupportedSource(IngestError):
    """A kind of file that Preread does not read."""


class NoSpeech(IngestError):
    """A recording without an audio track, or one in which nobody speaks."""


class LimitExceeded(IngestError):
    """Longer, larger or slower than the limits allow."""


class ModelMissing(IngestError):
    """Model weights are not on this machine."""


class ExtraMissing(IngestError):
    """A Python package that belongs to an optional extra is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"the package {package} is not installed: pip install 'preread[{extra}]'")
