"""Waiting for jobs: doing them here where nobody else does, else looking at the job table until they are
over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from api.errors import JobFailed
from api.jobs.runner import Runner
from api.jobs.task import alive
from api.store.jobs import ACTIVE, Job
from api.views import Progress
from api.wiring import Parts

POLL_S = 0.3
Tell = Callable[[Progress], None]


def wait(
    parts: Parts,
    ids: Collection[str],
    *,
    deals: Collection[str] = (),
    kinds: Sequence[str] = (),
    tell: Tell | None = None,
) -> tuple[Job, ...]:
    """Until the jobs ``ids`` are over, and every job of ``kinds`` of ``deals``, such as those that the
    first put into the queue.

    Without a broker (``parts.waker`` None) they are done in this process, together with what must come
    before them. Returns
    the jobs of ``ids``.
    """
    runner = Runner(parts, on_progress=(lambda _, progress: tell(progress)) if tell else None)
    while open_ := _open(parts, ids, deals, kinds):
        if parts.waker is None:
            if _run_one(parts, runner, open_):
                continue
            with parts.store.write() as unit:
                if unit.jobs.release(alive):
                    continue
        _tell_running(open_, tell)
        time.sleep(POLL_S)
    with parts.store.read() as unit:
        return unit.jobs.many(ids)


def _open(
    parts: Parts, ids: Collection[str], deals: Collection[str], kinds: Sequence[str]
) -> tuple[Job, ...]:
    with parts.store.read() as unit:
        found = {job.id: job for job in unit.jobs.many(ids) if job.state in ACTIVE}
        for deal in deals:
            found |= {job.id: job for job in unit.jobs.of(deal, active=True) if job.kind in kinds}
    return tuple(found.values())


def _run_one(parts: Parts, runner: Runner, open_: Sequence[Job]) -> bool:
    """Do what is waited for, oldest first; where that must wait itself, what waits of the same deals."""
    ids, deals = {job.id for job in open_}, {job.deal_id for job in open_ if job.deal_id}
    with parts.store.read() as unit:
        waiting = unit.jobs.waiting()
    wanted = [job.id for job in waiting if job.id in ids]
    before = [job.id for job in waiting if job.id not in ids and job.deal_id in deals]
    return any(runner.run(job_id) for job_id in [*wanted, *before])


def _tell_running(open_: Sequence[Job], tell: Tell | None) -> None:
    running = [job.progress for job in open_ if job.state == "running" and job.progress]
    if tell and running:
        tell(running[0])


def checked(parts: Parts, job: Job) -> Job:
    """The job, or the error that it ended with: as it was raised where that was in this process."""
    if job.state == "failed":
        raise parts.errors.pop(job.id, None) or JobFailed(job.error or "the job failed")
    return job
