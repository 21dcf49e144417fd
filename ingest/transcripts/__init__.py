"""Transcript files in, utterances out: one dialect a file, told apart by content, not by name."""

from __future__ import annotations

from datetime import date, datetime

from ingest.model import Participant, Source


def parse_transcript(
    path_in_deal: str,
    data: bytes,
    *,
    parties: bytes | None = None,
    when: datetime | date | None = None,
    title: str | None = None,
    participants: tuple[Participant, ...] = (),
) -> Source:
    """Read one transcript of any dialect in ``ingest.transcripts.registry.DIALECTS``.

    ``parties``: Gong's NAME.parties.json beside the file. ``when``, ``title`` and ``participants`` come from
    calls.csv and go before what the file says. Times of the result are seconds. Raises ``UnreadableSource``
    (empty, damaged, no usable cue), ``UnsupportedSource`` (no known dialect) or ``LimitExceeded``.
    """
    from ingest.transcripts.registry import read_transcript

    return read_transcript(path_in_deal, data, parties, when, title, participants)


def dialect_of(path: str, data: bytes) -> str:
    """The name of the dialect that knows the bytes. Raises as ``parse_transcript`` does."""
    from ingest.transcripts.registry import recognise

    return recognise(path, data)


def is_transcript(path: str, data: bytes) -> bool:
    """Whether the bytes are a transcript in a dialect that we read. Never raises."""
    from ingest.errors import IngestError

    try:
        dialect_of(path, data)
    except IngestError:
        return False
    return True
