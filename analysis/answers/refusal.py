"""Is a question answered by the places that were found? A small judge over how they look, learnt on labelled questions.

Logistic regression over few signs of the ranking: what the reranker says of the first places, how near and how much of the
question's words they hold, whether a number or a time that is asked for stands there, and what kind of thing is asked. Nearness
counts in both directions: the record's own words, asked back, lie very near; a question about a subject that is spoken of but
not answered lies nearer than one asked in other words (docs/quality.md). Where the reranker reads ahead, a second judge
compares question and passage component by component: not how near they are, but whether the one answers the other. Learnt
by ``training/train_refusal.py`` for one embedder and one reranker; with others there is no judge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis import cards
from analysis.answers.question import Question, Wants
from analysis.answers.retrieve import FIRST, Place
from analysis.embedders import Vectors

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "refusal"
"""A card for each reranker, called as it is."""
EXACT = 2
"""Among so many first places must be the number or the time that a question asks for."""
LOOKED_AT = 16
"""Places whose looks count, so that the length of a ranking does not."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """``weights`` by sign, of signs as they come; ``floor``: the doubt from which a question is refused. ``pairing``: of
    the judge of pairs, a weight for each component of the product of the reranker's vectors, shape (d,)."""

    weights: Mapping[str, float]
    bias: float
    floor: float
    pairing: Vectors | None = None

    def doubt(self, question: Question, places: Sequence[Place]) -> float:
        """0 (the places answer it) to 1 (they do not)."""
        found = signs(question, places)
        return 1 / (1 + math.exp(-self.bias - sum(w * found[name] for name, w in self.weights.items())))


def signs(question: Question, places: Sequence[Place]) -> dict[str, float]:
    """What is measured of a question and its places, best first, of which at least one was read by a reranker."""
    read = [p for p in places if p.read is not None][:LOOKED_AT]
    first = read[:FIRST]
    scores = [p.read or 0.0 for p in read[:10]]
    nearest = max(p.near for p in read)
    near_first = sum(p.near for p in first) / len(first)
    mean_first = sum(scores[:FIRST]) / len(first)
    best = max(p.similarity for p in read)
    covered = max(p.coverage for p in read)
    exact = question.wants in {Wants.NUMBER, Wants.TIME}
    pairs = sorted((p.pair for p in read[:10] if p.pair is not None), reverse=True)
    return paired(pairs) | {
        "read_best": scores[0],
        "read_first": mean_first,
        "read_peak": scores[0] - sum(scores) / len(scores),
        "lead": mean_first - (nearest + near_first) / 2,
        "nearest": nearest,
        "near_first": near_first,
        "best": best,
        "best_squared": best * best,
        "covered_first": places[0].coverage,
        "covered_few": max(p.coverage for p in first),
        "covered": covered,
        "covered_squared": covered * covered,
        "read_and_best": scores[0] * best,
        "exact": float(exact),
        "exact_missing": float(exact and not any(p.fits for p in places[:EXACT])),
        "person": float(question.wants is Wants.PERSON),
        "reason": float(question.wants is Wants.REASON),
        "yes_no": float(question.wants is Wants.YES_NO),
        "terms": math.log1p(len(question.terms)),
        "named": float(min(2, len(question.persons))),
    }


def paired(pairs: Sequence[float]) -> dict[str, float]:
    """The signs of what the judge of pairs says of the first places, highest first; none without it."""
    if not pairs:
        return {}
    first = pairs[:FIRST]
    return {
        "pair_best": pairs[0],
        "pair_first": sum(first) / len(first),
        "pair_mean": sum(pairs) / len(pairs),
    }


def open_refusal(embedder: str, reranker: str) -> Refusal | None:
    """The judge that was learnt for an embedder and a reranker; None where there is none. Raises ``ModelUnavailable``
    where its file is broken."""
    return _read(WEIGHTS / f"{Path(reranker).name}.json", embedder, reranker)


@lru_cache(maxsize=4)
def _read(path: Path, embedder: str, reranker: str) -> Refusal | None:
    return cards.read_for({"embedder": embedder, "reranker": reranker}, str(path), path, _refusal)


def _refusal(card: Any) -> Refusal:
    weights = {str(name): float(w) for name, w in card["weights"].items()}
    pairing = np.array(card["pairing"], np.float32) if "pairing" in card else None
    return Refusal(weights, float(card["bias"]), float(card["floor"]), pairing)
