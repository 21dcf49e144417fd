"""Causes of a loss, weighed over what buyers say of the decision.

Six classes, as a loss audit counts them. A class is supported by a statement in two ways: it lies near
the class's example sentences, and it uses the words by which that cause is spoken of (``CUES``: the
vocabulary of budgets, approvals, acquaintance …, none of it from any deal). Price has a second side: that
it was *not* the price is said as often as that it was, so denials and excuses count against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.decision import nearness
from analysis.documents import LossCause
from analysis.price_talk import PriceTalk, price_talk
from analysis.signs import CAUSES, CHOSE, CUES
from analysis.statements import Scores, Statements
from ingest.model import Side

_BASE: Mapping[LossCause, float] = {
    "existing_relationship": 1.0,
    "product_fit": 1.4,
    "price": 0.8,
    "timing": 1.0,
    "process": 0.6,
    "no_decision": 1.0,
}
"""Paper and price are talked about in every deal, what a product lacks in few words: the same amount of
talk is less of a sign of the former and more of the latter."""


_HAND = 0.25
"""Weight of the shares by vocabulary beside what the heads say: alone they are right in .19 of the corpus's
losses, the heads in .53, but the heads know no rival and no refusal (docs/quality.md)."""
_SHORT, _DENIED, _OUTWEIGHED, _SEVERAL = 0.5, -0.5, 0.6, 0.15
_TOLD = 1.2
_PLAIN, _BESIDE = 0.25, 0.15
"""A head at least so high, and at most so far below another, speaks for its cause."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """``scores`` by class; ``evidence``: indices of the statements that carry each class, best first."""

    scores: Mapping[LossCause, float]
    evidence: Mapping[LossCause, tuple[int, ...]]
    price: PriceTalk

    @property
    def cause(self) -> LossCause | None:
        """The heaviest class; None when nothing speaks for any."""
        if not any(self.scores.values()):
            return None
        return max(CAUSES, key=lambda c: self.scores[c])


def weigh(
    found: Statements,
    pool: Sequence[int],
    weights: Sequence[float],
    voices: Mapping[str, float] | None = None,
) -> Weighed:
    """Weigh the classes over ``pool``, statements about the decision with their weights (0..1).
    ``voices``: the influence of people by id; what one of them asked for and did not get speaks for
    product fit."""
    scores: dict[LossCause, float] = {}
    # every class lies near what is said of decisions; what counts is which one lies nearest
    common = np.mean([found.near(f"cause_{c}") for c in CAUSES], axis=0)
    for cause in CAUSES:
        near = found.near(f"cause_{cause}") - common
        parts = [w * _support(found, i, cause, float(near[i])) for i, w in zip(pool, weights, strict=True)]
        scores[cause] = _BASE[cause] * float(sum(parts))
    scores["product_fit"] *= 1.0 + 0.4 * unmet(found, voices or {})
    if not rival_chosen(found):
        scores["no_decision"] *= 2.5
    price = price_talk(found)
    scores["price"] += _TOLD * sum(
        w * (float(price.short[i] and not price.excused[i]) - float(price.excused[i]))
        for i, w in zip(pool, weights, strict=True)
    )
    heads = _heads(found, price)
    carried: dict[LossCause, tuple[int, ...]] = {
        c: _plain(found, pool, heads, j, price) for j, c in enumerate(CAUSES)
    }
    if not pool:
        return Weighed(dict.fromkeys(CAUSES, 0.0), carried, price)
    total = sum(max(0.0, s) for s in scores.values()) or 1.0
    learnt = dict(zip(CAUSES, _telling_weight(found) @ heads, strict=True))
    learnt["price"] += _SEVERAL * min(3, price.places) / 3 - _OUTWEIGHED * price.outweighed
    raised = {c: float(np.exp(4.0 * (_HAND * max(0.0, scores[c]) / total + learnt[c]))) for c in CAUSES}
    shares: dict[LossCause, float] = {c: raised[c] / sum(raised.values()) for c in CAUSES}
    return Weighed(shares, carried, price)


def _heads(found: Statements, price: PriceTalk) -> Scores:
    """What the heads of the causes say of each statement, shape (n, 6), about 0 to 1; a denial of the price speaks
    against it, and a sum that is not there for it."""
    heads = np.stack([found.strength(f"cause:{c}") for c in CAUSES], axis=1)
    at = CAUSES.index("price")
    heads[:, at] = np.where(
        price.excused, np.minimum(heads[:, at], _DENIED), heads[:, at] + _SHORT * price.short
    )
    return heads


def _plain(
    found: Statements, pool: Sequence[int], heads: Scores, j: int, price: PriceTalk
) -> tuple[int, ...]:
    """Statements of the pool whose own head speaks for a cause, and for no other much more; those first that also
    tell what decided, near the decision. What only stands written shows no cause, a denial of the price all but that."""
    near, tells = nearness(found), found.strength("factor_against")
    hidden = price.excused if CAUSES[j] == "price" else price.excused & ~price.denied
    shown = [i for i in pool if not hidden[i]] or list(pool)
    own = [i for i in shown if heads[i, j] >= max(_PLAIN, float(heads[i].max()) - _BESIDE)]
    ranked = sorted(own or shown, key=lambda i: -float(heads[i, j] + near[i] + tells[i]))
    return tuple(ranked if own else ranked[:1])


def _telling_weight(found: Statements) -> Scores:
    """Weights of the buyers' statements, one in all, by how much each tells what decided and how near it stands to
    the decision; a softmax, chosen with the corpus (docs/quality.md)."""
    if not found.buyers.any():
        return np.zeros(len(found))
    tells = found.strength("factor_against") + 0.7 * found.strength("decision")
    score = np.where(found.buyers, tells + 3.0 * nearness(found), -np.inf)
    raised = np.exp(2.0 * (score - score.max()))
    return raised / raised.sum()


_UNMET = re.compile(
    r"\b(?:not (?:today|yet|at the moment|currently|available|supported|possible)|today,? no|no,? not|"
    r"no for now|roadmap|(?:is|it['’]s) planned|"
    r"isn['’]t (?:on the|a |any|available|supported|possible)|there(?: is|['’]s) no|we (?:don['’]t|"
    r"do not) (?:have|do|support|offer)|we can(?:['’]t|not) (?:do|offer|show)|"
    r"doesn['’]t (?:do|have|support|show)|no, only|answered (?:no|partial))\b",
    re.I,
)
_REACH = 4


def unmet(found: Statements, voices: Mapping[str, float]) -> float:
    """How often, weighted by influence (0..1 each, at most the three best), a seller has to say "not
    today" to somebody whose word counts. A wish of somebody without influence is no requirement."""
    corpus = found.corpus
    seen: list[float] = []
    for source in corpus.calls:
        asked, at = None, -99
        for u in source.utterances:
            person = corpus.person_of(source.key, u.ordinal)
            if person and person.side is not Side.SELLER:
                asked, at = person.id, u.ordinal
            elif person and asked and u.ordinal - at <= _REACH and _UNMET.search(u.text):
                seen.append(voices.get(asked, 0.0))
    return sum(sorted(seen, reverse=True)[:3])


def rival_chosen(found: Statements) -> bool:
    """Whether a buyer says, towards the end, that somebody else was chosen or the present supplier kept."""
    rival = (found.corpus.record.opportunity.competitor or "").split()
    name = rival[0].lower() if rival else ""
    for i, s in enumerate(found.all):
        if not found.buyers[i] or s.position < 0.6 or not CHOSE.search(s.text):
            continue
        if (name and name in s.text.lower()) or found.near("decision_message")[i] > 1.5:
            return True
    return False


def _support(found: Statements, i: int, cause: LossCause, near: float) -> float:
    cue = min(2, len(CUES[cause].findall(found.all[i].text)))
    return 0.6 * max(0.0, near) + (0.7 if cause != "price" else 0.4) * cue
