"""Rankers: one small learnt judge a section, over what its section reads of each statement.

Logistic regression (Cox 1958) with a ridge on a handful of traits: the section's own weighing by hand among
them, so that a ranker corrects that and does not replace it. Traits are standardised with constants learnt
over deals, never within one, so that a finding does not flip because somebody says a sentence more. Learnt
and measured on whole deals left out by ``training/train_sections.py``; they belong to the models that the heads
belong to, and with others the weighing by hand stands alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis import cards
from analysis.statements import Scores, Statements, best

WEIGHTS = Path(__file__).resolve().parent / "weights" / "sections"

Question = Literal["moment", "value", "factors"]
Traits = Mapping[str, Scores]
"""By name, one number a statement."""

PRIOR = "prior"
"""The trait that is the weighing by hand."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """``names``: of the traits; ``mean``, ``spread``, ``weights``: one a trait. ``among``: how many of the
    first by hand are judged. ``least``: the log odds from which the best statement answers the question at
    all."""

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    among: int
    least: float

    def score(self, traits: Traits, allowed: NDArray[np.bool_]) -> Scores:
        """The log odds of each statement; those that are not among the first by hand stand below all that
        are."""
        matrix = np.stack([traits[name] for name in self.names], axis=1)
        odds: Scores = (matrix - self.mean) / self.spread @ self.weights + self.bias
        first = best(traits[PRIOR], allowed, self.among)
        if not first:
            return odds
        out = np.full(len(odds), float(odds[first].min()) - 1.0)
        out[first] = odds[first]
        return out


_chosen = [WEIGHTS]


def use(folder: Path) -> None:
    """Read rankers from another folder from now on: for measurements that leave a deal out."""
    _chosen[0] = folder


def open_ranker(question: Question, found: Statements) -> Ranker | None:
    """The ranker of a question for the models that read these statements; None where there is none. Raises
    ``ModelUnavailable`` where its file is broken."""
    encoders = found.corpus.encoders
    return _read(encoders.folder(_chosen[0]) / f"{question}.json", encoders)


def ranked(question: Question, found: Statements, prior: Scores, traits: Callable[[], Traits]) -> Scores:
    """The ranker's log odds among buyers' statements; the weighing by hand, ``prior``, where there is no
    ranker."""
    ranker = open_ranker(question, found)
    if ranker is None or not len(found):
        return prior
    return ranker.score({PRIOR: prior, **traits()}, found.buyers)


def save(ranker: Ranker, path: Path, encoders: cards.Encoders) -> None:
    card = {
        **encoders.card(),
        "among": ranker.among,
        "bias": round(ranker.bias, 4),
        "least": round(ranker.least, 3),
        "traits": {
            name: [round(float(x), 4) for x in row]
            for name, *row in zip(ranker.names, ranker.mean, ranker.spread, ranker.weights, strict=True)
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


@lru_cache(maxsize=32)
def _read(path: Path, encoders: cards.Encoders) -> Ranker | None:
    return cards.read_for(encoders.card(), f"the weights in {path}", path, _ranker)


def _ranker(card: Any) -> Ranker:
    mean, spread, weights = np.array(list(card["traits"].values()), np.float64).T
    names = tuple(card["traits"])
    return Ranker(names, mean, spread, weights, float(card["bias"]), int(card["among"]), card["least"])
