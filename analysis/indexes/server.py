"""The Chroma server that `preread serve` starts: one process holds the folder, all others ask it over HTTP.

with ChromaServer(home / "chroma") as server:
    ChromaVectors.on_server(server.url, embedder.name)

It listens on the loopback interface only, holds the folder's lock, and ends with its parent.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from analysis.errors import IndexUnavailable
from analysis.indexes.chroma import LOCK

START_SECONDS = 60
_NOTE = ".preread-server.json"
_HELD = 75  # exit status of the child when another process holds the folder (EX_TEMPFAIL)


class _Note(BaseModel):
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def served(folder: Path) -> str | None:
    """The URL of the server that serves this folder now, if one does."""
    try:
        note = _Note.model_validate_json((folder / _NOTE).read_bytes())
    except (OSError, ValidationError):
        return None
    return note.url if _free(folder) is False and _beats(note.url) else None


class ChromaServer:
    """``port``: 0 for any free one."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self._folder = folder
        self._port = port or _free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it answers. Raises ``IndexUnavailable``."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "analysis.indexes.server",
            str(self._folder),
            "--port",
            str(self._port),
        ]
        log = self._folder / ".preread-server.log"
        with log.open("w", encoding="utf-8") as out:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=out, stderr=out, cwd=Path(__file__).parents[2]
            )
        started = time.monotonic()
        while not _beats(self.url):
            status = self._child.poll()
            if status is not None or time.monotonic() - started > START_SECONDS:
                self.stop()
                held = "another process holds it" if status == _HELD else f"see {log}"
                raise IndexUnavailable(f"the Chroma server for {self._folder} did not start: {held}")
            time.sleep(0.1)
        note = _Note(port=self._port, pid=self._child.pid)
        (self._folder / _NOTE).write_text(note.model_dump_json(), encoding="utf-8")

    @property
    def alive(self) -> bool:
        """Whether it still runs; ``start`` starts it again."""
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():  # a forked worker must not stop its parent's server
            return
        (self._folder / _NOTE).unlink(missing_ok=True)
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin:
            child.stdin.close()


def _free(folder: Path) -> bool | None:
    """Whether no process holds the folder; None where that cannot be told."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError:
        return None
    lock.release()
    return True


def _beats(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v2/heartbeat", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent(parent: int) -> None:
    """Standard input ends with the parent; a fork of the parent may hold it open, so its id is watched
    too.
    """
    ended = threading.Thread(target=sys.stdin.read, daemon=True)
    ended.start()
    while ended.is_alive() and os.getppid() == parent:
        ended.join(2)
    os._exit(0)


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m analysis.indexes.server FOLDER --port N``: ``chroma run`` under the folder's lock."""
    parser = argparse.ArgumentParser(prog="analysis.indexes.server")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args(arguments)
    lock = FileLock(given.folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        sys.exit(_HELD)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    bindings: Any = import_module("chromadb_rust_bindings")
    where = ["--path", str(given.folder), "--host", "127.0.0.1", "--port", str(given.port)]
    bindings.cli(["chroma", "run", *where])


if __name__ == "__main__":
    main()
