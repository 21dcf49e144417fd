"""The dialects, in the order in which they are asked whether a file is theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest.errors import LimitExceeded, UnreadableSource, UnsupportedSource
from ingest.model import Participant, Source
from ingest.plaintext import MAX_TEXT_BYTES
from ingest.transcripts import (
    assemblyai,
    aws,
    deepgram,
    docx,
    engines,
    fireflies,
    gong,
    layout,
    meet_text,
    otter,
    plain,
    srt,
    vtt,
    whisper,
)
from ingest.transcripts.build import build_source
from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Draft
from ingest.transcripts.parties import find_parties, read_parties

KNOWN_FORMATS = (
    "Zoom and Teams VTT, SRT, SBV, Gong, Fireflies, Whisper, Deepgram, AssemblyAI, AWS Transcribe, "
    "Google, IBM and Speechmatics JSON, Otter and Google Meet text, Teams, Meet and AWS DOCX, "
    "lines of 'Name: text'"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known from beside the file: the parties file, and names to look for."""

    parties: Node | None = None
    names: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    name: str
    matches: Callable[[Content], bool]
    parse: Callable[[Content, Context], Draft]


DIALECTS: tuple[Dialect, ...] = (
    Dialect("Word", docx.matches, lambda content, beside: docx.parse(content, beside.names)),
    Dialect("Gong", gong.matches, lambda content, beside: gong.parse(content, beside.parties)),
    Dialect("Whisper", whisper.matches, lambda content, beside: whisper.parse(content)),
    Dialect("Deepgram", deepgram.matches, lambda content, beside: deepgram.parse(content)),
    Dialect("Amazon Transcribe", aws.matches, lambda content, beside: aws.parse(content)),
    Dialect("speech engine", engines.matches, lambda content, beside: engines.parse(content)),
    Dialect("Fireflies", fireflies.matches, lambda content, beside: fireflies.parse(content)),
    Dialect("AssemblyAI", assemblyai.matches, lambda content, beside: assemblyai.parse(content)),
    Dialect("Preread", layout.matches, lambda content, beside: layout.parse(content)),
    Dialect("VTT", vtt.matches, lambda content, beside: vtt.parse(content, beside.names)),
    Dialect("SRT", srt.matches, lambda content, beside: srt.parse(content, beside.names)),
    Dialect("Meet", meet_text.matches, lambda content, beside: meet_text.parse(content, beside.names)),
    Dialect("Otter", otter.matches, lambda content, beside: otter.parse(content)),
    Dialect("Name: text", plain.matches, lambda content, beside: plain.parse(content, beside.names)),
)


def read_transcript(
    path: str,
    data: bytes,
    parties: bytes | None,
    when: datetime | date | None,
    title: str | None,
    participants: tuple[Participant, ...],
) -> Source:
    """See ``ingest.transcripts.parse_transcript``."""
    _check(path, data)
    content = Content(path, data)
    dialect = find_dialect(content)
    sidecar, notes = _sidecar(path, parties)
    people = (*(party.person for party in find_parties(sidecar or Node())), *participants)
    names = [person.name for person in people if person.name]
    draft = dialect.parse(content, Context(sidecar, names))
    source = build_source(path, draft, people)
    return replace(
        source,
        title=title or source.title,
        when=when if when is not None else source.when,
        notes=(*source.notes, *notes),
    )


def find_dialect(content: Content) -> Dialect:
    """Raises ``UnsupportedSource`` when no dialect knows it, ``UnreadableSource`` for broken JSON."""
    for dialect in DIALECTS:
        if dialect.matches(content):
            return dialect
    raise UnsupportedSource(f"not a transcript that we know; we read {KNOWN_FORMATS}", file=content.path)


def recognise(path: str, data: bytes) -> str:
    """See ``ingest.transcripts.dialect_of``."""
    _check(path, data)
    return find_dialect(Content(path, data)).name


def _check(path: str, data: bytes) -> None:
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableSource("the file is empty: export the transcript again", file=path)
    if len(data) > MAX_TEXT_BYTES:
        reason = f"{len(data) >> 20} MB of text, more than {MAX_TEXT_BYTES >> 20} MB: split the file"
        raise LimitExceeded(reason, file=path)


def _sidecar(path: str, parties: bytes | None) -> tuple[Node | None, tuple[str, ...]]:
    """A broken parties file costs names, not the call."""
    if parties is None:
        return None, ()
    try:
        return read_parties(path, parties), ()
    except UnreadableSource as error:
        return None, (f"the parties file could not be read ({error.reason}): speakers are numbered",)
