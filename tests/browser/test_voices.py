"""A call's page in a real browser: doubtful words gone through, the transcript taken away, a voice remembered and forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ingest.transcripts import parse_transcript

Server = Any  # of conftest.py, which no test module can import
expect.set_options(timeout=60_000)  # how long a busy machine may take; no test asserts how long it took


@pytest.fixture(scope="module")
def deal(
    server: Server,
    signed_in: BrowserContext,
    record: list[Path],
    drop: Callable[[Page, str, list[Path]], str],
) -> str:
    """A deal of this module's own: others name its voices."""
    opened = signed_in.new_page()
    deal_id = drop(opened, "The linen room, heard anew", record)
    opened.close()
    server.settled(deal_id)
    return deal_id


@pytest.fixture(scope="module")
def call(server: Server, deal: str) -> dict[str, Any]:
    key = next(s["key"] for s in server.get(f"/api/deals/{deal}/sources") if "linen-room" in s["path"])
    return server.get(f"/api/deals/{deal}/source?key={key}")


def test_doubtful_words_are_gone_through(page: Page, deal: str, call: dict[str, Any]) -> None:
    page.goto(f"/deals/{deal}/sources/{call['key']}")
    doubts = page.locator(".utt .doubt")
    unsure = sum((w["probability"] or 1) < 0.5 for u in call["utterances"] for w in u["words"])
    if not unsure:
        pytest.skip("the transcriber was sure of every word")
    expect(doubts).to_have_count(unsure)
    page.keyboard.press("n")
    expect(doubts.first).to_have_class("doubt now")
    page.keyboard.press("N")
    expect(doubts.last).to_have_class("doubt now")
    page.get_by_label("show only lines with one").check()
    for line in page.locator(".utt.sure").all():
        expect(line).to_be_hidden()
    expect(doubts.first).to_be_visible()


def test_the_word_file_reads_back(page: Page, deal: str, call: dict[str, Any], tmp_path: Path) -> None:
    page.goto(f"/deals/{deal}/sources/{call['key']}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word", exact=True).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    again = parse_transcript(path.name, path.read_bytes())
    assert path.suffix == ".docx"
    assert [u.text for u in again.utterances] == [u["text"] for u in call["utterances"]]


def test_a_voice_is_remembered_and_forgotten(
    server: Server, page: Page, deal: str, call: dict[str, Any]
) -> None:
    label = max(
        {u["speaker"] for u in call["utterances"]},
        key=lambda who: sum(len(u["text"]) for u in call["utterances"] if u["speaker"] == who),
    )
    page.goto(f"/deals/{deal}/sources/{call['key']}")
    page.get_by_label(f"A new name for {label}").fill("Sive Tierney")
    form = page.locator("#voices form", has=page.get_by_label(f"A new name for {label}"))
    with page.expect_navigation():
        form.get_by_role("button", name="Set").click()
    person = page.locator("#p-sive-tierney")
    over = time.monotonic() + 60  # who is who is found out in a job
    while not person.count() and time.monotonic() < over:
        page.wait_for_timeout(500)
        page.goto(f"/deals/{deal}/people")
    person.get_by_text("Recognise this voice", exact=True).click()
    expect(person).to_contain_text("Keeps 192 numbers")
    person.get_by_role("button", name="Recognise this voice in later calls").click()
    expect(person).to_contain_text("Voice recognised in later calls")
    page.goto("/voices")
    page.get_by_role("button", name="Forget the voice of Sive Tierney").click()
    expect(page.locator("main")).to_contain_text("No voice is remembered, and nothing is compared.")
    page.goto(f"/deals/{deal}/people")
    page.get_by_role("button", name="Undo the last correction").click()
