"""One process works in a home: the server, or one command at a time. And how a command finds the server.

``$PREREAD_HOME/server.json`` (mode 0600) holds the address of the running server and the token that lets
this user's commands in.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from api.errors import ApiError, HomeBusy, StorageFull, translate

WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class ServerNote:
    """Where the server of a home listens."""

    url: str
    token: str
    pid: int


def make_home(home: Path) -> None:
    """Make the folder where it is not there. Raises ``HomeBusy`` or ``StorageFull`` where that cannot be."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(home, error) from error


def _unusable(home: Path, error: OSError) -> ApiError:
    if isinstance(ours := translate(error), StorageFull):
        return ours
    return HomeBusy(
        f"the home {home} cannot be used: {error.strerror}: set PREREAD_HOME to a folder of yours"
    )


@contextmanager
def home_lock(home: Path, *, wait_s: float | None = None) -> Generator[None]:
    """Work in the home alone. Raises ``HomeBusy`` when somebody else does for longer than ``wait_s``."""
    make_home(home)
    try:
        lock = FileLock(home / "lock")
        lock.acquire(timeout=WAIT_S if wait_s is None else wait_s)
    except Timeout:
        raise HomeBusy(
            f"another preread command is working in {home}: wait for it to end, or stop it, then try again"
        ) from None
    except OSError as error:
        raise _unusable(home, error) from error
    try:
        yield
    finally:
        lock.release()


def _place(home: Path) -> Path:
    return home / "server.json"


def write_note(home: Path, url: str) -> ServerNote:
    """Tell commands of this user where the server is."""
    note = ServerNote(url, secrets.token_urlsafe(32), os.getpid())
    draft = home / f"server.json.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(note), file)
    draft.replace(_place(home))
    return note


def remove_note(home: Path) -> None:
    _place(home).unlink(missing_ok=True)


def read_note(home: Path) -> ServerNote | None:
    """The note of a server whose process is there; what a killed server left is taken for none."""
    try:
        raw = json.loads(_place(home).read_text(encoding="utf-8"))
        note = ServerNote(str(raw["url"]), str(raw["token"]), int(raw["pid"]))
        os.kill(note.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return note
