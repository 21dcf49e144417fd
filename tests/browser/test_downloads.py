"""A model that could not be fetched is tried again from the page that says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from api.store import open_store

Server = Any  # of conftest.py, which no test module can import
PATIENCE_S = 120.0
MODEL = "minilm-int8"


def test_a_failed_download_is_tried_again_from_the_page(
    start_server: Callable[..., Server], chromium: Browser, models_dir: Path, tmp_path: Path
) -> None:
    mirror, models = tmp_path / "mirror", tmp_path / "models"
    mirror.mkdir()
    server = start_server(MODELS=str(models), MODELS_FROM=str(mirror), MODELS_HUB="")
    store = open_store(f"sqlite:///{server.home / 'preread.sqlite3'}")
    with store.write() as unit:  # as `serve --pull` does, but one model
        unit.jobs.enqueue("models", "models", f"models:embed:{MODEL}", payload={"model": MODEL})
    context = chromium.new_context(base_url=server.address)
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(server.link)
    notice = page.locator(".notice", has_text="A model could not be fetched.")
    button = notice.get_by_role("button", name="Try again")
    button.wait_for()  # the page shows it by itself
    expect(notice).to_contain_text("By hand: get")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    button.wait_for()  # it failed once more, and can be tried once more
    expect(notice).to_contain_text("By hand: get")
    shutil.copytree(models_dir / MODEL, mirror / MODEL)
    with page.expect_navigation():
        button.click()
    expect(notice).to_have_count(0, timeout=PATIENCE_S * 1000)
    expect(page.locator(".jobs")).to_be_empty(timeout=PATIENCE_S * 1000)
    assert (models / MODEL / "model.onnx").is_file()
    context.close()
    store.close()
    server.stop()
