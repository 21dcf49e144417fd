"""The deal folder of the contract: which file is what. Nothing is opened here; names decide.

<deal>/opportunity.csv, contacts.csv, calls/calls.csv, calls/* (recordings, transcripts), emails/*
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ingest.errors import IngestError, UnreadableSource, UnsupportedSource

RECORDINGS = frozenset(
    f".{name}"
    for names in (
        "wav wave mp3 m4a m4b mp4 m4v aac ogg oga opus webm flac mkv mka mov wma wmv amr 3gp 3g2 avi aif",
        "aiff aifc au caf mpg mpeg mp2 mpga spx ac3 ts mts gsm flv asf wv",
    )
    for name in names.split()
)
TRANSCRIPTS = frozenset((".vtt", ".srt", ".sbv", ".json", ".txt", ".md", ".docx"))
MAILS = frozenset((".eml", ".mbox", ".msg"))
CALENDARS = frozenset((".ics",))
PARTIES = ".parties.json"
EXPECTED = (
    "opportunity.csv, contacts.csv, calls/ (recordings, transcripts), emails/ (.eml, .mbox, .msg, .ics)"
)

_FOLDERS = ("calls", "emails")
_MAX_FILES = 20_000


class FileKind(StrEnum):
    OPPORTUNITY = "opportunity"
    CONTACTS = "contacts"
    CALLS_INDEX = "calls-index"
    TRANSCRIPT = "transcript"
    PARTIES = "parties"
    RECORDING = "recording"
    MAIL = "mail"
    CALENDAR = "calendar"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CallFile:
    """A recording or a transcript. Paths are relative to the deal, with forward slashes.

    ``twin``: for a recording, the transcript of the same name beside it, and the other way round.
    """

    path: str
    kind: FileKind  # RECORDING or TRANSCRIPT
    parties: str | None = None
    twin: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What a deal folder holds; all paths relative to ``root``, with forward slashes, sorted."""

    name: str
    root: Path
    opportunity: str | None = None
    contacts: str | None = None
    calls_index: str | None = None
    calls: tuple[CallFile, ...] = ()
    mails: tuple[str, ...] = ()  # .eml, .mbox, .msg and .ics
    ignored: tuple[str, ...] = ()  # never opened; a folder ends in "/"


def scan(root: Path) -> Layout:
    """The layout of a deal folder. Opens no file, follows no link that leads out of the folder.

    Raises ``UnreadableSource`` (no such folder, or not readable) and ``UnsupportedSource`` (none of the known
    files in it, or more than 20,000).
    """
    name = root.resolve().name
    if not root.is_dir():
        raise UnreadableSource("no such folder", file=str(root))
    files, ignored = _files(root, name)
    found = {path: _in_layout(path) for path in files}
    ignored += [path for path, kind in found.items() if kind is FileKind.UNKNOWN]
    used = {path: kind for path, kind in found.items() if kind is not FileKind.UNKNOWN}
    single = {kind: next((path for path, other in used.items() if other is kind), None) for kind in FileKind}
    calls = tuple(_calls(used))
    sidecars = {call.parties for call in calls}
    ignored += [path for path, kind in used.items() if kind is FileKind.PARTIES and path not in sidecars]
    layout = Layout(
        name=name,
        root=root,
        opportunity=single[FileKind.OPPORTUNITY],
        contacts=single[FileKind.CONTACTS],
        calls_index=single[FileKind.CALLS_INDEX],
        calls=calls,
        mails=tuple(path for path, kind in used.items() if kind in (FileKind.MAIL, FileKind.CALENDAR)),
        ignored=tuple(sorted(ignored)),
    )
    if not (layout.opportunity or layout.contacts or layout.calls or layout.mails):
        raise UnsupportedSource(f"holds none of the files of a deal: expected {EXPECTED}", file=name)
    return layout


def classify(name: str, data: bytes = b"") -> FileKind:
    """What a loose file is. ``data``: its bytes, needed only for .csv, .json, .txt, .md and .docx.

    A CSV is known by its columns, a .json, .txt, .md or .docx is a transcript only if some dialect knows its
    content, or if it is empty or broken, so that reading it says so. ``data`` may be the file's head only.
    Never raises.
    """
    base = safe_name(name).casefold()
    suffix = PurePosixPath(base).suffix
    if base.startswith(".") or base == "gold.json" or base.endswith(".script.json"):
        return FileKind.UNKNOWN
    if suffix == ".csv":
        return _csv_kind(base, data)
    if suffix in (".json", ".txt", ".md", ".docx"):
        return _text_kind(base, data)
    if suffix in TRANSCRIPTS:
        return FileKind.TRANSCRIPT
    if suffix in RECORDINGS:
        return FileKind.RECORDING
    if suffix in MAILS:
        return FileKind.MAIL
    return FileKind.CALENDAR if suffix in CALENDARS else FileKind.UNKNOWN


def place(kind: FileKind, name: str) -> str | None:
    """Where a loose file belongs in the layout, None for unknown ones. Only the name's last part is used."""
    fixed = {
        FileKind.OPPORTUNITY: "opportunity.csv",
        FileKind.CONTACTS: "contacts.csv",
        FileKind.CALLS_INDEX: "calls/calls.csv",
    }
    if kind is FileKind.UNKNOWN:
        return None
    folder = "emails" if kind in (FileKind.MAIL, FileKind.CALENDAR) else "calls"
    return fixed.get(kind) or f"{folder}/{safe_name(name)}"


def safe_name(name: str) -> str:
    """The last part of a path from anywhere, without what no file system likes. Never empty, "." or ".."."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    clean = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", last).strip(" ")
    stem, dot, suffix = clean.rpartition(".")
    short = f"{stem[:120]}{dot}{suffix[:20]}" if dot else clean[:140]
    return short if short.strip(".") else "file"


def _files(root: Path, name: str) -> tuple[list[str], list[str]]:
    """(files that may belong to the layout, everything else), sorted."""
    files: list[str] = []
    ignored: list[str] = []
    for folder, prefix in _folders(root, name):
        for entry in _entries(folder, name):
            path = f"{prefix}{entry.name}"
            if not _stays_inside(entry, root) or entry.name.startswith("."):
                ignored.append(path.encode("utf-8", "replace").decode())
            elif entry.is_dir():
                if prefix or entry.name.casefold() not in _FOLDERS:
                    ignored.append(f"{path}/")
            else:
                (files if entry.is_file() else ignored).append(path)
    if len(files) + len(ignored) > _MAX_FILES:
        raise UnsupportedSource(
            f"holds more than {_MAX_FILES:,} files: give the folder of one deal", file=name
        )
    return files, ignored


def _folders(root: Path, name: str) -> Iterator[tuple[Path, str]]:
    yield root, ""
    for entry in _entries(root, name):
        if entry.name.casefold() in _FOLDERS and entry.is_dir() and _stays_inside(entry, root):
            yield entry, f"{entry.name}/"


def _stays_inside(entry: Path, root: Path) -> bool:
    """False for links that lead out or in circles, and for names that are no text."""
    try:
        entry.name.encode()
        return entry.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, UnicodeEncodeError):
        return False


def _entries(folder: Path, name: str) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        reason = f"the folder cannot be read ({error.strerror or error}): check its permissions"
        raise UnreadableSource(reason, file=name) from error


def _in_layout(path: str) -> FileKind:
    folder, _, base = path.casefold().rpartition("/")
    suffix = PurePosixPath(base).suffix
    if not folder:
        names = {"opportunity.csv": FileKind.OPPORTUNITY, "contacts.csv": FileKind.CONTACTS}
        return names.get(base, FileKind.UNKNOWN)
    if folder == "emails":
        kinds = {**dict.fromkeys(MAILS, FileKind.MAIL), **dict.fromkeys(CALENDARS, FileKind.CALENDAR)}
        return kinds.get(suffix, FileKind.UNKNOWN)
    if base == "calls.csv":
        return FileKind.CALLS_INDEX
    if base.endswith(".script.json") or base == "gold.json" or base.startswith("readme"):
        return FileKind.UNKNOWN
    if base.endswith(PARTIES):
        return FileKind.PARTIES
    if suffix in TRANSCRIPTS:
        return FileKind.TRANSCRIPT
    return FileKind.RECORDING if suffix in RECORDINGS else FileKind.UNKNOWN


def _calls(used: dict[str, FileKind]) -> Iterator[CallFile]:
    by_stem = {(_stem(path), kind): path for path, kind in reversed(used.items())}
    sidecars = {path.casefold(): path for path, kind in used.items() if kind is FileKind.PARTIES}
    for path, kind in used.items():
        if kind in (FileKind.TRANSCRIPT, FileKind.RECORDING):
            stem = _stem(path)
            other = FileKind.RECORDING if kind is FileKind.TRANSCRIPT else FileKind.TRANSCRIPT
            yield CallFile(path, kind, sidecars.get(f"{stem}{PARTIES}"), by_stem.get((stem, other)))


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix("")).casefold()


def _csv_kind(base: str, data: bytes) -> FileKind:
    from ingest.crm import csv_kind

    kind = csv_kind(data)
    if kind is not None:
        return FileKind(kind)
    names = {
        "opportunity.csv": FileKind.OPPORTUNITY,
        "contacts.csv": FileKind.CONTACTS,
        "calls.csv": FileKind.CALLS_INDEX,
    }
    return names.get(base, FileKind.UNKNOWN)


def _text_kind(base: str, data: bytes) -> FileKind:
    """An empty, broken or cut-off file counts as a transcript: reading it says what is wrong with it."""
    from ingest.transcripts import dialect_of

    if base.endswith(PARTIES):
        return FileKind.PARTIES
    try:
        dialect_of(base, data)
    except UnsupportedSource:
        return FileKind.UNKNOWN
    except IngestError:
        return FileKind.TRANSCRIPT
    return FileKind.TRANSCRIPT
