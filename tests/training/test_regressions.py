import numpy as np
import pytest

from training.regressions import (
    FREE,
    Newton,
    but_the_bias,
    centre,
    left_out,
    logistic,
    ridge,
    ridge_of_rows,
    ridge_of_sums,
    sums,
    unscaled,
)


def rows(seed, n):
    """Six exclusive columns: each told by its own of five features, the last by none."""
    made = np.random.default_rng(seed)
    x = made.normal(size=(n, 5))
    y = np.eye(6)[np.argmax(np.hstack([x, np.zeros((n, 1))]), axis=1)]
    return x, y, made.uniform(0.5, 1.0, n)


def test_each_part_meets_all_the_others_in_their_order():
    assert list(left_out(["a", "b", "c"])) == [("a", ["b", "c"]), ("b", ["a", "c"]), ("c", ["a", "b"])]


def test_parts_that_compare_equal_are_still_two_and_parts_of_one_name_go_together():
    first, second, third = [1], [1], [2]
    assert [others for _, others in left_out([first, second, third])] == [[[1], [2]], [[1], [2]], [[1], [1]]]
    assert [others for _, others in left_out([first, second, third], lambda p: p[0])] == [
        [[2]],
        [[2]],
        [[1], [1]],
    ]


def test_a_feature_that_never_varies_can_be_divided_by_its_spread():
    mean, spread = centre(np.array([[1.0, 3.0], [1.0, 5.0]]), 1e-6)
    assert mean.tolist() == [1.0, 4.0]
    assert spread.tolist() == [1e-6, 1.0 + 1e-6]


def test_weights_for_features_as_they_come_give_the_same_odds():
    x, _, _ = rows(5, 30)
    mean, spread = centre(x)
    scaled = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 0.25])
    weights, bias = unscaled(scaled, mean, spread)
    assert np.allclose(x @ weights + bias, (x - mean) / spread @ scaled[:-1] + scaled[-1])


def test_a_ridge_shrinks_features_and_leaves_the_bias_and_what_it_was_given():
    gram, told = np.diag([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0])
    assert ridge(gram, told, 1.0).tolist() == [1.0, 1.0, 1.0]
    assert ridge(gram, told, but_the_bias(2, 3.0)) == pytest.approx([0.5, 0.5, 2.0 / (1.0 + FREE)])
    assert but_the_bias(2, 3.0, bias=0.0).tolist() == [3.0, 3.0, 0.0]
    assert gram.tolist() == np.eye(3).tolist()


def test_each_column_is_told_by_its_own_feature():
    x, y, weight = rows(3, 300)
    weights, bias = ridge_of_sums(sums(x, y, weight), 1.0)
    assert ((x @ weights + bias).argmax(axis=1) == y.argmax(axis=1)).mean() > 0.8


def test_rows_and_their_sums_give_the_same():
    x, y, weight = rows(4, 80)
    for one, other in zip(
        ridge_of_rows(x, y, weight, 3.0), ridge_of_sums(sums(x, y, weight), 3.0), strict=True
    ):
        assert np.allclose(one, other)


def test_rows_taken_away_leave_what_is_learnt_without_them():
    first, second = rows(1, 60), rows(2, 9)
    both = sums(*(np.concatenate([a, b]) for a, b in zip(first, second, strict=True)))
    before = both.gram.copy()
    weights, bias = ridge_of_sums(both.less([sums(*second)]), 3.0)
    alone, level = ridge_of_sums(sums(*first), 3.0)
    assert np.allclose(weights, alone)
    assert np.allclose(bias, level)
    assert both.gram.tolist() == before.tolist()


def test_odds_are_those_of_the_rows_where_nothing_is_shrunk():
    x = np.array([[0.0]] * 4 + [[1.0]] * 4)
    y = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    weight, bias = logistic(x, y, but_the_bias(1, 0.0), Newton(20))
    assert bias == pytest.approx(-np.log(3.0), abs=1e-5)
    assert weight == pytest.approx(2 * np.log(3.0), abs=1e-5)


def test_a_stronger_penalty_gives_smaller_weights():
    x, y, _ = rows(6, 100)
    weak, strong = (logistic(x, y[:, 0], but_the_bias(5, s), Newton(20)) for s in (1.0, 30.0))
    assert np.abs(strong[:-1]).max() < np.abs(weak[:-1]).max()


def test_costly_rows_move_the_line():
    x, y = np.array([[0.0], [0.0], [1.0]]), np.array([1.0, 0.0, 1.0])
    even, dear = (
        logistic(x, y, but_the_bias(1, 20.0), Newton(15), np.array([1.0, c, 1.0])) for c in (1.0, 5.0)
    )
    assert dear[-1] < even[-1]
    assert even.tolist() == logistic(x, y, but_the_bias(1, 20.0), Newton(15)).tolist()


def test_steps_end_once_they_move_nothing():
    x, y, _ = rows(7, 100)
    penalty = but_the_bias(5, 3.0)
    one = logistic(x, y[:, 0], penalty, Newton(1))
    assert logistic(x, y[:, 0], penalty, Newton(30, settled=1e9)).tolist() == one.tolist()
    assert np.allclose(
        logistic(x, y[:, 0], penalty, Newton(30, settled=1e-6)), logistic(x, y[:, 0], penalty, Newton(30))
    )


def test_rows_that_are_told_surely_are_solved_where_the_odds_are_cut():
    x, y = np.array([[-1e3], [1e3]]), np.array([0.0, 1.0])
    found = logistic(x, y, but_the_bias(1, 1e-9), Newton(25, reach=30.0, curve=1e-9))
    assert np.isfinite(found).all()
    assert found[0] > 0
