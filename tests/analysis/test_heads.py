import json

import numpy as np
import pytest

from analysis import heads
from analysis.cards import Encoders
from analysis.corpus import Corpus
from analysis.errors import ModelUnavailable
from analysis.signs import NAMES, signs
from analysis.statements import statements
from prompts import examples


@pytest.fixture(autouse=True)
def shipped_again():
    yield
    heads.use(heads.WEIGHTS)


def card():
    return json.loads((heads.WEIGHTS / "heads.json").read_text(encoding="utf-8"))


def test_the_shipped_heads_fit_their_card_and_the_features_of_today():
    shipped = heads.open_heads(Encoders(card()["embedder"]))
    assert shipped is not None
    assert list(NAMES) == card()["signs"]
    assert shipped.weights.shape == (2 * 384 + len(shipped.topics) + len(NAMES), len(shipped.labels))
    assert np.isfinite(shipped.weights).all()
    for topic in shipped.topics:
        assert examples(topic)


def test_another_embedder_has_no_heads_and_the_examples_stand_in(corpus):
    assert heads.open_heads(Encoders("word-hashes")) is None
    found = statements(corpus)
    assert found.learnt("readiness") is None
    assert found.carries("readiness").tolist() == found.near("readiness").tolist()
    assert found.strength("cause:price").tolist() == (0.35 * found.near("cause_price")).tolist()


def test_heads_of_the_embedder_are_weighed_with_the_examples(corpus, tmp_path):
    topics, labels = ["readiness", "neutral"], ["readiness"]
    width = 2 * corpus.embedder.dimension + len(topics) + len(NAMES)
    weights = np.zeros((width, 1), np.float32)
    weights[-len(NAMES) + NAMES.index("dated")] = 1.0  # a date, and nothing else
    np.savez(tmp_path / "heads.npz", weights=weights, bias=np.zeros(1, np.float32))
    made = {"embedder": corpus.embedder.name, "topics": topics, "labels": labels}
    (tmp_path / "heads.json").write_text(json.dumps(made))
    heads.use(tmp_path)
    fresh = Corpus(corpus.record, corpus.windows, corpus.vectors, corpus.embedder)
    found = statements(fresh)
    dated = [signs(s.text, mail=s.mail, answer=False)[NAMES.index("dated")] for s in found.all]
    assert found.strength("readiness").tolist() == dated
    assert 0 < sum(dated) < len(dated)
    both, near = found.carries("readiness"), found.near("readiness")
    assert both[int(np.argmax(dated))] - near[int(np.argmax(dated))] > 0


@pytest.mark.parametrize("broken", ["{", "[]", '{"embedder": "e", "topics": [], "labels": ["a", "b"]}'])
def test_broken_heads_say_so_in_one_line(tmp_path, broken):
    (tmp_path / "heads.json").write_text(broken)
    np.savez(tmp_path / "heads.npz", weights=np.zeros((3, 1)), bias=np.zeros(1))
    heads.use(tmp_path)
    with pytest.raises(ModelUnavailable, match="heads"):
        heads.open_heads(Encoders("e"))


def test_signs_have_their_names():
    found = dict(
        zip(NAMES, signs("We can't pay above sixty before March.", mail=False, answer=True), strict=True)
    )
    assert found["modal"] and found["negated"] and found["dated"] and found["answer"] and found["limit"]
    assert not found["mail"]
