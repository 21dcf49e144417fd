import numpy as np
import pytest

from analysis.factors import themes
from analysis.statements import statements


@pytest.mark.parametrize(("outcome", "towards"), [("won", "for_us"), ("lost", "against_us")])
def test_factors_pull_as_the_deal_ended_and_the_best_weighs_most(corpus, outcome, towards):
    found = statements(corpus)
    score = np.where(found.buyers, np.arange(float(len(found))), -9.0)
    made = themes(found, score, outcome)
    assert made
    assert {t.direction for t in made} == {towards}
    weights = [t.weight for t in made]
    assert weights == sorted(weights, reverse=True)
    assert all(0.0 < w <= 1.0 for w in weights)
    assert len({p for t in made for p in t.places}) == sum(len(t.places) for t in made)
