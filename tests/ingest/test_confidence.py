from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.confidence import Doubt, confidence, doubts
from ingest.model import Utterance, Word

SAID = Utterance(
    *(0, "S1", "we sign on Friday, we do"),
    words=tuple(
        Word(n, n + 1, text, p)
        for n, (text, p) in enumerate(
            [("we", 0.9), ("sign", 0.3), ("on", None), ("Friday,", 0.5), ("we", 0.1), ("do", 1.0)]
        )
    ),
)


def test_confidence_is_the_mean_of_what_is_known() -> None:
    assert confidence(SAID) == pytest.approx((0.9 + 0.3 + 0.5 + 0.1 + 1.0) / 5)
    assert confidence(replace(SAID, words=())) is None
    assert confidence(Utterance(0, "S1", "a", words=(Word(0, 1, "a"),))) is None


def test_the_right_one_of_two_same_words_is_doubted() -> None:
    assert list(doubts(SAID)) == [Doubt(3, 7, 0.3), Doubt(19, 21, 0.1)]


def test_words_that_a_person_corrected_are_passed_over() -> None:
    assert [SAID.text[d.start : d.end] for d in doubts(replace(SAID, text="we sing on Friday, we do"))] == [
        "we"
    ]
