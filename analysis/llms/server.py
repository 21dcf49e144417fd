"""The embedded LLM: llama.cpp with its OpenAI-compatible server, in a process of its own on the loopback
interface.

    with EmbeddedServer(gguf, state=home / "llm.json") as server:
        server.address()        # -> Address(base_url, key, model), started by now

One server serves every process that gives the same ``state`` file; whoever started it stops it, and it stops
by itself when that process is gone. llama.cpp can crash and can use all cores, hence a process of its own.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx
from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from analysis.errors import ModelUnavailable

START_SECONDS = 300  # reading a gigabyte from a slow disk takes its time
_PROMPT_CACHE_MB = (
    512  # host memory for prompts that had to leave the context; llama.cpp's own default is 8192
)

Progress = Callable[[str, float], None]
"""What is being waited for, and for how many seconds already."""


class Address(BaseModel):
    """Where a server runs: what the ``state`` file holds (readable by its owner only)."""

    port: int
    pid: int
    key: str
    model: str
    context: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answers(self) -> bool:
        """Whether our server is there: another program on that port does not know the key."""
        try:
            headers = {"Authorization": f"Bearer {self.key}"}
            return httpx.get(
                f"{self.base_url}/models", headers=headers, timeout=5, trust_env=False
            ).is_success
        except httpx.HTTPError:
            return False


class EmbeddedServer:
    """``model``: a GGUF file. ``context``: tokens. ``threads``: 0 for all cores. Nothing starts before it is
    needed.
    """

    def __init__(
        self,
        model: Path,
        *,
        state: Path,
        context: int = 8192,
        threads: int = 0,
        on_progress: Progress = lambda what, seconds: None,
    ) -> None:
        self.model, self.context = model, context
        self.state, self._threads, self._on_progress = state, threads, on_progress
        self._child: subprocess.Popen[str] | None = None
        self._owner = 0

    def __enter__(self) -> Self:
        self.address()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def address(self) -> Address:
        """The address of the server that runs; it is started, or started again, where none does.

        Raises ``ModelUnavailable``.
        """
        running = self._running()
        if running:
            return running
        self.state.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.state.with_suffix(".lock"), timeout=START_SECONDS):
                return self._running() or self._start()
        except Timeout as error:
            raise ModelUnavailable(
                "the embedded LLM is being started by another process that hangs"
            ) from error
        except OSError as error:
            raise ModelUnavailable(f"the embedded LLM cannot be started: {error}") from error

    def stop(self) -> None:
        """Stop the server if it is ours; one that another process started is left alone."""
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():  # a forked worker must not stop its parent's server
            return
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()
        noted = self._noted()
        if noted and noted.pid == child.pid:
            self.state.unlink(missing_ok=True)

    def _noted(self) -> Address | None:
        try:
            return Address.model_validate_json(self.state.read_bytes())
        except (OSError, ValidationError):
            return None

    def _running(self) -> Address | None:
        noted = self._noted()
        fits = noted and noted.model == str(self.model) and noted.context >= self.context
        return noted if noted and fits and noted.answers() else None

    def _start(self) -> Address:
        if not self.model.is_file():
            raise ModelUnavailable(
                f"{self.model} is missing: run 'preread models pull', or set PREREAD_LLM=none"
            )
        if find_spec("xllamacpp") is None:
            raise ModelUnavailable("the package xllamacpp is not installed: pip install 'preread[llm]'")
        self.stop()
        key, log = secrets.token_urlsafe(24), self.state.with_suffix(".log")
        command = [sys.executable, "-m", "analysis.llms.server", "--model", str(self.model)]
        command += ["--context", str(self.context), "--threads", str(self._threads)]
        self._owner = os.getpid()
        with log.open("w", encoding="utf-8") as errors:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=Path(__file__).parents[2],
            )
        port = self._port(self._child, key, log)
        address = Address(
            port=port, pid=self._child.pid, key=key, model=str(self.model), context=self.context
        )
        draft = self.state.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(address.model_dump_json(), encoding="utf-8")
        draft.replace(self.state)
        return address

    def _port(self, child: subprocess.Popen[str], key: str, log: Path) -> int:
        """Wait until the child has loaded its model and tells its port."""
        assert child.stdin and child.stdout
        told: list[str] = []

        def hear(out: IO[str]) -> None:
            told.append(out.readline())

        reader = threading.Thread(target=hear, args=(child.stdout,), daemon=True)
        started = time.monotonic()
        try:
            child.stdin.write(key + "\n")
            child.stdin.flush()
        except BrokenPipeError:
            pass  # it ended at once; its log says why
        reader.start()
        while reader.is_alive() and time.monotonic() - started < START_SECONDS:
            reader.join(0.5)
            self._on_progress(
                f"loading the language model {self.model.parent.name}", time.monotonic() - started
            )
        if not told or not told[0].strip().isdigit():
            self.stop()
            raise ModelUnavailable(f"the embedded LLM did not start: {_last_line(log)} (see {log})")
        return int(told[0])


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def serve(model: Path, context: int, threads: int, key: str) -> None:
    """Run the server in this process until the parent is gone: standard input ends then."""
    # Threads that wait must sleep: on a busy machine spinning ones cost more than the work (measured: two
    # threads fell below one). To be set before libgomp is loaded.
    os.environ.update(OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="0")
    xllamacpp: Any = import_module("xllamacpp")

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {model.parent.name}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.n_ctx = context
    params.n_parallel = 1
    params.cache_prompt = True
    params.cache_ram_mib = _PROMPT_CACHE_MB
    params.verbosity = 2  # warnings; never the text of a prompt
    params.ui = False
    params.endpoint_slots = False
    params.cors_origins = "http://127.0.0.1"
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads or _cores()
    params.cpuparams.poll = params.cpuparams_batch.poll = 0
    server = xllamacpp.Server(params)
    print(server.listening_address.rpartition(":")[2], flush=True)
    _until_parent_is_gone()
    os._exit(0)  # a running answer is not worth waiting for


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _until_parent_is_gone() -> None:
    """Standard input ends with the parent; but a fork of the parent may hold it open, so its id is watched
    too.
    """
    parent = os.getppid()
    ended = threading.Thread(target=sys.stdin.read, daemon=True)
    ended.start()
    while ended.is_alive() and os.getppid() == parent:
        ended.join(2)


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m analysis.llms.server --model GGUF``: the API key is the first line of standard input."""
    parser = argparse.ArgumentParser(prog="analysis.llms.server")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args(arguments)
    serve(given.model, given.context, given.threads, sys.stdin.readline().strip())


if __name__ == "__main__":
    main()
