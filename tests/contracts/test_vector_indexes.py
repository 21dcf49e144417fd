"""One suite for every vector index: in memory, Chroma in a folder, Chroma on a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import IndexUnavailable
from analysis.indexes import Filter, Hit, VectorIndex
from analysis.indexes.chroma import ChromaVectors
from analysis.indexes.memory import MemoryVectors
from analysis.indexes.server import ChromaServer
from analysis.windows import Window

BACKENDS = ("memory", "chroma-folder", "chroma-server")


def window(key: str, deal: str = "d1", source: str = "calls/1.vtt", kind: str = "window") -> Window:
    return Window(
        id=key,
        deal_id=deal,
        source_key=source,
        kind=kind,  # type: ignore[arg-type]
        ordinals=(1,),
        text=key,
        speaker="Ana",
        person_id=None,
        side="buyer",
        start=None,
        end=None,
        when=date(2025, 3, 1),
    )


def vectors(*rows: tuple[float, ...]) -> np.ndarray:
    array = np.asarray(rows, np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("PREREAD_TEST_CHROMA_URL")
    if given:
        yield given
        return
    with ChromaServer(tmp_path_factory.mktemp("chroma-server")) as running:
        yield running.url


@pytest.fixture(params=BACKENDS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    if request.param == "memory":
        yield MemoryVectors()
    elif request.param == "chroma-folder":
        chroma = ChromaVectors.in_folder(tmp_path, "minilm")
        yield chroma
        chroma.close()
    else:
        name = f"test {os.getpid()} {request.node.name}"  # a collection of its own for each test
        served = ChromaVectors.on_server(request.getfixturevalue("server"), name)
        yield served
        for deal in ("d1", "d2"):
            served.remove(deal)


def found(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.window_id for hit in hits]


def test_nearest_come_first_with_their_cosine(index: VectorIndex) -> None:
    index.upsert([window("a"), window("b"), window("c")], vectors((1, 0, 0), (1, 1, 0), (0, 0, 1)))
    hits = index.query(vectors((1, 0.1, 0)), Filter(), 2)
    assert found(hits) == ["a", "b"]
    assert hits[0].score == pytest.approx(1 / np.hypot(1, 0.1), abs=1e-3)
    assert hits[0].deal_id == "d1"


def test_filter_keeps_to_deals_and_kind(index: VectorIndex) -> None:
    rows = [window("a"), window("b", deal="d2"), window("u", kind="utterance"), window("c", deal="d3")]
    index.upsert(rows, vectors(*[(1, n, 0) for n in range(4)]))
    probe = vectors((1, 0, 0))
    assert found(index.query(probe, Filter(deals=("d2",)), 10)) == ["b"]
    assert set(found(index.query(probe, Filter(deals=("d1", "d2")), 10))) == {"a", "b"}
    assert found(index.query(probe, Filter(kind="utterance"), 10)) == ["u"]
    assert set(found(index.query(probe, Filter(), 10))) == {"a", "b", "c"}
    index.remove("d3")


def test_upsert_twice_is_once_and_the_last_counts(index: VectorIndex) -> None:
    index.upsert([window("a")], vectors((1, 0, 0)))
    index.upsert([window("a")], vectors((0, 1, 0)))
    assert index.ids("d1") == {"a"}
    assert np.allclose(index.vectors(["a"])["a"], [0, 1, 0])


def test_vectors_leave_out_what_is_not_stored(index: VectorIndex) -> None:
    index.upsert([window("a"), window("u", kind="utterance")], vectors((1, 0, 0), (0, 1, 0)))
    got = index.vectors(["u", "nowhere", "a"])
    assert set(got) == {"a", "u"}
    assert got["u"].shape == (3,)
    assert index.vectors([]) == {}


def test_remove_takes_a_source_or_a_deal_and_nothing_else(index: VectorIndex) -> None:
    rows = [
        window("a"),
        window("b", source="mails/1.eml"),
        window("u", kind="utterance"),
        window("c", deal="d2"),
    ]
    index.upsert(rows, vectors(*[(1, n, 0) for n in range(4)]))
    index.remove("d1", "mails/1.eml")
    assert index.ids("d1") == {"a", "u"}
    assert index.ids("d1", "calls/1.vtt") == {"a", "u"}
    index.remove("d1")
    assert index.ids("d1") == frozenset()
    assert index.ids("d2") == {"c"}
    index.remove("never seen")


def test_forget_takes_rows_by_their_ids(index: VectorIndex) -> None:
    index.upsert([window("a"), window("b")], vectors((1, 0), (0, 1)))
    index.forget({"a", "never there"})
    assert index.ids("d1") == {"b"}
    index.forget(frozenset())
    assert index.ids("d1") == {"b"}


def test_an_index_beside_has_rows_of_its_own_and_is_removed_from_with_the_first(index: VectorIndex) -> None:
    other = index.beside("another encoder")
    index.upsert([window("a")], vectors((1, 0)))
    other.upsert([window("b")], vectors((1, 0, 0)))
    assert (index.ids("d1"), other.ids("d1")) == ({"a"}, {"b"})
    assert index.beside("another encoder").ids("d1") == {"b"}
    index.remove("d1")
    assert other.ids("d1") == frozenset()


def test_an_empty_index_answers_with_nothing(index: VectorIndex) -> None:
    assert index.query(vectors((1, 0, 0)), Filter(), 5) == ()
    assert index.ids("d1") == frozenset()
    index.upsert([], np.zeros((0, 3), np.float32))


def test_more_rows_than_a_batch(index: VectorIndex) -> None:
    count = 1203
    rows = np.random.default_rng(1).normal(size=(count, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index.upsert([window(f"w{n}") for n in range(count)], rows)
    assert len(index.ids("d1")) == count
    assert found(index.query(rows[700:701], Filter(deals=("d1",)), 1)) == ["w700"]
    assert len(index.vectors([f"w{n}" for n in range(count)])) == count


def test_vectors_that_do_not_fit_are_refused(index: VectorIndex) -> None:
    with pytest.raises(IndexUnavailable):
        index.upsert([window("a"), window("b")], vectors((1, 0, 0)))
    with pytest.raises(IndexUnavailable):
        index.upsert([window("a")], np.full((1, 3), np.nan, np.float32))
