"""The corpus as the heads see it: turns cut into sentences, each with the labels of its turn, no word lost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.industries import industries
from training.labelled import cut, labels_of, outcomes
from training.train_heads import area, precision

TURN = "Mm. Chamber four lost us a whole trailer of prawns in June. Never again, I told them all. Bring thermals."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    given = {
        "id": "cold-01",
        "industry": "cold",
        "medium": "call",
        "outcome": "lost",
        "turns": [
            {"who": "Tom", "side": "seller", "text": "So that is the layout."},
            {"who": "Rosa", "side": "buyer", "text": TURN},
        ],
        "labels": [{"turn": 1, "label": "recognition"}, {"turn": 1, "label": "identify_pain"}],
    }
    (tmp_path / "cold.jsonl").write_text(json.dumps(given) + "\n", encoding="utf-8")
    return tmp_path


def test_a_turn_is_cut_into_sentences_that_know_their_turn(folder):
    industry = next(industries(folder))
    record, origin = cut(industry.record)
    said = record.sources[0].utterances
    assert [u.ordinal for u in said] == list(range(len(said)))
    assert len(said) > len(industry.record.sources[0].utterances)
    mine = [u.text for u in said if origin["cold-01", u.ordinal] == 1]
    assert " ".join(mine) == TURN
    assert all(len(text.split()) >= 3 for text in mine)


def test_labels_and_outcomes_by_excerpt(folder):
    assert labels_of(folder) == {("cold-01", 1): frozenset({"recognition", "identify_pain"})}
    assert outcomes(folder) == {"cold-01": "lost"}


def test_area_and_precision_of_a_right_and_a_wrong_order():
    truth = np.array([1.0, 0.0, 1.0, 0.0])
    right, wrong = np.array([0.9, 0.1, 0.8, 0.2]), np.array([0.1, 0.9, 0.2, 0.8])
    assert (area(right, truth), precision(right, truth)) == (1.0, 1.0)
    assert area(wrong, truth) == 0.0
    assert precision(wrong, truth) == pytest.approx((1 / 3 + 2 / 4) / 2)
