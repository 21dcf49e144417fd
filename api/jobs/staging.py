"""Files on their way in: which deal they belong to, what is new, and a job for each that is.

Staging is quick and does not parse calls or mails: it hashes, stores the file as it came, reads the CRM's
CSV files, and puts
an import job beside each new or changed file. The same files again make no job at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from api.errors import ApiError, BadInput, NotFound, line
from api.files import Blob, hash_file
from api.jobs.indexing import enqueue_index
from api.store import Unit
from api.store.codec import dump_participants
from api.store.deals import Deal
from api.store.files import File
from api.views import Rejected
from api.wiring import Parts
from ingest.crm import CallMeta, opportunity_for_folder, parse_calls_index, parse_contacts
from ingest.errors import IngestError
from ingest.folder import FileKind, classify, place, scan
from ingest.model import Opportunity

PARSER = "1"  # a new number parses every file again on its next import
PEEK = 64 << 20  # bytes of a loose file that are looked at to tell what it is


@dataclass
class Staged:
    """What staging came to: the deals, the jobs that were started, and what was not taken."""

    deals: dict[str, str] = field(default_factory=dict[str, str])  # id -> name
    jobs: list[str] = field(default_factory=list[str])
    files: dict[str, str] = field(default_factory=dict[str, str])  # import job -> its file, as people know it
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    ignored: list[str] = field(default_factory=list[str])
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file for a deal. ``path`` is its place in the deal; ``meta`` what calls.csv and the layout say of
    it.
    """

    path: str
    kind: FileKind
    file: Path
    meta: Mapping[str, str] = field(default_factory=dict[str, str])


def reason_of(error: Exception, file: str) -> str:
    """Why a file was not taken, without its name."""
    if isinstance(error, IngestError):
        return f"{error.place}: {error.reason}" if error.place else error.reason
    return line(error).removeprefix(f"{file}: ")


def stage_folder(parts: Parts, root: Path, staged: Staged, *, deal: str | None = None) -> None:
    """A deal folder. Raises ``IngestError`` (not a deal folder) or ``BadInput`` (which deal it is cannot be
    told).
    """
    layout = scan(root)
    staged.ignored += [f"{layout.name}/{path}" for path in layout.ignored]
    opportunity = _read_opportunity(layout.root, layout.opportunity, staged)
    with parts.store.write() as unit:
        found = _which_deal(unit, root, layout.name, opportunity, deal)
    staged.deals[found.id] = found.opportunity.name
    crm = [
        Incoming(path, kind, layout.root / path)
        for path, kind in (
            (layout.opportunity, FileKind.OPPORTUNITY),
            (layout.contacts, FileKind.CONTACTS),
            (layout.calls_index, FileKind.CALLS_INDEX),
        )
        if path
    ]
    _stage(parts, found.id, crm, staged, prefix=f"{layout.name}/")
    entries = _calls_index(parts, found.id)
    incoming = [
        *(_call(layout.root, c.path, c.kind, c.parties, c.twin, entries) for c in layout.calls),
        *(Incoming(p, FileKind.PARTIES, layout.root / p) for c in layout.calls if (p := c.parties)),
        *(Incoming(p, classify(p), layout.root / p) for p in layout.mails),
    ]
    _stage(parts, found.id, incoming, staged, prefix=f"{layout.name}/")


def stage_files(parts: Parts, files: Sequence[Path], staged: Staged, *, deal: str) -> None:
    """Loose files of one deal, each put where the layout wants it. A deal that is not there is made, once there is
    something for it.
    """
    order = {FileKind.OPPORTUNITY: 0, FileKind.CONTACTS: 0, FileKind.CALLS_INDEX: 0, FileKind.PARTIES: 1}
    incoming: list[Incoming] = []
    for file in files:
        kind = classify(file.name, _peek(file))
        path = place(kind, file.name)
        if path is None:
            staged.rejected.append(
                Rejected(str(file), "is none of the files that Preread reads (docs/formats.md)")
            )
        else:
            incoming.append(Incoming(path, kind, file))
    found = _known_or_new(parts, deal, make=bool(incoming))
    staged.deals[found.id] = found.opportunity.name
    incoming.sort(key=lambda i: order.get(i.kind, 2))
    for one in incoming:  # one by one: what an earlier one says (calls.csv, parties) is known to the next
        entries = _calls_index(parts, found.id)
        meta = _meta(one.path, one.kind, entries, parts, found.id)
        _stage(parts, found.id, [Incoming(one.path, one.kind, one.file, meta)], staged)


def _known_or_new(parts: Parts, deal: str, *, make: bool) -> Deal:
    name = " ".join(deal.split())
    with parts.store.write() as unit:
        try:
            return unit.deals.find(deal)
        except NotFound:
            if not make:
                raise
            return unit.deals.create(name, Opportunity(id=None, name=name))


def _peek(file: Path) -> bytes:
    if file.suffix.casefold() not in (".csv", ".json", ".txt", ".md", ".docx"):
        return b""
    try:
        with file.open("rb") as opened:
            return opened.read(PEEK)
    except OSError:
        return b""


def _read_opportunity(root: Path, path: str | None, staged: Staged) -> Opportunity | None:
    """The CRM row; one that cannot be read is reported when its file is staged."""
    if path is None:
        return None
    try:
        return opportunity_for_folder(path, (root / path).read_bytes(), folder=root.resolve().name)
    except (IngestError, OSError):
        return None


def _which_deal(
    unit: Unit, root: Path, name: str, opportunity: Opportunity | None, wanted: str | None
) -> Deal:
    """By ``--deal``, else by Opportunity ID, else by folder name; made where there is none.

    Two folders of one name are two deals when their Opportunity IDs differ. Without ids nobody can tell
    whether they are
    one deal: that is said instead of guessed.
    """
    folder = str(root.resolve())
    if wanted is not None:
        return unit.deals.find(wanted)
    opportunity_id = opportunity.id if opportunity else None
    if opportunity_id and (known := unit.deals.by_opportunity(opportunity_id)):
        return known
    for known in unit.deals.by_name(name):
        if opportunity_id and known.opportunity_id:
            continue  # the same name, another opportunity
        if known.folder in (None, folder):
            return known
        raise BadInput(
            f"{root}: there is a deal {name!r} already, imported from {known.folder}: "
            f"say --deal {known.id} if it is the "
            "same, else rename the folder, or give both an opportunity.csv with its own Opportunity ID"
        )
    return unit.deals.create(name, opportunity or Opportunity(id=None, name=name), folder)


def _call(
    root: Path,
    path: str,
    kind: FileKind,
    parties: str | None,
    twin: str | None,
    entries: Mapping[str, CallMeta],
) -> Incoming:
    meta = _entry_meta(path, entries)
    if parties:
        meta["parties"] = hash_file(root / parties).sha256
        meta["parties_path"] = parties
    if twin and kind is FileKind.RECORDING:
        meta["twin"] = twin
    return Incoming(path, kind, root / path, meta)


def _entry_meta(path: str, entries: Mapping[str, CallMeta]) -> dict[str, str]:
    entry = entries.get(path.rsplit("/", 1)[-1].casefold())
    if entry is None:
        return {}
    said = {
        "when": entry.when.isoformat() if entry.when else "",
        "title": entry.title or "",
        "participants": dump_participants(entry.participants) if entry.participants else "",
    }
    return {key: value for key, value in said.items() if value}


def _meta(
    path: str, kind: FileKind, entries: Mapping[str, CallMeta], parts: Parts, deal_id: str
) -> dict[str, str]:
    """What is known of a loose file from the files that the deal has already."""
    if kind not in (FileKind.TRANSCRIPT, FileKind.RECORDING):
        return {}
    meta = _entry_meta(path, entries)
    sidecar = f"{path.rsplit('.', 1)[0]}.parties.json"
    with parts.store.read() as unit:
        parties = unit.files.get(deal_id, sidecar)
    if parties:
        meta |= {"parties": parties.sha256, "parties_path": sidecar}
    return meta


def _calls_index(parts: Parts, deal_id: str) -> Mapping[str, CallMeta]:
    """calls.csv as it is stored, by file name."""
    with parts.store.read() as unit:
        file = next(
            (f for f in unit.files.of(deal_id) if f.role == FileKind.CALLS_INDEX and f.state == "ready"), None
        )
    if file is None:
        return {}
    entries = parse_calls_index(file.path, parts.blobs.read(file.sha256))
    return {name.rsplit("/", 1)[-1].casefold(): entry for name, entry in entries.items()}


# one deal's files


def _stage(
    parts: Parts, deal_id: str, incoming: Sequence[Incoming], staged: Staged, prefix: str = ""
) -> None:
    with parts.store.read() as unit:
        known = {file.path: file for file in unit.files.of(deal_id)}
    for one in incoming:
        try:
            job = _stage_one(parts, deal_id, one, known.get(one.path))
        except (IngestError, BadInput) as error:
            staged.rejected.append(Rejected(prefix + one.path, reason_of(error, one.path)))
            continue
        except OSError as error:
            if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
                staged.rejected.append(
                    Rejected(prefix + one.path, f"cannot be read: {error.strerror}: check the file")
                )
                continue
            raise
        if job is None:
            staged.unchanged += 1
        elif job:
            staged.jobs.append(job)
            staged.files[job] = prefix + one.path
    with parts.store.write() as unit:
        if (job_id := enqueue_index(unit, parts, deal_id)) and job_id not in staged.jobs:
            staged.jobs.append(job_id)


def _stage_one(parts: Parts, deal_id: str, one: Incoming, known: File | None) -> str | None:
    """The id of the import job, "" when the file was taken here and now, None when it was there already."""
    blob = hash_file(one.file)
    mark = fingerprint(parts, one, blob)
    if known and known.fingerprint == mark and known.state == "ready":
        return None
    if not parts.blobs.has(blob.sha256):
        with one.file.open("rb") as content:
            blob = parts.blobs.put(content)
        mark = fingerprint(parts, one, blob)  # the file may have changed between the two readings
    return take(parts, deal_id, one, blob, mark)


def fingerprint(parts: Parts, one: Incoming, blob: Blob) -> str:
    """What a file's sources depend on."""
    said = [PARSER, blob.sha256, json.dumps(dict(one.meta), sort_keys=True)]
    if one.kind is FileKind.RECORDING:
        said += [parts.settings.transcriber, parts.settings.diarizer]
    return sha256("\n".join(said).encode()).hexdigest()


def take(parts: Parts, deal_id: str, one: Incoming, blob: Blob, mark: str) -> str:
    """Put a stored blob into its deal: CSV files at once, everything else as a job, whose id is returned."""
    file = File(deal_id, one.path, one.kind.value, blob.sha256, blob.size, mark, "ready", None, one.meta)
    if one.kind in (FileKind.OPPORTUNITY, FileKind.CONTACTS, FileKind.CALLS_INDEX):
        _take_crm(parts, file)
        return ""
    with parts.store.write() as unit:
        if one.kind is FileKind.PARTIES or one.meta.get("twin"):
            unit.files.put(file)
            return ""
        known = unit.files.get(deal_id, one.path)
        if known is None or known.state != "ready":
            # a file that is good stays in its place until the newer one turns out to be good, too
            unit.files.put(
                File(deal_id, one.path, file.role, file.sha256, file.size, mark, "waiting", None, one.meta)
            )
        queue = "transcribe" if one.kind is FileKind.RECORDING else "mail"
        payload = {"path": one.path, "role": file.role, "sha256": file.sha256, "size": str(file.size)}
        payload |= {"fingerprint": mark, "meta": json.dumps(dict(one.meta), sort_keys=True)}
        # of the path too: two files of one content are two files
        key = f"import:{deal_id}:{sha256(f'{one.path}:{mark}'.encode()).hexdigest()}"
        return parts.enqueue(unit, "import", queue, key, deal=deal_id, **payload).id


def hear_alone(parts: Parts, recording: File) -> None:
    """Transcribe a recording whose transcript, beside it, could not be read; at once or never again: what was heard of
    it stays."""
    meta = {key: value for key, value in recording.meta.items() if key != "twin"}
    one = Incoming(recording.path, FileKind.RECORDING, Path(recording.path), meta)
    blob = Blob(recording.sha256, recording.size)
    mark = fingerprint(parts, one, blob)
    with parts.store.write() as unit:
        heard = bool(unit.sources.keys(recording.deal_id, recording.path))
        state = "ready" if heard else "waiting"
        unit.files.put(replace(recording, fingerprint=mark, state=state, reason=None, meta=meta))
    if not heard:
        take(parts, recording.deal_id, one, blob, mark)


def _take_crm(parts: Parts, file: File) -> None:
    """opportunity.csv, contacts.csv or calls.csv. Raises ``IngestError`` when it cannot be read, and then
    keeps what was there.
    """
    data = parts.blobs.read(file.sha256)
    if file.role == FileKind.OPPORTUNITY:
        with parts.store.read() as unit:
            name = unit.deals.find(file.deal_id).name
        opportunity = opportunity_for_folder(file.path, data, folder=name)
        with parts.store.write() as unit:
            other = unit.deals.by_opportunity(opportunity.id) if opportunity.id else None
            if other and other.id != file.deal_id:
                raise BadInput(
                    f"the opportunity {opportunity.id} is that of the deal {other.id}: import it there"
                )
            unit.deals.update(file.deal_id, opportunity=opportunity)
            unit.files.put(file)
        return
    contacts = parse_contacts(file.path, data) if file.role == FileKind.CONTACTS else None
    if contacts is None:
        parse_calls_index(file.path, data)
    with parts.store.write() as unit:
        unit.deals.update(file.deal_id, contacts=contacts)
        unit.files.put(file)


# uploads


def stage_upload(parts: Parts, deal_id: str, name: str, content: BinaryIO) -> str | None:
    """One file as a browser sends it. The id of the job that takes it in (None: it changed nothing).

    Raises ``BadInput`` (too large, empty name) or ``IngestError`` (nothing that we read).
    """
    blob = parts.blobs.put(content, limit=parts.settings.max_upload_mb << 20)
    with parts.blobs.local(blob.sha256, Path(name).suffix) as local:
        kind = classify(name, _peek_named(local, name))
    path = place(kind, name)
    if path is None:
        raise BadInput(f"{name}: is none of the files that Preread reads (docs/formats.md)")
    meta = _meta(path, kind, _calls_index(parts, deal_id), parts, deal_id)
    one = Incoming(path, kind, Path(name), meta)
    mark = fingerprint(parts, one, blob)
    with parts.store.read() as unit:
        known = unit.files.get(deal_id, path)
    if known and known.fingerprint == mark and known.state == "ready":
        return None
    job = take(parts, deal_id, one, blob, mark)
    for follower in _followers(parts, deal_id, path, kind):
        take(parts, deal_id, *follower)
    with parts.store.write() as unit:
        index = enqueue_index(unit, parts, deal_id)
    return job or index


def _peek_named(local: Path, name: str) -> bytes:
    if Path(name).suffix.casefold() not in (".csv", ".json", ".txt", ".md", ".docx"):
        return b""
    with local.open("rb") as file:
        return file.read(PEEK)


def _followers(parts: Parts, deal_id: str, path: str, kind: FileKind) -> Iterator[tuple[Incoming, Blob, str]]:
    """The calls of which a new calls.csv or parties file says something new."""
    if kind not in (FileKind.CALLS_INDEX, FileKind.PARTIES):
        return
    entries = _calls_index(parts, deal_id)
    with parts.store.read() as unit:
        files = [f for f in unit.files.of(deal_id) if f.role in (FileKind.TRANSCRIPT, FileKind.RECORDING)]
    for file in files:
        role = FileKind(file.role)
        meta = {**_meta(file.path, role, entries, parts, deal_id)}
        if "twin" in file.meta:
            meta["twin"] = file.meta["twin"]
        one, blob = Incoming(file.path, role, Path(file.path), meta), Blob(file.sha256, file.size)
        if meta != dict(file.meta):
            yield one, blob, fingerprint(parts, one, blob)


def stage(parts: Parts, paths: Sequence[Path], deal: str | None) -> Staged:
    """Deal folders and loose files. Raises ``BadInput`` when nothing of it can be taken for the way it was
    asked.
    """
    staged = Staged()
    missing = [path for path in paths if not path.exists()]
    loose = [path for path in paths if path not in missing and not path.is_dir()]
    if loose and deal is None:
        raise BadInput(
            f"{loose[0]}: is not a folder: give a deal folder, or say which deal it belongs to with --deal"
        )
    if deal is not None and not loose:
        with parts.store.read() as unit:
            unit.deals.find(deal)
    for path in missing:
        staged.rejected.append(Rejected(str(path), "there is no such file or folder: check the path"))
    problems: list[Exception] = []
    for path in paths:
        if path.is_dir():
            try:
                stage_folder(parts, path, staged, deal=deal)
            except (IngestError, ApiError) as error:
                problems.append(error)
                staged.rejected.append(Rejected(str(path), reason_of(error, str(path))))
    if loose:
        assert deal is not None
        stage_files(parts, loose, staged, deal=deal)
    if not staged.deals:  # nothing at all could be taken
        first = staged.rejected[0]
        raise problems[0] if problems else BadInput(f"{first.file}: {first.reason}")
    return staged
