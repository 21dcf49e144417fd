"""Which places come first: the reranker's, then those that stand apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from analysis.answers.passages import AROUND, passage
from analysis.answers.question import parse
from analysis.answers.readings import reading, to_read, window_of
from analysis.answers.retrieve import Place, retrieve, spread
from analysis.corpus import Corpus
from analysis.documents import PreRead
from analysis.embedders import Vectors
from analysis.indexes.bm25 import MemoryKeywords
from analysis.indexes.memory import MemoryVectors


class OneDeal:
    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def deals(self) -> tuple[str, ...]:
        return (self._corpus.record.deal_id,)

    def corpus(self, deal_id: str) -> Corpus:
        return self._corpus

    def preread(self, deal_id: str) -> PreRead | None:
        return None


class Fond:
    """Likes passages that hold a word, and keeps what it read. A passage names who speaks, a question does not."""

    name, key, floor, ahead = "fond", "fond", -0.1, False
    likeness = 0.25

    def __init__(self, word: str) -> None:
        self.word, self.read = word, list[str]()

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        self.read += [t for t in texts if ":" in t]
        liked = [5.0 if ":" not in t else float(self.word in t.split("|")[0]) for t in texts]
        return np.array([[value, 0.1] for value in liked], np.float32)


def found(
    corpus: Corpus,
    text: str,
    reranker: Fond | None = None,
    readings: MemoryVectors | None = None,
    pairing: Vectors | None = None,
) -> tuple[Place, ...]:
    vectors, keywords = MemoryVectors(), MemoryKeywords()
    vectors.upsert(corpus.windows, corpus.vectors)
    keywords.upsert(corpus.windows)
    return retrieve(
        parse(text, corpus.record.people),
        OneDeal(corpus),
        (corpus.record.deal_id,),
        vectors=vectors,
        keywords=keywords,
        embedder=corpus.embedder,
        reranker=reranker,
        readings=readings,
        pairing=pairing,
    )


def test_a_judge_of_pairs_says_what_it_thinks_and_changes_no_order(corpus: Corpus) -> None:
    asked = "How many hours a month do the clerks lose on corrections?"
    plain = found(corpus, asked, Fond("nowhere"))
    judged = found(corpus, asked, Fond("nowhere"), pairing=np.array([0.0, 50.0], np.float32))
    assert {p.pair for p in plain} == {None}
    assert [p.pair for p in judged if p.read is not None] == pytest.approx(
        [0.5 for p in judged if p.read is not None]
    )
    assert [replace(p, pair=None) for p in judged] == list(plain)


def test_the_reranker_has_the_last_word(corpus: Corpus) -> None:
    asked = "How many hours a month do the clerks lose on corrections?"
    plain = found(corpus, asked)
    assert "hundred and eighty" in plain[0].window.text
    other = plain[-1]
    word = passage(corpus, other.window).split("|")[0].split()[-1]
    reranked = found(corpus, asked, Fond(word))
    assert word in passage(corpus, reranked[0].window).split("|")[0]
    assert {p.window.id for p in reranked} == {p.window.id for p in plain}


def test_what_was_read_ahead_is_found_and_not_read_again(corpus: Corpus) -> None:
    asked = "How many hours a month do the clerks lose on corrections?"
    word = passage(corpus, found(corpus, asked)[-1].window).split("|")[0].split()[-1]
    reranker, readings = Fond(word), MemoryVectors()
    ahead = to_read(corpus)
    readings.upsert(ahead, reranker.embed([r.text for r in ahead]))
    reranker.read.clear()
    assert found(corpus, asked, reranker, readings) == found(corpus, asked, Fond(word))
    assert not reranker.read


def test_a_reading_that_no_longer_fits_is_made_anew(corpus: Corpus) -> None:
    asked = "How many hours a month do the clerks lose on corrections?"
    reranker, readings = Fond("nowhere"), MemoryVectors()
    ahead = [replace(r, id=f"{window_of(r.id)}~stale") for r in to_read(corpus)]
    readings.upsert(ahead, np.tile(np.array([[9.0, 9.0]], np.float32), (len(ahead), 1)))
    assert found(corpus, asked, reranker, readings) == found(corpus, asked, Fond("nowhere"))
    assert reranker.read


def test_a_reading_changes_with_what_stands_around_it(corpus: Corpus) -> None:
    window = next(w for w in corpus.windows if w.kind == "window" and "Vivienne" in w.text)
    person = replace(corpus.persons["p-dana"], name="Dana Whitfield-Ross")
    people = replace(
        corpus.record.people,
        persons=tuple(person if p.id == person.id else p for p in corpus.record.people.persons),
    )
    renamed = replace(corpus, record=replace(corpus.record, people=people))
    before, after = reading(corpus, window), reading(renamed, window)
    assert window_of(before.id) == window_of(after.id) == window.id
    assert before.id != after.id


def test_a_passage_names_who_speaks_and_holds_what_stands_around_it(corpus: Corpus) -> None:
    window = next(w for w in corpus.windows if w.kind == "window" and "Vivienne" in w.text)
    text = passage(corpus, window)
    before, own, *_ = text.split(" | ")
    assert before.endswith("Who decides about the budget on your side?")
    assert own.startswith("Dana Whitfield: That's our CIO")


def test_a_passage_is_bounded(corpus: Corpus) -> None:
    for window in (w for w in corpus.windows if w.kind == "window"):
        own = sum(len(corpus.utterance(window.source_key, o).text.split()) for o in window.ordinals)
        assert len(passage(corpus, window).split()) <= own + 2 * (AROUND + 4) + 8


@pytest.fixture
def places(corpus: Corpus) -> list[Place]:
    window = next(w for w in corpus.windows if w.kind == "window")
    spans = [(1,), (2, 3), (5,), (6,), (9,)]
    return [
        Place("d1", replace(window, id=str(n), ordinals=s), 1.0 - n / 10, 0.5, 0.5, True)
        for n, s in enumerate(spans)
    ]


def test_neighbours_step_back_and_none_is_lost(places: list[Place]) -> None:
    assert [p.window.id for p in spread(places)] == ["0", "2", "4", "1", "3"]


def test_places_of_other_sources_are_no_neighbours(places: list[Place]) -> None:
    apart = [replace(p, window=replace(p.window, source_key=f"s{n}")) for n, p in enumerate(places)]
    assert spread(apart) == tuple(apart)
