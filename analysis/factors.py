"""Deciding factors: what buyers say decided, told apart and carried by several places of the record."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.decision import nearness, telling
from analysis.rankers import Traits, ranked
from analysis.signs import CAUSES, CHOSE
from analysis.statements import Scores, Statements, best, of_persons, spread_out, standard

_PRICE = re.compile(
    r"\b(?:pric(?:e|es|ed|ing)|cost(?:s|ed)?|budget|cheap(?:er|est)?|dear(?:er|est)?|expensive|afford|"
    r"discount|ceiling|per (?:annum|year)|a year|quote)\b|[£$€]\s?\d", re.I
)  # fmt: skip


_LEARNT = 1.0
_HEADS = (
    *(
        "factor_for",
        "factor_against",
        "factor_decoy",
        "decision",
        "value",
        "authority",
        "readiness",
        "comparison",
    ),
    *(
        "problem_talk",
        "polite_enthusiasm",
        "decision_criteria",
        "identify_pain",
        "metrics",
        "objection",
        "smalltalk",
    ),
)
_ALIKE, _NEAR = 0.25, 3.0
"""Further places of a factor: at least so near in sense (cosine), and the weight of nearness beside how
much they say themselves. Nearer ones (.35, 5) say the same again and cost a tenth of the factors that were
found (docs/quality.md)."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One factor: ``places`` are indices of statements, the one that says it best first. ``weight``: 0..1."""

    places: tuple[int, ...]
    weight: float
    direction: Literal["for_us", "against_us"]
    is_price: bool


def deciding(found: Statements, voices: dict[str, float]) -> Scores:
    """How much each statement says what decided: near the examples for and against, in the story of the
    decision, near the decision, by a voice that counts; not how things work today, and not applause."""
    sides = np.maximum(found.carries("factor_against"), found.carries("factor_for"))
    score = 0.6 * sides + 0.3 * found.near("decision_story") + 0.3 * np.maximum(telling(found), 0.0)
    score += 0.2 * found.carries("comparison") + 0.2 * found.carries("authority") + 0.6 * found.assertion
    score += 1.0 * found.position + 1.0 * nearness(found) + 0.8 * of_persons(found, voices)
    for topic, weight in (("problem_talk", 0.5), ("polite_enthusiasm", 0.3)):
        score -= weight * np.maximum(found.carries(topic), 0.0)
    return score + _LEARNT * np.maximum(found.strength("factor_against"), found.strength("factor_for"))


def decisive(found: Statements, voices: dict[str, float]) -> Scores:
    """How much each statement says what decided the deal as it ended: ``deciding`` corrected by the ranker,
    in log odds; ``deciding`` alone where there is none."""
    return ranked("factors", found, deciding(found, voices), lambda: traits(found, voices))


def traits(found: Statements, voices: dict[str, float]) -> Traits:
    """What the ranker of the factors reads beside ``deciding``."""
    causes = np.max([found.strength(f"cause:{c}") for c in CAUSES], axis=0)
    return {
        "nearness": nearness(found),
        "position": found.position,
        "telling": np.maximum(telling(found), 0.0),
        "voice": of_persons(found, voices),
        "mail": np.array([float(s.mail) for s in found.all]),
        "assertion": np.array([s.assertion for s in found.all]),
        "length": np.array([min(1.5, len(s.text.split()) / 20) for s in found.all]),
        "chose": np.array([float(bool(CHOSE.search(s.text))) for s in found.all]),
        "cause": causes,
        **{label: found.strength(label) for label in _HEADS},
    }


def themes(found: Statements, score: Scores, outcome: str, most: int = 5) -> tuple[Theme, ...]:
    """The ``most`` best statements that differ in sense, each with up to three further places that speak
    of the same."""
    heads = spread_out(found, best(score, found.buyers, 60), most, apart=4, alike=0.5)
    used: set[int] = set(heads)
    out: list[Theme] = []
    for h in heads:
        more = _companions(found, h, score, used)
        used.update(more)
        out.append(_theme(found, (h, *more), score, outcome))
    out.sort(key=lambda t: -t.weight)
    return tuple(out)


def _companions(found: Statements, head: int, score: Scores, used: set[int], most: int = 3) -> list[int]:
    """Further statements of buyers near in sense to ``head`` that say something of the decision
    themselves."""
    alike = np.array([found.similarity(head, j) for j in range(len(found))])
    both = standard(score) + _NEAR * alike
    allowed = found.buyers & (alike > _ALIKE) & (score > float(np.median(score)))
    ranked = [j for j in best(both, allowed, 12) if j not in used]
    return [j for j in spread_out(found, [head, *ranked], most + 1, apart=2, alike=0.9) if j != head]


def _theme(found: Statements, places: tuple[int, ...], score: Scores, outcome: str) -> Theme:
    # the square root of the odds against the best statement, so that the fifth still shows
    share = math.exp(0.5 * min(0.0, float(score[places[0]] - np.max(score))))
    back = len({found.all[i].key for i in places})
    text = found.all[places[0]].text
    price = bool(_PRICE.search(text)) and found.carries("price_reason")[places[0]] > 1.5
    weight = round(share * (0.85 + 0.05 * min(3, back)), 3)
    return Theme(places, weight, leaning(outcome), price)


def leaning(outcome: str) -> Literal["for_us", "against_us"]:
    """Towards us or away, as the deal ended. Learnt from the statement as well it was right less often:
    what speaks for us in a lost deal is a fifth of the factors, and no head tells it (docs/quality.md)."""
    return "for_us" if outcome == "won" else "against_us"
