import json

import numpy as np
import pytest

from analysis import heads
from analysis.answers.readings import to_read, with_readings
from analysis.cards import Encoders
from analysis.indexes.memory import MemoryVectors
from analysis.rerankers import BEST, WEIGHTS, version
from analysis.signs import NAMES
from analysis.statements import statements


class Lengths:
    """The vector of a text is made of its length; keeps what it read."""

    name, key, floor, likeness, ahead = "lengths", "lengths-1", -1.0, 0.25, True

    def __init__(self):
        self.seen = []

    def embed(self, texts, on_progress=lambda done: None):
        self.seen += texts
        return np.array([[len(t), 1.0] for t in texts], np.float32)


@pytest.fixture
def own_heads(tmp_path):
    heads.use(tmp_path)
    yield tmp_path
    heads.use(heads.WEIGHTS)


def test_every_window_has_the_reading_of_its_passage_and_no_utterance_has_one(corpus):
    read = with_readings(corpus, Lengths())
    assert read.reader == "lengths-1"
    assert read.encoders == Encoders(corpus.embedder.name, "lengths-1")
    assert [v[0] for v in read.read[list(corpus.rows("window"))]] == [len(r.text) for r in to_read(corpus)]
    assert not read.read[list(corpus.rows("utterance"))].any()


def test_what_the_index_holds_is_not_read_again(corpus):
    index, readings = MemoryVectors(), to_read(corpus)
    index.upsert(readings[1:], np.full((len(readings) - 1, 2), 7.0, np.float32))
    reranker = Lengths()
    read = with_readings(corpus, reranker, index)
    assert reranker.seen == [readings[0].text]
    assert read.read[corpus.rows("window")[1]].tolist() == [7.0, 7.0]


def test_statements_are_judged_by_the_reading_of_the_passage_they_stand_in(corpus, own_heads):
    read = with_readings(corpus, Lengths())
    weights = np.zeros((2 * corpus.embedder.dimension + 1 + len(NAMES) + 2, 1), np.float32)
    weights[-2] = 1.0
    folder = read.encoders.folder(own_heads)
    folder.mkdir()
    np.savez(folder / "heads.npz", weights=weights, bias=np.zeros(1, np.float32))
    card = {**read.encoders.card(), "topics": ["neutral"], "labels": ["readiness"]}
    (folder / "heads.json").write_text(json.dumps(card))
    found = statements(read)
    length = {corpus.rows("window")[i]: len(r.text) for i, r in enumerate(to_read(corpus))}
    assert found.strength("readiness").tolist() == [length[corpus.window_row_of(*s.place)] for s in found.all]


def test_all_weights_that_judge_by_readings_belong_to_the_reranker_that_ships(tmp_path):
    cards = sorted(WEIGHTS.glob("*/with-readings/*.json"))
    assert {c.parent.parent.name for c in cards} == {
        "heads",
        "influence",
        "sections",
        "causes",
        "statuses",
        "timeline",
    }
    for card in cards:
        assert json.loads(card.read_text())["reader"] == version(BEST, tmp_path), card
