"""Trains the judges of MEDDPICC statuses (``analysis/statuses.py``) on labelled deals and measures them on deals left out.

    python -m training.train_statuses FOLDER... [--heads FOLDER] [--reranker NAME] [--out FOLDER]

Ridge regression of the status (missed 0, partial 1, met 2) on an item's few standardised signs; the shares of the statuses
are counted with ``PRIOR`` added to each. ``--heads``: a folder with, for each deal, heads trained without it
(``train_heads --without``); otherwise the shipped ones, which have seen the deals, and the figure is too good. Train them
again after the heads or the sections of voices, moment or cause have changed.
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
from analysis.documents import MEDDPICC
from analysis.draft import evidence_draft
from analysis.statements import statements
from analysis.statuses import REACH, SIGNS_OF, STATUSES, WEIGHTS, Judge, signs_of
from training.own_heads import asked_for
from training.regressions import left_out, ridge

Matrix = NDArray[np.float64]

STRENGTH = 60.0
"""Of the penalty; with 5 .535 of the statuses are right on deals left out, with 60 .561, with the shares alone .545."""
PRIOR = 0.7
LEAST = 0.02
"""Least spread of a sign: one that never varied in training must not explode where it does."""


@dataclass(frozen=True)
class Deal:
    """``signs``: as ``signs_of`` gives them; ``statuses``: by item, of ``STATUSES`` by number."""

    name: str
    signs: dict[str, float]
    statuses: dict[str, int]


def deal(folder: Path, corpus: Corpus) -> Deal:
    """A labelled deal as the judges see it."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["meddpicc"]
    statuses = {item: STATUSES.index(gold[item]["status"]) for item in MEDDPICC}
    return Deal(folder.name, signs_of(statements(corpus), evidence_draft(corpus)), statuses)


def fit(deals: Sequence[Deal], item: str) -> Judge:
    """The judge of one item."""
    signs = SIGNS_OF[item]
    rows = np.array([[d.signs[s] for s in signs] for d in deals])
    given = np.array([d.statuses[item] for d in deals])
    mean, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), LEAST)
    z: Matrix = np.clip((rows - mean) / spread, -REACH, REACH)
    w = ridge(z.T @ z, z.T @ (given - given.mean()), STRENGTH)
    counted = np.bincount(given, minlength=3) + PRIOR
    return Judge(
        signs,
        tuple(mean.tolist()),
        tuple(spread.tolist()),
        tuple(w.tolist()),
        tuple((counted / counted.sum()).tolist()),
        float(given.mean()),
    )


def right(one: Deal, others: Sequence[Deal]) -> list[bool]:
    """For each item whether judges of the other deals find its status in this one."""
    return [STATUSES.index(fit(others, item).status(one.signs)) == one.statuses[item] for item in MEDDPICC]


def save(deals: Sequence[Deal], encoders: Encoders, path: Path) -> None:
    """Write the judges of all deals by the names of their items and signs."""
    items: dict[str, object] = {}
    for item in MEDDPICC:
        judge = fit(deals, item)
        columns = zip(judge.signs, judge.mean, judge.spread, judge.weights, strict=True)
        items[item] = {
            "middle": round(judge.middle, 5),
            "shares": {s: round(p, 5) for s, p in zip(STATUSES, judge.shares, strict=True)},
            "signs": {
                s: {"mean": round(m, 5), "spread": round(d, 5), "weight": round(w, 5)}
                for s, m, d, w in columns
            },
        }
    card = {
        **encoders.card(),
        "method": f"ridge regression on the order of the statuses, strength {STRENGTH:g}",
        "data": f"{len(deals)} labelled deals",
        "licence": "Apache-2.0",
        "items": items,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    read, encoders, out = asked_for(__doc__, WEIGHTS)
    deals = [deal(folder, corpus) for folder, corpus in read]
    found = np.array([right(one, others) for one, others in left_out(deals)])
    for one, row in zip(deals, found, strict=True):
        print(f"{one.name}: {row.mean():.2f}")
    for item, column in zip(MEDDPICC, found.T, strict=True):
        print(f"{item}: {column.mean():.2f}")
    print(f"mean of {len(deals)} deals, each left out in turn: {found.mean():.3f}")
    save(deals, encoders, out / "statuses.json")


if __name__ == "__main__":
    main()
