"""What a draft would ask, told on the deal's page before it and in the history after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import api.jobs.planning as planning
from analysis.documents import DealHeader, DraftedBy, PreRead
from analysis.llms import Call
from api.app import create_app
from api.errors import Unavailable
from api.jobs.planning import spent
from api.preread import Preread
from api.settings import Settings

DEAL = "fenwick-mills"
LARGE = "openai:<b>large"


@pytest.fixture
def imported(application: Preread, deal_folder: Path) -> Preread:
    application.import_paths([deal_folder])
    return application


@pytest.fixture
def browser(imported: Preread) -> Iterator[TestClient]:
    with TestClient(create_app(imported, Settings()), base_url="http://127.0.0.1:8377") as client:
        client.get(f"/login?key={imported.new_login()}")
        yield client


def with_llm(application: Preread, **more: float) -> None:
    application.settings = application.parts.settings = Settings(llm=LARGE, **more)  # type: ignore[arg-type]


def rehearsals(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every rehearsal from here on."""
    seen: list[object] = []
    real = planning.draft

    def draft(corpus: object, planner: object) -> object:
        seen.append(corpus)
        return real(corpus, planner)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "draft", draft)
    return seen


def test_without_an_llm_there_is_nothing_to_tell(imported: Preread, browser: TestClient) -> None:
    answer = browser.get(f"/deals/{DEAL}/plan")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_page_asks_for_the_plan_and_makes_none(
    imported: Preread, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_llm(imported)
    made = rehearsals(monkeypatch)
    assert f'data-plan="/deals/{DEAL}/plan"' in browser.get(f"/deals/{DEAL}").text
    assert not made


def test_the_plan_says_calls_tokens_and_cost_and_folds_the_chains(
    imported: Preread, browser: TestClient
) -> None:
    with_llm(imported, llm_price_in=2.0, llm_price_out=8.0)
    plan = imported.plan(DEAL)
    told = browser.get(f"/deals/{DEAL}/plan").text
    line = told.partition("<summary>")[2].partition("</summary>")[0]
    assert line == f"A draft takes {plan.sentence}".replace("<b>", "&lt;b&gt;")
    assert f"about {plan.calls} calls" in line and "at the prices set" in line
    assert told.startswith("<details") and "<details open" not in told
    for task in plan.tasks:
        assert task.task.replace("_", " ") in told.lower()
    assert told.count("<tr>") == 1 + len(plan.tasks)


def test_a_draft_is_rehearsed_once_until_something_changes(
    imported: Preread, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_llm(imported)
    made = rehearsals(monkeypatch)
    assert imported.plan(DEAL) == imported.plan(DEAL)
    assert len(made) == 1
    with imported.parts.store.write() as unit:
        unit.llm.cache("some call", DEAL, "{}")  # a draft has asked meanwhile
    imported.plan(DEAL)
    assert len(made) == 2
    imported.parts.settings = Settings(llm="openai:other")
    assert imported.plan(DEAL).llm == "openai:other" and len(made) == 3
    mail = tmp_path / "02-later.eml"
    mail.write_text("From: rita@fenwick.example\nDate: Tue, 10 Mar 2026 09:00:00 +0000\n\nWe sign in May.\n")
    imported.import_paths([mail], deal=DEAL)
    imported.plan(DEAL)
    assert len(made) == 4


def test_a_plan_that_cannot_be_made_says_why(
    imported: Preread, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_llm(imported)

    def away(*_: object) -> None:
        raise Unavailable("the model is not here: preread models pull")

    monkeypatch.setattr(planning, "draft", away)
    answer = browser.get(f"/deals/{DEAL}/plan", headers={"accept": "text/html, application/json"})
    assert answer.status_code == 503
    assert answer.json()["error"] == "the model is not here: preread models pull"
    assert browser.get("/deals/nobody/plan").status_code == 404


def test_the_history_tells_what_was_planned_and_what_was_asked(
    imported: Preread, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import api.jobs.drafting as drafting

    class Large:
        name, context = LARGE, 8192
        calls = (Call("value_statement", "1", LARGE, 900, 80, 2.0),)

    def document(llm: str) -> PreRead:
        header = DealHeader(id=DEAL, name="Looms")
        return PreRead(deal=header, drafted_by=DraftedBy(llm=llm, embeddings="hashed-words"))

    def drafted(corpus: object, llm: object, on_progress: object) -> PreRead:
        llm.asked = llm.answered = 1  # type: ignore[attr-defined]
        return document(LARGE)

    with_llm(imported)
    monkeypatch.setattr("analysis.llms.open_llm", lambda *args, **named: Large())
    monkeypatch.setattr(drafting, "evidence_draft", lambda corpus, on_progress: document("none"))
    monkeypatch.setattr(drafting, "draft", drafted)
    imported.draft(DEAL)  # nobody looked at a plan
    assert imported.versions(DEAL)[-1].what.endswith("(1 call, 900 tokens in, 80 out, 2 s)")
    plan = imported.plan(DEAL)
    imported.draft(DEAL)
    took = f"(1 call, 900 tokens in, 80 out, 2 s; planned: {plan.brief})"
    assert imported.versions(DEAL)[-1].what.endswith(took)
    assert took in browser.get(f"/deals/{DEAL}/history").text


def test_what_a_draft_took_stands_beside_what_was_planned() -> None:
    calls = [Call("a", "1", "m", 2000, 100, 3.0), Call("b", "1", "m", 0, 0, 0.0, True)]
    assert spent(calls, Settings(llm="none")) == "1 call, 2.0k tokens in, 100 out, 3 s, 1 remembered"
    assert spent(calls, Settings(llm="none"), "2 calls, 0.10").endswith("remembered; planned: 2 calls, 0.10")
