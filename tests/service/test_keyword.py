"""One suite for both keyword indexes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.indexes import Filter, KeywordIndex
from analysis.windows import Window
from api.keyword import open_keyword_index


def window(id_: str, text: str, deal: str = "d1", source: str = "s1", kind: str = "window") -> Window:
    return Window(id_, deal, source, kind, (0,), text, None, None, "buyer", None, None, None)  # type: ignore[arg-type]


@pytest.fixture
def index(database_url: str, tmp_path: Path) -> KeywordIndex:
    opened = open_keyword_index(database_url, tmp_path)
    opened.upsert(
        [
            window("a", "The dye house decides which machines we keep."),
            window("b", "We decided on the cheaper invoice system.", source="s2"),
            window("c", "Invoices, invoices, and a dye house.", deal="d2"),
            window("d", "The dye house decides.", kind="utterance"),
        ]
    )
    return opened


def found(index: KeywordIndex, text: str, where: Filter = Filter(), k: int = 10) -> list[str]:
    return [hit.window_id for hit in index.query(text, where, k)]


def test_any_word_counts_and_inflected_forms_match(index: KeywordIndex) -> None:
    assert set(found(index, "who was deciding about the invoice")) == {"a", "b", "c"}
    assert found(index, "dye house machine")[0] == "a"
    assert found(index, "boiler") == []


def test_deals_and_kinds_are_kept_apart(index: KeywordIndex) -> None:
    assert found(index, "dye", Filter(deals=("d2",))) == ["c"]
    assert found(index, "dye", Filter(kind="utterance")) == ["d"]
    assert len(found(index, "dye house", k=1)) == 1


def test_scores_fall(index: KeywordIndex) -> None:
    scores = [hit.score for hit in index.query("dye house invoices", Filter(), 10)]
    assert scores == sorted(scores, reverse=True)


def test_twice_is_once_and_new_text_replaces_old(index: KeywordIndex) -> None:
    for _ in range(2):
        index.upsert([window("a", "A boiler now.")])
    assert found(index, "boiler") == ["a"]
    assert "a" not in found(index, "dye")
    assert index.ids("d1") == {"a", "b", "d"}


def test_removing_a_source_or_a_deal(index: KeywordIndex) -> None:
    index.remove("d1", "s2")
    assert index.ids("d1") == {"a", "d"}
    index.remove("d1")
    assert index.ids("d1") == frozenset()
    assert index.ids("d2") == {"c"}
    assert found(index, "dye") == ["c"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_question_breaks_it(index: KeywordIndex, question: str) -> None:
    assert len(index.query(question + " \" OR NEAR( * ) - : dye' & | ! <->", Filter(), 5)) <= 5
