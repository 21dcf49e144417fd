"""A model whose download failed is told on the page of the deals, and can be tried again there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.errors import BadInput, NotFound
from api.jobs.runner import Runner
from api.preread import Preread
from api.settings import Settings
from api.store.jobs import MAX_ATTEMPTS
from api.web.events import shown

WHY = "campplus: <b>model.onnx could not be had. By hand: put it there"


@pytest.fixture
def browser(application: Preread) -> Iterator[TestClient]:
    with TestClient(create_app(application, Settings()), base_url="http://127.0.0.1:8377") as client:
        client.get(f"/login?key={application.new_login()}")
        yield client


def failed(application: Preread, why: str = WHY) -> str:
    with application.parts.store.write() as unit:
        job = unit.jobs.enqueue("models", "models", "models:diarize:campplus", payload={"model": "campplus"})
    with application.parts.store.write() as unit:
        unit.jobs.claim(job.id, "worker", 60)
    with application.parts.store.write() as unit:
        unit.jobs.fail(job.id, "worker", why)
    return job.id


def test_the_page_keeps_the_reason_and_the_cure_until_it_runs(
    application: Preread, browser: TestClient
) -> None:
    assert "could not be fetched" not in browser.get("/").text
    job = failed(application)
    page = browser.get("/").text
    assert WHY.replace("<b>", "&lt;b&gt;") in page and "<b>model" not in page
    assert f'action="/downloads/{job}/again"' in page
    answer = browser.post(f"/downloads/{job}/again", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert application.job(job).state == "waiting"
    page = browser.get("/").text
    assert "By hand: put it there" in page and "Try again" not in page
    with application.parts.store.write() as unit:
        assert unit.jobs.claim(job, "another worker", 60)
    assert "By hand" not in browser.get("/").text


def test_a_second_failure_is_told_as_the_first(
    application: Preread, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import api.models.fetch as fetch

    job = failed(application)
    gone = fetch.Failure("campplus", "model.onnx", (("hub", "no route"),), "Put it there by hand")
    monkeypatch.setattr(fetch, "pull", lambda *args, **named: fetch.Report((), (), (gone,)))
    for _ in range(MAX_ATTEMPTS + 1):  # a person may try as often as they like
        application.try_again(job)
        assert Runner(application.parts).run(job)
        assert application.job(job).state == "failed"
    assert "no route" in browser.get("/").text and "Try again" in browser.get("/").text
    monkeypatch.setattr(fetch, "pull", lambda *args, **named: fetch.Report((), ("campplus",), ()))
    application.try_again(job)
    Runner(application.parts).run(job)
    assert application.job(job).state == "done" and "Try again" not in browser.get("/").text


def test_workers_are_woken_for_it(application: Preread) -> None:
    woken: list[tuple[str, str]] = []

    class Waker:
        def wake(self, job_id: str, queue: str) -> None:
            woken.append((job_id, queue))

    job = failed(application)
    application.parts.waker = Waker()
    application.try_again(job)
    application.try_again(job)  # pressed twice
    assert woken == [(job, "models")]


def test_an_earlier_failure_of_a_model_that_came_is_no_news(
    application: Preread, browser: TestClient
) -> None:
    failed(application)
    with application.parts.store.write() as unit:
        later = unit.jobs.enqueue(
            "models", "models", "models:diarize:campplus", payload={"model": "campplus"}
        )
        unit.jobs.close(later.id, "campplus")
    assert "could not be fetched" not in browser.get("/").text
    assert [j.id for j in application.downloads()] == [later.id]
    assert [j.id for j in shown(application, None, None)] == [later.id]


def test_only_a_download_is_tried_again(application: Preread, browser: TestClient) -> None:
    with application.parts.store.write() as unit:
        other = unit.jobs.enqueue("ask", "ask", "ask:x")
    with pytest.raises(BadInput, match="only the download"):
        application.try_again(other.id)
    with pytest.raises(NotFound):
        application.try_again("nothing")
    assert browser.post("/downloads/nothing/again").status_code == 404
