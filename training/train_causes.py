"""Learns the weights that tell the causes of a loss from each other (``analysis/causes.py``), and measures them.

    python -m training.train_causes DEAL_FOLDER ... [--out FOLDER]

Ridge regression in closed form on those statements alone that carry a cause: of ``training/corpus`` and, in the lost deals
given, what is quoted for a factor of weight 3. What is usual in lost deals (mean and spread of the pooled scores) is taken
with each deal judged by weights and heads that have not seen it. Prints how many losses are told right with each deal left
out whole: for it neither weights, heads nor what is usual have seen it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.cards import Encoders
from analysis.causes import PROFILE, WEIGHTS, CauseWeights, pool_weights, shared, together, told
from analysis.embedders import open_embedder
from analysis.embedders.remembered import Remembered
from analysis.profile import Profile, carried
from analysis.signs import CAUSES
from analysis.statements import Statements
from api.settings import Settings
from bench.held_out import HeldOut
from bench.load import reader_of
from training.labelled import Labelled, corpus_industries, deals
from training.own_heads import GROUPS
from training.regressions import Sums, centre, ridge, ridge_of_sums, sums
from training.train_heads import CONTRASTS, compared, scale_of

Matrix = NDArray[np.float64]
Fitted = tuple[Matrix, Matrix]
"""Weights (features, 6) and bias (6,)."""

STRENGTH = 30_000.0  # of the penalty; with 3,000 10 and with 10,000 12 of 22 losses are told, 30,000 14
PROFILE_STRENGTH = 30.0  # of the profile's penalty; 20 to 80 are within .04 in log loss on deals left out
LEAST = 1e-3
"""Least spread of a label's strength over deals."""


@dataclass(frozen=True)
class Loss:
    """A lost deal. ``pooled``: its features, weighed by how much each statement tells; shape (features,).
    ``carried``: of its profile, shape (labels,)."""

    name: str
    cause: int
    pooled: Matrix
    carried: Matrix


def usual(scores: Matrix) -> tuple[Matrix, Matrix]:
    """Mean and spread of the causes' scores over deals, shape (deals, 6); a spread is half that of all causes together."""
    spread = scores.std(axis=0)
    return scores.mean(axis=0), 0.5 * spread + 0.5 * spread.mean()


def losses(held: HeldOut, x: Matrix, causes: dict[str, str]) -> list[Loss]:
    """The lost deals, what tells of the decision read by heads that have not seen them."""
    lost = [(at, part) for at, part in enumerate(held.parts) if part.name in causes and part.deal]
    pooled: dict[int, Matrix] = {}
    profiles: dict[int, Matrix] = {}
    for first in range(min(GROUPS, len(lost))):
        group = lost[first::GROUPS]
        with held.without(*(part.name for _, part in group)):
            for at, part in group:
                found = Statements(part.found.corpus, part.found.all)
                weight = pool_weights(told(found), found.buyers)
                pooled[at] = weight @ x[held.table.part == at]
                profiles[at] = carried(found, (*held.table.names, *CONTRASTS))
    number = [str(c) for c in CAUSES].index
    return [Loss(part.name, number(causes[part.name]), pooled[at], profiles[at]) for at, part in lost]


def profile(losses: Sequence[Loss], labels: tuple[str, ...]) -> Profile:
    """The profile that some lost deals teach."""
    given, aims = np.array([loss.carried for loss in losses]), np.eye(len(CAUSES))[[x.cause for x in losses]]
    mean, spread = centre(given, LEAST)
    known = Profile(labels, mean, spread, np.zeros((len(labels), len(CAUSES))), aims.mean(axis=0))
    z = known.scaled(given)
    known.weights[:] = ridge(z.T @ z, z.T @ (aims - known.usual), PROFILE_STRENGTH)
    return known


def train(held: HeldOut, causes: dict[str, str]) -> tuple[CauseWeights, list[tuple[str, int, Matrix]]]:
    """The weights, and for each loss its name, cause and shares when left out."""
    table = held.table
    x = table.features.matrix()
    scale = scale_of(table, x)
    x *= scale
    columns = [table.names.index(f"cause:{c}") for c in CAUSES]
    y = table.labels[:, columns]
    rows = table.buyer & (y.sum(axis=1) > 0)
    labels = (*table.names, *CONTRASTS)
    known = losses(held, x, causes)
    number = {p.name: i for i, p in enumerate(held.parts)}
    own: list[Sums] = []
    for loss in known:
        of = rows & (table.part == number[loss.name])
        own.append(sums(x[of], y[of], table.weight[of]))
    every = sums(x[rows], y[rows], table.weight[rows])

    fitted: dict[frozenset[int], Fitted] = {}

    def left_out(at: int, *also: int) -> Matrix:
        without = frozenset((at, *also))
        if without not in fitted:
            fitted[without] = ridge_of_sums(every.less(own[i] for i in without), STRENGTH)
        weights, bias = fitted[without]
        return known[at].pooled @ weights + bias

    judged: list[tuple[str, int, Matrix]] = []
    pairs = {(i, j): left_out(j, i) for i in range(len(known)) for j in range(len(known)) if i != j}
    for i, loss in enumerate(known):
        mean, spread = usual(np.array([pairs[i, j] for j in range(len(known)) if j != i]))
        resembled = profile([x for x in known if x is not loss], labels).shares(loss.carried)
        said = shared((left_out(i) - mean) / spread)
        judged.append((loss.name, loss.cause, together(said, resembled)))
    mean, spread = usual(np.array([left_out(i) for i in range(len(known))]))
    weights, bias = ridge_of_sums(every, STRENGTH)
    made = CauseWeights(
        tuple(compared()), weights * scale[:, None], bias, mean, spread, profile(known, labels)
    )
    return made, judged


def causes_of(folders: Sequence[Path]) -> dict[str, str]:
    """The cause of each lost deal, by its folder's name."""
    golds = {f.name: json.loads((f / "gold.json").read_text(encoding="utf-8")) for f in folders}
    return {name: gold["loss_cause"] for name, gold in golds.items() if gold.get("loss_cause")}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("deals", nargs="+", type=Path)
    ask.add_argument("--reranker", default="none", help="judge by what it has read ahead, too")
    ask.add_argument("--out", type=Path, default=WEIGHTS)
    given = ask.parse_args()
    folders = [f for f in given.deals if (f / "gold.json").exists()]
    settings = Settings()
    embedder = Remembered(open_embedder("minilm", settings.models), settings.home / "examples")
    reader = reader_of(given.reranker, settings.models)
    encoders = Encoders(embedder.name, reader.key if reader else "")
    parts: list[Labelled] = [*corpus_industries(embedder, reader), *deals(folders, embedder, reader)]
    made, judged = train(HeldOut(parts), causes_of(folders))
    for name, cause, shares in judged:
        said = ", ".join(f"{c} {s:.2f}" for c, s in zip(CAUSES, shares, strict=True))
        print(f"{'right' if shares.argmax() == cause else 'wrong'}  {name} ({CAUSES[cause]}): {said}")
    right = sum(shares.argmax() == cause for _, cause, shares in judged)
    lost = -np.mean([np.log(shares[cause]) for _, cause, shares in judged])
    print(f"{right} of {len(judged)} losses left out are told right, log loss {lost:.2f} (six alike: 1.79)")
    out = encoders.folder(given.out)
    out.mkdir(parents=True, exist_ok=True)
    arrays = {"weights": made.weights, "bias": made.bias, "usual": made.usual, "spread": made.spread}
    own = made.profile
    arrays |= dict(zip(PROFILE, (own.mean, own.spread, own.weights, own.usual), strict=True))
    np.savez(out / "causes.npz", **{k: v.astype(np.float32) for k, v in arrays.items()})  # pyright: ignore[reportArgumentType]
    card = {
        **encoders.card(),
        "data": f"training/corpus and {len(judged)} lost deals",
        "licence": "Apache-2.0",
        "method": f"ridge, strength {STRENGTH:g}, on statements that carry a cause",
        "causes": CAUSES,
        "topics": made.topics,
        "labels": own.labels,
    }
    (out / "causes.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
