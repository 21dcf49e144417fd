"""A call's transcript as a file from its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.preread import Preread
from api.settings import Settings
from ingest.transcripts import parse_transcript


@pytest.mark.parametrize("ending", ["vtt", "srt", "txt", "docx", "json"])
def test_every_link_on_the_page_gives_the_call_again(
    application: Preread, deal_folder: Path, ending: str
) -> None:
    deal = application.import_paths([deal_folder]).deals[0][0]
    source = application.source(deal, "calls/01-plan.vtt")
    with TestClient(create_app(application, Settings()), base_url="http://127.0.0.1:8377") as browser:
        browser.get(f"/login?key={application.new_login()}")
        page = browser.get(f"/deals/{deal}/sources/{source.key}").text
        link = f"/deals/{deal}/transcript.{ending}?source={source.key}"
        assert f'href="{link}"' in page
        answer = browser.get(link)
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''01-plan.{ending}"
        again = parse_transcript("calls/again", answer.content)
        assert browser.get(f"/deals/{deal}/transcript.pdf?source={source.key}").status_code == 404
        mail = browser.get(f"/deals/{deal}/transcript.txt?source=emails/01-money.eml")
        assert mail.status_code == 400
    assert [(u.speaker, u.text) for u in again.utterances] == [(u.speaker, u.text) for u in source.utterances]
