"""Runs jobs: claim, do, and say what went wrong in one line."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module

from api.errors import OURS, line, translate
from api.jobs.task import LEASE_S, Lost, Task, this_worker
from api.store.jobs import Job
from api.views import Progress
from api.wiring import Parts

log = logging.getLogger(__name__)
Handler = Callable[[Task, Parts], None]
# kind, or kind:step -> module and function; loaded when first used, for the sake of start-up
_HANDLERS = {
    "import": ("api.jobs.importing", "import_file"),
    "index": ("api.jobs.indexing", "index_deal"),
    "draft": ("api.jobs.drafting", "draft_evidence"),
    "draft:phrase": ("api.jobs.drafting", "draft_phrase"),
    "ask": ("api.jobs.asking", "ask"),
    "models": ("api.jobs.pulling", "pull_model"),
}


def handler(job: Job) -> Handler:
    step = job.payload.get("step")
    module, name = _HANDLERS[f"{job.kind}:{step}" if step else job.kind]
    found: Handler = getattr(import_module(module), name)
    return found


class Runner:
    """``on_progress`` hears of every job that this runner does."""

    def __init__(self, parts: Parts, *, on_progress: Callable[[Job, Progress], None] | None = None) -> None:
        self.parts, self.owner, self.on_progress = parts, this_worker(), on_progress

    def run(self, job_id: str) -> bool:
        """Do a job if it may be done now. False when there was nothing to do for us. Raises nothing that a
        job raises.
        """
        with self.parts.store.write() as unit:
            job = unit.jobs.claim(job_id, self.owner, LEASE_S)
        if job is None:
            return False
        task = Task(self.parts.store, job, self.owner, self.on_progress)
        try:
            with task.kept_alive():
                handler(job)(task, self.parts)
        except Lost:
            log.warning("job %s (%s) was taken over or its deal removed", job.id, job.kind)
        except KeyboardInterrupt:
            self._put_back(job)
            raise
        except Exception as error:
            self._fail(job, error)
        self.parts.wake_followers(job.deal_id)
        return True

    def _fail(self, job: Job, error: Exception) -> None:
        ours = translate(error)
        if isinstance(ours, OURS):
            text = line(ours)
            log.info("job %s (%s) failed: %s", job.id, job.kind, text)
        else:
            text = f"internal error: {type(error).__name__}: {line(error)}: please report it with the log"[
                :500
            ]
            log.exception("job %s (%s) failed", job.id, job.kind)
        with self.parts.store.write() as unit:
            unit.jobs.fail(job.id, self.owner, text)
        self.parts.errors[job.id] = ours

    def _put_back(self, job: Job) -> None:
        with self.parts.store.write() as unit:
            unit.jobs.put_back(job.id, self.owner)
