"""Learns when a question is to be refused (``analysis/answers/refusal.py``), from the questions of labelled deals.

    python -m training.train_refusal DEAL_FOLDER... [--reranker NAME] [--write]

Logistic regression with a ridge; each deal's questions are judged by weights that did not see the deal. Prints the area under
the curve by kind of question and what is answered and refused at the floor, which is where ``ANSWERED`` of the answerable
questions are answered. Only deals that the reranker was not trained on are learnt from. For a reranker that reads ahead a
judge of pairs is learnt before, over the first places of all deals' questions: ridge regression on the product of question
and passage, each deal judged by one that did not see it; what the reranker was trained on adds pairs there and nothing else.
Questions in the record's own words ("words": "same" in questions.json) are among the answerable ones, so that nobody is
refused for quoting. The visible deals, where given, are measured and never learnt from.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.answers.passages import passage
from analysis.answers.question import parse
from analysis.answers.refusal import WEIGHTS, paired, signs
from analysis.answers.retrieve import retrieve
from analysis.corpus import Corpus
from analysis.embedders import open_embedder
from analysis.rerankers import Reranker, open_reranker
from api.settings import Settings
from bench.answers import Searched
from bench.load import corpus_of
from training.asked import DEALS, questions
from training.asked import places as evidence
from training.industries import held_out
from training.regressions import Newton, but_the_bias, centre, left_out, logistic, ridge, unscaled

Numbers = NDArray[np.float64]
ANSWERED = 0.84
STRENGTH = 3.0
NEWTON = Newton(30, settled=1e-6, damping=1e-9)
REFUSED = ("unanswerable", "false_premise")
PAIRED = 10  # places of a question that the judge of pairs learns from and judges
PAIR_STRENGTH = 30_000.0  # of its penalty; from 300 on the areas are within .01 of each other
GROUPS = 8  # in which deals are left out of it


@dataclass(frozen=True)
class Judged:
    """The questions of one deal: their signs, shape (n, signs), and their kinds ("same" for the record's own words).
    ``learnt``: whether refusals are learnt from it, ``ours``: whether the judge of pairs may be. ``products``: of each
    question's vector with those of its first places, shape (pairs, d); ``of``: the question of each pair; ``right``: whether
    the place holds the evidence."""

    deal: str
    learnt: bool
    ours: bool
    names: tuple[str, ...]
    signs: Numbers
    kinds: tuple[str, ...]
    products: Numbers
    of: NDArray[np.int64]
    right: NDArray[np.bool_]

    @property
    def refuse(self) -> Numbers:
        return np.array([k in REFUSED for k in self.kinds], np.float64)


def judged(root: Path, corpus: Corpus, reranker: Reranker) -> Judged:
    searched = Searched(corpus, reranker)
    rows: list[dict[str, float]] = []
    kinds: list[str] = []
    products, of, right = [np.zeros((0, 0))], list[int](), list[bool]()
    for at, asked in enumerate(questions(root)):
        question = parse(asked["q"], corpus.record.people)
        places = retrieve(
            question,
            searched,
            searched.deals(),
            vectors=searched.vectors,
            keywords=searched.keywords,
            embedder=corpus.embedder,
            reranker=reranker,
            readings=searched.readings,
        )
        rows.append(signs(question, places))
        kinds.append("same" if asked.get("words") == "same" else asked["kind"])
        if reranker.ahead:
            first = [p for p in places if p.read is not None][:PAIRED]
            passages = reranker.embed([passage(corpus, p.window) for p in first])
            products.append((passages * reranker.embed([question.text])).astype(np.float64))
            said = evidence(asked["evidence"], corpus.record.sources)
            of += [at] * len(first)
            right += [any((p.window.source_key, o) in said for o in p.window.ordinals) for p in first]
    names = tuple(rows[0])
    return Judged(
        root.name,
        DEALS in root.parents and held_out(root.name),
        DEALS in root.parents,
        names,
        np.array([[row[n] for n in names] for row in rows]),
        tuple(kinds),
        np.concatenate(products[1:] or products),
        np.array(of, np.int64),
        np.array(right, np.bool_),
    )


def pairing(parts: Sequence[Judged]) -> Numbers:
    """The weights of the judge of pairs, shape (d,). Its bias is left out: the one over the signs takes it up."""
    x, y = np.concatenate([p.products for p in parts]), np.concatenate([p.right for p in parts])
    mean, spread = centre(x)
    z = (x - mean) / spread
    return ridge(z.T @ z, z.T @ (y - y.mean()), PAIR_STRENGTH) / spread


def with_pairs(part: Judged, weights: Numbers) -> Judged:
    """The same questions with what the judge of pairs says as further signs."""
    scores = part.products @ weights
    rows = [paired(sorted(scores[part.of == at].tolist(), reverse=True)) for at in range(len(part.kinds))]
    names = tuple(rows[0])
    more = np.array([[row[n] for n in names] for row in rows])
    return replace(part, names=(*names, *part.names), signs=np.hstack([more, part.signs]))


def all_with_pairs(parts: Sequence[Judged]) -> tuple[list[Judged], Numbers]:
    """The deals that refusals are learnt from or measured on, each with the pairs of a judge that did not see it, and the weights
    of the judge of all."""
    ours = [p for p in parts if p.ours]
    whole = pairing(ours)
    out = [with_pairs(p, whole) for p in parts if not p.ours]
    for first in range(GROUPS):
        group = ours[first::GROUPS]
        if any(p.learnt for p in group):
            names = {p.deal for p in group}
            weights = pairing([p for p in ours if p.deal not in names])
            out += [with_pairs(p, weights) for p in group if p.learnt]
    return out, whole


def fit(parts: Sequence[Judged], strength: float = STRENGTH) -> tuple[Numbers, float]:
    """Weights and bias for the signs as they come, learnt on standardised ones."""
    x, y = np.concatenate([p.signs for p in parts]), np.concatenate([p.refuse for p in parts])
    mean, spread = centre(x)
    penalty = but_the_bias(x.shape[1], strength, bias=0.0)
    return unscaled(logistic((x - mean) / spread, y, penalty, NEWTON), mean, spread)


def doubts(parts: Sequence[Judged]) -> dict[str, Numbers]:
    """The doubt about each question, by deal, from weights that did not see the deal."""
    out: dict[str, Numbers] = {}
    for part, others in left_out(parts, lambda p: p.deal):
        weights, bias = fit([p for p in others if p.learnt])
        out[part.deal] = 1 / (1 + np.exp(-(part.signs @ weights + bias)))
    return out


def report(parts: Sequence[Judged], doubt: dict[str, Numbers], floor: float) -> Iterator[str]:
    for name, chosen in (
        ("learnt from", [p for p in parts if p.learnt]),
        ("never learnt from", [p for p in parts if not p.learnt]),
    ):
        if not chosen:
            continue
        d = np.concatenate([doubt[p.deal] for p in chosen])
        k = np.array([kind for p in chosen for kind in p.kinds])
        plain = ~np.isin(k, [*REFUSED, "same"])
        shares = {
            "answered": float((d[plain] < floor).mean()),
            "answered, own words": float((d[k == "same"] < floor).mean()) if (k == "same").any() else None,
            **{f"refused, {r}": float((d[k == r] >= floor).mean()) for r in REFUSED},
            **{f"area, {r}": _area(d[plain], d[k == r]) for r in REFUSED},
        }
        told = ", ".join(f"{n} {v:.3f}" for n, v in shares.items() if v is not None)
        yield f"{len(chosen)} deals {name}, {len(d)} questions: {told}"


def _area(low: Numbers, high: Numbers) -> float:
    return float((high[:, None] > low[None, :]).mean())


def floor_of(parts: Sequence[Judged], doubt: dict[str, Numbers]) -> float:
    """The doubt below which ``ANSWERED`` of the answerable questions lie, each deal left out."""
    answerable = [doubt[p.deal][p.refuse == 0] for p in parts if p.learnt]
    return float(np.quantile(np.concatenate(answerable), ANSWERED))


def learn(parts: Sequence[Judged], say: Callable[[str], None]) -> dict[str, object]:
    doubt = doubts(parts)
    floor = floor_of(parts, doubt)
    for line in report(parts, doubt, floor):
        say(line)
    learnt = [p for p in parts if p.learnt]
    weights, bias = fit(learnt)
    return {
        "weights": {n: round(float(w), 5) for n, w in zip(learnt[0].names, weights, strict=True)},
        "bias": round(bias, 5),
        "floor": round(floor, 4),
        "deals": [p.deal for p in learnt],
    }


def gather(roots: Iterable[Path], corpora: Callable[[Path], Corpus], reranker: Reranker) -> Iterator[Judged]:
    for root in roots:
        yield judged(root, corpora(root), reranker)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("deals", nargs="+", type=Path)
    ask.add_argument("--reranker", default="auto")
    ask.add_argument("--write", action="store_true", help="ship the weights")
    given = ask.parse_args()
    embedder = open_embedder("minilm", Settings().models)
    reranker = open_reranker(given.reranker, Settings().models)
    assert reranker is not None
    # a deal that the reranker was trained on shows it surer than it will be of others: it adds pairs at most
    known = [d.resolve() for d in given.deals]
    roots = [d for d in known if reranker.ahead or held_out(d.name) or DEALS not in d.parents]
    parts = list(gather(roots, lambda root: corpus_of(root, embedder), reranker))
    made: dict[str, object] = {}
    if reranker.ahead:
        parts, weights = all_with_pairs(parts)
        made["pairing"] = [round(float(w), 5) for w in weights]
    made = learn(parts, print) | made
    if given.write:
        save(made, embedder.name, reranker.name)


def save(made: dict[str, object], embedder: str, reranker: str) -> None:
    text = json.dumps({"embedder": embedder, "reranker": reranker, **made}, indent=1)
    (WEIGHTS / f"{reranker}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
