import json

import numpy as np
import pytest

from analysis import causes
from analysis.causes import CAUSES, POOLS, Weighed, pool_weights, shared, together, weigh
from analysis.errors import ModelUnavailable
from analysis.price_talk import PriceTalk
from analysis.statements import Statements, statements


@pytest.fixture
def other_weights():
    yield causes.use
    causes.use(causes.WEIGHTS)


def test_shares_add_up_over_the_six_classes(corpus):
    shares = weigh(statements(corpus)).scores
    assert set(shares) == set(CAUSES)
    assert abs(sum(shares.values()) - 1.0) < 1e-6


def test_a_deal_without_statements_has_no_cause(corpus):
    assert weigh(Statements(corpus, ())).cause is None


def test_the_cause_that_stands_out_most_from_what_is_usual_has_the_largest_share():
    shares = shared(np.array([0.1, 2.0, -1.0, 0.0, 0.5, 0.3]))
    assert shares.argmax() == 1
    assert shares[1] > 0.5
    assert shares[2] == shares.min()


def test_weights_of_statements_are_shared_by_the_most_telling_of_those_allowed():
    score = np.array([0.0, 3.0, 2.0, -1.0, 1.0])
    weight = pool_weights(score, np.array([True, False, True, True, True]))
    assert abs(weight.sum() - 1.0) < 1e-9
    assert weight[1] == 0.0
    assert weight[2] > weight[4] > weight[0] > weight[3] > 0.0


def test_only_so_many_statements_have_a_weight():
    most = max(count for _, count in POOLS)
    weight = pool_weights(np.linspace(0, 1, most + 20), np.ones(most + 20, bool))
    assert (weight > 0).sum() == most


def test_a_cause_is_judged_beside_what_is_usual_in_lost_deals(corpus, tmp_path, other_weights):
    """The same scores everywhere: only the usual score of a cause can set one apart."""
    found = statements(corpus)
    features = found.features(["neutral"]).matrix().shape[1]
    usual = np.zeros(6)
    usual[3] = -1.0
    np.savez(
        tmp_path / "causes.npz",
        weights=np.zeros((features, 6)),
        bias=np.zeros(6),
        usual=usual,
        spread=np.ones(6),
        profile_mean=np.zeros(1),
        profile_spread=np.ones(1),
        profile_weights=np.zeros((1, 6)),
        profile_usual=np.full(6, 1 / 6),
    )
    card = {"embedder": corpus.embedder.name, "topics": ["neutral"], "labels": ["readiness"]}
    (tmp_path / "causes.json").write_text(json.dumps(card), encoding="utf-8")
    other_weights(tmp_path)
    if not found.buyers.any():
        pytest.skip("nobody of the buyer's side speaks")
    assert weigh(found).cause == CAUSES[3]


def test_broken_weights_are_told(corpus, tmp_path, other_weights):
    (tmp_path / "causes.json").write_text('{"embedder": "' + corpus.embedder.name + '"}', encoding="utf-8")
    (tmp_path / "causes.npz").write_bytes(b"nothing")
    other_weights(tmp_path)
    with pytest.raises(ModelUnavailable, match="install the program again"):
        weigh(statements(corpus))


def test_a_denial_near_the_decision_outweighs_the_price_unless_the_money_was_not_there():
    yes, no = np.array([True, True]), np.array([False, False])
    lean = np.array([1.4, 0.2])
    second = np.array([False, True])
    denied = PriceTalk(short=no, denied=second, excused=second, lean=lean, late=yes)
    assert denied.outweighed and not denied.carried
    both = PriceTalk(short=~second, denied=second, excused=second, lean=lean, late=yes)
    assert not both.outweighed and both.carried and both.places == 1
    alone = PriceTalk(short=no, denied=no, excused=~second, lean=lean, late=yes)
    assert not alone.carried


def test_a_statement_that_excuses_carries_no_price(corpus):
    weighed = weigh(statements(corpus))
    assert all(len(set(own)) == len(own) for own in weighed.evidence.values())
    clear = [i for i in weighed.evidence["price"][1:] if weighed.price.excused[i]]
    assert clear == []


def test_the_price_stands_as_the_reason_when_it_is_carried_or_nothing_else_speaks():
    no = np.array([False])
    silent = PriceTalk(short=no, denied=no, excused=no, lean=np.zeros(1), late=~no)
    shares = dict.fromkeys(CAUSES, 0.1)
    assert not Weighed(shares, {}, silent, alone=0.5).price_decided
    assert Weighed(shares, {}, silent, alone=0.9).price_decided
    told = PriceTalk(short=~no, denied=no, excused=no, lean=np.ones(1), late=~no)
    assert Weighed(shares, {}, told, alone=0.5).price_decided


def test_two_judges_agree_or_neither_is_sure():
    sure, other = np.array([0.9, 0.1, 0.0]), np.array([0.1, 0.9, 0.0])
    assert together(sure, sure)[0] > 0.85
    unsure = together(sure, other)
    assert unsure[0] == pytest.approx(unsure[1]) and unsure[0] < 0.55
    assert together(sure, other).sum() == pytest.approx(1.0)
