"""Learn who is influential from labelled deals, and measure it on deals left out whole.

    python -m training.train_influence ../shared/deals/*/ training/deals/*/ [--heads DIR] [--write]

First two ridge regressions on the labels' heads: what a statement about an influential person is like, and one by them
(aim 1; -1 for those who talk big and decide nothing; -0.5 for everybody else; a person's statements together weigh as the
root of their number). Then a logistic regression on the traits of people (``analysis/influence/traits.py``), in which
what was said of the people of a deal is judged by regressions that did not see that deal. The heads that read a deal
never saw it: they are trained without it and kept in ``--heads``, one folder a deal.

Prints the figures of the voices with every deal left out in turn; ``--write`` stores the weights of all deals.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import heads
from analysis.cards import Encoders
from analysis.corpus import Corpus
from analysis.embedders import open_embedder
from analysis.embedders.remembered import Remembered
from analysis.influence.graph import edges
from analysis.influence.learnt import WEIGHTS, Learnt, save
from analysis.influence.ranking import rank_by_edges
from analysis.influence.traits import (
    TRAITS,
    Said,
    drawn,
    heard_of,
    said,
    strengths,
    strongest,
    traits,
)
from analysis.statements import statements
from api.settings import Settings
from bench.load import reader_of, scorer
from ingest.model import Person
from training.own_heads import read, train_missing
from training.regressions import Newton, but_the_bias, left_out, logistic, ridge

Array = NDArray[np.float64]

OTHER, LOUD = -0.5, -1.0  # aims of the statements of people who are not influential
STATEMENT_RIDGE, PERSON_RIDGE = 20.0, 20.0
LOUD_WEIGHT = 3.0  # somebody loud taken for influential costs as much as three others
FIRST_WEIGHT = 1.5  # as do the two most influential
NEWTON = Newton(15)


@dataclass(frozen=True)
class Case:
    """One deal. ``felt``: what the heads say of its statements, shape (n, labels). ``kind`` of each person: 1
    influential, -1 loud, 0 else; ``rank``: 1 the most influential, 0 for nobody's. ``about`` leaves the seller's
    words out. ``traits``: those that are not learnt are final."""

    name: str
    labels: tuple[str, ...]
    people: tuple[dict[str, Any], ...]
    felt: Array
    about: tuple[tuple[int, ...], ...]
    by: tuple[tuple[int, ...], ...]
    traits: Array
    kind: NDArray[np.int64]
    rank: NDArray[np.int64]
    gold: dict[str, Any]


def case(name: str, corpus: Corpus, gold: dict[str, Any], same: Callable[..., bool]) -> Case:
    """A deal with the heads that are in use. ``same``: whether a name of the gold file is a person."""
    found = statements(corpus)
    read = heads.open_heads(corpus.encoders)
    if read is None:
        raise SystemExit("no heads: train them first")
    ranked = rank_by_edges(found, edges(found))
    spoken: Said = said(found)
    people = [r.person for r in ranked]
    shown = tuple(_shown(p) for p in people)
    kinds = [_kind(p, gold, same) for p in shown]
    nothing = np.zeros(len(found))
    return Case(
        name,
        read.labels,
        shown,
        strengths(found, read.labels),
        tuple(tuple(heard_of(found, spoken.about.get(p.id, ()))) for p in people),
        tuple(tuple(spoken.by.get(p.id, ())) for p in people),
        traits(found, people, {r.person.id: r.score for r in ranked}, nothing, nothing, spoken),
        np.array([k for k, _ in kinds], np.int64),
        np.array([r for _, r in kinds], np.int64),
        gold,
    )


def _shown(p: Person) -> dict[str, Any]:
    return {"name": p.name, "aliases": list(p.aliases)}


def _kind(person: dict[str, Any], gold: dict[str, Any], same: Callable[..., bool]) -> tuple[int, int]:
    """A person who matches two labelled names is nobody's."""
    voices = [v["name"] for v in gold["influential_voices"]]
    hits = [n for n in [*voices, *gold.get("loud_but_not_influential", [])] if same(n, person)]
    if len(hits) != 1:
        return 0, 0
    return (1, voices.index(hits[0]) + 1) if hits[0] in voices else (-1, 0)


def of_statements(cases: Sequence[Case], own: Callable[[Case], tuple[tuple[int, ...], ...]]) -> Array:
    """Weights of the labels and a bias, from the statements ``own`` of each person."""
    n = len(cases[0].labels) + 1
    left, right = np.zeros((n, n)), np.zeros(n)
    for c in cases:
        for places, kind in zip(own(c), c.kind, strict=True):
            if not places:
                continue
            x = np.hstack([c.felt[list(places)], np.ones((len(places), 1))])
            weight = len(places) ** -0.5
            aim = {1: 1.0, -1: LOUD, 0: OTHER}[int(kind)]
            left += weight * x.T @ x
            right += weight * aim * x.sum(axis=0)
    return ridge(left, right, but_the_bias(n - 1, STATEMENT_RIDGE))


def _about(c: Case) -> tuple[tuple[int, ...], ...]:
    return c.about


def _by(c: Case) -> tuple[tuple[int, ...], ...]:
    return c.by


def filled(c: Case, told: Array, telling: Array) -> Array:
    """The traits of a deal's people with those that two regressions give."""
    out = c.traits.copy()
    of, says = c.felt @ told[:-1] + told[-1], c.felt @ telling[:-1] + telling[-1]
    out[:, TRAITS.index("told")] = [strongest(of[list(p)]) for p in c.about]
    out[:, TRAITS.index("telling")] = [drawn(says[list(p)]) for p in c.by]
    return out


def learn(cases: Sequence[Case]) -> Learnt:
    """The weights of some deals."""
    rows: list[Array] = []
    for c, rest in left_out(cases):
        rows.append(filled(c, of_statements(rest, _about), of_statements(rest, _by)))
    x = np.concatenate(rows)
    kind, rank = np.concatenate([c.kind for c in cases]), np.concatenate([c.rank for c in cases])
    learnt = Learnt(
        cases[0].labels,
        of_statements(cases, _about),
        of_statements(cases, _by),
        TRAITS,
        np.nanmean(x, axis=0),
        np.nanstd(x, axis=0) + 1e-9,
        np.zeros(len(TRAITS) + 1),
    )
    cost = np.where(kind < 0, LOUD_WEIGHT, 1.0) * np.where((rank == 1) | (rank == 2), FIRST_WEIGHT, 1.0)
    penalty = but_the_bias(len(TRAITS), PERSON_RIDGE)
    learnt.weights[:] = logistic(learnt.scaled(x), (kind > 0).astype(np.float64), penalty, NEWTON, cost)
    return learnt


def order(c: Case, learnt: Learnt) -> list[dict[str, Any]]:
    """The people of a deal as the program ranks them."""
    chances = learnt.chance(filled(c, learnt.told, learnt.telling))
    return [c.people[int(i)] for i in np.argsort(-chances, kind="stable")]


FIGURES = ("recall@5", "top1", "out of room", "loud kept out")


def figures(ordered: Sequence[dict[str, Any]], gold: dict[str, Any], same: Callable[..., bool]) -> Array:
    """``FIGURES`` by the definitions of the measuring tool; NaN where a deal has none."""
    voices, loud = gold["influential_voices"], gold.get("loud_but_not_influential", [])
    known = [v["name"] for v in voices] + loud

    def among(name: str, first: int) -> bool:
        return any(same(name, p) and sum(same(k, p) for k in known) == 1 for p in ordered[:first])

    away = [v["name"] for v in voices if not v["in_room"]]
    return np.array(
        [
            np.mean([among(v["name"], 5) for v in voices]),
            float(any(among(v["name"], 1) for v in voices[:2])),
            np.mean([among(n, 5) for n in away]) if away else np.nan,
            1 - np.mean([among(n, 3) for n in loud]) if loud else np.nan,
        ]
    )


def report(cases: Sequence[Case], same: Callable[..., bool]) -> str:
    """A table: each deal ranked by weights of the others, then the means, then those of the edges alone."""
    rows = ["| deal | " + " | ".join(FIGURES) + " |", "| --- |" + " ---: |" * len(FIGURES)]
    learnt: list[Array] = []
    for c, rest in left_out(cases):
        learnt.append(figures(order(c, learn(rest)), c.gold, same))
        rows.append(_row(c.name, learnt[-1]))
    rows.append(_row("mean", np.nanmean(learnt, axis=0)))
    rows.append(_row("edges alone", np.nanmean([figures(c.people, c.gold, same) for c in cases], axis=0)))
    return "\n".join(rows)


def _row(name: str, values: Array) -> str:
    return f"| {name} | " + " | ".join("-" if np.isnan(v) else f"{v:.2f}" for v in values) + " |"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("deals", nargs="+", type=Path)
    ask.add_argument("--heads", type=Path, help="where the heads are kept from run to run")
    ask.add_argument("--reranker", default="none", help="judge by what it has read ahead, too")
    ask.add_argument("--write", action="store_true", help="store the weights of all deals")
    given = ask.parse_args()
    settings = Settings()
    embedder = Remembered(open_embedder("minilm", settings.models), settings.home / "examples")
    roots: list[Path] = [r for r in given.deals if (r / "gold.json").exists()]
    same = scorer(roots[0]).same_person
    with tempfile.TemporaryDirectory() as fresh:
        kept: Path = given.heads or Path(fresh)
        reader = reader_of(given.reranker, settings.models)
        train_missing(roots, kept, embedder, reader)
        cases: list[Case] = []
        for root, corpus in read(roots, kept, embedder, reader):
            gold = json.loads((root / "gold.json").read_text(encoding="utf-8"))
            cases.append(case(root.name, corpus, gold, same))
    print(report(cases, same))
    learnt = learn(cases)
    for name, weight in zip((*TRAITS, "bias"), learnt.weights, strict=True):
        print(f"{name:>12} {weight:+.2f}")
    if given.write:
        encoders = Encoders(embedder.name, reader.key if reader else "")
        data = {"data": f"{len(cases)} labelled deals"}
        save(learnt, encoders.folder(WEIGHTS), encoders.card() | data)


if __name__ == "__main__":
    main()
