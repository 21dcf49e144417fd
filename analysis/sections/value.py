"""The value of their choice as the customer would put it, ours or the rival's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.chains import Pick, choose, picked
from analysis.claims import claim, shorten
from analysis.context import DraftContext
from analysis.decision import nearness, telling
from analysis.documents import Claim
from analysis.evidence import cite
from analysis.factors import deciding
from analysis.judging import judged
from analysis.rankers import Traits, ranked
from analysis.signs import BENEFIT
from analysis.statements import Scores, Statements, best, of_persons, passage, spread_out, statements
from analysis.voices import influence

MOST = 3


def draft(ctx: DraftContext) -> list[Claim]:
    """Up to three buyer quotes, nearest to the decision, that say what the choice is worth to them."""
    found = statements(ctx.corpus)
    voices = influence(ctx.so_far)
    prior = ranked("value", found, worth(found, voices), lambda: traits(found, voices))
    score = judged(ctx, "value", found, prior, MOST).score
    chosen = spread_out(found, best(score, found.buyers, 40), MOST + 1, apart=2)
    out = _stated(ctx, found, chosen)
    for i in chosen:
        place = passage(found, i, limit=50)
        citation = cite(ctx.corpus, place.key, place.ordinals, focus=found.all[i].text)
        who = (citation.speaker if citation else None) or "A buyer"
        text = f"{who} put it so: “{shorten(found.all[i].text, 32)}”"
        made = claim(ctx.corpus, "value", text, [citation])
        if made and len(out) < MOST + 1 and made.id not in {c.id for c in out}:
            out.append(made)
    return out


def _stated(ctx: DraftContext, found: Statements, chosen: Sequence[int]) -> list[Claim]:
    """One sentence by the LLM over the lines that it picks, before the quotes; nothing without an LLM."""
    if not ctx.roomy:
        return []
    places = [passage(found, i, limit=50) for i in chosen]
    outcome = ctx.corpus.record.opportunity.outcome
    answer = choose(ctx, "value_statement", places, Pick, values={"outcome": outcome}, max_tokens=90)
    if answer is None or not answer.ids:
        return []
    cited = [cite(ctx.corpus, p.key, p.ordinals) for p in picked(answer.ids[:2], places)]
    made = claim(ctx.corpus, "value", answer.phrase, cited)
    return [made] if made else []


def traits(found: Statements, voices: dict[str, float]) -> Traits:
    """What the ranker of the value reads beside ``worth``."""
    return {
        "deciding": deciding(found, voices),
        "value": found.strength("value"),
        "factor_for": found.strength("factor_for"),
        "factor_against": found.strength("factor_against"),
        "nearness": nearness(found),
        "position": found.position,
        "mail": np.array([float(s.mail) for s in found.all]),
        "voice": of_persons(found, voices),
    }


def worth(found: Statements, voices: dict[str, float]) -> Scores:
    """How much each statement puts a value on the choice: a benefit or preference, near the decision, by
    a voice that counts; not how things run today, and not contract terms."""
    benefit = np.array([min(2, len(set(BENEFIT.findall(s.text)))) for s in found.all])
    score = (
        0.8 * found.carries("value")
        + 0.8 * benefit
        + 0.5 * found.assertion
        + 0.2 * found.carries("comparison")
    )
    score += 2.0 * nearness(found) + 0.3 * np.maximum(telling(found), 0.0) + 0.8 * of_persons(found, voices)
    score += 0.2 * np.maximum(found.carries("factor_for"), found.carries("factor_against"))
    return (
        score
        - 0.5 * np.maximum(found.carries("problem_talk"), 0.0)
        - 0.4 * np.maximum(found.carries("paper_process"), 0.0)
    )
