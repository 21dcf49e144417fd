"""Real worker processes over every broker, and what a kill -9 changes: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.jobs.waiting import wait
from api.preread import Preread
from api.settings import Settings
from api.worker import CeleryWaker

MAILS = 1500
StartWorker = Callable[..., "subprocess.Popen[bytes]"]


def until(condition: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s")
        time.sleep(0.02)


def mailbox(path: Path) -> Path:
    """A mailbox that takes a worker some seconds to read."""
    with path.open("w") as out:
        for n in range(MAILS):
            out.write(
                f"From rita@fenwick.example Tue Mar  3 09:{n % 60:02}:00 2026\n"
                f"From: Rita Fenwick <rita@fenwick.example>\nTo: Sam <sam@loomworks.example>\n"
                f"Subject: Note {n}\nMessage-ID: <{n}@fenwick.example>\n"
                f"Date: Tue, 03 Mar 2026 09:{n % 60:02}:00 +0000\n\n"
                f"The dye house wants loom number {n} kept until August, says the board.\n\n"
            )
    return path


def open_application(settings: Settings) -> Preread:
    return Preread(settings, waker=CeleryWaker(settings))


def state(application: Preread, job: str) -> str:
    return application.job(job).state


def imported(application: Preread, deal: str) -> list[tuple[str, int]]:
    return sorted((s.key, s.utterances) for s in application.sources(deal))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PREREAD_HOME", str(tmp_path / "home"))
    return Settings(llm="none")


def test_a_worker_takes_jobs_over_every_broker(
    settings: Settings, broker_url: str | None, start_worker: StartWorker, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"broker_url": broker_url})
    application = open_application(settings)
    deal = application.create_deal("Fenwick").id
    start_worker(settings)
    mail = tmp_path / "note.eml"
    mail.write_text("From: r@fenwick.example\nMessage-ID: <1@x>\n\nThe dye house decides it all for us.\n")
    job = application.stage([mail], deal=deal).jobs[0]
    until(lambda: state(application, job) == "done")
    assert [s.state for s in application.sources(deal)] == ["ready"]
    application.close()


def test_a_worker_over_postgresql(
    settings: Settings, database_url: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"database_url": database_url})
    application = open_application(settings)
    deal = application.create_deal("Fenwick").id
    mail = tmp_path / "broken.eml"
    mail.write_bytes(b"")
    job = application.stage([mail], deal=deal).jobs[0]
    start_worker(settings)
    until(lambda: state(application, job) == "failed")
    (source,) = application.sources(deal)
    assert source.state == "rejected" and source.reason
    application.close()


def test_a_killed_worker_changes_nothing_of_the_outcome(
    settings: Settings, start_worker: StartWorker, tmp_path: Path
) -> None:
    box = mailbox(tmp_path / "all.mbox")
    application = open_application(settings)
    deal = application.create_deal("Fenwick").id
    job = application.stage([box], deal=deal).jobs[0]

    first = start_worker(settings)

    def in_the_middle() -> bool:
        view = application.job(job)
        return view.state == "running" and view.progress is not None and view.progress.done > 10

    until(in_the_middle)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert state(application, job) == "running", "nobody was told"
    assert application.deal(deal).sources == 0, "nothing half-written"

    start_worker(settings)
    until(lambda: state(application, job) == "done")
    with application.parts.store.read() as unit:
        done = unit.jobs.get(job)
    assert done is not None and done.attempts == 2

    alone = Preread(Settings(home=tmp_path / "other", llm="none"))
    other = alone.create_deal("Fenwick").id
    wait(alone.parts, alone.stage([box], deal=other).jobs[:1])
    assert imported(application, deal) == imported(alone, other)
    assert len(imported(application, deal)) == MAILS
    application.close()
    alone.close()


def test_a_job_whose_message_was_lost_is_found(
    settings: Settings, start_worker: StartWorker, tmp_path: Path
) -> None:
    silent = Preread(settings)  # wakes nobody
    deal = silent.create_deal("Fenwick").id
    mail = tmp_path / "note.eml"
    mail.write_text("From: r@fenwick.example\nMessage-ID: <1@x>\n\nThe dye house decides it all for us.\n")
    job = silent.stage([mail], deal=deal).jobs[0]
    start_worker(settings)
    until(lambda: state(silent, job) == "done")
    assert silent.deal(deal).sources == 1
    silent.close()
