"""The command line: exit codes, one-line errors, and JSON alone on stdout."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Ran]


@pytest.fixture
def run(home: Path, fakes: None, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        said = capsys.readouterr()
        code = stopped.value.code
        return Ran(code if isinstance(code, int) else 1, said.out, said.err)

    return call


def test_the_plan_of_a_draft_is_told_and_nothing_is_drafted(
    run: Run, deal_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", deal_folder)
    assert "asks nobody" in run("draft", "006A", "--plan").out
    monkeypatch.setenv("PREREAD_LLM", "openai:large")
    monkeypatch.setenv("PREREAD_LLM_PRICE_IN", "2")
    plan = json.loads(run("draft", "006A", "--plan", "--json").out)
    assert plan["llm"] == "openai:large"
    assert plan["calls"] == sum(t["calls"] for t in plan["tasks"]) > 0
    assert plan["cost"] == pytest.approx(plan["tokens_in"] * 2 / 1e6)
    assert plan["seconds"] is None
    assert run("show", "006A").code != 0, "nothing was drafted"


def test_import_draft_show_ask_remove(run: Run, deal_folder: Path, tmp_path: Path) -> None:
    done = run("import", deal_folder, "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["deals"] == [{"id": "fenwick-mills", "name": "Looms for Fenwick"}]
    drafted = run("draft", "006A", "--json")
    assert drafted.code == 0
    document = json.loads(drafted.out)
    assert (document["schema"], document["version"]) == ("preread/1", 1)
    assert json.loads(run("show", "fenwick-mills", "--format", "json").out) == document
    for kind in ("md", "html", "docx"):
        written = tmp_path / f"out.{kind}"
        assert run("show", "fenwick-mills", "--format", kind, "-o", written).code == 0
        assert written.stat().st_size > 100
    answer = json.loads(run("ask", "Who decides?", "--json").out)
    assert answer["schema"] == "answer/1"
    assert run("remove", "fenwick-mills").code == 0
    assert json.loads(run("deals", "--json").out) == []


def test_a_rejected_file_is_3_and_is_named(run: Run, deal_folder: Path) -> None:
    (deal_folder / "calls" / "02-broken.vtt").write_text("WEBVTT\n\nnothing\n")
    done = run("import", deal_folder, "--json")
    assert done.code == 3
    assert len(done.lines) == 1 and "fenwick-mills/calls/02-broken.vtt: " in done.lines[0]
    (rejected,) = json.loads(done.out)["rejected"]
    assert rejected["file"] == "fenwick-mills/calls/02-broken.vtt" and rejected["reason"]


def test_files_that_are_not_ours_change_no_exit_code(run: Run, deal_folder: Path) -> None:
    (deal_folder / "gold.json").write_text("{}")
    done = run("import", deal_folder, "--json")
    assert done.code == 0
    assert json.loads(done.out)["ignored"] == ["fenwick-mills/gold.json"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "nowhere"],
        ["import", "nowhere", "--deal", "nobody"],
        ["draft", "nobody"],
        ["show", "nobody"],
        ["ask", ""],
        ["ask", "who?", "--deal", "nobody"],
        ["ask"],
        ["ask", "--questions", "nowhere.json", "--json"],
        ["remove", "nobody"],
        ["people", "nobody"],
        ["people", "nobody", "merge", "a"],
        ["transcribe", "nowhere.wav"],
        ["models", "pull", "no-such-model"],
        ["worker", "--queues", "dishes"],
        ["login"],
        ["eval", "nowhere"],
        ["dance"],
        ["draft"],
    ],
    ids=" ".join,
)
def test_bad_usage_and_input_is_2_and_one_line(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith("preread: ")
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_failure_of_the_program_is_1_and_a_traceback_only_with_debug(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> object:
        raise RuntimeError("oh")

    monkeypatch.setattr("api.preread.Preread.deals", broken)
    quiet = run("deals")
    assert quiet.code == 1 and len(quiet.lines) == 1 and "oh" in quiet.err
    loud = run("deals", "--debug")
    assert loud.code == 1 and "Traceback" in loud.err


def test_a_setting_that_is_none_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREREAD_LLM", "magic")
    done = run("deals")
    assert done.code == 2 and "PREREAD_LLM" in done.err
    monkeypatch.setenv("PREREAD_LLM", "none")
    monkeypatch.setenv("PREREAD_DATABASE_URL", "mysql://x/y")
    assert "sqlite or postgresql" in run("deals").err


def test_a_setting_of_the_wrong_type_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREREAD_PORT", "many")
    done = run("deals")
    assert (done.code, len(done.lines)) == (2, 1)
    assert "PREREAD_PORT" in done.err


def test_a_list_of_questions_is_answered_in_order(
    run: Run, deal_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", deal_folder)
    asked = tmp_path / "questions.json"
    asked.write_text(json.dumps(["Who decides?", "", "When is the money there?"]))
    done = run("ask", "--questions", asked, "--deal", "fenwick-mills", "--json")
    answers = json.loads(done.out)
    assert done.code == 0
    assert [a["question"] for a in answers] == ["Who decides?", "", "When is the money there?"]
    assert answers[1]["answered"] is None and answers[1]["error"]
    asked.write_text('{"q": 1}')
    assert run("ask", "--questions", asked, "--json").code == 2


def test_people_are_corrected_and_taken_back(run: Run, deal_folder: Path) -> None:
    run("import", deal_folder)
    before = json.loads(run("people", "fenwick-mills", "--json").out)
    rita = next(p for p in before if p["name"] == "Rita Fenwick")
    renamed = json.loads(
        run("people", "fenwick-mills", "rename", rita["id"], "Rita", "F.", "Mills", "--json").out
    )
    assert any(p["name"] == "Rita F. Mills" for p in renamed)
    sided = json.loads(run("people", "fenwick-mills", "side", rita["id"], "partner", "--json").out)
    assert next(p for p in sided if p["id"] == rita["id"])["side"] == "partner"
    assert run("people", "fenwick-mills", "side", rita["id"], "nobody").code == 2
    run("people", "fenwick-mills", "undo")
    run("people", "fenwick-mills", "undo")
    assert json.loads(run("people", "fenwick-mills", "--json").out) == before
    assert run("people", "fenwick-mills", "undo").code == 2


def test_who_finds_the_home_busy_is_told(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import api.lock

    with api.lock.home_lock(home):
        monkeypatch.setattr("api.lock.WAIT_S", 0.0)
        done = run("remove", "x")
    assert done.code == 1 and "another preread command" in done.err


@pytest.mark.parametrize("place", ["", "below"])
@pytest.mark.parametrize("command", [("deals",), ("show", "x"), ("draft", "x")])
def test_a_home_that_is_a_file_is_told(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], place: str
) -> None:
    home.write_text("")
    monkeypatch.setenv("PREREAD_HOME", str(home / place))
    done = run(*command)
    assert done.code == 1 and done.lines == [done.err.strip()]
    assert str(home) in done.err and "PREREAD_HOME" in done.err and "internal" not in done.err


def test_no_command_at_all_is_one_line(run: Run) -> None:
    done = run()
    assert (done.code, done.out, len(done.lines)) == (2, "", 1)


def test_help_names_every_command(run: Run) -> None:
    from api.cli.commands import COMMANDS

    said = run("--help")
    assert said.code == 0
    assert all(name in said.out for name in COMMANDS)
