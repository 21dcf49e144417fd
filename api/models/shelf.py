"""What lies in the models folder: each model with the note of where it came from.

``<folder>/<model>/.preread.json`` remembers the source, and size and time of change of each file as they
were when the hash was checked, so that listing is quick: a file that was touched since is hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from api.models.catalogue import CATALOGUE, Model, ModelFile

NOTE = ".preread.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """One model that is whole. ``sha256`` is its largest file's. ``size``: bytes of all files."""

    role: str
    name: str
    path: Path
    source: str
    sha256: str
    licence: str
    size: int


class _Seen(BaseModel):
    sha256: str
    size: int
    changed_ns: int


class _Note(BaseModel):
    source: str
    files: dict[str, _Seen] = {}


def sha256_of(path: Path, on_bytes: Callable[[int], None] = lambda count: None) -> str:
    """The hash of a file, read in megabytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
            on_bytes(len(block))
    return digest.hexdigest()


def remember(model: Model, folder: Path, source: str) -> None:
    """Note that the files of a model were checked just now, and where they came from."""
    home = folder / model.name
    files: dict[str, _Seen] = {}
    for file in model.files:
        stat = (home / file.name).stat()
        files[file.name] = _Seen(sha256=file.sha256, size=stat.st_size, changed_ns=stat.st_mtime_ns)
    draft = home / f"{NOTE}.new"
    draft.write_text(_Note(source=source, files=files).model_dump_json(indent=1), encoding="utf-8")
    draft.replace(home / NOTE)


def holds(model: Model, file: ModelFile, folder: Path) -> bool:
    """Whether this file is there and is what it should be: by its note where untouched, else by its hash."""
    path = folder / model.name / file.name
    try:
        if path.stat().st_size != file.size:
            return False
        return _untouched(_note(model, folder), model, file, folder) or sha256_of(path) == file.sha256
    except OSError:
        return False


def missing(model: Model, folder: Path) -> tuple[ModelFile, ...]:
    """The files of a model that still have to be fetched."""
    return tuple(file for file in model.files if not holds(model, file, folder))


def installed(folder: Path, models: Sequence[Model] = CATALOGUE) -> list[Installed]:
    """The models of the catalogue that are whole in this folder."""
    found: list[Installed] = []
    for model in models:
        if missing(model, folder):
            continue
        note = _note(model, folder)
        if not all(_untouched(note, model, file, folder) for file in model.files):  # by hand, and found good
            with contextlib.suppress(OSError):  # a folder that is read only is fine, only slower to list
                remember(model, folder, note.source)
        main = max(model.files, key=lambda file: file.size)
        found.append(
            Installed(
                model.role,
                model.name,
                folder / model.name,
                note.source,
                main.sha256,
                model.licence,
                model.size,
            )
        )
    return found


def _untouched(note: _Note, model: Model, file: ModelFile, folder: Path) -> bool:
    """Whether the file is as it was when its hash was last checked."""
    stat = (folder / model.name / file.name).stat()
    seen = note.files.get(file.name)
    return seen == _Seen(sha256=file.sha256, size=stat.st_size, changed_ns=stat.st_mtime_ns)


def _note(model: Model, folder: Path) -> _Note:
    try:
        return _Note.model_validate_json((folder / model.name / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValidationError, json.JSONDecodeError, UnicodeDecodeError):
        return _Note(source="by hand")
