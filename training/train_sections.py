"""Learn the rankers of the moment of demand, the value and the deciding factors from labelled deals, and
measure them on deals left out whole.

    python -m training.train_sections ../shared/deals/*/ training/deals/*/ [--heads DIR] [--write]

A statement is a positive when the gold file quotes it, or when it stands at most two utterances from such a
place in a call, as the measuring tool counts. Factors that pulled against the outcome are no positives:
what is asked for is what decided the deal as it ended. The heads that read a deal never saw it: they are
trained without it and kept in ``--heads``, one folder a deal (made where missing).

Prints the share of deals with a positive among the first picks, every deal left out in turn, and for the
moment the share that is right once the least odds are asked; ``--write`` stores the weights of all deals.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import factors, rankers
from analysis.cards import Encoders
from analysis.corpus import Corpus
from analysis.draft import draft
from analysis.embedders import open_embedder
from analysis.embedders.remembered import Remembered
from analysis.rankers import PRIOR, Question, Ranker, Traits, save
from analysis.sections import moment, value
from analysis.statements import Statements, best, spread_out, statements
from analysis.voices import influence
from api.settings import Settings
from bench.load import reader_of
from training.own_heads import read, train_missing
from training.regressions import Newton, but_the_bias, centre, left_out, logistic

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

BESIDE = 2  # utterances
NEWTON = Newton(25, reach=30.0, curve=1e-9)


@dataclass(frozen=True)
class Plan:
    """``among``: how many of the first by hand are learnt on and judged; ``picks``: how many are shown,
    ``apart`` utterances from each other."""

    ridge: float
    among: int
    picks: int
    apart: int
    alike: float = 0.8


PLANS: Mapping[Question, Plan] = {
    "moment": Plan(10.0, 100, 3, 4),
    "value": Plan(100.0, 500, 4, 2),
    "factors": Plan(30.0, 150, 5, 4, 0.5),
}


@dataclass(frozen=True)
class Case:
    """One deal; ``traits`` and ``right`` by question. ``exists``: whether it has a moment of demand at
    all."""

    name: str
    found: Statements
    traits: Mapping[Question, Traits]
    right: Mapping[Question, Mask]
    exists: bool


def case(name: str, corpus: Corpus, gold: dict[str, Any]) -> Case:
    """A deal as the sections see it with the heads that are in use."""
    found = statements(corpus)
    voices = influence(draft(corpus, None))
    has = bool(gold["moment_of_demand"]["exists"])
    towards = "for_us" if gold["outcome"] == "won" else "against_us"
    decided = [e for f in gold["deciding_factors"] if f["direction"] == towards for e in f["evidence"]]
    return Case(
        name,
        found,
        {
            "moment": {PRIOR: moment.readiness(found, voices), **moment.traits(found)},
            "value": {PRIOR: value.worth(found, voices), **value.traits(found, voices)},
            "factors": {PRIOR: factors.deciding(found, voices), **factors.traits(found, voices)},
        },
        {
            "moment": marked(found, gold["moment_of_demand"]["evidence"] if has else []),
            "value": marked(found, gold["value_articulation"]["evidence"]),
            "factors": marked(found, decided),
        },
        has,
    )


def marked(found: Statements, quotes: Sequence[Mapping[str, str]]) -> Mask:
    """The buyers' statements that the quotes stand in or beside."""
    hit = np.zeros(len(found), bool)
    for quote in quotes:
        text = _fold(quote["quote"])
        at = [i for i, s in enumerate(found.all) if s.key == quote["source"] and _same(text, _fold(s.text))]
        for i in at:
            s = found.all[i]
            reach = 0 if s.mail else BESIDE
            near = (found.index.get((s.key, s.ordinal + d)) for d in range(-reach, reach + 1))
            hit[[j for j in near if j is not None]] = True
    return hit & found.buyers


def _same(quote: str, text: str) -> bool:
    return quote in text or (len(text) > 25 and text in quote)


def _fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def learn(question: Question, cases: Sequence[Case]) -> Ranker:
    """The ranker of a question from these deals."""
    plan = PLANS[question]
    names = tuple(cases[0].traits[question])
    rows = {c.name: best(c.traits[question][PRIOR], c.found.buyers, plan.among) for c in cases}
    x = np.concatenate(
        [np.stack([c.traits[question][n] for n in names], axis=1)[rows[c.name]] for c in cases]
    )
    y = np.concatenate([c.right[question][rows[c.name]] for c in cases]).astype(np.float64)
    mean, spread = centre(x)
    *weights, bias = logistic((x - mean) / spread, y, but_the_bias(len(names), plan.ridge), NEWTON)
    plain = Ranker(names, mean, spread, np.array(weights), bias, plan.among, -99.0)
    return plain if question != "moment" else _with_least(plain, cases)


def _with_least(ranker: Ranker, cases: Sequence[Case]) -> Ranker:
    """The least odds with which most deals are told right: with one where the picks hold it, without one where there is
    none. The median of those that are at most one deal worse than the best, so that no single deal decides."""
    tops = sorted((_top(ranker, c), c.exists, any(first("moment", ranker, c))) for c in cases)
    middles = [(low + high) / 2 for (low, *_), (high, *_) in itertools.pairwise(tops)]
    right = [sum(exists and hit if top >= m else not exists for top, exists, hit in tops) for m in middles]
    near = [m for m, n in zip(middles, right, strict=True) if n >= max(right) - 1]
    return _at(ranker, statistics.median(near))


def _at(r: Ranker, least: float) -> Ranker:
    return Ranker(r.names, r.mean, r.spread, r.weights, r.bias, r.among, least)


def _top(ranker: Ranker, c: Case) -> float:
    score = ranker.score(c.traits["moment"], c.found.buyers)
    return float(score[c.found.buyers].max())


def first(question: Question, ranker: Ranker, c: Case) -> list[bool]:
    """Whether each of the first picks is right."""
    plan = PLANS[question]
    score = ranker.score(c.traits[question], c.found.buyers)
    picks = spread_out(
        c.found, best(score, c.found.buyers, 60), plan.picks, apart=plan.apart, alike=plan.alike
    )
    return [bool(c.right[question][i]) for i in picks]


def measure(cases: Sequence[Case]) -> dict[str, list[float]]:
    """The figures of every deal, judged by rankers of the others."""
    out: dict[str, list[float]] = {}
    for c, others in left_out(cases, lambda case: case.name):
        for question in PLANS:
            ranker = learn(question, others)
            right = first(question, ranker, c)
            if question == "moment":
                told = _top(ranker, c) >= ranker.least
                for k in (1, 3):
                    good = told and any(right[:k]) if c.exists else not told
                    out.setdefault(f"moment, first {k}", []).append(float(good))
            elif question == "value":
                out.setdefault("value", []).append(float(any(right)))
            else:
                out.setdefault("factors, share of picks", []).append(statistics.mean(right or [0.0]))
    return out


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("deals", nargs="+", type=Path)
    ask.add_argument("--heads", type=Path, default=None)
    ask.add_argument("--reranker", default="none", help="judge by what it has read ahead, too")
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    roots: list[Path] = [r.resolve() for r in given.deals if (r / "gold.json").exists()]
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = given.heads or Path(scratch) / "heads"
        embedder = Remembered(open_embedder("minilm", Settings().models), Path(scratch) / "vectors")
        reader = reader_of(given.reranker, Settings().models)
        train_missing(roots, folder, embedder, reader)
        cases: list[Case] = []
        for root, corpus in read(roots, folder, embedder, reader):
            gold = json.loads((root / "gold.json").read_text(encoding="utf-8"))
            cases.append(case(root.name, corpus, gold))
        report(cases)
        if given.write:
            write(cases, Encoders(embedder.name, reader.key if reader else ""))


def report(cases: Sequence[Case]) -> None:
    for name, values in measure(cases).items():
        each = " ".join(f"{c.name[:6]} {v:.1f}" for c, v in zip(cases, values, strict=True))
        print(f"{name:24} {statistics.mean(values):.3f}  {each}")


def write(cases: Sequence[Case], encoders: Encoders) -> None:
    for question in PLANS:
        save(learn(question, cases), encoders.folder(rankers.WEIGHTS) / f"{question}.json", encoders)


if __name__ == "__main__":
    main()
