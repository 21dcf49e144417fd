"""The Celery worker: an id in, a job called.

A message only says "look at this job": it may be lost, doubled or late without harm. What waits too long,
and what a dead
worker held, is found by a sweep that runs in every worker.
"""

from __future__ import annotations

import logging
import threading
import warnings
from pathlib import Path
from typing import Any, cast

from celery import Celery, signals  # pyright: ignore[reportMissingTypeStubs]
from celery.platforms import SecurityWarning  # pyright: ignore[reportMissingTypeStubs]
from kombu.exceptions import OperationalError  # pyright: ignore[reportMissingTypeStubs]

from api.jobs import QUEUES
from api.jobs.runner import Runner
from api.jobs.task import alive
from api.settings import Settings
from api.wiring import Parts

log = logging.getLogger(__name__)
SWEEP_S = 3.0
AGAIN_AFTER_S = 20.0  # a job that still waits after so long is called out again
TASK = "preread.run"


def celery_app(settings: Settings) -> Any:
    """The application over the broker of the settings: by default folders in the home, which need no
    server.
    """
    app = cast(Any, Celery("preread"))
    app.conf.update(
        broker_url=settings.broker_url or "filesystem://localhost",
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=3,
        broker_heartbeat=0,  # the solo pool works in the thread that would beat
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_default_queue="mail",
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,  # no state in the broker beside the queues
        worker_send_task_events=False,
    )
    if settings.broker_url is None:
        app.conf.broker_transport_options = _folders(settings.home / "broker")
    return app


def _folders(root: Path) -> dict[str, object]:
    queue, control = root / "queue", root / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "store_processed": False,
        "polling_interval": 0.2,
    }


class CeleryWaker:
    """Sends a job's id to its queue. A broker that is away costs nothing but time: the sweep sends it
    again.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: Any = None
        self._lock = threading.Lock()

    def wake(self, job_id: str, queue: str) -> None:
        with self._lock:
            if self._app is None:
                self._app = celery_app(self._settings)
            try:
                self._app.send_task(TASK, args=[job_id], queue=queue, retry=False)
            except (OperationalError, OSError) as error:
                log.warning("the broker cannot be reached, job %s waits for the sweep: %s", job_id, error)


def sweep(parts: Parts, *, again_after_s: float = AGAIN_AFTER_S) -> int:
    """Take jobs away from dead workers and call out what waits. Returns how many were called out."""
    with parts.store.write() as unit:
        unit.jobs.release(alive)
        due = unit.jobs.due(again_after_s)
    for job in due:
        parts.wake(job)
    return len(due)


def _sweep_on(parts: Parts, over: threading.Event) -> None:
    while not over.wait(SWEEP_S):
        try:
            sweep(parts)
        except Exception as error:  # a database that is away for a moment must not end the sweep
            log.warning("the sweep failed, trying again: %s", error)


def run_worker(settings: Settings, queues: tuple[str, ...] = QUEUES, *, name: str = "preread") -> None:
    """Work until stopped. One job at a time in this process; more workers take more."""
    parts = Parts(settings, waker=CeleryWaker(settings))
    parts.store  # noqa: B018 - a database that cannot be reached is said at once
    runner, over = Runner(parts), threading.Event()
    app = celery_app(settings)

    @app.task(name=TASK)
    def run(job_id: str) -> None:  # pyright: ignore[reportUnusedFunction]
        runner.run(job_id)

    def ready(**_: object) -> None:
        threading.Thread(target=_sweep_on, args=(parts, over), name="sweep", daemon=True).start()
        sweep(parts)

    signals.worker_ready.connect(ready, weak=False)
    # about pickled messages, which are not accepted here
    warnings.filterwarnings("ignore", category=SecurityWarning)
    options = ["--quiet", "worker", "--pool=solo", "--concurrency=1", f"--queues={','.join(queues)}"]
    options += [
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=WARNING",
        f"--hostname={name}@%h",
    ]
    try:
        app.worker_main(options)
    finally:
        over.set()
        parts.close()
