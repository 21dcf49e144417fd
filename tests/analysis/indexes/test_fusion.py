from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.indexes import Hit
from analysis.indexes.fusion import fuse


def ranking(*keys: str) -> list[Hit]:
    return [Hit(key, "d1", 0.5) for key in keys]


def test_scores_are_those_of_the_paper() -> None:
    hits = fuse([ranking("a", "b"), ranking("b", "c")])
    assert [hit.window_id for hit in hits] == ["b", "a", "c"]
    assert hits[0].score == pytest.approx(1 / 62 + 1 / 61)


def test_a_window_counts_once_a_ranking_and_ties_keep_their_order() -> None:
    assert [hit.window_id for hit in fuse([ranking("x", "y", "x"), ranking("y", "x")])] == ["x", "y"]
    assert fuse([]) == ()
    assert len(fuse([ranking("a", "b", "c")], top=2)) == 2


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True), max_size=4))
def test_every_hit_of_every_ranking_is_there_once(rankings: list[list[str]]) -> None:
    fused = [hit.window_id for hit in fuse([ranking(*keys) for keys in rankings])]
    assert sorted(fused) == sorted({key for keys in rankings for key in keys})
