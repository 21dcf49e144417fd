"""A transcript corrected in a real browser, and the pre-read that follows."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Server = Any  # of conftest.py, which no test module can import
SPOKEN = re.compile(r"whoever signs for the deliver", re.I)
expect.set_options(timeout=60_000)  # how long a busy machine may take; no test asserts how long it took
CLAIM = "She spoke to those who sign for what comes in."


@pytest.fixture(scope="module")
def call(server: Server, deal: str) -> dict[str, Any]:
    """The recording of the deal, as its source."""
    key = next(s["key"] for s in server.get(f"/api/deals/{deal}/sources") if "linen-room" in s["path"])
    return server.get(f"/api/deals/{deal}/source?key={key}")


@pytest.fixture(scope="module")
def spoken(call: dict[str, Any]) -> dict[str, Any]:
    return next(u for u in call["utterances"] if SPOKEN.search(u["text"]))


def line(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.locator("#transcript .said", has_text=text)


def reloaded_until(page: Page, where: str, shown: Locator) -> None:
    """Who is who is found out in a job: a page shows it when it is opened after the job."""
    over = time.monotonic() + 60
    page.goto(where)
    while not shown.count():
        assert time.monotonic() < over, f"{where} does not show it"
        page.wait_for_timeout(500)
        page.goto(where)


def quoted(page: Page, deal: str) -> Locator:
    page.goto(f"/deals/{deal}")
    return page.locator(".claim", has_text=CLAIM)


def test_a_corrected_word_and_a_named_voice_are_in_the_pre_read_at_once(
    server: Server, deal: str, page: Page, call: dict[str, Any], spoken: dict[str, Any]
) -> None:
    page.goto(f"/deals/{deal}")
    box = page.locator("section", has=page.locator("h2#went_well"))
    box.get_by_text("+ Add a claim").click()
    box.get_by_label("What is true").fill(CLAIM)
    box.get_by_label("The words that show it").fill(spoken["text"])
    box.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".claim", has_text=CLAIM).locator("q")).to_have_text(spoken["text"])

    page.goto(f"/deals/{deal}/sources/{call['key']}")
    line(page, SPOKEN).click()
    words = page.get_by_label("The words as they were said")
    corrected = SPOKEN.sub("whoever pays for the deliver", spoken["text"])
    words.fill(corrected)
    words.press("Enter")
    expect(line(page, corrected)).to_be_focused()
    expect(page.locator("#edits")).to_contain_text("1 correction")
    expect(quoted(page, deal).locator("q")).to_have_text(corrected)
    expect(page.get_by_text("Transcripts were corrected since this draft.")).to_be_visible()

    page.goto(f"/deals/{deal}/sources/{call['key']}")
    page.get_by_label(f"A new name for {spoken['speaker']}").fill("Brona Cafferkey")
    form = page.locator("#voices form", has=page.get_by_label(f"A new name for {spoken['speaker']}"))
    with page.expect_navigation():
        form.get_by_role("button", name="Set").click()
    claim = page.locator(".claim", has_text=CLAIM)
    named = claim.locator(".by", has_text="Brona Cafferkey")
    reloaded_until(page, f"/deals/{deal}", named)

    page.goto(f"/deals/{deal}/sources/{call['key']}?raw=1")
    expect(line(page, SPOKEN)).to_be_visible()
    page.get_by_role("link", name="Back to the corrected one").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(line(page, SPOKEN)).to_be_visible()
    expect(quoted(page, deal).locator("q")).to_have_text(spoken["text"])


def test_split_and_join_by_keyboard_alone(
    deal: str, page: Page, call: dict[str, Any], spoken: dict[str, Any]
) -> None:
    page.goto(f"/deals/{deal}/sources/{call['key']}")
    count = page.locator(".said").count()
    line(page, SPOKEN).focus()
    page.keyboard.press("Enter")
    words = page.get_by_label("The words as they were said")
    expect(words).to_be_focused()
    at = spoken["text"].index("whoever")
    words.evaluate("(node, at) => node.setSelectionRange(at, at)", at)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_have_count(count + 1)
    second = line(page, re.compile("^whoever signs"))
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(words).to_be_focused()
    words.evaluate("node => node.setSelectionRange(0, 0)")
    page.keyboard.press("Backspace")
    expect(page.locator(".said")).to_have_count(count)
    expect(line(page, spoken["text"])).to_be_focused()
    for _ in range(2):
        taken = page.locator(".edits .undone").count()
        page.keyboard.press("Control+z")
        expect(page.locator(".edits .undone")).to_have_count(taken + 1)
    expect(line(page, spoken["text"])).to_be_visible()


def test_the_player_goes_on_while_words_are_corrected(
    deal: str, page: Page, call: dict[str, Any], spoken: dict[str, Any]
) -> None:
    page.goto(f"/deals/{deal}/sources/{call['key']}")
    page.locator(f"#u{spoken['ordinal']} .t").click()
    audio = page.locator("audio")
    expect(audio).to_have_attribute("src", re.compile("linen-room"))
    audio.evaluate("node => { node.dataset.mark = 'same'; }")
    line(page, SPOKEN).click()
    words = page.get_by_label("The words as they were said")
    words.fill(spoken["text"] + " Really.")
    words.press("Enter")
    expect(line(page, spoken["text"] + " Really.")).to_be_visible()
    assert audio.evaluate("node => node.dataset.mark") == "same"
    page.keyboard.press("Control+z")
    expect(line(page, re.compile(re.escape(spoken["text"]) + "$"))).to_be_visible()
