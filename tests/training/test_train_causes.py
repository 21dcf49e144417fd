import numpy as np

from training.train_causes import solve, sums, usual


def _rows(seed: int, n: int):
    made = np.random.default_rng(seed)
    x = made.normal(size=(n, 5))
    y = np.eye(6)[np.argmax(np.hstack([x, np.zeros((n, 1))]), axis=1)]
    return x, y, made.uniform(0.5, 1.0, n)


def test_rows_taken_away_leave_what_is_learnt_without_them():
    first, second = _rows(1, 60), _rows(2, 9)
    both = sums(*(np.concatenate([a, b]) for a, b in zip(first, second, strict=True)))
    weights, bias = solve(both.less([sums(*second)]), strength=3.0)
    alone, level = solve(sums(*first), strength=3.0)
    assert np.allclose(weights, alone)
    assert np.allclose(bias, level)


def test_each_cause_is_told_by_its_own_feature():
    x, y, weight = _rows(3, 300)
    weights, bias = solve(sums(x, y, weight), strength=1.0)
    assert ((x @ weights + bias).argmax(axis=1) == y.argmax(axis=1)).mean() > 0.8


def test_the_spread_of_a_cause_is_drawn_to_that_of_all():
    mean, spread = usual(np.array([[0.0, 0.0], [0.0, 2.0]]))
    assert mean.tolist() == [0.0, 1.0]
    assert spread.tolist() == [0.25, 0.75]
