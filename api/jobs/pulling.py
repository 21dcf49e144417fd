"""One model of the catalogue, fetched and checked."""

from __future__ import annotations

from api.errors import Unavailable
from api.jobs.indexing import enqueue_stale
from api.jobs.task import Task
from api.store import Unit
from api.store.jobs import Job
from api.wiring import Parts


def enqueue_pulls(unit: Unit, parts: Parts) -> tuple[Job, ...]:
    """A job for each model of the default set that is not on this machine, small ones first."""
    from api.models.catalogue import select
    from api.models.shelf import missing

    folder = parts.settings.models
    wanted = [m for m in select(["default"]) if missing(m, folder)]
    if parts.settings.llm != "embedded":
        wanted = [m for m in wanted if m.role != "llm"]
    return tuple(
        parts.enqueue(unit, "models", "models", f"models:{m.role}:{m.name}", model=m.name)
        for m in sorted(wanted, key=lambda m: m.size)
    )


def pull_model(task: Task, parts: Parts) -> None:
    from api.models.catalogue import select
    from api.models.fetch import Progress, Sources, pull

    name = task.job.payload["model"]

    def tell(progress: Progress) -> None:
        task.progress(
            f"fetching {progress.file} of {name} from {progress.source}", progress.done, progress.total
        )

    report = pull(select([name]), parts.settings.models, Sources.of(parts.settings), on_progress=tell)
    if report.failures:
        raise Unavailable("; ".join(str(failure) for failure in report.failures))
    with task.finish(name) as unit:
        enqueue_stale(unit, parts)  # where a better reranker has come, it reads them ahead
