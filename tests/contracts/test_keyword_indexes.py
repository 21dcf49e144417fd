"""One suite for every keyword index. Backends in other folders add themselves to ``BACKENDS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from analysis.indexes import Filter, KeywordIndex
from analysis.indexes.bm25 import MemoryKeywords
from analysis.windows import Window

BACKENDS: dict[str, Callable[[], KeywordIndex]] = {"bm25": MemoryKeywords}

BASE = Window("", "d1", "calls/1.vtt", "window", (1,), "", "Ana", None, "buyer", None, None, None)


def window(key: str, text: str, **other: object) -> Window:
    return replace(BASE, id=key, text=text, **other)  # type: ignore[arg-type]


@pytest.fixture(params=sorted(BACKENDS))
def index(request: pytest.FixtureRequest) -> KeywordIndex:
    return BACKENDS[request.param]()


WINDOWS = [
    window("price", "The renewal price of 1,250.50 is too high for our budget"),
    window("audit", "Our auditors asked for the access logs", source_key="mails/1.eml"),
    window("other", "The price was fine with us", deal_id="d2"),
    window("unit", "price", kind="utterance"),
]


def found(index: KeywordIndex, text: str, where: Filter | None = None) -> list[str]:
    return [hit.window_id for hit in index.query(text, where or Filter(), 10)]


def test_windows_that_share_words_come_best_first(index: KeywordIndex) -> None:
    index.upsert(WINDOWS)
    assert found(index, "What was the renewal price?") == ["price", "other"]
    assert found(index, "1,250.50") == ["price"]
    assert found(index, "auditor") == ["audit"]


def test_filter_keeps_to_deals_and_kind(index: KeywordIndex) -> None:
    index.upsert(WINDOWS)
    assert found(index, "price", Filter(deals=("d2",))) == ["other"]
    assert found(index, "price", Filter(kind="utterance")) == ["unit"]


def test_nothing_fits(index: KeywordIndex) -> None:
    assert found(index, "price") == []
    index.upsert(WINDOWS)
    assert found(index, "zeppelin") == []
    assert found(index, "") == []
    assert found(index, '"; DROP TABLE windows; -- * NEAR( AND OR') == []


def test_upsert_replaces(index: KeywordIndex) -> None:
    index.upsert(WINDOWS)
    index.upsert([window("price", "something else")])
    assert found(index, "renewal") == []
    assert index.ids("d1") == {"price", "audit", "unit"}


def test_remove_takes_a_source_or_a_deal_and_nothing_else(index: KeywordIndex) -> None:
    index.upsert(WINDOWS)
    index.remove("d1", "mails/1.eml")
    assert index.ids("d1") == {"price", "unit"}
    index.remove("d1")
    assert index.ids("d1") == frozenset()
    assert found(index, "price") == ["other"]
