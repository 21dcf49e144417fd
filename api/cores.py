"""The processor shared among recordings: each takes a seat with its share of the cores, however many workers there are.

Why seats of up to four threads. Decoding, Silero, the mel spectrum and the clustering run on one thread, so one recording
on many cores leaves most of them idle part of the time; and CTranslate2 gains little from more than four threads a model
(its own default). Two recordings on one core only slow each other down and hold twice the memory: who finds no seat waits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

THREADS_A_SEAT = 4
LOOK_S = 1.0  # how often a seat is looked for


def cores(threads: int) -> int:
    """``threads`` of the settings; 0: all that this process may run on."""
    if threads > 0:
        return threads
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def seats(threads: int) -> int:
    """How many recordings are transcribed at once."""
    return max(1, cores(threads) // THREADS_A_SEAT)


def share(threads: int) -> int:
    """The threads that a model may use, so that all seats together use the cores once."""
    return max(1, cores(threads) // seats(threads))


@contextmanager
def seat(home: Path, threads: int, waiting: Callable[[], None]) -> Generator[None]:
    """Hold one of the seats of this machine. ``waiting`` is called now and then until one is free; it may raise.

    The locks are the system's: they fall when the process dies.
    """
    folder = home / "work"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    locks = [FileLock(folder / f".seat-{number}") for number in range(seats(threads))]
    while (held := _free(locks)) is None:
        waiting()
        time.sleep(LOOK_S)
    try:
        yield
    finally:
        held.release()


def _free(locks: list[FileLock]) -> FileLock | None:
    for lock in locks:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return lock
    return None
