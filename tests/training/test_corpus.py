"""The corpus in training/ keeps its own rules, and the check notices when it does not."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load() -> Any:
    spec = importlib.util.spec_from_file_location("training_check", ROOT / "training" / "check.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


check = load()


def excerpt(name: str = "tin-smelting-01", said: str = "We will take it from the first.") -> dict[str, Any]:
    turns = [{"who": "Ada Brook", "side": "buyer", "text": said}]
    label = {"turn": 0, "label": "readiness"}
    question = {"q": "Start date?", "turns": [0], "kind": "when", "answer": "The first"}
    head = {"id": name, "industry": "tin smelting", "medium": "mail", "outcome": "won"}
    return {**head, "turns": turns, "labels": [label], "questions": [question]}


def write(folder: Path, slug: str, *excerpts: dict[str, Any]) -> None:
    (folder / f"{slug}.jsonl").write_text("".join(json.dumps(e) + "\n" for e in excerpts), encoding="utf-8")


def test_the_corpus_keeps_its_rules() -> None:
    assert check.faults(check.CORPUS) == []


def test_the_corpus_covers_every_label_and_kind() -> None:
    excerpts = [line.excerpt for line in check.read(check.CORPUS)[0]]
    assert len(excerpts) >= 500
    labels = Counter(label["label"] for e in excerpts for label in e["labels"])
    kinds = Counter(question["kind"] for e in excerpts for question in e["questions"])
    assert set(labels) == set(check.LABELS)
    assert min(labels.values()) >= 20, labels
    assert set(kinds) == set(check.KINDS)
    assert min(kinds.values()) >= 50, kinds


def test_a_good_excerpt_passes_and_is_counted(tmp_path: Path) -> None:
    write(tmp_path, "tin-smelting", excerpt())
    assert check.faults(tmp_path) == []
    assert "1 industries, 1 excerpts, 1 turns, 1 questions" in check.table(tmp_path)
    assert check.main([str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("id", "copper-01", "file's name"),
        ("medium", "chat", "medium"),
        ("outcome", "maybe", "outcome"),
        ("turns", [], "0 turns"),
        ("turns", [{"who": "Ada", "side": "vendor", "text": "Yes."}], "side"),
        ("turns", [{"who": "Ada", "side": "buyer", "text": "She is our champion."}], "champion"),
        ("turns", ["Yes."], "object"),
        ("turns", [{"who": "Ada", "side": "buyer", "text": "Yes. {readiness}"}], "brace"),
        ("turns", [{"who": "Ada", "side": "seller", "text": "Yes."}], "words of a seller"),
        ("labels", [{"turn": 0, "label": "seller_hope"}], "words of a buyer"),
        ("labels", [{"turn": 0, "label": "ready"}], "label"),
        ("labels", [{"turn": 1, "label": "readiness"}], "not there"),
        ("labels", [{"turn": 0, "label": "readiness"}] * 2, "twice"),
        ("questions", [{"q": "Why?", "turns": [], "kind": "why", "answer": "x"}], "unanswerable"),
        ("questions", [{"q": "Why?", "turns": [4], "kind": "why", "answer": "x"}], "not all there"),
        ("questions", [{"q": "Why?", "turns": [0], "kind": "how", "answer": "x"}], "kind"),
    ],
)
def test_a_broken_excerpt_is_named(tmp_path: Path, key: str, value: object, complaint: str) -> None:
    write(tmp_path, "tin-smelting", {**excerpt(), key: value})
    found = check.faults(tmp_path)
    assert len(found) >= 1
    assert any("tin-smelting.jsonl:1" in fault and complaint in fault for fault in found)
    assert check.main([str(tmp_path)]) == 1


def test_lines_that_are_no_excerpts_are_named(tmp_path: Path) -> None:
    (tmp_path / "tin-smelting.jsonl").write_text('{"id": 1}\nnot json\n[]\n', encoding="utf-8")
    assert [fault.split(": ")[0] for fault in check.faults(tmp_path)] == [
        "tin-smelting.jsonl:1",
        "tin-smelting.jsonl:2",
        "tin-smelting.jsonl:3",
    ]


def test_an_id_is_used_once(tmp_path: Path) -> None:
    write(tmp_path, "tin-smelting", excerpt(), excerpt())
    assert check.faults(tmp_path) == ["id tin-smelting-01 is used 2 times"]


def test_industries_share_no_run_of_eight_words(tmp_path: Path) -> None:
    said = "One two three, four five six seven eight."
    write(tmp_path, "tin-smelting", excerpt(said=said), excerpt("tin-smelting-02", said=said))
    assert check.faults(tmp_path) == []  # one industry may repeat itself
    write(tmp_path, "copper", excerpt("copper-01", said=f"Well, {said}"))
    assert len(check.faults(tmp_path)) == 2
    write(tmp_path, "copper", excerpt("copper-01", said="one two three four five six seven nine"))
    assert check.faults(tmp_path) == []
