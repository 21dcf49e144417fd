"""Names, cues, cells and file names from outside are text on every page, whatever they look like."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analysis.edits import AddClaim, AddFactor, AddVoice, Reject
from api.app import create_app
from api.preread import Preread
from api.settings import Settings

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
LINK = "javascript:alert(3)"
ROW = (
    "Opportunity ID,Opportunity Name,Account Name,Amount,Stage,Close Date,Owner,Closed Lost Reason\n"
    f'006X,"Deal {SCRIPT}","{IMAGE.replace(chr(34), chr(34) * 2)}",1,Closed Lost,2026-04-02,{LINK},"{SCRIPT} too dear"\n'
)
CALL = f"""WEBVTT

00:00:01.000 --> 00:00:06.000
Mallory {SCRIPT}: We will decide on Friday, and {IMAGE} the board wants to sign before the summer.

00:00:07.000 --> 00:00:14.000
{LINK}: I promise to send you {SCRIPT} the order form by Monday morning.
"""
MAIL = f"""From: "Eve {SCRIPT}" <eve@fenwick.example>
To: "{LINK}" <sam@loomworks.example>
Subject: {IMAGE}
Date: Tue, 03 Mar 2026 09:12:00 +0000
Message-ID: <a1@fenwick.example>
Content-Type: text/plain; charset=utf-8

The board has moved the money {SCRIPT} to the boiler, so nothing {IMAGE} will happen before October.
"""
OURS = {"script": ("/static/app.js", "/static/transcript.js"), "link": "/static/"}


class Page(HTMLParser):
    """What a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("img", "iframe", "object", "embed", "style", "base"):
            self.bad.append(tag)
        if tag == "script" and not (given.get("src") or "").endswith(OURS["script"]):
            self.bad.append(f"script {given}")
        self.bad += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "data-play", "data-follow", "data-plan"):
            value = (given.get(name) or "").strip().casefold()
            if value and not value.startswith(
                ("/", "#", "http://testserver/static", "http://127.0.0.1:8377/static")
            ):
                self.bad.append(f"{tag} {name}={value}")


@pytest.fixture
def browser(application: Preread) -> Iterator[TestClient]:
    with TestClient(create_app(application, Settings()), base_url="http://127.0.0.1:8377") as client:
        client.get(f"/login?key={application.new_login()}")
        yield client


@pytest.fixture
def deal(application: Preread, tmp_path: Path) -> str:
    folder = tmp_path / "in" / "hostile"
    (folder / "calls").mkdir(parents=True)
    (folder / "emails").mkdir()
    (folder / "opportunity.csv").write_text(ROW)
    (folder / "calls" / "<img src=x onerror=alert(4)>.vtt").write_text(CALL)
    (folder / "emails" / "m.eml").write_text(MAIL)
    (folder / "calls" / "<svg onload=alert(5)>.vtt").write_text("no transcript")
    report = application.import_paths([folder])
    deal_id = report.deals[0][0]
    application.draft(deal_id)
    base = 1
    for edit in (
        AddClaim("went_well", SCRIPT + IMAGE),
        AddVoice(f"Ruth {SCRIPT}", False, IMAGE),
        AddFactor(SCRIPT, "for_us", LINK),
        AddClaim("could_go_better", f"rejected {IMAGE}", claim_id="h-gone"),
        Reject("h-gone"),
    ):
        base = application.edit(deal_id, base, edit, author="you").version
    return deal_id


def pages(application: Preread, deal: str) -> list[str]:
    application.ask(f"Who moved the money {SCRIPT}?", [deal])
    at = f"/deals/{deal}"
    answer = application.answers()[0][0]
    sources = [f"{at}/sources/{s.key}" for s in application.sources(deal) if s.utterances]
    assert sources
    return [
        "/",
        at,
        f"{at}?version=1",
        f"{at}/record",
        f"{at}/people",
        f"{at}/history",
        *sources,
        *[
            "/ask",
            f"/ask?answer={answer}",
            f"/ask?q={SCRIPT}&deal={IMAGE}",
            f"/deals/{SCRIPT}",
            f"{at}/sources/{IMAGE}",
        ],
    ]


def test_nothing_from_outside_runs(application: Preread, browser: TestClient, deal: str) -> None:
    for path in pages(application, deal):
        answer = browser.get(path, headers={"accept": "text/html"})
        assert answer.status_code in (200, 404), (path, answer.text[:300])
        page = Page()
        page.feed(answer.text)
        assert not page.bad, (path, page.bad)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy


def test_hostile_words_are_shown_as_they_are(browser: TestClient, deal: str) -> None:
    text = browser.get(f"/deals/{deal}").text
    assert "Deal &lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert re.search(r"&lt;img src=x onerror=alert\(2\)&gt;", text)


def test_an_edit_that_fails_gives_the_typed_text_back_as_text(browser: TestClient, deal: str) -> None:
    form = {
        "action": "add",
        "base": "1",
        "section": "went_well",
        "text": f"</textarea>{SCRIPT}",
        "quote": f"never said {IMAGE}",
    }
    answer = browser.post(f"/deals/{deal}/edit", data=form)
    page = Page()
    page.feed(answer.text)
    assert answer.status_code == 400 and not page.bad
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text


def test_a_page_that_is_uploaded_is_never_served_as_one(
    application: Preread, browser: TestClient, deal: str
) -> None:
    application.upload(deal, "emails/evil.eml", io.BytesIO(f"Subject: x\n\n<html>{SCRIPT}".encode()))
    answer = browser.get(f"/deals/{deal}/files/emails/evil.eml")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
