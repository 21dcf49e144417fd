"""Where what is finished of a recording is kept until all of it is: ``home/work``.

A recording of a deal has a folder of its own, so that removing the deal or the file is removing a folder. The folders are
this machine's alone: a worker elsewhere that takes over starts anew.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.workspace import Workspace

STALE_S = 3 * 24 * 3600.0  # nobody has gone on with it for so long
LOOSE = ".loose"  # recordings without a deal; no deal's id begins with a dot


def of_file(home: Path, deal_id: str, path: str, sha256: str) -> Workspace:
    """The folder of one version of one file of a deal."""
    return Workspace(_deal(home, deal_id) / f"{_name(path)}-{sha256[:32]}")


def forget_deal(home: Path, deal_id: str) -> None:
    shutil.rmtree(_deal(home, deal_id), ignore_errors=True)


def forget_file(home: Path, deal_id: str, path: str) -> None:
    """Every version of it."""
    for folder in _deal(home, deal_id).glob(f"{_name(path)}-*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def of_content(home: Path, sha256: str) -> Generator[Workspace | None]:
    """The folder of a recording that is in no deal; None while another process works in it."""
    folder = home / "work" / LOOSE / sha256[:32]
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield None
        return
    try:
        yield Workspace(folder)
    finally:
        lock.release()


def clean(home: Path, deals: frozenset[str]) -> None:
    """Remove the folders of deals that are not there any more, and what nobody has gone on with for days."""
    wanted = {LOOSE, *(_deal(home, deal).name for deal in deals)}
    with suppress(OSError):  # somebody else cleans too
        for folder in (home / "work").iterdir():
            if folder.is_dir() and folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)
            elif folder.is_dir():
                _clean_folder(folder)


def clean_loose(home: Path) -> None:
    """As ``clean``, for the recordings without a deal."""
    with suppress(OSError):
        _clean_folder(home / "work" / LOOSE)


def _clean_folder(folder: Path) -> None:
    for kept in folder.iterdir():
        if time.time() - _touched(kept) > STALE_S:
            if kept.is_dir():
                shutil.rmtree(kept, ignore_errors=True)
            else:
                kept.unlink(missing_ok=True)


def _touched(folder: Path) -> float:
    """When something was last kept in it (seconds since the epoch)."""
    return max(path.stat().st_mtime for path in (folder, *folder.glob("*")))


def _deal(home: Path, deal_id: str) -> Path:
    return home / "work" / _name(deal_id)


def _name(text: str) -> str:
    """Ids and paths come from outside: a hash is always a safe name."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
