"""The call's page with corrections, and what the pre-read's page says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analysis.edits import AddClaim
from api.app import create_app
from api.preread import Preread
from api.settings import Settings

CALL = "calls/01-plan.vtt"
DYE = "Honestly the dye house decides, and they want the old machine kept until August."
JSON = {"accept": "application/json"}


@pytest.fixture
def deal(application: Preread, deal_folder: Path) -> str:
    deal_id = application.import_paths([deal_folder]).deals[0][0]
    application.draft(deal_id)
    cited = application.find_quote(deal_id, DYE)
    application.edit(deal_id, 1, AddClaim("went_well", "We heard of it.", (cited,)), author="you")
    return deal_id


@pytest.fixture
def browser(application: Preread, deal: str) -> Iterator[TestClient]:
    with TestClient(create_app(application, Settings()), base_url="http://127.0.0.1:8377") as client:
        client.get(f"/login?key={application.new_login()}")
        yield client


def send(browser: TestClient, deal: str, action: str, **fields: object) -> tuple[int, dict[str, str]]:
    form = {"source": CALL, "action": action, **fields}
    answer = browser.post(f"/deals/{deal}/transcript", data=form, headers=JSON)
    return answer.status_code, answer.json()


def test_every_correction_can_be_made_and_taken_back(browser: TestClient, deal: str) -> None:
    page = f"/deals/{deal}/sources/{CALL}"
    before = browser.get(page).text
    assert 'data-n="2"' in before and 'id="edits"' in before
    assert send(browser, deal, "text", at=1, text="It is decided elsewhere entirely.", seen=DYE)[0] == 200
    assert send(browser, deal, "split", at=1, word=2)[0] == 200
    assert send(browser, deal, "merge", at=2)[0] == 200
    assert send(browser, deal, "speaker", at=[0, 1], named="Nell Marsh")[0] == 200
    after = browser.get(page).text
    assert "Nell Marsh" in after and "4 corrections" in after
    assert DYE in browser.get(f"{page}?raw=1").text
    for _ in range(4):
        assert send(browser, deal, "undo")[0] == 200
    assert "4 corrections" not in browser.get(page).text
    assert send(browser, deal, "undo") == (
        400,
        {"error": f"{CALL} has no edit to take back", "kind": "BadInput"},
    )


def test_what_does_not_fit_is_refused_in_one_line(browser: TestClient, deal: str) -> None:
    for status, action, fields in (
        (409, "text", {"at": 1, "text": "Words.", "seen": "What stood there before."}),
        (400, "text", {"at": 1, "text": ""}),
        (400, "split", {"at": 1, "word": 99}),
        (400, "merge", {"at": 0}),
        (400, "merge", {}),
        (400, "delete", {"at": 1}),
        (404, "undo", {"edit": 77}),
    ):
        code, said = send(browser, deal, action, **fields)
        assert (code, "\n" in said["error"]) == (status, False), (action, said)


def test_a_form_without_the_script_comes_back_to_the_line(browser: TestClient, deal: str) -> None:
    form = {"source": CALL, "action": "text", "at": "1", "text": "Other words."}
    answer = browser.post(f"/deals/{deal}/transcript", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{deal}/sources/{CALL}#u1")


def test_a_claim_whose_quote_is_gone_says_so_until_somebody_looked(
    application: Preread, browser: TestClient, deal: str
) -> None:
    send(browser, deal, "text", at=1, text="Nobody here ever spoke of any such thing at all.")
    page = browser.get(f"/deals/{deal}").text
    assert "Its quote has changed, look again." in page
    assert f"<s>{DYE}</s>" in page
    assert "Transcripts were corrected since this draft." in page
    assert "it quotes the words as they stood then" in browser.get(f"/deals/{deal}?version=1").text
    claim = next(c for c in application.preread(deal).went_well if c.text == "We heard of it.")
    version = application.preread(deal).version
    form = {"action": "reword", "base": version, "claim": claim.id, "text": claim.text}
    assert browser.post(f"/deals/{deal}/edit", data=form, headers=JSON).status_code == 200
    looked = next(c for c in application.preread(deal).went_well if c.id == claim.id)
    assert (looked.note, looked.text) == (None, claim.text)


def test_going_back_over_a_corrected_transcript_does_not_bring_back_a_false_quote(
    application: Preread, browser: TestClient, deal: str
) -> None:
    send(browser, deal, "text", at=1, text="Nobody here ever spoke of any such thing at all.")
    form = {"action": "back", "base": application.preread(deal).version, "version": 2}
    assert browser.post(f"/deals/{deal}/edit", data=form, headers=JSON).status_code == 200
    claim = next(c for c in application.preread(deal).went_well if c.text == "We heard of it.")
    assert (claim.citations, claim.verified, claim.note is None) == ([], False, False)
    send(browser, deal, "undo")
    claim = next(c for c in application.preread(deal).went_well if c.text == "We heard of it.")
    assert (claim.citations[0].quote, claim.verified, claim.note) == (DYE, True, None)


def test_hostile_words_stay_words(browser: TestClient, deal: str) -> None:
    bad = "</textarea><script>alert(1)</script> and <img src=x onerror=alert(2)>"
    send(browser, deal, "text", at=1, text=bad)
    send(browser, deal, "speaker", at=1, named="<b onclick=alert(3)>Nell</b>")
    for path in (f"/deals/{deal}/sources/{CALL}", f"/deals/{deal}", f"/deals/{deal}/history"):
        page = browser.get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page and "<b onclick" not in page
