"""Mail in, messages out: each sentence once, in the mail where it was written."""

from __future__ import annotations

from ingest.mail.mbox import parse_mbox
from ingest.mail.message import read_message
from ingest.mail.outlook import read_msg
from ingest.mail.repeats import strip_repeats
from ingest.mail.signatures import signature_of
from ingest.mail.sources import to_source
from ingest.mail.threads import thread
from ingest.model import Source

__all__ = ["parse_mail", "parse_mbox", "parse_msg", "signature_of", "strip_repeats", "thread"]


def parse_mail(path: str, data: bytes) -> Source:
    """One .eml file as a source of kind MAIL; ``key`` is the path.

    Raises UnreadableSource (empty, not a mail) or LimitExceeded (over 64 MiB, nested beyond reason).
    Everything less
    is read as far as it goes, and ``notes`` says what was wrong.
    """
    return to_source(path, path, read_message(path, data), "eml")


def parse_msg(path: str, data: bytes) -> Source:
    """One Outlook .msg file as a source of kind MAIL; errors as ``parse_mail``."""
    return to_source(path, path, read_msg(path, data), "msg")
