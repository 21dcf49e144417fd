"""When a question is refused: the signs of a ranking, and the judge that was learnt from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.answers import refusal
from analysis.answers.judge import measure
from analysis.answers.question import parse
from analysis.answers.refusal import LOOKED_AT, Refusal, open_refusal, signs
from analysis.answers.retrieve import Place
from analysis.errors import ModelUnavailable
from analysis.rerankers import BEST, LIGHT
from analysis.windows import Window
from ingest.model import People

HOW_MANY = parse("How many trucks failed?", People())


@pytest.fixture
def place() -> Place:
    window = Window(
        "w1", "d1", "calls/01.vtt", "window", (3,), "We had trouble.", "A", None, "buyer", 1.0, 2.0, None
    )
    return Place("d1", window, 1.0, 0.3, 0.25, False, near=0.2, read=0.5, lead=0.1)


def test_signs_tell_how_the_ranking_looks(place: Place) -> None:
    unread = replace(place, read=None, near=0.9)
    found = signs(HOW_MANY, [place, replace(place, read=0.1, near=0.6, coverage=0.5), unread])
    assert found["read_best"] == 0.5
    assert found["read_first"] == pytest.approx(0.3)
    assert found["nearest"] == 0.6, "what was not read does not count"
    assert found["lead"] == pytest.approx(0.3 - (0.6 + 0.4) / 2)
    assert (found["exact"], found["exact_missing"]) == (1.0, 1.0)
    assert found["covered_few"] == 0.5
    assert signs(HOW_MANY, [replace(place, fits=True)])["exact_missing"] == 0.0


def test_what_the_judge_of_pairs_says_counts_wherever_the_place_stands(place: Place) -> None:
    assert "pair_best" not in signs(HOW_MANY, [place])
    pairs = [0.1, 0.4, 0.0, -0.1, 0.3]
    found = signs(HOW_MANY, [replace(place, pair=pair) for pair in pairs])
    assert found["pair_best"] == 0.4
    assert found["pair_first"] == pytest.approx((0.4 + 0.3 + 0.1 + 0.0) / 4)
    assert found["pair_mean"] == pytest.approx(0.14)


def test_the_length_of_the_ranking_is_no_sign(place: Place) -> None:
    some = [place] * LOOKED_AT
    assert signs(HOW_MANY, some) == signs(HOW_MANY, [*some, replace(place, near=0.99, coverage=1.0)])


def test_what_is_doubtful_is_refused_and_shown(place: Place) -> None:
    doubtful = Refusal({"exact_missing": 3.0}, -1.0, 0.5)
    assert measure(HOW_MANY, [place], [], doubtful).verdict == "unconfirmed"
    assert measure(HOW_MANY, [replace(place, fits=True)], [], doubtful).verdict == "answered"


def test_the_words_of_the_record_are_answered_whatever_the_judge_says(place: Place) -> None:
    always = Refusal({}, 5.0, 0.5)
    assert measure(HOW_MANY, [place], [], always).verdict == "unconfirmed"
    assert measure(HOW_MANY, [replace(place, coverage=1.0)], [], always).verdict == "answered"


@pytest.mark.parametrize("name", [BEST, LIGHT])
def test_the_shipped_judge_reads_signs_that_exist(place: Place, name: str) -> None:
    card = json.loads((refusal.WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    judge = open_refusal(card["embedder"], card["reranker"])
    assert judge is not None
    assert (judge.pairing is not None) == (name == BEST), "pairs are judged where passages are read ahead"
    looked = replace(place, pair=0.1) if judge.pairing is not None else place
    assert judge.weights.keys() == signs(HOW_MANY, [looked]).keys()
    assert 0.0 < judge.doubt(HOW_MANY, [looked]) < 1.0
    assert open_refusal("another", card["reranker"]) is None


def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.json").write_text('{"embedder": "e", "reranker": "r", "weights": []}')
    monkeypatch.setattr(refusal, "WEIGHTS", tmp_path)
    with pytest.raises(ModelUnavailable, match="install the program again"):
        open_refusal("e", "r")
