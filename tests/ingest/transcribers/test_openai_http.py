"""A transcription server that does not do what it should, on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from ingest.audio import SAMPLE_RATE, Audio
from ingest.errors import IngestError, LimitExceeded, UnreadableSource, UnsupportedSource
from ingest.transcribers import Transcription
from ingest.transcribers.openai_http import MOST_BYTES, OpenAIHttp
from ingest.transcribers.verbose_json import heard, language
from ingest.vad import Region

SECONDS = 3
TALK = Audio(np.zeros((1, SECONDS * SAMPLE_RATE), np.float32))
REGIONS = (Region(0, SECONDS * SAMPLE_RATE),)


class Bad(BaseHTTPRequestHandler):
    """Answers with the status and body that the test puts here."""

    status = 200
    body = b""
    wait_s = 0.0
    got = b""

    def do_POST(self) -> None:
        type(self).got = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.wait_s)
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bad)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def ask(
    address: str, status: int, body: bytes, wait_s: float = 0.0, timeout_s: float = 20.0
) -> Transcription:
    Bad.status, Bad.body, Bad.wait_s = status, body, wait_s
    engine = OpenAIHttp("small", address, None, timeout_s=timeout_s)
    return engine.transcribe(TALK, regions=REGIONS)


@pytest.mark.parametrize(
    ("status", "body", "kind", "cure"),
    [
        (401, b"", UnreadableSource, "set PREREAD_TRANSCRIBER_API_KEY"),
        (404, b"", UnreadableSource, "no model small"),
        (413, b"", LimitExceeded, "raise its limit"),
        (429, b"", LimitExceeded, "later"),
        (500, b'{"error": {"message": "out of\\n\\u001b[31mmemory"}}', UnreadableSource, r"500 \(out of \[31mmemory\)"),
        (500, b"<html>", UnreadableSource, "look at its log"),
        (200, b"<html>hello</html>", UnreadableSource, "JSON"),
        (200, b"[1, 2]", UnreadableSource, "verbose_json"),
        (200, b'{"words": [{"word": "x"}]}', UnreadableSource, "verbose_json"),
        (200, b'{"text": "x", "words": [{"word": "x", "start": NaN, "end": 1}]}', UnreadableSource, "verbose_json"),
        (200, b" " * (MOST_BYTES + 1), LimitExceeded, "more than 4 MB"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_one_line_with_the_cure(
    address: str, status: int, body: bytes, kind: type[IngestError], cure: str
) -> None:
    with pytest.raises(kind, match=cure) as caught:
        ask(address, status, body)
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


def test_a_server_that_does_not_answer_is_left(address: str) -> None:
    with pytest.raises(LimitExceeded, match="did not answer in time"):
        ask(address, 200, b"{}", wait_s=1.0, timeout_s=0.1)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreadableSource, match="PREREAD_TRANSCRIBER_URL"):
        OpenAIHttp("small", "http://127.0.0.1:9", None).transcribe(TALK, regions=REGIONS)
    for nowhere in (None, "", "localhost:8000", "file:///etc"):
        with pytest.raises(UnsupportedSource, match="PREREAD_TRANSCRIBER_URL"):
            OpenAIHttp("small", nowhere, None)


def test_words_get_the_spelling_of_the_text_and_stay_inside_the_sound(address: str) -> None:
    words = [("Hello", -1, 0.5), ("Dana", 0.5, 1), ("its", 1, 1.2), ("10", 1.2, 3.4), ("30", 3.4, 9)]
    answer = {
        "text": "Hello, Dana: it's 10:30.",
        "language": "english",
        "words": [{"word": word, "start": start, "end": end} for word, start, end in words],
    }
    found = ask(address, 200, json.dumps(answer).encode())
    spoken = [word for segment in found.segments for word in segment.words]
    assert [word.text for word in spoken] == ["Hello,", "Dana:", "it's", "10", "30"]
    assert all(0 <= word.start <= word.end <= SECONDS for word in spoken)
    assert found.language == "en"


def test_a_language_nobody_knows_is_not_asked_for(address: str) -> None:
    """A server that does not say leaves it open, and the next chunk of the recording is given that answer."""
    first = ask(address, 200, b'{"text": "Yes."}')
    assert first.language == "und"
    OpenAIHttp("small", address, None).transcribe(TALK, regions=REGIONS, language=first.language)
    assert b'name="model"' in Bad.got and b'name="language"' not in Bad.got
    OpenAIHttp("small", address, None).transcribe(TALK, regions=REGIONS, language="de")
    assert b'name="language"' in Bad.got


def test_lean_answers_are_enough() -> None:
    only_text = heard({"text": "We sign on Monday."}, 4.0)
    assert [w.text.strip() for w in only_text.words] == ["We", "sign", "on", "Monday."]
    assert (only_text.words[0].start, only_text.words[-1].end) == (0.0, 4.0)
    by_segment = heard({"segments": [{"text": " Yes.", "start": 1, "end": 2, "words": None}]}, 4.0)
    assert (by_segment.text, by_segment.words[0].start) == ("Yes.", 1.0)
    assert heard({"text": ""}, 4.0).words == ()
    assert [language({"language": name}) for name in ("en", "German", "<script>", 7)] == [
        "en",
        "de",
        None,
        None,
    ]


def test_nothing_is_sent_unless_it_was_asked_for() -> None:
    from api.errors import BadInput
    from api.settings import Settings
    from api.wiring import check, transcriber

    assert Settings().transcriber == "auto" and Settings().transcriber_url is None
    with pytest.raises(BadInput, match="PREREAD_TRANSCRIBER_URL"):
        check(Settings(transcriber="openai-http:small"))
    wired = transcriber(
        Settings(transcriber="openai-http:small", transcriber_url="http://127.0.0.1:9", models=Path())
    )
    assert wired.name == "openai-http:small"
