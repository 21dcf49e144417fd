"""What decided, beyond price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, Field

from analysis.chains import choose
from analysis.claims import checked, claim, shorten
from analysis.context import DraftContext
from analysis.documents import Citation, Factor
from analysis.evidence import cite, sentences
from analysis.factors import Theme, decisive, themes
from analysis.judging import judged
from analysis.statements import Statements, passage, statements
from analysis.voices import influence

MOST = 5
_LONGEST_NAME = 12


class FactorName(BaseModel):
    id: str = ""
    factor: str = Field(default="", max_length=80)


class FactorNames(BaseModel):
    names: list[FactorName] = Field(default_factory=list[FactorName], max_length=6)


def draft(ctx: DraftContext) -> list[Factor]:
    """Up to five factors, heaviest first, each with up to four places of the record."""
    found = statements(ctx.corpus)
    score = judged(ctx, "factors", found, decisive(found, influence(ctx.so_far)), MOST).score
    outcome = ctx.corpus.record.opportunity.outcome
    chosen = themes(found, score, outcome, MOST)
    named = _names(ctx, found, chosen)
    return [f for i, t in enumerate(chosen) if (f := _factor(ctx, found, t, named.get(i, "")))]


def _names(ctx: DraftContext, found: Statements, chosen: Sequence[Theme]) -> Mapping[int, str]:
    """What an LLM calls each factor, by its place in the list; rank, quotes and weights stay with code."""
    if not ctx.roomy:
        return {}
    heads = [passage(found, t.places[0], limit=50) for t in chosen]
    outcome = ctx.corpus.record.opportunity.outcome
    answer = choose(ctx, "factor_names", heads, FactorNames, values={"outcome": outcome}, max_tokens=160)
    return {int(n.id[1:]) - 1: n.factor for n in answer.names if n.id} if answer else {}


def _factor(ctx: DraftContext, found: Statements, theme: Theme, name: str) -> Factor | None:
    citations: list[Citation] = []
    for i in theme.places:
        place = passage(found, i, limit=50)
        made = cite(ctx.corpus, place.key, place.ordinals, focus=found.all[i].text)
        if made:
            citations.append(made)
    if not citations:
        return None
    one = claim(
        ctx.corpus,
        "factor",
        f"{citations[0].speaker or 'A buyer'}: “{shorten(citations[0].quote, 32)}”",
        citations,
    )
    if one is None:
        return None
    return Factor(
        factor=_named(ctx, name, citations) or phrase(ctx, found.all[theme.places[0]].text, citations),
        direction=theme.direction,
        is_price=theme.is_price,
        weight=theme.weight,
        claims=[one],
    )


def _named(ctx: DraftContext, name: str, citations: list[Citation]) -> str | None:
    if not 2 <= len(name.split()) <= _LONGEST_NAME:
        return None
    return checked(name, citations, ctx.corpus)


def phrase(ctx: DraftContext, text: str, citations: list[Citation]) -> str:
    """The factor in the buyer's own words: the longest sentence of the statement, shortened."""
    own = max(sentences(text), key=lambda s: len(s.split()), default=text)
    short = shorten(own, 12).strip()
    return checked(short, citations, ctx.corpus) or f"“{short}”"
