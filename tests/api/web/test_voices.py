"""Yes and no on the call's page, and the page of remembered voices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.preread import Preread
from api.settings import Settings

KEY = "calls/01-plan.vtt"


@pytest.fixture
def deal(application: Preread, deal_folder: Path) -> str:
    call = deal_folder / "calls" / "01-plan.vtt"
    text = call.read_text().replace("Sam Okoro:", "Speaker 1:").replace("Rita Fenwick:", "Speaker 2:")
    call.write_text(text)
    (deal_folder / "calls" / "calls.csv").write_text(
        "file,date,title,participants\n01-plan.vtt,2026-03-01,Plan,sam@loomworks.example; rita@fenwick.example\n"
    )
    return application.import_paths([deal_folder]).deals[0][0]


@pytest.fixture
def browser(application: Preread, deal: str) -> Iterator[TestClient]:
    with TestClient(create_app(application, Settings()), base_url="http://127.0.0.1:8377") as client:
        client.get(f"/login?key={application.new_login()}")
        yield client


def test_no_then_yes_by_the_forms_of_the_page(application: Preread, browser: TestClient, deal: str) -> None:
    page = f"/deals/{deal}/sources/{KEY}"
    first = application.voices(deal, KEY)[0]
    assert first.proposals[0].name in browser.get(page).text.partition("proposal")[2]
    wrong = {"action": "not_voice", "value": f"{KEY}:{first.label}", "subject": first.proposals[0].person_id}
    answer = browser.post(f"/deals/{deal}/people", data=wrong, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#voices")
    left = application.voices(deal, KEY)[0].proposals
    assert first.proposals[0].name not in [p.name for p in left]
    yes = {"action": "voice", "value": f"{KEY}:{first.label}", "subject": "p-sam-okoro"}
    browser.post(f"/deals/{deal}/people", data=yes)
    assert application.voices(deal, KEY)[0].name == "Sam Okoro"


def test_the_page_of_remembered_voices(application: Preread, browser: TestClient, deal: str) -> None:
    assert "No voice is remembered, and nothing is compared" in browser.get("/voices").text
    assert "Recognise this voice" not in browser.get(f"/deals/{deal}/people").text  # no recording
    with application.parts.store.write() as unit:
        made = unit.voiceprints.put(
            *(deal, KEY),
            name="<b>Sam",
            email=None,
            model="m",
            vector=b"1234",
            seconds=20.0,
            author="Kit",
        )
    page = browser.get("/voices").text
    assert "&lt;b&gt;Sam" in page and "<b>Sam" not in page and "20 s" in page
    assert browser.post("/voices/forget", data={"who": "nobody"}).status_code == 404
    browser.post("/voices/forget", data={"who": str(made.id)})
    assert application.voiceprints() == ()
    answer = browser.post(f"/deals/{deal}/voices", data={"person": "p-sam-okoro"})
    assert answer.status_code == 400 and "too little of Sam Okoro" in answer.text
