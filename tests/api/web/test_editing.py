"""The edit form: every action, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.responses import Response

from api.app import create_app
from api.preread import Preread
from api.settings import Settings


@pytest.fixture
def deal(application: Preread, deal_folder: Path) -> str:
    deal_id = application.import_paths([deal_folder]).deals[0][0]
    application.draft(deal_id)
    return deal_id


@pytest.fixture
def browser(application: Preread, deal: str) -> Iterator[TestClient]:
    with TestClient(create_app(application, Settings()), base_url="http://127.0.0.1:8377") as client:
        client.get(f"/login?key={application.new_login()}")
        yield client


def send(browser: TestClient, deal: str, base: int, action: str, **fields: object) -> Response:
    form = {"action": action, "base": str(base), **{k: str(v) for k, v in fields.items()}}
    return browser.post(f"/deals/{deal}/edit", data=form, follow_redirects=False)  # type: ignore[return-value]


def test_every_edit_makes_a_version(application: Preread, browser: TestClient, deal: str) -> None:
    quote = "nothing will happen before October"
    steps = [
        ("add", {"section": "went_well", "text": "We asked early.", "quote": quote}),
        ("voice", {"name": "Ruth Lowe", "room": "out", "text": "She decides the money.", "quote": ""}),
        ("factor", {"factor": "the boiler", "direction": "against_us", "text": "", "quote": quote}),
    ]
    base = 1
    for action, fields in steps:
        answer = send(browser, deal, base, action, **fields)
        assert answer.status_code == 303, answer.body
        base += 1
    doc = application.preread(deal)
    added = doc.went_well[-1]
    assert (added.citations[0].quote, added.origin, doc.version) == (quote, "human", 4)
    assert (doc.influential_voices[-1].person.name, doc.influential_voices[-1].in_room) == (
        "Ruth Lowe",
        False,
    )
    assert doc.deciding_factors[-1].factor == "the boiler"
    for action in ("reject", "restore", "up", "down", "reword"):
        assert send(browser, deal, base, action, claim=added.id, text="Ours.").status_code == 303
        base += 1
    assert application.preread(deal).went_well[-1].text == "Ours."
    assert send(browser, deal, base, "back", version=1).status_code == 303
    assert application.preread(deal).went_well == application.preread(deal, 1).went_well
    said = [v.what for v in application.versions(deal)]
    assert said[-1] == "went back to version 1" and "brought back a claim in went well" in said


@pytest.mark.parametrize("action", ["add", "voice", "factor"])
def test_a_quote_that_is_not_there_keeps_everything(browser: TestClient, deal: str, action: str) -> None:
    typed = {
        "section": "went_well",
        "text": "My words.",
        "quote": "never said by anybody",
        "factor": "it",
        "name": "R",
    }
    answer = send(browser, deal, 1, action, **typed)
    text = bytes(answer.content).decode()  # type: ignore[attr-defined]
    assert answer.status_code == 400
    assert "My words." in text and "never said by anybody" in text and f'value="{action}"' in text


def test_the_slower_of_two_gets_their_words_back(
    application: Preread, browser: TestClient, deal: str
) -> None:
    send(browser, deal, 1, "add", section="went_well", text="First.")
    answer = send(browser, deal, 1, "add", section="went_well", text="Second.")
    text = bytes(answer.content).decode()  # type: ignore[attr-defined]
    assert answer.status_code == 409
    assert "Second." in text and 'name="base" value="2"' in text
    assert send(browser, deal, 2, "add", section="went_well", text="Second.").status_code == 303
    assert [c.text for c in application.preread(deal).went_well][-2:] == ["First.", "Second."]


def test_rewording_what_another_rejected_can_be_added_as_new(
    application: Preread, browser: TestClient, deal: str
) -> None:
    send(browser, deal, 1, "add", section="went_well", text="First.")
    claim = application.preread(deal).went_well[-1].id
    send(browser, deal, 2, "reject", claim=claim)
    answer = send(browser, deal, 2, "reword", claim=claim, text="Better so.")
    text = bytes(answer.content).decode()  # type: ignore[attr-defined]
    assert answer.status_code == 409 and "Better so." in text and "Add as a new claim" in text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("add", {"section": "went_well", "text": " "}),
        ("voice", {"text": "x"}),
        ("factor", {"factor": ""}),
        ("dance", {}),
    ],
)
def test_what_cannot_be_done_is_said(
    browser: TestClient, deal: str, action: str, fields: dict[str, str]
) -> None:
    assert send(browser, deal, 1, action, **fields).status_code == 400
    assert browser.get(f"/deals/{deal}/history").text.count("<tr>") == 2  # the head and version 1
