"""Stated against evidenced reason."""

from __future__ import annotations

from dataclasses import replace

from analysis.causes import Weighed, weigh
from analysis.claims import claim, shorten
from analysis.context import DraftContext
from analysis.documents import Claim, LossCause, ReasonCheck
from analysis.evidence import cite, cite_cell
from analysis.factors import deciding
from analysis.judging import judged_cause
from analysis.statements import Statements, passage, statements
from analysis.voices import influence

NAMES: dict[LossCause, str] = {
    "existing_relationship": "an existing relationship",
    "product_fit": "product fit",
    "price": "price",
    "timing": "timing",
    "process": "the process",
    "no_decision": "no decision",
}


def draft(ctx: DraftContext) -> ReasonCheck:
    """The reason in the CRM and, for a lost deal, the cause that the buyers' own words carry."""
    deal = ctx.corpus.record.opportunity
    if deal.outcome != "lost":
        return ReasonCheck(stated=deal.stated_reason, claims=_stated(ctx))
    found = statements(ctx.corpus)
    weighed = weigh(found)
    read = judged_cause(ctx, found, deciding(found, influence(ctx.so_far)))
    if read:
        carried = {**weighed.evidence, read.cause: (*read.evidence, *weighed.evidence[read.cause])}
        weighed = replace(weighed, evidence=carried)
    cause = read.cause if read else weighed.cause
    price = read.price and read.cause == "price" if read else cause == "price" and weighed.price_decided
    return ReasonCheck(
        stated=deal.stated_reason,
        loss_cause=cause,
        price_is_the_real_reason=price,
        claims=[*_evidenced(ctx, found, weighed, cause), *_stated(ctx)],
    )


def _evidenced(
    ctx: DraftContext, found: Statements, weighed: Weighed, cause: LossCause | None
) -> list[Claim]:
    if cause is None:
        return []
    out: list[Claim] = []
    for i in weighed.evidence[cause][:3]:
        place = passage(found, i, limit=50)
        citation = cite(ctx.corpus, place.key, place.ordinals, focus=found.all[i].text)
        who = (citation.speaker if citation else None) or "a buyer"
        text = f"The record points to {NAMES[cause]}, {who}: “{shorten(found.all[i].text, 26)}”"
        made = claim(ctx.corpus, "reason", text, [citation])
        if made and made.id not in {c.id for c in out}:
            out.append(made)
    return out


def _stated(ctx: DraftContext) -> list[Claim]:
    reason = ctx.corpus.record.opportunity.stated_reason
    header = next(
        (h for h, v in ctx.corpus.record.opportunity.cells.items() if reason and v.strip() == reason.strip()),
        None,
    )
    if header is None:
        return []
    made = claim(ctx.corpus, "reason", f"The CRM says: {reason}", [cite_cell(ctx.corpus, header)])
    return [made] if made else []
