"""The profile of a deal: how strongly its buyers carry each label of the heads at most, and which cause of a loss that resembles.

What decided is said in few sentences, and those that are taken for them may be the wrong ones; the profile counts what was
talked of in the whole deal. A deal that nobody wanted enough is polite from end to end, one that failed by a form is full of
paper. Ridge regression on the six causes over lost deals, learnt and measured with whole deals left out by
``training/train_causes.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.statements import Scores, Statements, mean_of_best

_REACH = 2.5
"""Standard scores are cut there: no single label decides alone."""
SHARP = 5.0  # of the shares; chosen by the likelihood of left-out deals, 3 to 6 are alike


@dataclass(frozen=True, slots=True)
class Profile:
    """What lost deals taught. ``mean``, ``spread``: by label; ``weights``: shape (labels, k), a column a cause;
    ``usual``: (k,), the share of each cause among the lost deals."""

    labels: tuple[str, ...]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    usual: NDArray[np.float64]

    def shares(self, carried: Scores) -> Scores:
        """Shares of the causes, one in all, for what ``carried`` gives of a deal."""
        scores = self.scaled(carried) @ self.weights
        raised = self.usual * np.exp(SHARP * (scores - scores.max()))
        return raised / raised.sum()

    def scaled(self, carried: Scores) -> Scores:
        return np.clip((carried - self.mean) / self.spread, -_REACH, _REACH)


def carried(found: Statements, labels: tuple[str, ...]) -> Scores:
    """How strongly buyers' three best statements carry each label; shape (labels,)."""
    return np.array([mean_of_best(found.strength(label)[found.buyers]) for label in labels])
