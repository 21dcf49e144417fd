"""Sources and files as the pages list them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from api.store.files import File
from api.views import SourceView
from ingest.model import Source, SourceKind


def source_view(
    source: Source, file: File | None, beside: Mapping[str, str], told: Mapping[tuple[str, str], str]
) -> SourceView:
    """``beside``: the recording that lies beside a transcript, by the transcript's path."""
    recorded = file is not None and file.role == "recording"
    voices = {u.speaker for u in source.utterances if u.speaker} if source.kind is SourceKind.CALL else ()
    audio = source.path if recorded else beside.get(source.path)
    return SourceView(
        key=source.key,
        path=source.path,
        kind=source.kind.value,
        format=source.format,
        title=source.title,
        when=source.when.isoformat() if source.when else None,
        utterances=len(source.utterances),
        duration=source.duration,
        has_audio=audio is not None,
        unnamed=sum((source.key, voice) not in told for voice in voices),
        audio=audio,
        state="ready",
        notes=source.notes,
        reason=file.reason if file else None,
    )


def file_view(file: File) -> SourceView:
    """A file that has no source: it waits, or was not taken, or lies beside its transcript."""
    recording = file.role == "recording"
    notes = (f"not transcribed: {twin} is its transcript",) if (twin := file.meta.get("twin")) else ()
    return SourceView(
        key=file.path,
        path=file.path,
        kind="call" if file.role in ("recording", "transcript") else "mail",
        format=file.role,
        title=file.meta.get("title") or PurePosixPath(file.path).stem,
        when=file.meta.get("when"),
        utterances=0,
        duration=None,
        has_audio=recording,
        audio=file.path if recording else None,
        state="waiting" if file.state == "waiting" else "rejected" if file.state == "rejected" else "ready",
        notes=notes,
        reason=file.reason,
    )
