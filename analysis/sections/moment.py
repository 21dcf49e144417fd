"""The moment of demand: when a buyer both recognised the problem and was ready to decide."""

from __future__ import annotations

import numpy as np

from analysis.claims import claim, shorten
from analysis.commissives import commissive
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.decision import nearness
from analysis.documents import Citation, Claim, Moment
from analysis.evidence import cite
from analysis.judging import judged
from analysis.statements import Scores, Statements, best, of_persons, passage, spread_out, statements
from analysis.voices import influence

_FOUND = 1.8
"""What a statement must reach to count as a moment: with each deal left out of the heads, the visible deals'
moments reach 2.4 to 2.8, the best sentence of the deal that never had one 1.7 (docs/quality.md)."""
_ALTERNATIVE = 0.9


def draft(ctx: DraftContext) -> Moment:
    """The moment with its quote, and up to two next best places; not found is an answer, and ``why_not``
    says why."""
    found = statements(ctx.corpus)
    seen = judged(ctx, "moment", found, readiness(found, influence(ctx.so_far)), 3)
    score = seen.score
    ranked = spread_out(found, best(score, found.buyers, 40), 4, apart=4)
    sure = score[ranked[0]] >= _FOUND if ranked and seen.chosen is None else bool(seen.chosen)
    if not ranked or not sure:
        return Moment(found=False, why_not=_why_not(found))
    made = [c for i in ranked[:3] if score[i] >= _ALTERNATIVE and (c := _claim(ctx.corpus, found, i, score))]
    if not made:
        return Moment(found=False, why_not=_why_not(found))
    return Moment(found=True, claims=made[:1], alternatives=made[1:])


def readiness(found: Statements, voices: dict[str, float]) -> Scores:
    """How much each statement is the moment: what the heads of readiness and recognition say, whether it
    binds its speaker (``commissive``) and asserts much, said by somebody whose word counts; less applause
    and what is said once the decision is told. Comparable over deals."""
    score = found.strength("readiness") + 0.3 * found.strength("recognition")
    score += 0.25 * np.array([commissive(s.text) for s in found.all])
    score += 0.15 * np.array([s.assertion for s in found.all])
    score -= 0.5 * np.maximum(found.strength("polite_enthusiasm"), 0.0)
    return score + 0.3 * of_persons(found, voices) - 0.3 * (nearness(found) >= 1.0)


def _claim(corpus: Corpus, found: Statements, i: int, score: Scores) -> Claim | None:
    place = passage(found, i, limit=45)
    citation = cite(corpus, place.key, place.ordinals, focus=found.all[i].text)
    if citation is None:
        return None
    also = _recognition_beside(corpus, found, i)
    text = f"{citation.speaker or 'A buyer'} was ready to decide: “{shorten(found.all[i].text, 30)}”"
    return claim(corpus, "moment", text, [citation, also], support=round(min(1.0, float(score[i]) / 3.0), 2))


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
