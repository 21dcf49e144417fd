"""Trains the heads (``analysis/heads.py``) and measures them on industries that they did not see.

    python -m training.train_heads [--deals ../shared/deals/*/] [--without NAME] [--fold I] [--reranker NAME] [--out FOLDER]
        [--measure]

Ridge regression in closed form, one vector of weights a label. Labels that only a buyer can carry are learnt and measured among
what buyers say, so that no head learns "a buyer says it". A turn's sentences share its weight. Labelled deals, where given, join
with weight 1 a statement: the corpus is dense with evidence and has too little talk about other things. ``--without`` leaves one
deal or industry out, ``--fold`` a sixth of the industries. ``--measure`` prints, by label, the area under the
curve and the average precision, with the example sentences alone beside.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.cards import Encoders
from analysis.embedders import open_embedder
from analysis.embedders.remembered import Remembered
from analysis.heads import EXAMPLES_OF, WEIGHTS, Features, Heads
from analysis.signs import CAUSES, NAMES
from api.settings import Settings
from bench.load import reader_of
from training.labelled import Labelled, corpus_industries, deals
from training.regressions import ridge_of_rows

Matrix = NDArray[np.float64]

EXAMPLES = Path(__file__).resolve().parents[1] / "prompts" / "examples"
FOLDS = 6
STRENGTH = 10_000.0  # of the penalty; 3,000 to 30,000 are within .01 of each other on held-out industries
CONTRAST_STRENGTH = 3_000.0  # of the contrasts, which have a tenth of the rows
SCALES = {
    "own": 1.0,
    "around": 0.6,
    "near": 2.0,
    "signs": 3.0,
    "read": 0.8,
}  # of the blocks, before the penalty
ANYBODY = frozenset(
    [
        "metrics",
        "paper_process",
        "competition",
        "commitment",
        "commitment_kept",
        "commitment_broken",
        "went_well",
        "could_go_better",
        "seller_hope",
        "smalltalk",
        "authority",
        "loud",
        "nurture_window",
    ]
)
"""Labels that not only buyers carry."""


CONTRASTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "decides": (frozenset(["authority"]), frozenset(["loud"])),
    "price_decided": (
        frozenset(["price_reason"]),
        frozenset(["price_excuse", *(f"cause:{c}" for c in CAUSES if c != "price")]),
    ),
}
"""Heads that tell two kinds of statement apart, learnt on those two kinds alone."""


@dataclass(frozen=True)
class Table:
    """All statements of some industries and deals, one row each. ``turn``: a number for the turn, over all."""

    features: Features
    labels: Matrix
    names: tuple[str, ...]
    buyer: NDArray[np.bool_]
    weight: Matrix
    turn: NDArray[np.int64]
    part: NDArray[np.int64]
    deal: NDArray[np.bool_]


def compared() -> list[str]:
    """The example files that the heads compare with: all that tell a kind of statement."""
    return sorted(
        p.stem
        for p in EXAMPLES.glob("*.txt")
        if not p.stem.startswith(("ask-", "change_", "went_", "worked_"))
    )


def tabulate(parts: Sequence[Labelled], labels: Sequence[str], topics: Sequence[str]) -> Table:
    every = [p.found.features(topics) for p in parts]
    features = Features(
        *(
            np.concatenate([getattr(f, name) for f in every])
            for name in ("own", "around", "near", "signs", "read")
        )
    )
    rows = [[float(label in own) for label in labels] for p in parts for own in p.labels]
    weights = [np.ones(len(p.found)) if p.deal else 1 / np.sqrt(np.bincount(p.turns)[p.turns]) for p in parts]
    first = np.cumsum([0, *(int(p.turns.max()) + 1 for p in parts)])
    return Table(
        features,
        np.array(rows),
        tuple(labels),
        np.concatenate([p.found.buyers for p in parts]),
        np.concatenate(weights),
        np.concatenate([p.turns + at for p, at in zip(parts, first, strict=False)]),
        np.concatenate([np.full(len(p.found), i) for i, p in enumerate(parts)]),
        np.concatenate([np.full(len(p.found), p.deal) for p in parts]),
    )


def fit(table: Table, rows: NDArray[np.bool_], topics: Sequence[str]) -> Heads:
    """Heads from the given rows of the table."""
    x = table.features.matrix()[rows]
    scale = scale_of(table, x)
    weights, bias = np.zeros((x.shape[1], len(table.names))), np.zeros(len(table.names))
    given = table.deal & (table.labels.sum(axis=1) > 0)
    in_deals = {name for j, name in enumerate(table.names) if table.labels[table.deal][:, j].any()}
    for anybody, told in product((False, True), (False, True)):
        columns = [
            j
            for j, name in enumerate(table.names)
            if (name in ANYBODY) == anybody and (name in in_deals) == told
        ]
        # a deal's evidence is no counterexample of a label that deals are not marked with
        kept = (table.buyer | anybody)[rows] & (~given | told)[rows]
        if columns:
            w, b = ridge_of_rows(
                x[kept] * scale, table.labels[rows][kept][:, columns], table.weight[rows][kept], STRENGTH
            )
            weights[:, columns], bias[columns] = w * scale[:, None], b
    ws, bs = [weights], [bias]
    for name in CONTRASTS:
        kept, y = _contrast(table, name)
        w, b = ridge_of_rows(
            x[kept[rows]] * scale,
            y[rows][kept[rows]][:, None],
            table.weight[rows][kept[rows]],
            CONTRAST_STRENGTH,
        )
        ws.append(w * scale[:, None])
        bs.append(b)
    return Heads((*table.names, *CONTRASTS), tuple(topics), np.concatenate(ws, axis=1), np.concatenate(bs))


def _contrast(table: Table, name: str) -> tuple[NDArray[np.bool_], Matrix]:
    """The rows of a contrast, and 1 where the first kind stands, 0 where the second does."""
    first, second = (
        table.labels[:, [j for j, n in enumerate(table.names) if n in kind]].any(axis=1)
        for kind in CONTRASTS[name]
    )
    return first != second, first.astype(np.float64)


def scale_of(table: Table, x: Matrix) -> Matrix:
    """What each feature is multiplied with before the penalty, by blocks; shape (features,)."""
    d = table.features.own.shape[1]
    spread = x.std(axis=0) + 1e-6
    near, signs, read = (getattr(table.features, name).shape[1] for name in ("near", "signs", "read"))
    at = 2 * d + near
    return np.concatenate(
        [
            np.full(d, SCALES["own"] * np.sqrt(d)),
            np.full(d, SCALES["around"] * np.sqrt(d)),
            SCALES["near"] / spread[2 * d : at],
            SCALES["signs"] / spread[at : at + signs],
            np.full(read, SCALES["read"] * np.sqrt(read)),
        ]
    )


def save(heads: Heads, folder: Path, card: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # the file's times are the zip's constant, so equal weights are equal bytes
    np.savez(
        folder / "heads.npz", weights=heads.weights.astype(np.float32), bias=heads.bias.astype(np.float32)
    )
    text = json.dumps({**card, "labels": heads.labels, "topics": heads.topics, "signs": NAMES}, indent=1)
    (folder / "heads.json").write_text(text + "\n", encoding="utf-8")


# -- measuring -----------------------------------------------------------------------------------------------


def measure(
    table: Table, fold: NDArray[np.int64], topics: Sequence[str]
) -> list[tuple[str, int, list[float]]]:
    """For each label the positives, and area and average precision of the examples alone and of the heads, on folds left
    out. Every turn is judged by its best sentence, among buyers (seller's hope: among the rest)."""
    judged = np.zeros_like(table.labels)
    for f in range(FOLDS):
        heads = fit(table, fold != f, topics)
        out = fold == f
        judged[out] = (table.features.matrix()[out] @ heads.weights + heads.bias)[:, : len(table.names)]
    known = fold >= 0
    out: list[tuple[str, int, list[float]]] = []
    for j, name in enumerate(table.names):
        rows = known & (~table.buyer if name == "seller_hope" else table.buyer)
        near = table.features.near
        topic = EXAMPLES_OF.get(name, name)
        plain = (
            near[:, list(topics).index(topic)] - 0.5 * near[:, list(topics).index("neutral")]
            if topic in topics
            else None
        )
        turns, at = np.unique(table.turn[rows], return_inverse=True)
        truth = np.zeros(len(turns))
        np.maximum.at(truth, at, table.labels[rows, j])
        figures: list[float] = []
        for scores in (plain, judged[:, j]):
            if scores is None:
                figures += [float("nan")] * 2
                continue
            best = np.full(len(turns), -np.inf)
            np.maximum.at(best, at, scores[rows])
            figures += [area(best, truth), precision(best, truth)]
        out.append((name, int(truth.sum()), figures))
    return out


def area(scores: Matrix, truth: Matrix) -> float:
    """Area under the receiver's curve; ties by order."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    right = truth.sum()
    return float((ranks[truth > 0].sum() - right * (right + 1) / 2) / max(1, right * (len(truth) - right)))


def precision(scores: Matrix, truth: Matrix) -> float:
    """Average precision."""
    hits = truth[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1) * hits).sum() / max(1, hits.sum()))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--deals", nargs="*", type=Path, default=[])
    ask.add_argument("--without", default="", help="a deal or industry that is left out")
    ask.add_argument(
        "--fold", type=int, default=-1, help=f"leave out the industries of this fold (0 to {FOLDS - 1})"
    )
    ask.add_argument("--reranker", default="none", help="judge by what it has read ahead, too")
    ask.add_argument("--out", type=Path, default=WEIGHTS)
    ask.add_argument(
        "--measure", action="store_true", help="print the figures on held-out industries, write nothing"
    )
    given = ask.parse_args()
    settings = Settings()
    embedder = Remembered(open_embedder("minilm", settings.models), settings.home / "examples")
    reader = reader_of(given.reranker, settings.models)
    encoders = Encoders(embedder.name, reader.key if reader else "")
    parts = [*corpus_industries(embedder, reader), *deals(given.deals, embedder, reader)]
    labels = sorted({label for p in parts for own in p.labels for label in own})
    topics = compared()
    table = tabulate(parts, labels, topics)
    numbers = np.array([-1 if p.deal else i % FOLDS for i, p in enumerate(parts)])
    fold = numbers[table.part]
    if given.measure:
        print("| label | n | examples: area | precision | heads: area | precision |\n| --- |" + " ---: |" * 5)
        found = measure(table, fold, topics)
        for name, n, figures in found:
            print(f"| {name} | {n} | " + " | ".join(f"{v:.2f}" for v in figures) + " |")
        means = np.nanmean([figures for _, _, figures in found], axis=0)
        print("| mean | | " + " | ".join(f"{v:.3f}" for v in means) + " |")
        return
    named = np.array([p.name != given.without for p in parts])
    rows = named[table.part] & ((fold != given.fold) | (fold < 0))
    heads = fit(table, rows, topics)
    card = {
        **encoders.card(),
        "data": "training/corpus" + (f" and {len(given.deals)} labelled deals" if given.deals else ""),
        "left_out": given.without or (f"fold {given.fold}" if given.fold >= 0 else ""),
        "licence": "Apache-2.0",
        "method": f"ridge, strength {STRENGTH:g}",
    }
    out = encoders.folder(given.out)
    save(heads, out, card)
    print(f"{len(heads.labels)} heads from {int(rows.sum())} statements in {out}")


if __name__ == "__main__":
    main()
