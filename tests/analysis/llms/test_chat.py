"""What the chat seam makes of answers, good and bad, from a scripted OpenAI-compatible endpoint on
loopback.
"""

from __future__ import annotations

import http.server
import json
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from analysis.errors import ModelMisbehaved, ModelUnavailable
from analysis.llms import LLM, open_llm
from analysis.llms.chat import chance_of_yes
from prompts import Rendered


class Pick(BaseModel):
    id: int = Field(ge=1, le=3)


ASK = Rendered("pick", "sha256:1", "The rules.", "1: a\n2: b\nWhich?")


@dataclass
class Script:
    """Answers in turn: a string is the content, a number the HTTP status of an error, a dict a whole
    choice.
    """

    turns: list[str | int | dict[str, Any]] = field(default_factory=list[str | int | dict[str, Any]])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    url: str = ""


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            turn = script.turns.pop(0)
            if isinstance(turn, int):
                self.send_error(turn)
                return
            choice = turn if isinstance(turn, dict) else {"message": {"role": "assistant", "content": turn}}
            usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
            whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "usage": usage}
            body = json.dumps(whole | {"choices": [{"index": 0, "finish_reason": "stop"} | choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield script
    server.shutdown()
    server.server_close()


@pytest.fixture
def llm(script: Script, tmp_path: Path) -> LLM:
    found = open_llm("openai:m", models=tmp_path, state=tmp_path / "s.json", base_url=script.url, api_key="k")
    assert found is not None
    return found


def test_the_schema_and_the_fixed_part_first_are_sent(script: Script, llm: LLM) -> None:
    script.turns = ['{"id": 2}']
    assert llm.structured(ASK, Pick, max_tokens=33).id == 2
    asked = script.asked[0]
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert asked["messages"][0]["content"] == "The rules."
    assert asked["response_format"]["json_schema"]["schema"]["properties"]["id"]["maximum"] == 3
    assert 33 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert (llm.calls[0].tokens_in, llm.calls[0].tokens_out) == (11, 7)


@pytest.mark.parametrize("bad", ["no JSON at all", '{"id": 9}', "[]", '{"id": ', "", "null"])
def test_a_bad_answer_is_sent_back_once_with_its_fault(bad: str, script: Script, llm: LLM) -> None:
    script.turns = [bad, '{"id": 3}']
    assert llm.structured(ASK, Pick).id == 3
    assert "refused" in script.asked[1]["messages"][1]["content"]
    assert script.asked[1]["messages"][1]["content"].startswith(ASK.user)
    assert len(llm.calls) == 2


def test_two_bad_answers_are_an_error_of_ours(script: Script, llm: LLM) -> None:
    script.turns = ['{"id": 9}', '{"id": 0}']
    with pytest.raises(ModelMisbehaved, match="pick"):
        llm.structured(ASK, Pick)
    assert script.turns == []


def test_an_answer_cut_short_gets_more_room(script: Script, llm: LLM) -> None:
    cut = {"message": {"role": "assistant", "content": '{"id'}, "finish_reason": "length"}
    script.turns = [cut, '{"id": 1}']
    assert llm.structured(ASK, Pick, max_tokens=50).id == 1
    sizes = [asked.get("max_tokens") or asked.get("max_completion_tokens") for asked in script.asked]
    assert sizes == [50, 100]


@pytest.mark.parametrize(
    ("status", "error"), [(400, ModelMisbehaved), (401, ModelUnavailable), (404, ModelUnavailable)]
)
def test_refusals_are_errors_of_ours(status: int, error: type[Exception], script: Script, llm: LLM) -> None:
    script.turns = [status]
    with pytest.raises(error, match="openai:m"):
        llm.structured(ASK, Pick)


def choice(*tokens: tuple[str, float]) -> dict[str, Any]:
    top = [{"token": token, "logprob": math.log(chance), "bytes": None} for token, chance in tokens]
    content = [{**top[0], "top_logprobs": top}]
    return {"message": {"role": "assistant", "content": tokens[0][0]}, "logprobs": {"content": content}}


def test_yes_comes_from_the_first_tokens_probabilities(script: Script, llm: LLM) -> None:
    script.turns = [choice((" Yes", 0.5), ("yes", 0.1), ("No", 0.2), ("Maybe", 0.1))]
    assert llm.yes(ASK) == pytest.approx(0.75)
    assert script.asked[0]["logprobs"] is True


@pytest.mark.parametrize("first", ["yes", 400, choice(("Perhaps", 0.9), ("I", 0.1))])
def test_without_probabilities_yes_is_a_constrained_answer(
    first: str | int | dict[str, Any], script: Script, llm: LLM
) -> None:
    script.turns = [first, '{"answer": "no"}']
    assert llm.yes(ASK) == 0.0
    assert "response_format" in script.asked[1]


@given(st.lists(st.tuples(st.text(max_size=8), st.floats(-50, 0))))
def test_the_chance_of_yes_is_a_chance(tokens: list[tuple[str, float]]) -> None:
    chance = chance_of_yes(tokens)
    assert chance is None or 0 <= chance <= 1


def test_words_that_begin_like_yes_and_no_count_as_such() -> None:
    assert chance_of_yes([("Y", 0.0)]) == 1
    assert chance_of_yes([("No.", 0.0)]) == 0
    assert chance_of_yes([("Note", 0.0), ("", 0.0)]) is None
