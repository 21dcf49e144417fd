import numpy as np

from analysis.causes import CAUSES, weigh
from analysis.price_talk import PriceTalk
from analysis.statements import statements


def test_shares_add_up_over_the_six_classes(corpus):
    found = statements(corpus)
    pool = list(range(len(found)))
    shares = weigh(found, pool, [1.0] * len(pool)).scores
    assert set(shares) == set(CAUSES)
    assert abs(sum(shares.values()) - 1.0) < 1e-6


def test_an_empty_pool_is_weighed(corpus):
    assert weigh(statements(corpus), (), ()).cause is None


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
    found = statements(corpus)
    pool = list(range(len(found)))
    weighed = weigh(found, pool, [1.0] * len(pool))
    assert all(len(set(own)) == len(own) <= len(pool) for own in weighed.evidence.values())
    clear = [i for i in weighed.evidence["price"][1:] if weighed.price.excused[i]]
    assert clear == []
