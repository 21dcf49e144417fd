"""How well an item of MEDDPICC was covered, judged by a few facts of the whole deal.

One small model an item, learnt on labelled deals (``training/train_statuses.py``): two to five ``SIGNS`` give a number on
the scale from missed (0) over partial (1) to met (2), and the likeliest status is told, given how often each is met
with. The weights are few and shrunk, so that without any sign the most frequent status stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from analysis import cards
from analysis.decision import nearness
from analysis.documents import PreRead, Status
from analysis.statements import Statements, mean_of_best

WEIGHTS = Path(__file__).resolve().parent / "weights" / "statuses"
STATUSES: tuple[Status, ...] = ("missed", "partial", "met")

NUMBER = re.compile(
    r"\d|\b(?:hundred|thousand|million|per ?cent|half|third|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety)\b",
    re.I,
)
SIGNS_OF: Mapping[str, tuple[str, ...]] = {
    "metrics": ("price decided", "moment found", "figures among metrics"),
    "economic_buyer": ("won", "strongest voice not heard", "strongest voice heard"),
    "decision_criteria": (
        "won",
        "no decision, late",
        "moment found",
        "fit, late",
        "decision criteria",
    ),
    "decision_process": ("won", "timing, late", "decision process, early"),
    "paper_process": ("won", "paper process, early", "paper first spoken of"),
    "identify_pain": ("moment found", "readiness", "no decision, late"),
    "champion": ("won", "readiness, late", "moment found", "no decision, late", "champion"),
    "competition": (
        "won",
        "rival named before",
        "sources with competition",
        "lost to acquaintance",
    ),
}
"""What each item is judged by. "late" and "early": the second and the first half of the deal."""

_SHOWN, _PLAIN_PAPER = 0.5, 0.6
"""Strengths of a head from which a statement counts."""
REACH = 2.5
"""Standard scores are cut there: no single sign decides alone."""
APART, WIDTH = 0.35, 0.6
"""How far apart two neighbouring statuses lie on the shrunk scale, and how much deals of one status differ."""


def signs_of(found: Statements, so_far: PreRead) -> dict[str, float]:
    """The facts of a deal that statuses are judged by; ``so_far`` has the voices, the moment and the cause."""
    rival = (found.corpus.record.opportunity.competitor or "").split()
    name = rival[0].lower() if rival else ""
    named = np.array([bool(name) and name in s.text.lower() for s in found.all], bool)
    buying = [v for v in so_far.influential_voices[:5] if v.person.side == "buyer"]
    paper = found.position[found.buyers & (found.strength("paper_process") > _PLAIN_PAPER)]
    shown = found.buyers & (found.strength("competition") > _SHOWN)
    figures = np.array([bool(NUMBER.search(s.text)) for s in found.all], bool)
    cause = so_far.reason_check.loss_cause
    return {
        "won": float(found.corpus.record.opportunity.outcome == "won"),
        "moment found": float(so_far.moment_of_demand.found),
        "price decided": float(bool(so_far.reason_check.price_is_the_real_reason)),
        "lost to acquaintance": float(cause == "existing_relationship"),
        "strongest voice not heard": max((v.score for v in buying if not v.in_room), default=0.0),
        "strongest voice heard": max((v.score for v in buying if v.in_room), default=0.0),
        "no decision, late": _best(found, "cause:no_decision", late=True),
        "fit, late": _best(found, "cause:product_fit", late=True),
        "timing, late": _best(found, "cause:timing", late=True),
        "readiness": _best(found, "readiness"),
        "readiness, late": _best(found, "readiness", late=True),
        "decision criteria": _best(found, "decision_criteria"),
        "decision process, early": _best(found, "decision_process", late=False),
        "paper process, early": _best(found, "paper_process", late=False),
        "paper first spoken of": float(paper.min()) if len(paper) else 1.0,
        "champion": _best(found, "champion"),
        "figures among metrics": mean_of_best(
            np.where(figures, found.strength("metrics"), 0.0)[found.buyers]
        ),
        "rival named before": log(1 + int((named & (nearness(found) < 1.0)).sum())),
        "sources with competition": float(
            len({s.key for s, yes in zip(found.all, shown, strict=True) if yes})
        ),
    }


def _best(found: Statements, label: str, late: bool | None = None) -> float:
    """How strongly buyers' three best statements carry a label, in the whole deal or in its first or second half;
    three, so that one sentence more or less moves little."""
    allowed = found.buyers if late is None else found.buyers & ((found.position >= 0.5) == late)
    return mean_of_best(found.strength(label)[allowed])


@dataclass(frozen=True, slots=True)
class Judge:
    """The model of one item. ``mean``, ``spread``, ``weights``: by the signs of the item; ``shares``: of the statuses."""

    signs: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    shares: tuple[float, ...]
    middle: float

    def status(self, signs: Mapping[str, float]) -> Status:
        """The likeliest status of the item in a deal with these signs."""
        at = sum(
            w * max(-REACH, min(REACH, (signs[s] - m) / d))
            for s, m, d, w in zip(self.signs, self.mean, self.spread, self.weights, strict=True)
        )
        likely = [
            log(share) - (at - APART * (c - self.middle)) ** 2 / (2 * WIDTH**2)
            for c, share in enumerate(self.shares)
        ]
        return STATUSES[likely.index(max(likely))]


@lru_cache(maxsize=4)
def open_judges(encoders: cards.Encoders, weights: Path = WEIGHTS) -> Mapping[str, Judge]:
    """The models by item, for what the heads of these models say: without a reader the same for every embedder. Raises
    ``ModelUnavailable`` where their file is broken."""
    path = encoders.folder(weights) / "statuses.json"
    return cards.read(f"the weights in {path}", path, _judges)


def _judges(card: Any) -> Mapping[str, Judge]:
    return {item: _judge(card["items"][item], signs) for item, signs in SIGNS_OF.items()}


def _judge(card: Any, signs: tuple[str, ...]) -> Judge:
    by_sign = [card["signs"][s] for s in signs]
    return Judge(
        signs,
        tuple(float(x["mean"]) for x in by_sign),
        tuple(float(x["spread"]) for x in by_sign),
        tuple(float(x["weight"]) for x in by_sign),
        tuple(float(card["shares"][s]) for s in STATUSES),
        float(card["middle"]),
    )
