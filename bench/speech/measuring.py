"""What a piece of work costs: wall seconds, CPU seconds, memory of a process and its children.

Memory is read from /proc; where there is none (macOS, Windows) peaks are 0.
"""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
SAMPLE_S = 0.1


@dataclass(frozen=True)
class Cost:
    """Seconds; ``cpu`` of the process and the children that it waited for."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


@dataclass(frozen=True)
class Memory:
    """MB. ``anonymous`` leaves out what is mapped from files (code, weights, decoded sound on disk), which the system can
    drop when memory is short."""

    resident: float = 0.0
    anonymous: float = 0.0

    def or_more(self, other: Memory) -> Memory:
        return Memory(max(self.resident, other.resident), max(self.anonymous, other.anonymous))


def costing(work: Callable[[], T]) -> tuple[T, Cost]:
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return result, Cost(time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def memory(pid: int) -> Memory:
    """What the process and its children take now."""
    resident = anonymous = 0
    for process in tree(pid):
        found = status(process)
        resident += found.get("VmRSS", 0)
        anonymous += found.get("RssAnon", 0)
    return Memory(resident / 1024, anonymous / 1024)


def tree(pid: int) -> Iterator[int]:
    """The process and all below it."""
    yield pid
    try:
        listed = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return
    for child in " ".join(listed).split():
        yield from tree(int(child))


def status(pid: int) -> dict[str, int]:
    """The memory lines of /proc/PID/status, in kB; nothing of a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines if line.startswith(("Vm", "Rss")))
    return {name: int(value.split()[0]) for name, value in pairs}


class Watch:
    """The peak memory of a process tree, sampled inside ``with``. A peak shorter than ``SAMPLE_S`` may be missed, except
    the process's own, which the system keeps (VmHWM)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._sampled = Memory()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def peak(self) -> Memory:
        """Ask while the process still lives."""
        return self._sampled.or_more(Memory(status(self._pid).get("VmHWM", 0) / 1024))

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            self._sampled = self._sampled.or_more(memory(self._pid))

    def __enter__(self) -> Watch:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
