"""Units of a meeting, and what counts as a hit."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.embedders import Vectors
from bench.qmsum import WORDS, Asked, Meetings, units

TURNS = [
    {"speaker": "Ana", "text": "Shall we look at the case of the remote {vocalsound} first ?"},
    {"speaker": "Ben", "text": "Wood is warm , but it splits when somebody drops it on tiles ."},
    {"speaker": "Ana", "text": " ".join(f"word{i}" for i in range(2 * WORDS + 5))},
    {"speaker": "Cy", "text": "The battery lid must not open by itself ."},
]


class OneHot:
    """A vector a distinct word, so that likeness is shared words."""

    name, dimensions = "one-hot", 512

    def embed(self, texts: list[str]) -> np.ndarray:
        out = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                out[row, sum(word.encode()) % self.dimensions] = 1.0
        return out / np.maximum(1e-6, np.linalg.norm(out, axis=1, keepdims=True))


class Likes:
    """A reranker that likes one word."""

    name, key, floor, ahead = "likes", "likes", 0.0, False
    likeness = 0.25

    def embed(self, texts: list[str], on_progress: object = None) -> Vectors:
        questions = [" | " not in text and ":" not in text for text in texts]
        liked = [asks or "lid" in text.split(" | ")[-1] for asks, text in zip(questions, texts, strict=True)]
        return np.array([[float(yes)] for yes in liked], np.float32)


def test_units_hold_at_most_eighty_words_and_every_turn_once() -> None:
    found = units("m", TURNS)
    assert all(len([w for w in u.text.split() if not w.endswith(":")]) <= WORDS for u in found)
    assert "vocalsound" not in found[0].text
    assert found[0].turns == (0, 1)
    assert found[-1].turns == (2, 3)
    assert sum(u.text.count("word7 ") for u in found) == 1
    assert found[0].passage.startswith("Ana: Shall") and " | " in found[0].passage


@pytest.mark.parametrize("meeting", ["m", None])
def test_a_hit_overlaps_a_gold_span_of_the_meeting_that_is_asked(meeting: str | None) -> None:
    meetings = Meetings([*units("m", TURNS), *units("n", TURNS)], OneHot(), Likes())  # type: ignore[arg-type]
    asked = Asked("m", "What must the battery lid never do?", ((3, 3),))
    ranked = meetings.ranked(asked, meeting)
    assert set(ranked) == {"BM25", "vectors", "fusion", "reranked"}
    if meeting:
        assert all(meetings.units[row].meeting == "m" for row in ranked["reranked"])
        assert meetings.rank(asked, ranked["reranked"]) == 0
    assert meetings.rank(Asked("m", "?", ((0, 1),)), [row for row in ranked["fusion"] if row == -1]) == 9999
