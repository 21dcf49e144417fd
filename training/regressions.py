"""The regressions that the small judges are learnt by, and the deals left out in turn that they are measured on.

Ridge regression (Hoerl and Kennard 1970) in closed form; logistic regression (Cox 1958) under a ridge by Newton's method.
Nothing here is drawn by chance, so on one machine the same rows give the same weights to the last bit.
Shapes: ``n`` rows, ``f`` features, ``k`` columns that are told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Part = TypeVar("Part")

FREE = 1e-6
"""The penalty of a bias: as good as none, and what is solved stays regular."""


def left_out(parts: Sequence[Part], name: Callable[[Part], object] = id) -> Iterator[tuple[Part, list[Part]]]:
    """Each part with all the others: those of another ``name``, without one all that are not the part itself."""
    for one in parts:
        yield one, [other for other in parts if name(other) != name(one)]


def centre(x: Matrix, least: float = 1e-9) -> tuple[Matrix, Matrix]:
    """Mean and spread (standard deviation and ``least``, so that one can be divided by it) of each feature, both shape (f,)."""
    return x.mean(axis=0), x.std(axis=0) + least


def unscaled(weights: Matrix, mean: Matrix, spread: Matrix) -> tuple[Matrix, float]:
    """Weights (f,) and a bias for features as they come, from ``weights`` (f + 1,) of standardised ones, bias last."""
    own = weights[:-1] / spread
    return own, float(weights[-1] - own @ mean)


# -- ridge regression ------------------------------------------------------------------------------------------


def ridge(gram: Matrix, told: Matrix, penalty: float | Matrix) -> Matrix:
    """Weights, shape of ``told``, from the features' products with each other, (f, f), and with what is told, (f,) or (f, k).
    ``penalty``: one for all features or one each."""
    strengthened = gram.copy()
    strengthened[np.diag_indices(len(gram))] += penalty
    return np.linalg.solve(strengthened, told).astype(np.float64, copy=False)


def but_the_bias(features: int, strength: float, bias: float = FREE) -> Matrix:
    """A penalty on every feature and hardly any on the bias after them, shape (features + 1,)."""
    return np.append(np.full(features, strength), bias)


def ridge_of_rows(x: Matrix, y: Matrix, weight: Matrix, strength: float) -> tuple[Matrix, Matrix]:
    """Weights (f, k) and bias (k,) of the centred problem in units of each column's spread, ``y`` (n, k) of 0 and 1. Where
    rows are to be taken away again, ``ridge_of_sums`` solves the same, but for rounding."""
    c = weight[:, None]
    mean, share = (x * c).sum(0) / c.sum(), (y * c).sum(0) / c.sum()
    centred = x - mean
    weights = ridge((centred * c).T @ centred, (centred * c).T @ (y - share), strength)
    return _in_spreads(weights, mean, share)


@dataclass(frozen=True)
class Sums:
    """What a weighted ridge regression needs of some rows: ``gram`` (f + 1, f + 1) of the features and a one, ``told``
    (f + 1, k): with the columns told."""

    gram: Matrix
    told: Matrix

    def less(self, others: Iterable[Sums]) -> Sums:
        gram, told = self.gram.copy(), self.told.copy()
        for other in others:
            gram -= other.gram
            told -= other.told
        return Sums(gram, told)


def sums(x: Matrix, y: Matrix, weight: Matrix) -> Sums:
    """Of rows (n, f), what they tell (n, k) and how much each counts (n,)."""
    with_one = _with_one(x)
    weighed = with_one * weight[:, None]
    return Sums(weighed.T @ with_one, weighed.T @ y)


def ridge_of_sums(known: Sums, strength: float) -> tuple[Matrix, Matrix]:
    """Weights (f, k) and bias (k,) of the centred problem in units of each column's spread."""
    total = known.gram[-1, -1]
    mean, share = known.gram[-1, :-1] / total, known.told[-1] / total
    gram = known.gram[:-1, :-1] - total * np.outer(mean, mean)
    weights = ridge(gram, known.told[:-1] - total * np.outer(mean, share), strength)
    return _in_spreads(weights, mean, share)


def _in_spreads(weights: Matrix, mean: Matrix, share: Matrix) -> tuple[Matrix, Matrix]:
    """Rare columns are as loud as frequent ones. ``share`` (k,): of the rows that are 1."""
    spread = np.sqrt(share * (1 - share)) + 1e-9
    return weights / spread, -(mean @ weights) / spread


# -- logistic regression ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Newton:
    """How a logistic regression is solved. Every judge keeps the figures it was learnt with, since others move the last
    digits of its weights.

    ``steps``: at most so many, fewer once none moves a weight by ``settled``. ``reach``: log odds are cut there. ``curve``: added
    to the curvature of each row, ``damping`` to that of each weight, where rows that are told surely would leave none."""

    steps: int
    settled: float = 0.0
    reach: float = float("inf")
    curve: float = 0.0
    damping: float = 0.0


def logistic(x: Matrix, y: Matrix, penalty: Matrix, how: Newton, cost: Matrix | None = None) -> Matrix:
    """Weights and, last, the bias, shape (f + 1,), from rows (n, f) that are right (1) or not (0), ``y`` (n,). ``penalty``:
    (f + 1,). ``cost``: how much a mistake about each row costs, (n,), else 1."""
    rows = _with_one(x)
    each = np.ones(len(x)) if cost is None else cost
    weights = np.zeros(rows.shape[1])
    for _ in range(how.steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -how.reach, how.reach)))
        slope = rows.T @ (each * (p - y)) + penalty * weights
        curvature = (rows * (each * p * (1.0 - p) + how.curve)[:, None]).T @ rows + np.diag(penalty)
        step = ridge(curvature, slope, how.damping)
        weights = weights - step
        if np.abs(step).max() < how.settled:
            break
    return weights


def _with_one(x: Matrix) -> Matrix:
    return np.hstack([x, np.ones((len(x), 1))])
