"""The MEDDPICC check: eight items, met, partial or missed, each with its quotes.

The status is read from structure that the other sections have found (who was heard, whether a moment
came, whether a rival was chosen, when the paper was first spoken of), the quotes are ranked by the item's
example sentences. For an item that was missed the quote is the place that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.causes import rival_chosen
from analysis.claims import claim, shorten
from analysis.context import DraftContext
from analysis.decision import nearness
from analysis.documents import MEDDPICC, Citation, Claim, MeddpiccItem, Status
from analysis.evidence import cite
from analysis.judging import judged_statuses
from analysis.statements import Scores, Statements, best, of_persons, passage, spread_out, statements
from analysis.voices import influence
from ingest.model import Side

_NUMBER = re.compile(
    r"\d|\b(?:hundred|thousand|million|per ?cent|half|third|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety)\b",
    re.I,
)
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
_STRONG = 1.8
"""A standard score that a handful of an item's statements in a deal reach."""
_PLAIN, _LATE, _SPELT_OUT = 0.6, 0.6, 5
"""A head that speaks for itself in any deal; how far into the deal is late; how many places spell a thing out."""


@dataclass(frozen=True)
class Deal:
    """What the statuses are read from. ``scores``: for each item how much each statement speaks of it."""

    ctx: DraftContext
    found: Statements
    scores: Mapping[str, Scores]

    @property
    def won(self) -> bool:
        return self.ctx.corpus.record.opportunity.outcome == "won"

    def strong(self, item: str, *, before: float = 1.01) -> list[int]:
        """Buyers' statements that speak clearly of an item, before a place in the deal (0..1), best first."""
        scores, found = self.scores[item], self.found
        near = found.carries(item)
        chosen = found.buyers & (near > _STRONG) & (found.position < before)
        return best(scores, chosen, 12)


def draft(ctx: DraftContext) -> dict[str, MeddpiccItem]:
    """All eight items, in the order of the acronym."""
    found = statements(ctx.corpus)
    voices = influence(ctx.so_far)
    deal = Deal(ctx, found, {item: _scores(found, item, voices) for item in MEDDPICC})
    ranked = {item: best(scores, found.buyers, 4) for item, scores in deal.scores.items()}
    read = judged_statuses(ctx, found, ranked)
    return {
        item: MeddpiccItem(
            status=read[item][0] if item in read else _STATUS[item](deal),
            claims=_claims(deal, item, read[item][1] if item in read else ()),
        )
        for item in MEDDPICC
    }


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
        score = score + np.array([1.0 if _NUMBER.search(s.text) else 0.0 for s in found.all])
    if item == "competition":
        rival = (found.corpus.record.opportunity.competitor or "").split()
        name = rival[0].lower() if rival else None
        score = score + np.array([1.0 if name and name in s.text.lower() else 0.0 for s in found.all])
    return score


# -- statuses --------------------------------------------------------------------------------------


def _metrics(deal: Deal) -> Status:
    """Met when a buyer puts figures into writing; spoken figures and ours are a beginning."""
    spoken = [i for i in deal.strong("metrics") if _NUMBER.search(deal.found.all[i].text)]
    written = [
        i for i in spoken if deal.found.all[i].mail and len(_NUMBER.findall(deal.found.all[i].text)) >= 4
    ]
    if written:
        return "met"
    return "partial" if spoken else "missed"


def _economic_buyer(deal: Deal) -> Status:
    """Missed when somebody whom the buyers defer to was never heard; met when the first voices were."""
    top = [v for v in deal.ctx.so_far.influential_voices[:5] if v.person.side == "buyer"]
    away = [v for v in top if not v.in_room and v.signals.get("deferred_to", 0.0) > 2.5]
    if away:
        return "partial" if deal.won else "missed"
    return "met" if top and top[0].in_room else "partial"


def _criteria(deal: Deal) -> Status:
    said = {deal.found.all[i].key for i in deal.strong("decision_criteria")}
    if not said:
        return "missed"
    return "met" if deal.won and len(said) >= 3 else "partial"


def _process(deal: Deal) -> Status:
    early = deal.strong("decision_process", before=0.7)
    if deal.won:
        return "met" if early else "partial"
    return "partial" if early else "missed"


def _paper(deal: Deal) -> Status:
    """Met when it was won. A lost deal's paper counts as half known only where buyers spelt it out in several
    places before it was late; a word of it here and there is said in every deal."""
    if deal.won:
        return "met" if deal.strong("paper_process") else "missed"
    found = deal.found
    plain = found.buyers & (found.strength("paper_process") > _PLAIN) & (found.position < _LATE)
    return "partial" if int(plain.sum()) >= _SPELT_OUT else "missed"


def _pain(deal: Deal) -> Status:
    if deal.ctx.so_far.moment_of_demand.found:
        return "met"
    calm = best(deal.found.near("no_urgency") + 0.3 * deal.found.assertion, deal.found.buyers, 1)
    pressed = best(deal.found.carries("recognition") + 0.3 * deal.found.assertion, deal.found.buyers, 1)
    if not pressed:
        return "missed"
    return (
        "missed"
        if deal.found.near("no_urgency")[calm[0]] >= deal.found.carries("recognition")[pressed[0]]
        else "partial"
    )


def _champion(deal: Deal) -> Status:
    """Met when it was won with somebody inside who worked for it; partial when they did and it was lost."""
    works = deal.strong("champion")
    if deal.won:
        return "met" if works else "partial"
    return "partial" if works and deal.ctx.so_far.moment_of_demand.found else "missed"


def _competition(deal: Deal) -> Status:
    """Met when we knew what we were up against: compared before the decision, or nobody there to be
    chosen."""
    kept = deal.ctx.so_far.reason_check.loss_cause == "existing_relationship"
    if not deal.won and not kept and not rival_chosen(deal.found):
        return "met"
    before = nearness(deal.found) < 1.0
    known = [i for i in deal.strong("competition") if before[i]]
    if deal.won:
        return "met" if known else "partial"
    rival = (deal.ctx.corpus.record.opportunity.competitor or "").split()
    named = [i for i in known if rival and rival[0].lower() in deal.found.all[i].text.lower()]
    return "partial" if named or (kept and known) else "missed"


_STATUS: Mapping[str, Callable[[Deal], Status]] = {
    "metrics": _metrics,
    "economic_buyer": _economic_buyer,
    "decision_criteria": _criteria,
    "decision_process": _process,
    "paper_process": _paper,
    "identify_pain": _pain,
    "champion": _champion,
    "competition": _competition,
}


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
