"""The moment of demand: when a buyer both recognised the problem and was ready to decide."""

from __future__ import annotations

import math

import numpy as np

from analysis.claims import claim, shorten
from analysis.commissives import commissive, refuses_more, takes_back, tells_others
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.decision import nearness
from analysis.documents import Citation, Claim, Moment
from analysis.evidence import cite
from analysis.judging import judged
from analysis.rankers import Traits, open_ranker, ranked
from analysis.statements import (
    Scores,
    Statements,
    best,
    mean_of_best,
    of_persons,
    passage,
    spread_out,
    statements,
)
from analysis.voices import influence

_FOUND = 1.8
"""What a statement must reach by hand to count as a moment, where there is no ranker (docs/quality.md)."""
_ALTERNATIVE = 2.5
"""How far below the least of a moment, in log odds, an alternative may stand: a twelfth of its odds."""
_REACH = 2
_CARRIED = ("readiness", "recognition", "decision", "commitment")
"""Labels whose heads the ranker reads beside the weighing by hand."""
_MIDDLE = 0.45
"""Moments come after the problem is understood and before the offers are weighed: half of those of the
labelled deals stand between .33 and .53 of the sources."""


def draft(ctx: DraftContext) -> Moment:
    """The moment with its quote, and up to two next best places; not found is an answer, and ``why_not``
    says why."""
    found = statements(ctx.corpus)
    prior = readiness(found, influence(ctx.so_far))
    seen = judged(ctx, "moment", found, ranked("moment", found, prior, lambda: traits(found)), 3)
    score, least = seen.score, _least(found)
    order = spread_out(found, best(score, found.buyers, 40), 4, apart=4)
    sure = score[order[0]] >= least if order and seen.chosen is None else bool(seen.chosen)
    if not order or not sure:
        return Moment(found=False, why_not=_why_not(found))
    made = [
        c
        for i in order[:3]
        if score[i] >= least - _ALTERNATIVE and (c := _claim(ctx.corpus, found, i, score[i] - least))
    ]
    if not made:
        return Moment(found=False, why_not=_why_not(found))
    return Moment(found=True, claims=made[:1], alternatives=made[1:])


def _least(found: Statements) -> float:
    ranker = open_ranker("moment", found)
    return _FOUND if ranker is None else ranker.least


def traits(found: Statements) -> Traits:
    """What the ranker of the moment reads beside ``readiness``. ``refuses``: the speaker refuses to go on as
    before, here or at most two utterances away; ``retracted``: takes something back later in the record; ``polite``: how far
    buyers go in mere politeness in this deal, which stands where a moment is missing."""
    refuses = np.array([float(refuses_more(s.text)) for s in found.all])
    return {
        "off_middle": (found.position - _MIDDLE) ** 2,
        "refuses": _beside(found, refuses),
        "told": np.array([float(tells_others(s.text)) for s in found.all]),
        "retracted": _retracted(found),
        **{label: found.strength(label) for label in _CARRIED},
        "polite": np.full(len(found), mean_of_best(found.strength("polite_enthusiasm")[found.buyers])),
    }


def _beside(found: Statements, values: Scores) -> Scores:
    """For each statement the highest value within ``_REACH`` utterances by the same speaker, its own
    included."""
    out = values.copy()
    for i, s in enumerate(found.all):
        for step in range(-_REACH, _REACH + 1):
            j = found.index.get((s.key, s.ordinal + step))
            if j is not None and found.all[j].person == s.person:
                out[i] = max(out[i], values[j])
    return out


def _retracted(found: Statements) -> Scores:
    """1 where the speaker takes something back later."""
    last: dict[str, tuple[float, int]] = {}
    for s in found.all:
        if s.person and takes_back(s.text):
            last[s.person] = max(last.get(s.person, (0.0, 0)), (s.position, s.ordinal))
    never = (-1.0, 0)
    return np.array(
        [float((s.position, s.ordinal) < last.get(s.person or "", never)) for s in found.all], np.float64
    )


def readiness(found: Statements, voices: dict[str, float]) -> Scores:
    """How much each statement is the moment: what the heads of readiness and recognition say, whether it
    binds its speaker (``commissive``) and asserts much, said by somebody whose word counts; less applause
    and what is said once the decision is told. Comparable over deals."""
    score = found.strength("readiness") + 0.3 * found.strength("recognition")
    score += 0.25 * np.array([commissive(s.text) for s in found.all])
    score += 0.15 * np.array([s.assertion for s in found.all])
    score -= 0.5 * np.maximum(found.strength("polite_enthusiasm"), 0.0)
    return score + 0.3 * of_persons(found, voices) - 0.3 * (nearness(found) >= 1.0)


def _claim(corpus: Corpus, found: Statements, i: int, above: float) -> Claim | None:
    place = passage(found, i, limit=45)
    citation = cite(corpus, place.key, place.ordinals, focus=found.all[i].text)
    if citation is None:
        return None
    also = _recognition_beside(corpus, found, i)
    text = f"{citation.speaker or 'A buyer'} was ready to decide: “{shorten(found.all[i].text, 30)}”"
    return claim(corpus, "moment", text, [citation, also], support=_support(above))


def _support(above: float) -> float:
    """0..1 from the log odds above the least: a half there."""
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, float(above))))), 2)


def _recognition_beside(corpus: Corpus, found: Statements, i: int) -> Citation | None:
    """The buyer's recognition of the problem nearest in sense, in the same source, that is not the moment
    itself."""
    pain = 0.6 * found.carries("recognition") + 0.4 * found.carries("identify_pain") + 0.4 * found.assertion
    s = found.all[i]
    allowed = np.array(
        [
            b.key == s.key and found.buyers[j] and 2 < abs(b.ordinal - s.ordinal) <= 30 and pain[j] > 1.0
            for j, b in enumerate(found.all)
        ],
        bool,
    )
    for j in best(pain, allowed, 1):
        place = passage(found, j, limit=45)
        return cite(corpus, place.key, place.ordinals, focus=found.all[j].text)
    return None


def _why_not(found: Statements) -> str:
    calm = best(found.near("no_urgency") + 0.3 * found.assertion, found.buyers, 1)
    if calm and found.near("no_urgency")[calm[0]] > 2.5:
        return "No buyer with a say bound themselves to decide; the record sounds as if nothing pressed."
    return "No buyer with a say bound themselves to decide: interest and problems, but no readiness."
