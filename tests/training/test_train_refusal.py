import numpy as np
import pytest

from training.train_refusal import Judged, all_with_pairs, pairing, with_pairs


def deal(name: str, *, learnt: bool, ours: bool = True) -> Judged:
    """Four questions with three places each; the evidence is where the first component of the product is large."""
    draw = np.random.RandomState(len(name))
    products = draw.rand(12, 5)
    right = np.arange(12) % 3 == 0
    products[:, 0] += right
    kinds = ("fact", "fact", "why", "unanswerable")
    of = np.repeat(np.arange(4), 3)
    return Judged(name, learnt, ours, ("nearest",), np.zeros((4, 1)), kinds, products, of, right)


def test_the_judge_of_pairs_weighs_what_tells_evidence() -> None:
    weights = pairing([deal("a" * n, learnt=True) for n in range(1, 9)])
    assert weights.argmax() == 0
    assert weights[0] > 4 * np.abs(weights[1:]).max()


def test_what_it_says_of_a_question_becomes_signs() -> None:
    found = with_pairs(deal("a", learnt=True), np.array([1.0, 0, 0, 0, 0]))
    assert found.names == ("pair_best", "pair_first", "pair_mean", "nearest")
    first = deal("a", learnt=True).products[:3, 0]
    assert found.signs[0].tolist() == pytest.approx([first.max(), first.mean(), first.mean(), 0.0])


def test_refusals_are_learnt_from_the_deals_that_the_reranker_did_not_see_and_measured_on_others() -> None:
    parts = [deal("a", learnt=True), deal("bb", learnt=False), deal("ccc", learnt=False, ours=False)]
    found, weights = all_with_pairs(parts)
    assert sorted(p.deal for p in found) == ["a", "ccc"]
    assert weights.tolist() == pairing(parts[:2]).tolist()
    own = next(p for p in found if p.deal == "a")
    assert own.signs.tolist() == with_pairs(parts[0], pairing(parts[1:2])).signs.tolist()
