"""`preread serve`: the web application in this process, and beside it the Chroma server and the workers.

The web comes up first and shows what the others do. A worker that dies is started again, later each time;
when this process ends,
however it ends, everything ends with it.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from analysis.errors import IndexUnavailable
from api.app import create_app
from api.cores import seats
from api.errors import BadInput, line
from api.jobs.runner import Runner
from api.lock import remove_note, write_note
from api.preread import Preread
from api.settings import Settings
from api.worker import CeleryWaker, sweep

log = logging.getLogger(__name__)
# One worker for what takes minutes and one for what takes seconds, so that a question never waits for a
# recording.
WORKERS: tuple[tuple[str, ...], ...] = (("transcribe", "analyse"), ("mail", "ask"))
MORE: tuple[str, ...] = ("transcribe",)  # for each further recording that the machine can hear at once
WATCH_S = 0.5
CALM_S = 60.0  # who ran so long is started again at once
LONGEST_S = 30.0
SAMPLE = Path(__file__).parents[1] / "samples" / "harborlight-clinics"


@dataclass
class Child:
    """A worker process and when it may be started (again)."""

    name: str
    queues: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    not_before: float = 0.0
    falls: int = 0


@dataclass
class Supervisor:
    """Starts the parts and keeps them going, in a thread of its own."""

    settings: Settings
    application: Preread
    children: list[Child] = field(default_factory=list[Child])
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        from analysis.indexes.server import ChromaServer

        chroma = ChromaServer(self.settings.home / "chroma") if self.settings.chroma_url is None else None
        runner = Runner(self.application.parts)
        pulls = threading.Thread(target=self._pull, args=(runner,), name="models", daemon=True)
        pulls.start()
        try:
            while not self.stopping.wait(WATCH_S):
                if chroma is not None and not chroma.alive:
                    self._start_chroma(chroma)
                for child in self.children:
                    self._watch(child)
        finally:
            self._stop_children()
            if chroma is not None:
                chroma.stop()

    def _start_chroma(self, chroma: object) -> None:
        try:
            chroma.start()  # type: ignore[attr-defined]
        except IndexUnavailable as error:
            log.error("%s", line(error))
            self.stopping.wait(5)

    def _watch(self, child: Child) -> None:
        clock = time.monotonic()
        if child.process is not None:
            status = child.process.poll()
            if status is None:
                return
            child.process = None
            child.falls = 0 if clock - child.started > CALM_S else child.falls + 1
            child.not_before = clock + min(
                LONGEST_S, 0.0 if child.falls == 0 else 2.0 ** (child.falls - 1) / 2
            )
            log.warning("worker %s ended with %s, starting it again", child.name, status)
            sweep(self.application.parts)
        if clock >= child.not_before and not self.stopping.is_set():
            child.process, child.started = _start_worker(self.settings, child), clock

    def _stop_children(self) -> None:
        """At once: what they were doing is taken up by the next start, and counts as no attempt."""
        for child in self.children:
            if child.process is not None:
                child.process.send_signal(signal.SIGKILL)
                child.process.wait()
                owner = f"{socket.gethostname()}:{child.process.pid}:"
                with self.application.parts.store.write() as unit:
                    unit.jobs.put_back_all(owner)

    def _pull(self, runner: Runner) -> None:
        """Fetch models here: it is mostly waiting for the network."""
        while not self.stopping.wait(WATCH_S):
            try:
                with self.application.parts.store.read() as unit:
                    waiting = [job.id for job in unit.jobs.waiting() if job.kind == "models"]
                for job_id in waiting:
                    runner.run(job_id)
            except Exception as error:
                log.warning("fetching models: %s", error)


def worker_queues(settings: Settings) -> tuple[tuple[str, ...], ...]:
    """The queues of each worker that ``preread serve`` runs on this machine."""
    return (*WORKERS, *(MORE,) * (seats(settings.threads) - 1))


def _start_worker(settings: Settings, child: Child) -> subprocess.Popen[bytes]:
    logs = settings.home / "logs"
    logs.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "worker",
        "--queues",
        ",".join(child.queues),
        "--name",
        child.name,
    ]
    with (logs / f"{child.name}.log").open("ab") as out:
        return subprocess.Popen(
            [*command, "--parent", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=Path(__file__).parents[1],
            # Threads that wait for work must not spin: the other workers want the cores.
            env={"OMP_WAIT_POLICY": "passive", **os.environ},
        )


def end_with(parent: int) -> None:
    """End this process at once when its parent is gone: jobs are safe, the table knows them."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def children(workers: Sequence[tuple[str, ...]]) -> list[Child]:
    """Each with a name of its own."""
    names: Counter[str] = Counter()
    out: list[Child] = []
    for queues in workers:
        name = "-".join(queues)
        names[name] += 1
        out.append(Child(f"{name}-{names[name]}" if names[name] > 1 else name, queues))
    return out


def bind(host: str, port: int) -> socket.socket:
    """The listening socket. Raises ``BadInput`` when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # from here on a browser waits instead of being refused
    except OSError as error:
        listening.close()
        raise BadInput(
            f"{host}:{port} cannot be listened on ({error.strerror}): set PREREAD_PORT to a free one"
        ) from None
    return listening


def run_web(
    settings: Settings,
    *,
    workers: Sequence[tuple[str, ...]] = (),
    prepare: Callable[[Preread], None] = lambda application: None,
    say: Callable[[str, str], None] = lambda address, link: None,
) -> None:
    """Serve until stopped. ``workers``: the queues of each worker to run beside the web, none for the web
    alone.

    ``prepare`` runs once everything is starting; ``say`` is told the address and the one-time login link.
    """
    application = Preread(settings, waker=CeleryWaker(settings))
    application.parts.store  # noqa: B018 - a database that cannot be reached is said before anything starts
    listening = bind(settings.host, settings.port)
    host, port = ("127.0.0.1" if settings.host == "0.0.0.0" else settings.host), listening.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    note = write_note(settings.home, address)
    supervisor = Supervisor(settings, application, children(workers))
    thread = threading.Thread(target=supervisor.run, name="supervisor")
    app = create_app(application, settings, token=note.token)
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, lifespan="off"
        )
    )
    if workers:
        thread.start()
    try:
        prepare(application)
        say(address, f"{address}/login?key={application.new_login()}")
        # uvicorn raises the signal again when it has stopped: it must not end us before our own end
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        remove_note(settings.home)
        supervisor.stopping.set()
        if workers:
            thread.join(timeout=20)
        application.close()


def catch_up(application: Preread) -> None:
    """What other encoders indexed, of an older version or before a better model was pulled, is indexed again."""
    from api.jobs.indexing import enqueue_stale

    with application.parts.store.write() as unit:
        enqueue_stale(unit, application.parts)


def first_deal(application: Preread) -> None:
    """Put the sample in, and its draft, where no deal is yet."""
    from api.jobs.drafting import enqueue_draft

    if application.deals() or not SAMPLE.is_dir():
        return
    staged = application.stage([SAMPLE])
    for deal_id in staged.deals:
        with application.parts.store.write() as unit:
            enqueue_draft(unit, application.parts, deal_id)


def pull_models(application: Preread) -> int:
    """A job for each model that is not here; the bytes that will be fetched."""
    from api.jobs.pulling import enqueue_pulls
    from api.models.catalogue import select

    with application.parts.store.write() as unit:
        jobs = enqueue_pulls(unit, application.parts)
    return sum(model.size for model in select([job.payload["model"] for job in jobs])) if jobs else 0
