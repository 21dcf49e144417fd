"""The MEDDPICC check: eight items, met, partial or missed, each with its quotes.

The status is judged by a few facts of the whole deal, most of which the other sections have found (``analysis/statuses.py``:
who was heard, whether a moment came, what decided, when the paper was first spoken of), the quotes are ranked by the item's
example sentences. For an item that was missed the quote is the place that shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.claims import claim, shorten
from analysis.context import DraftContext
from analysis.documents import MEDDPICC, Citation, Claim, MeddpiccItem
from analysis.evidence import cite
from analysis.judging import judged_statuses
from analysis.statements import Scores, Statements, best, of_persons, passage, spread_out, statements
from analysis.statuses import NUMBER, open_judges, signs_of
from analysis.voices import influence
from ingest.model import Side

_TITLES = {
    "metrics": "Metrics",
    "economic_buyer": "Economic buyer",
    "decision_criteria": "Decision criteria",
    "decision_process": "Decision process",
    "paper_process": "Paper process",
    "identify_pain": "Pain",
    "champion": "Champion",
    "competition": "Competition",
}


@dataclass(frozen=True)
class Deal:
    """What the quotes are chosen from. ``scores``: for each item how much each statement speaks of it."""

    ctx: DraftContext
    found: Statements
    scores: Mapping[str, Scores]


def draft(ctx: DraftContext) -> dict[str, MeddpiccItem]:
    """All eight items, in the order of the acronym."""
    found = statements(ctx.corpus)
    voices = influence(ctx.so_far)
    deal = Deal(ctx, found, {item: _scores(found, item, voices) for item in MEDDPICC})
    ranked = {item: best(scores, found.buyers, 4) for item, scores in deal.scores.items()}
    read = judged_statuses(ctx, found, ranked)
    signs, judges = signs_of(found, ctx.so_far), open_judges(ctx.corpus.encoders)
    out: dict[str, MeddpiccItem] = {}
    for item in MEDDPICC:
        status, places = read.get(item) or (judges[item].status(signs), ())
        claims = _claims(deal, item, places)
        # nothing is told to have been covered without a line that shows it
        out[item] = MeddpiccItem(
            status="partial" if status == "met" and not claims else status, claims=claims
        )
    return out


def _scores(found: Statements, item: str, voices: Mapping[str, float]) -> Scores:
    near = found.carries(item)
    extra: dict[str, float] = {
        "economic_buyer": 0.4,
        "identify_pain": 0.5,
        "competition": 0.3,
        "champion": 0.3,
    }
    kin = {
        "economic_buyer": "authority",
        "identify_pain": "recognition",
        "competition": "comparison",
        "champion": "decision_story",
    }
    score = near + 0.8 * found.assertion + 0.6 * of_persons(found, dict(voices))
    if item in kin:
        score = score + extra[item] * found.carries(kin[item])
    if item == "metrics":
        score = score + np.array([1.0 if NUMBER.search(s.text) else 0.0 for s in found.all])
    if item == "competition":
        rival = (found.corpus.record.opportunity.competitor or "").split()
        name = rival[0].lower() if rival else None
        score = score + np.array([1.0 if name and name in s.text.lower() else 0.0 for s in found.all])
    return score


# -- quotes ----------------------------------------------------------------------------------------


def _claims(deal: Deal, item: str, read: Sequence[int] = ()) -> list[Claim]:
    """Up to three claims: what a large LLM chose (``read``), what other sections have shown of the item, then the
    best ranked places."""
    out: list[Claim] = []
    chosen = [(passage(deal.found, i, limit=45), i) for i in read]
    made_of = [cite(deal.ctx.corpus, p.key, p.ordinals, focus=deal.found.all[i].text) for p, i in chosen]
    for citation in [*(c for c in made_of if c), *_shown(deal, item), *_ranked(deal, item)]:
        made = claim(
            deal.ctx.corpus,
            f"meddpicc {item}",
            f"{_TITLES[item]}: “{shorten(citation.quote, 28)}”",
            [citation],
        )
        if made and made.id not in {c.id for c in out}:
            out.append(made)
    return out[:3]


def _shown(deal: Deal, item: str) -> list[Citation]:
    """The moment of demand shows the pain; who is deferred to, or commits, shows where the money sits."""
    so_far = deal.ctx.so_far
    if item == "identify_pain":
        return [x for c in so_far.moment_of_demand.claims[:1] for x in reversed(c.citations)]
    if item == "economic_buyer":
        buyers = [v for v in so_far.influential_voices[:3] if v.person.side == "buyer" and v.claims]
        return [v.claims[0].citations[0] for v in buyers[:1]]
    return []


def _ranked(deal: Deal, item: str) -> list[Citation]:
    found = deal.found
    # our own side may have measured, sent the paper, or named the rival; the rest only buyers can show
    ours = item in ("metrics", "paper_process", "competition")
    allowed = found.buyers | found.is_side(Side.SELLER) if ours else found.buyers
    near = found.carries(item)
    ranked = best(deal.scores[item] - (0.5 * ~found.buyers), allowed & (near > 0.8), 20)
    places = [(passage(found, i, limit=45), i) for i in spread_out(found, ranked, 2, apart=3)]
    made = (cite(deal.ctx.corpus, p.key, p.ordinals, focus=found.all[i].text) for p, i in places)
    return [c for c in made if c]
