import json
from dataclasses import replace

import numpy as np
import pytest

from analysis import rankers
from analysis.cards import Encoders
from analysis.errors import ModelUnavailable
from analysis.factors import deciding, decisive, traits
from analysis.rankers import PRIOR, Ranker, open_ranker, ranked, save
from analysis.sections import moment, value
from analysis.statements import Statements, statements


def ranker(**changed):
    one = Ranker(
        (PRIOR, "sign"), np.array([1.0, 0.5]), np.array([2.0, 0.5]), np.array([1.0, 3.0]), 0.25, 2, -1.0
    )
    return replace(one, **changed)


@pytest.fixture
def chosen(tmp_path):
    rankers.use(tmp_path)
    yield tmp_path
    rankers.use(rankers.WEIGHTS)


def test_odds_are_the_weighed_standardised_traits():
    traits = {PRIOR: np.array([1.0, 3.0]), "sign": np.array([0.5, 1.0])}
    assert ranker().score(traits, np.array([True, True])).tolist() == [0.25, 4.25]


def test_only_the_first_by_hand_among_the_allowed_can_win():
    traits = {PRIOR: np.array([9.0, 3.0, 2.0, 1.0]), "sign": np.array([1.0, 0.0, 0.0, 1.0])}
    score = ranker().score(traits, np.array([False, True, True, True]))
    assert np.argsort(-score)[:2].tolist() == [1, 2]
    assert score[3] < score[2]


def test_a_sentence_more_leaves_the_odds_of_the_others_as_they_are():
    few = {PRIOR: np.array([1.0, 3.0]), "sign": np.array([0.5, 1.0])}
    more = {PRIOR: np.array([1.0, 3.0, 0.0]), "sign": np.array([0.5, 1.0, 0.0])}
    allowed = np.ones(3, bool)
    assert ranker().score(more, allowed)[:2].tolist() == ranker().score(few, allowed[:2]).tolist()


def test_weights_survive_their_file_and_belong_to_their_embedder(corpus, chosen):
    found = statements(corpus)
    save(ranker(), chosen / "value.json", corpus.encoders)
    again = open_ranker("value", found)
    assert again is not None
    assert (again.names, again.among, again.least) == ((PRIOR, "sign"), 2, -1.0)
    assert again.weights.tolist() == [1.0, 3.0]
    save(ranker(), chosen / "moment.json", Encoders("another"))
    assert open_ranker("moment", found) is None


def test_without_a_ranker_the_weighing_by_hand_stands(corpus, chosen):
    found = statements(corpus)
    assert decisive(found, {}).tolist() == deciding(found, {}).tolist()
    prior = np.arange(float(len(found)))
    assert ranked("value", found, prior, dict).tolist() == prior.tolist()


@pytest.mark.parametrize("broken", ["", "[]", '{"embedder": "word-hashes"}', "{nothing"])
def test_a_broken_file_says_so_in_one_line(corpus, chosen, broken):
    (chosen / "moment.json").write_text(broken)
    with pytest.raises(ModelUnavailable, match=r"moment\.json"):
        open_ranker("moment", statements(corpus))


def test_the_shipped_rankers_read_what_the_sections_give(corpus):
    found = statements(corpus)
    card = json.loads((rankers.WEIGHTS / "moment.json").read_text())
    assert set(card["traits"]) == {PRIOR, *moment.traits(found)}
    card = json.loads((rankers.WEIGHTS / "value.json").read_text())
    assert set(card["traits"]) == {PRIOR, *value.traits(found, {})}
    card = json.loads((rankers.WEIGHTS / "factors.json").read_text())
    own = Statements(found.corpus, found.all)  # the shared one stays without heads
    own.__dict__["_heads"] = {"smalltalk": np.zeros(len(own))}
    assert set(card["traits"]) == {PRIOR, *traits(own, {})}
