"""One suite for every LLM: the embedded server with a small model, and that model by LangChain's name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from analysis.errors import ModelMisbehaved, ModelUnavailable
from analysis.llms import LLM, open_llm
from analysis.llms.server import EmbeddedServer
from prompts import Rendered

pytestmark = pytest.mark.models
SMALL = "smollm2-135m-instruct-q4_1"


class Pick(BaseModel):
    id: Literal["A", "B", "C"]
    why: str = Field(max_length=60)


class Picks(BaseModel):
    picks: list[Pick] = Field(min_length=1, max_length=2)


def prompt(user: str, version: str = "sha256:1") -> Rendered:
    return Rendered("pick", version, "You pick among the lines you are given.", user)


ASK = prompt("A: The price is high.\nB: Good morning.\nC: We sign in May.\nPick the line on price.")


class Memory(dict[str, str]):
    def put(self, key: str, value: str) -> None:
        self[key] = value


@pytest.fixture(scope="module")
def server(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    pytest.importorskip("xllamacpp")
    gguf = models_dir / SMALL / "model.gguf"
    if not gguf.is_file():
        pytest.skip("needs SmolLM2: preread models pull tests")
    state = tmp_path_factory.mktemp("llm") / "llm.json"
    with EmbeddedServer(gguf, state=state, context=1024, threads=1) as running:
        yield running


@pytest.fixture(params=["embedded", "provider"])
def llm(request: pytest.FixtureRequest, server: EmbeddedServer, models_dir: Path) -> LLM:
    return opened(request.param, server, models_dir)


def opened(backend: str, server: EmbeddedServer, models_dir: Path, cache: Memory | None = None) -> LLM:
    address = server.address()
    state = server.state
    if backend == "embedded":  # finds the running server by its state file
        found = open_llm(f"embedded:{SMALL}", models=models_dir, state=state, context=1024, cache=cache)
    else:
        found = open_llm(
            f"openai:{SMALL}",
            models=models_dir,
            state=state,
            context=1024,
            base_url=address.base_url,
            api_key=address.key,
            cache=cache,
        )
    assert found is not None
    return found


def test_an_answer_has_the_shape_that_was_asked_for(llm: LLM) -> None:
    picks = llm.structured(ASK, Picks, max_tokens=200)
    assert isinstance(picks, Picks)
    assert llm.context == 1024


def test_every_call_is_recorded(llm: LLM) -> None:
    llm.structured(ASK, Picks, max_tokens=200)
    call = llm.calls[-1]
    assert (call.task, call.prompt_version, call.model, call.cached) == ("pick", "sha256:1", llm.name, False)
    assert call.tokens_in > 20
    assert call.tokens_out > 5
    assert call.seconds > 0


def test_yes_is_a_probability_and_follows_the_question(llm: LLM) -> None:
    chance = llm.yes(prompt("Answer yes or no. Is the sky blue?"))
    assert 0 < chance < 1
    assert chance != llm.yes(prompt("Answer yes or no. Is ice hot?"))


def test_an_answer_that_does_not_fit_its_length_is_asked_for_twice_then_refused(llm: LLM) -> None:
    with pytest.raises(ModelMisbehaved, match="pick"):
        llm.structured(ASK, Picks, max_tokens=2)
    assert len(llm.calls) == 2


def test_a_prompt_beyond_the_context_is_refused(llm: LLM) -> None:
    with pytest.raises(ModelMisbehaved, match="context"):
        llm.structured(prompt("word " * 3000), Picks)


@pytest.mark.parametrize("backend", ["embedded", "provider"])
def test_the_same_call_is_made_once(backend: str, server: EmbeddedServer, models_dir: Path) -> None:
    cache = Memory()
    first = opened(backend, server, models_dir, cache)
    picks, chance = first.structured(ASK, Picks, max_tokens=200), first.yes(ASK)
    again = opened(backend, server, models_dir, cache)
    assert again.structured(ASK, Picks, max_tokens=200) == picks
    assert again.yes(ASK) == chance
    assert [call.cached for call in again.calls] == [True, True]
    again.structured(prompt(ASK.user, "sha256:2"), Picks, max_tokens=200)  # another version of the prompt
    assert not again.calls[-1].cached


def test_what_was_cached_in_another_shape_is_asked_anew(server: EmbeddedServer, models_dir: Path) -> None:
    cache = Memory()
    llm = opened("embedded", server, models_dir, cache)
    llm.structured(ASK, Picks, max_tokens=200)
    assert cache
    for key in cache:
        cache[key] = '{"picks": []}'
    llm.structured(ASK, Picks, max_tokens=200)
    assert not llm.calls[-1].cached


def test_none_is_no_llm_and_odd_names_are_refused(tmp_path: Path) -> None:
    assert open_llm("none", models=tmp_path, state=tmp_path / "llm.json") is None
    with pytest.raises(ModelUnavailable, match="PREREAD_LLM"):
        open_llm("gpt", models=tmp_path, state=tmp_path / "llm.json")


@pytest.mark.parametrize(
    ("name", "cure"),
    [("embedded", "models pull"), ("nobody:model", "nobody"), ("openai:m", "cannot be reached")],
)
def test_an_llm_that_is_not_there_names_the_cure(name: str, cure: str, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    found = open_llm(
        name, models=tmp_path, state=tmp_path / "llm.json", base_url="http://127.0.0.1:9/v1", api_key="k"
    )
    assert found is not None
    with pytest.raises(ModelUnavailable, match=cure):
        found.structured(ASK, Picks)


def test_a_wrong_key_is_refused(server: EmbeddedServer, tmp_path: Path) -> None:
    url = server.address().base_url
    found = open_llm("openai:m", models=tmp_path, state=tmp_path / "x.json", base_url=url, api_key="wrong")
    assert found is not None
    with pytest.raises(ModelUnavailable, match="PREREAD_LLM_API_KEY"):
        found.structured(ASK, Picks)


def test_a_server_that_was_killed_is_started_again(server: EmbeddedServer, models_dir: Path) -> None:
    llm = opened("embedded", server, models_dir)
    llm.yes(ASK)
    os.kill(server.address().pid, signal.SIGKILL)
    time.sleep(0.2)
    server.address()
    assert 0 <= llm.yes(ASK) <= 1


def test_the_state_file_is_for_its_owner_only(server: EmbeddedServer) -> None:
    server.address()
    assert server.state.stat().st_mode & 0o077 == 0


def test_a_forked_worker_does_not_stop_its_parents_server(server: EmbeddedServer) -> None:
    before = server.address()
    child = os.fork()
    if child == 0:
        server.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert server.address() == before


def test_a_file_that_is_no_model_says_so(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    gguf = tmp_path / "model.gguf"
    gguf.write_bytes(b"this is no model" * 100)
    with pytest.raises(ModelUnavailable, match="did not start"):
        EmbeddedServer(gguf, state=tmp_path / "llm.json").address()


def test_the_server_ends_with_its_parent(server: EmbeddedServer, tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from analysis.llms.server import EmbeddedServer\n"
    code += "s = EmbeddedServer(Path(sys.argv[1]), state=Path(sys.argv[2]), context=512, threads=1)\n"
    code += "print(s.address().pid, flush=True); time.sleep(600)"
    command = [sys.executable, "-c", code, str(server.model), str(tmp_path / "llm.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and Path(f"/proc/{child}").exists():
        time.sleep(0.2)
    assert not Path(f"/proc/{child}").exists()
