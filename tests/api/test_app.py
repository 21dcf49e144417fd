"""Who comes in, and what errors look like from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.errors import NotFound
from api.lock import ServerNote
from api.preread import Preread
from api.settings import Settings

BASE = "http://127.0.0.1:8377"


@pytest.fixture
def browser(application: Preread) -> Iterator[TestClient]:
    with TestClient(create_app(application, Settings(), token="sesame"), base_url=BASE) as client:
        yield client


def test_nobody_comes_in_without_a_link(browser: TestClient) -> None:
    assert browser.get("/").status_code == 401
    assert browser.get("/api/deals").json()["kind"] == "NotSignedIn"
    assert browser.get("/api/deals", headers={"Authorization": "Bearer guess"}).status_code == 401
    assert browser.get("/", cookies={"preread_session": "9999999999.x.y"}).status_code == 401


def test_a_link_opens_once(browser: TestClient, application: Preread) -> None:
    key = application.new_login()
    assert browser.get(f"/login?key={key}").status_code == 200
    assert browser.get("/").status_code == 200
    browser.cookies.clear()
    assert browser.get(f"/login?key={key}").status_code == 401
    assert browser.get("/").status_code == 401


def test_another_site_cannot_act_for_the_signed_in(browser: TestClient, application: Preread) -> None:
    browser.get(f"/login?key={application.new_login()}")
    body = {"name": "Planted"}
    assert browser.post("/api/deals", json=body, headers={"origin": "http://evil.example"}).status_code == 401
    assert browser.get("/", headers={"host": "evil.example"}).status_code == 400
    assert application.deals() == ()
    assert browser.post("/api/deals", json=body, headers={"origin": BASE}).status_code == 200


def test_errors_are_one_line_in_json_and_on_a_page(browser: TestClient, application: Preread) -> None:
    browser.get(f"/login?key={application.new_login()}")
    answer = browser.get("/api/deals/nobody")
    assert (answer.status_code, answer.json()["kind"]) == (404, "NotFound")
    page = browser.get("/deals/nobody", headers={"accept": "text/html"})
    assert page.status_code == 404 and "nobody" in page.text
    assert browser.post("/api/deals", json={"nom": 1}).status_code == 400


def test_the_program_s_inside_does_not_get_out(application: Preread, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise RuntimeError("the key is 1234")

    monkeypatch.setattr(application, "deals", broken)
    app = create_app(application, Settings(), token="sesame")
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        answer = client.get("/api/deals", headers={"Authorization": "Bearer sesame"})
    assert answer.status_code == 500
    assert "1234" not in answer.text


def test_every_page_has_a_content_security_policy(browser: TestClient) -> None:
    assert "default-src 'self'" in browser.get("/login?key=x").headers["content-security-policy"]


@pytest.fixture
def client(application: Preread, browser: TestClient) -> Client:
    """The command line's client, speaking to the application in this process."""
    made = Client(ServerNote(BASE, "sesame", 0))
    browser.headers["Authorization"] = "Bearer sesame"
    made._http = browser  # type: ignore[assignment]
    return made


def test_the_client_says_what_the_application_says(
    client: Client, application: Preread, deal_folder: Path
) -> None:
    application.import_paths([deal_folder])
    application.draft("fenwick-mills")
    assert client.there()
    assert client.deals() == application.deals()
    assert client.people("fenwick-mills") == application.people("fenwick-mills")
    assert client.sources("fenwick-mills") == application.sources("fenwick-mills")
    assert client.source("fenwick-mills", "emails/01-money.eml") == application.source(
        "fenwick-mills", "emails/01-money.eml"
    )
    assert client.preread("fenwick-mills") == application.preread("fenwick-mills")
    assert client.versions("fenwick-mills") == application.versions("fenwick-mills")
    assert client.import_paths([deal_folder]) == application.import_paths([deal_folder])
    assert client.open_file("fenwick-mills", "emails/01-money.eml")[1] > 0
    assert client.plan("fenwick-mills") == application.plan("fenwick-mills")
    with application.parts.store.write() as unit:
        unit.jobs.enqueue("models", "models", "models:embed:m")
    assert client.downloads() == application.downloads() != ()
    assert client.try_again(client.downloads()[0].id) == application.downloads()[0]
    with pytest.raises(NotFound, match="no deal"):
        client.deal("nobody")
