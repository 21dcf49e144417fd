"""What a draft would ask the LLM, on the deal's page before it is pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

Server = Any  # of conftest.py, which no test module can import
PATIENCE_S = 120.0
TOLD = re.compile(
    r"^A draft takes about \d+ calls? to openai:large, .+ tokens in, .+ out, \d+\.\d\d at the prices"
)


def test_the_plan_stands_on_the_page_and_unfolds_with_the_keyboard(
    start_server: Callable[..., Server],
    chromium: Browser,
    record: list[Path],
    drop: Callable[[Page, str, list[Path]], str],
) -> None:
    away = {
        "LLM": "openai:large",
        "LLM_BASE_URL": "http://127.0.0.1:9/v1",
        "LLM_API_KEY": "none",
    }
    large = start_server(**away, LLM_PRICE_IN="2", LLM_PRICE_OUT="8")  # a plan needs nobody there
    context = chromium.new_context(base_url=large.address)
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    page.goto(large.link)
    deal = drop(page, "Only a mail", record[1:])
    large.settled(deal)
    page.goto(f"/deals/{deal}")
    summary = page.locator(".plan summary")
    expect(summary).to_have_text(TOLD, timeout=PATIENCE_S * 1000)
    table = page.locator(".plan table")
    expect(table).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    asked = {t["task"] for t in large.get(f"/api/deals/{deal}/plan")["tasks"]}
    expect(table.locator("tbody tr")).to_have_count(len(asked))
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    said = {"error": "the model <i>is</i> not here: preread models pull", "kind": "Unavailable"}
    page.route("**/plan", lambda route: route.fulfill(status=503, json=said))
    page.reload()
    expect(page.locator(".plan")).to_have_text(
        f"What a draft would ask the LLM cannot be told: {said['error']}"
    )
    page.unroute("**/plan")
    page.route("**/plan", lambda route: route.abort())
    page.reload()
    expect(page.locator(".plan")).to_contain_text("the server did not answer")
    expect(page.get_by_role("button", name="Draft again")).to_be_enabled()
    page.unroute("**/plan")
    page.route("**/plan", lambda route: route.fulfill(status=204))
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".plan")).to_be_empty()
    assert not refused
    context.close()
    large.stop()
