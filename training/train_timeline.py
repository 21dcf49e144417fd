"""Trains the judge of spoken days (``analysis/spoken_days.py``) on labelled deals and measures it on deals left out whole.

    python -m training.train_timeline FOLDER... [--heads FOLDER] [--out FILE]

A day that somebody speaks of and that the record does not date itself is right when the deal's gold timeline has it. Logistic
regression on standardised signs, by Newton's method. The figure printed is the score of the timeline's days: hits over the
larger of the gold days and half the days told. ``--heads``: a folder with, for each deal, heads trained without it
(``train_heads --without``); otherwise the shipped ones, which have seen the deals, and the figure is too good.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.cards import Encoders
from analysis.corpus import Corpus
from analysis.sections.timeline import described, known_entries
from analysis.spoken_days import SIGNS, WEIGHTS, Judge
from training.own_heads import asked_for
from training.regressions import Newton, but_the_bias, centre, left_out, logistic, unscaled

Matrix = NDArray[np.float64]

STRENGTH = 60.0
"""Of the penalty; 30 to 100 are within .005 of each other on deals left out."""
FLOOR = 0.13
"""Least probability of a day that is told; .1 to .15 are within .005 of each other on deals left out."""
MOST = 8
NEWTON = Newton(30)


@dataclass(frozen=True)
class Deal:
    """``days``: spoken of and not otherwise known, a row of ``signs`` each; ``known``, ``gold``: ISO days."""

    name: str
    days: tuple[str, ...]
    signs: Matrix
    known: frozenset[str]
    gold: frozenset[str]

    @property
    def right(self) -> Matrix:
        """1 where the gold timeline has the day."""
        return np.array([float(day in self.gold) for day in self.days])

    def score(self, chosen: Sequence[str]) -> float:
        """Hits over the larger of the gold days and half the days told, 0..1."""
        told = self.known | set(chosen)
        return len(told & self.gold) / max(len(self.gold), len(told) / 2)


def deal(folder: Path, corpus: Corpus) -> Deal:
    """A labelled deal as the judge sees it."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["timeline"]
    known = frozenset(e.date for e in known_entries(corpus))
    found = {day.isoformat(): signs for day, signs in described(corpus).items()}
    days = tuple(day for day in found if day not in known)
    signs = np.array([found[d] for d in days]).reshape(len(days), len(SIGNS))
    return Deal(folder.name, days, signs, known, frozenset(t["date"] for t in gold))


def fit(deals: Sequence[Deal], strength: float = STRENGTH) -> Judge:
    """The judge of some deals, its weights brought back to the scale of the signs."""
    signs, right = np.concatenate([d.signs for d in deals]), np.concatenate([d.right for d in deals])
    mean, spread = centre(signs, 1e-6)
    w = logistic((signs - mean) / spread, right, but_the_bias(len(SIGNS), strength), NEWTON)
    weights, bias = unscaled(w, mean, spread)
    return Judge(tuple(float(x) for x in weights), bias, FLOOR)


def chosen(judge: Judge, one: Deal) -> list[str]:
    """The days of a deal that are told."""
    likely = [(judge.likelihood(row), day) for row, day in zip(one.signs.tolist(), one.days, strict=True)]
    return [day for p, day in sorted(likely, key=lambda pair: (-pair[0], pair[1]))[:MOST] if p > judge.floor]


def save(judge: Judge, deals: Sequence[Deal], encoders: Encoders, path: Path) -> None:
    """Write the weights by the names of their signs."""
    card = {
        **encoders.card(),
        "method": f"logistic regression, ridge {STRENGTH:g}",
        "data": f"{sum(len(d.days) for d in deals)} spoken days of {len(deals)} labelled deals",
        "licence": "Apache-2.0",
        "floor": judge.floor,
        "bias": round(judge.bias, 5),
        "weights": {name: round(w, 5) for name, w in zip(SIGNS, judge.weights, strict=True)},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    read, encoders, out = asked_for(__doc__, WEIGHTS)
    deals = [deal(folder, corpus) for folder, corpus in read]
    figures: list[float] = []
    for one, others in left_out(deals):
        figures.append(one.score(chosen(fit(others), one)))
        print(f"{one.name}: {one.score([]):.2f} without spoken days, {figures[-1]:.2f} with them")
    print(f"mean of {len(deals)} deals, each left out in turn: {np.mean(figures):.3f}")
    save(fit(deals), deals, encoders, out / "days.json")


if __name__ == "__main__":
    main()
