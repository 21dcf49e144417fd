"""One file of a deal, parsed into its sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import cast

from api import workspaces
from api.cores import seat
from api.errors import translate
from api.jobs.indexing import enqueue_index
from api.jobs.staging import hear_alone, reason_of
from api.jobs.task import Lost, Task
from api.store.codec import load_participants
from api.store.files import File
from api.transcripts import take_in
from api.voices import recognise
from api.wiring import Parts
from ingest.attendees import most_speakers
from ingest.calendar import parse_ics
from ingest.errors import IngestError, UnreadableSource
from ingest.folder import FileKind
from ingest.mail import parse_mail, parse_mbox, parse_msg
from ingest.model import Participant, Source
from ingest.transcripts import parse_transcript
from ingest.transcripts.parties import find_parties, read_parties
from ingest.vocabulary import vocabulary
from ingest.workspace import Workspace

_DOING = {"decode": "decoding", "transcribe": "transcribing", "diarize": "telling speakers apart in"}
EXPECTED = "expected"
NAMED = 20  # how many unreadable mails of a mailbox are named


def import_file(task: Task, parts: Parts) -> None:
    file = _file(task)
    try:
        _import(task, parts, file)
    except Lost:
        with task.store.read() as unit:
            removed = unit.files.get(file.deal_id, file.path) is None
        if removed:  # and not merely taken over by another worker, who goes on with what is finished
            workspaces.forget_file(parts.settings.home, file.deal_id, file.path)
        raise


def _import(task: Task, parts: Parts, file: File) -> None:
    stage = f"{'transcribing' if file.role == FileKind.RECORDING else 'reading'} {file.path}"
    task.progress(stage, 0, 1)
    try:
        sources, left_out = _parse(task, parts, file, stage)
    except Exception as error:
        if isinstance(translate(error), IngestError):
            _reject(task, parts, file, error)
        raise
    heard = recognise(parts, file, sources)
    with task.finish(file.path) as unit:
        before = unit.files.get(file.deal_id, file.path)
        gone = set(unit.sources.keys(file.deal_id, file.path)) - {s.key for s in sources}
        take_in(unit, file.deal_id, file.path, sources)
        unit.files.put(file)
        for key, matches in heard.items():
            unit.voiceprints.heard(file.deal_id, file.path, key, matches)
        if left_out:
            unit.jobs.note(task.job.id, "; ".join(left_out[:NAMED]))
        enqueue_index(unit, parts, file.deal_id)
    if file.role == FileKind.RECORDING:
        workspaces.forget_file(parts.settings.home, file.deal_id, file.path)
    for key in gone:
        parts.any_vectors.remove(file.deal_id, key)
        parts.keywords.remove(file.deal_id, key)
    if before and before.sha256 != file.sha256:
        with parts.store.read() as unit:
            unused = unit.files.unused({before.sha256})
        for digest in unused:
            parts.blobs.remove(digest)


def _file(task: Task) -> File:
    p = task.job.payload
    meta: Mapping[str, str] = json.loads(p["meta"])
    return File(
        task.deal_id, p["path"], p["role"], p["sha256"], int(p["size"]), p["fingerprint"], "ready", None, meta
    )


def _reject(task: Task, parts: Parts, file: File, error: Exception) -> None:
    """The file is kept out and listed with the reason; a good one that it was to replace stays. A recording that was only
    kept beside its transcript is transcribed after all."""
    reason = reason_of(error, file.path)
    with task.store.write() as unit:
        known = unit.files.get(file.deal_id, file.path)
        if known is None:
            return
        if known.state == "ready" and known.fingerprint != file.fingerprint:
            unit.files.mark(file.deal_id, file.path, "ready", f"a newer file was not taken: {reason}")
            return
        unit.files.mark(file.deal_id, file.path, "rejected", reason)
        beside = [f for f in unit.files.of(file.deal_id) if f.meta.get("twin") == file.path]
    for recording in beside:
        hear_alone(parts, recording)


def _parse(task: Task, parts: Parts, file: File, stage: str) -> tuple[list[Source], list[str]]:
    """The sources of a file, and the mails of a mailbox that could not be read, each in a line."""
    suffix = PurePosixPath(file.path).suffix.casefold()
    if file.role == FileKind.RECORDING:
        return [_recording(task, parts, file)], []
    if suffix == ".mbox":
        return _mailbox(task, parts, file, stage)
    data = parts.blobs.read(file.sha256)
    if file.role == FileKind.CALENDAR:
        return [parse_ics(file.path, data)], []
    if file.role == FileKind.MAIL:
        return [(parse_msg if suffix == ".msg" else parse_mail)(file.path, data)], []
    parties = parts.blobs.read(file.meta["parties"]) if "parties" in file.meta else None
    source = parse_transcript(
        file.path,
        data,
        parties=parties,
        when=_when(file.meta.get("when")),
        title=file.meta.get("title"),
        participants=_participants(file.meta),
    )
    return [source], []


def _mailbox(task: Task, parts: Parts, file: File, stage: str) -> tuple[list[Source], list[str]]:
    sources: list[Source] = []
    left_out: list[str] = []
    with parts.blobs.local(file.sha256, ".mbox") as path:
        for found in parse_mbox(file.path, path):
            if isinstance(found, IngestError):
                left_out.append(reason_of(found, file.path))
            else:
                sources.append(found)
            task.progress(stage, len(sources), 0)
    if not sources:
        raise UnreadableSource(left_out[0] if left_out else "holds no mail", file=file.path)
    return sources, left_out


def _recording(task: Task, parts: Parts, file: File) -> Source:
    from ingest.recording import Limits, transcribe_recording

    with task.store.read() as unit:
        before, stored = unit.files.get(file.deal_id, file.path), unit.sources.raw_of(file.deal_id, file.path)
    same = before is not None and before.sha256 == file.sha256 and before.state == "ready"
    if same and stored and _engine(parts) in (stored.engine or ""):
        return _told(stored, file)  # only what calls.csv says has changed
    home = parts.settings.home
    workspace = workspaces.of_file(home, file.deal_id, file.path, file.sha256)
    with task.store.read() as unit:
        workspaces.clean(home, frozenset(deal.id for deal in unit.deals.all()))
    place = PurePosixPath(file.path)
    stage = f"transcribing {file.path}"
    try:
        with (
            seat(home, parts.settings.threads, lambda: task.progress(f"{stage}: waiting for another", 0, 0)),
            parts.blobs.local(file.sha256, place.suffix) as path,
        ):
            return transcribe_recording(
                path,
                file.path,
                transcriber=parts.transcriber,
                diarizer=parts.diarizer,
                when=_when(file.meta.get("when")),
                title=file.meta.get("title") or place.stem,
                participants=_participants(file.meta),
                language=parts.settings.language,
                hotwords=_expected_words(task, file, workspace),
                at_most_speakers=_most_speakers(task, parts, file),
                limits=Limits(max_hours=parts.settings.max_hours),
                on_progress=lambda what, done, total: task.progress(
                    f"{_DOING[what]} {file.path}", done, total
                ),
                workspace=workspace,
            )
    except IngestError:
        workspace.remove()
        raise


def _expected_words(task: Task, file: File, workspace: Workspace) -> tuple[str, ...]:
    """As they were when the work began: mails that come in meanwhile must not make what is finished worthless."""
    kept: object = workspace.document(EXPECTED)
    if isinstance(kept, list):
        return tuple(str(word) for word in cast(list[object], kept))
    with task.store.read() as unit:
        opportunity = unit.deals.find(file.deal_id).opportunity
        words = vocabulary(opportunity, unit.deals.contacts(file.deal_id), unit.sources.of(file.deal_id))
    workspace.keep_document(EXPECTED, list(words))
    return words


def _most_speakers(task: Task, parts: Parts, file: File) -> int | None:
    """As many as calls.csv, the parties file or an invitation to that time name."""
    parties: tuple[Participant, ...] = ()
    if "parties" in file.meta:
        with suppress(
            IngestError
        ):  # listed as unreadable by its own name; the recording can be heard without
            node = read_parties(file.path, parts.blobs.read(file.meta["parties"]))
            parties = tuple(party.person for party in find_parties(node))
    with task.store.read() as unit:
        sources = unit.sources.of(file.deal_id)
    return most_speakers(_participants(file.meta), sources, _when(file.meta.get("when")), parties)


def _engine(parts: Parts) -> str:
    return parts.settings.transcriber


def _told(source: Source, file: File) -> Source:
    listed = tuple(p for p in source.participants if p.role == "speaker")
    return replace(
        source,
        when=_when(file.meta.get("when")) or source.when,
        title=file.meta.get("title") or source.title,
        participants=(*listed, *_participants(file.meta)),
    )


def _when(text: str | None) -> datetime | date | None:
    if not text:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _participants(meta: Mapping[str, str]) -> tuple[Participant, ...]:
    return load_participants(meta["participants"]) if meta.get("participants") else ()
