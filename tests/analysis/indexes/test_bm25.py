from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.indexes.bm25 import tokens


def test_plurals_go_and_names_stay() -> None:
    assert tokens("The policies, prices and bus companies of Prius") == [
        "policy",
        "price",
        "bus",
        "company",
        "prius",
    ]
    assert tokens("It costs 1,250.50 for 30 seats.") == ["cost", "1,250.50", "30", "seat"]
    assert tokens("the of and") == []


@given(st.text(max_size=200))
def test_any_text_has_tokens_or_none(text: str) -> None:
    assert all(token for token in tokens(text))
