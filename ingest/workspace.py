"""What is finished of a long piece of work, kept in a folder, so that a process killed at any moment goes on from there.

Every file is written under a temporary name and renamed when it is complete: what has its name is whole. Nothing is locked; one
folder belongs to one piece of work, and whoever gives the folder sees to that.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ingest.sound import WIDTH, Sound

Array = NDArray[Any]


class Workspace:
    """``folder`` is made when something is first kept in it. Raises ``OSError`` where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def within(self, name: str) -> Workspace:
        return Workspace(self.folder / name)

    def document(self, name: str) -> Any:
        """What was kept under ``name``; None where there is nothing, or nothing readable."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep_document(self, name: str, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self._keep(f"{name}.json", lambda path: path.write_text(text, encoding="utf-8"))

    def arrays(self, name: str) -> Mapping[str, Array] | None:
        """As ``document``."""
        try:
            with np.load(self.folder / f"{name}.npz", allow_pickle=False) as file:
                return {key: cast(Array, file[key]) for key in file.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def keep_arrays(self, name: str, **arrays: Array) -> None:
        def write(path: Path) -> None:
            with path.open("wb") as out:
                np.savez(out, **cast(dict[str, Any], arrays))

        self._keep(f"{name}.npz", write)

    def sound(self) -> Sound | None:
        """The decoded recording, None where it is not complete."""
        notes = self.document("sound")
        path = self.folder / "sound.f32"
        try:
            found = Sound(path, int(notes["channels"]), int(notes["frames"]), tuple(notes["notes"]))
            whole = path.stat().st_size == found.channels * found.frames * WIDTH
        except (TypeError, KeyError, ValueError, OSError):
            return None
        return found if whole else None

    def keep_sound(self, decode: Callable[[Path], Sound]) -> Sound:
        """``decode`` writes the samples to the path that it is given."""
        made: list[Sound] = []
        self._keep("sound.f32", lambda path: made.append(decode(path)))
        sound = Sound(self.folder / "sound.f32", made[0].channels, made[0].frames, made[0].notes)
        self.keep_document(
            "sound", {"channels": sound.channels, "frames": sound.frames, "notes": list(sound.notes)}
        )
        return sound

    def _keep(self, name: str, write: Callable[[Path], object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f".{name}.{os.getpid()}"
        try:
            write(path)
            path.replace(self.folder / name)
        finally:
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
