"""A real `preread serve` in a home of its own, and Chromium in front of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE_S = 120.0
"""How long something may take on a busy machine before the test gives up; no test asserts how long it took."""


@dataclass
class Server:
    process: subprocess.Popen[str]
    address: str
    link: str
    home: Path

    @property
    def token(self) -> str:
        return json.loads((self.home / "server.json").read_text())["token"]

    def get(self, path: str) -> Any:
        """A route of the JSON interface, as this user's commands see it."""
        request = Request(self.address + path, headers={"Authorization": f"Bearer {self.token}"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def jobs(self, deal: str) -> list[dict[str, Any]]:
        return self.get(f"/api/jobs?deal={deal}")

    def wait(self, deal: str, until: Callable[[list[dict[str, Any]]], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not until(self.jobs(deal)):
            assert time.monotonic() < end, f"{what} did not come: {self.jobs(deal)}"
            time.sleep(0.1)

    def settled(self, deal: str) -> None:
        def over(jobs: list[dict[str, Any]]) -> bool:
            drafts = [j for j in jobs if j["kind"] == "draft"]
            return bool(drafts) and all(j["state"] in ("done", "failed") for j in jobs)

        self.wait(deal, over, "the end of the draft")

    def workers(self) -> dict[int, str]:
        """The worker processes of this server: pid and command line."""
        out: dict[int, str] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                parent = re.search(r"^PPid:\s*(\d+)", (folder / "status").read_text(), re.M)
                command = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if parent and int(parent[1]) == self.process.pid and " worker " in command:
                out[int(folder.name)] = command
        return out

    def both_workers(self) -> None:
        """Wait until both run: one that died is started again within seconds."""
        over = time.monotonic() + PATIENCE_S
        while len(self.workers()) < 2:
            assert time.monotonic() < over, f"only {self.workers()} run"
            time.sleep(0.2)

    def kill_worker(self, queue: str) -> None:
        victim = next(pid for pid, command in self.workers().items() if queue in command)
        os.kill(victim, signal.SIGKILL)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(home: Path, models: Path, **settings: str) -> Server:
    """``settings`` are those of Preread, without their prefix."""
    given = {
        "HOME": str(home),
        "MODELS": str(models),
        "PORT": "0",
        "LLM": "none",
        "TRANSCRIBER": "faster-whisper:tiny.en",
        "RERANKER": "minilm-answers",
        **settings,
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREREAD_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--no-browser"],
        cwd=ROOT,
        env={**kept, **{f"PREREAD_{k}": v for k, v in given.items()}},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"(http://\S+)/login\?key=\S+", line):
            return Server(process, found[1], found[0], home)
    raise AssertionError(f"the server did not start: {process.wait()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("PREREAD_REQUIRE_BROWSER"):
            pytest.fail("no chromium: apt-get install chromium")
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def start_server(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path
) -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def begin(**settings: str) -> Server:
        running.append(start(tmp_path_factory.mktemp("browser") / "home", models_dir, **settings))
        return running[-1]

    yield begin
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server], chromium: Browser) -> Server:
    return start_server()


@pytest.fixture(scope="session")
def signed_in(server: Server, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server.address, viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(server.link)
    assert page.get_by_role("heading", name="Deals", exact=True).is_visible()
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may be refused by the content security policy and no script may fail."""
    opened = signed_in.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
    yield opened
    opened.close()
    assert not complaints, complaints


@pytest.fixture(scope="session")
def record() -> list[Path]:
    """What the tests drop: a recording and a mail."""
    return [
        ROOT / "tests" / "samples" / "audio" / "linen-room.opus",
        ROOT / "samples" / "harborlight-clinics" / "emails" / "09-board.eml",
    ]


@pytest.fixture(scope="session")
def drop() -> Callable[[Page, str, list[Path]], str]:
    """Makes a deal by choosing files on the front page, and says its id."""

    def choose(page: Page, name: str, files: list[Path]) -> str:
        page.goto("/")
        page.get_by_label("Name of the deal").fill(name)
        page.locator("input[type=file]").set_input_files(files)
        page.wait_for_url(re.compile(r"/deals/[^/?#]+$"))
        return page.url.rsplit("/", 1)[-1]

    return choose


@pytest.fixture(scope="session")
def deal(
    server: Server,
    signed_in: BrowserContext,
    record: list[Path],
    drop: Callable[[Page, str, list[Path]], str],
) -> str:
    """A deal whose draft is there. The page was never reloaded by hand."""
    opened = signed_in.new_page()
    deal_id = drop(opened, "The linen room", record)
    opened.locator("progress").first.wait_for()  # a sign of life
    opened.locator("h2#value_articulation").wait_for()
    opened.get_by_text("Version 1 ·").wait_for()
    opened.close()
    server.settled(deal_id)
    return deal_id
