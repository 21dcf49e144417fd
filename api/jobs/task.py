"""A claimed job in the hands of a worker: its progress, its lease, its end."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from api.store import Store, Unit
from api.store.jobs import Job
from api.views import Progress

LEASE_S = 60.0
BEAT_S = 10.0
REPORT_S = 0.5  # how often progress is written at most


class Lost(Exception):
    """The lease ran out and somebody else has the job, or its deal is gone: stop, and store nothing."""


def this_worker() -> str:
    """A name for this process: "host:pid:nonce"."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def alive(owner: str) -> bool:
    """False when the worker is known to be dead: a process of this host that is not there any more."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return True  # cannot be known from here: the lease decides
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Task:
    """``finish`` is the only way to store what a job made."""

    def __init__(
        self, store: Store, job: Job, owner: str, listener: Callable[[Job, Progress], None] | None
    ) -> None:
        self.store, self.job, self.owner = store, job, owner
        self._listener = listener
        self._stage, self._began, self._told = "", 0.0, 0.0
        self._done, self._total, self._first = 0.0, 0.0, 0.0
        self._lost = threading.Event()
        self._over = threading.Event()
        self._result: str | None = None

    @property
    def deal_id(self) -> str:
        assert self.job.deal_id is not None
        return self.job.deal_id

    def progress(self, stage: str, done: float = 0.0, total: float = 0.0) -> None:
        """Tell how far a stage is. Cheap to call often. Raises ``Lost`` when the job is not ours any more."""
        if self._lost.is_set():
            raise Lost
        clock = time.monotonic()
        if total != self._total or done < self._done or not self._began:
            self._began, self._first = (
                clock,
                done,
            )  # another stretch; the sections of a draft are stages of one
        if stage == self._stage and clock - self._told < REPORT_S and done < total:
            return
        self._stage, self._done, self._total, self._told = stage, done, total, clock
        spent = clock - self._began
        fresh = done - self._first  # what an earlier try finished took this one no time
        eta = spent / fresh * (total - done) if fresh > 0 and total > done and spent > 1 else None
        report = Progress(stage, done, total, eta)
        with self.store.write() as unit:
            mine = unit.jobs.report(self.job.id, self.owner, report)
        if not mine:
            self._lost.set()
            raise Lost
        if self._listener:
            self._listener(self.job, report)

    @contextmanager
    def finish(self, result: str | None = None) -> Generator[Unit]:
        """The one transaction at the end. Raises ``Lost``, and stores nothing, when the job is not ours any
        more.
        """
        self._result = result
        with self.store.write() as unit:
            if self.job.deal_id is not None and not unit.deals.lock(self.job.deal_id):
                raise Lost
            if not unit.jobs.finish(self.job.id, self.owner, result):
                raise Lost
            yield unit
            if self._result != result:
                unit.jobs.set_result(self.job.id, self._result)

    def result(self, result_id: str) -> None:
        """Name what the job made, from within ``finish``, where the id is known only then."""
        self._result = result_id

    @contextmanager
    def kept_alive(self) -> Generator[None]:
        """Beat while the block runs."""
        beat = threading.Thread(target=self._beat, name=f"beat-{self.job.id[:8]}", daemon=True)
        beat.start()
        try:
            yield
        finally:
            self._over.set()
            beat.join(timeout=5)

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                with self.store.write() as unit:
                    if not unit.jobs.beat(self.job.id, self.owner, LEASE_S):
                        self._lost.set()
                        return
            except Exception:  # a database that is away for a moment: the lease outlives five beats
                continue
