"""Each system in a process of its own, so that none warms, slows or fattens another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.speech.measuring import Cost, Memory, Watch
from bench.speech.systems import Answer, Options

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """A system that is loaded and waits for paths. Used as a context."""

    def __init__(self, name: str, options: Options) -> None:
        command = [sys.executable, "-m", "bench.speech.systems", name, json.dumps(asdict(options))]
        # The same for all: what is not said (BLAS, OpenMP) has as many threads as what is.
        threads = {name: str(options.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        self.name = name
        self._said = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            cwd=ROOT,
            env={**os.environ, **threads, "HF_HUB_OFFLINE": "1"},
        )
        self._watch = Watch(self._process.pid)
        with self._watch:
            self.load = Cost(**self._read()["load"])

    def hear(self, path: Path) -> tuple[Answer, Cost]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        with self._watch:
            found = self._read()
        return Answer(**found["answer"]), Cost(**found["cost"])

    @property
    def peak(self) -> Memory:
        """So far, children included."""
        return self._watch.peak

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self._said.seek(0)
            raise SystemExit(f"{self.name} ended with status {status}: {self._said.read()[-2000:]}")
        return json.loads(line)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process, self._said:  # closes the pipes and waits
            self._process.kill()
