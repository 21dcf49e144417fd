"""Influential voices, in and out of the room."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.claims import claim, shorten
from analysis.context import DraftContext, person_ref
from analysis.corpus import Corpus
from analysis.documents import Citation, Claim, Voice
from analysis.evidence import cite
from analysis.influence.graph import Edge, edges
from analysis.influence.ranking import Ranked, rank_people
from analysis.judging import judged_people
from analysis.statements import Statements, passage, statements

MOST = 6
_LEAST = 0.1
"""A voice with less than this share of the first one's score is left out."""
_SAYS = {
    "deferred_to": "Others defer to",
    "credited": "Credited with the outcome:",
    "asked_for": "Asked for by name:",
    "commits": "Speaks for the decision:",
    "announces": "Told us the decision:",
    "copied": "Kept in copy:",
}


def draft(ctx: DraftContext) -> list[Voice]:
    """The ranked voices with the signals behind them and up to four quotes each that show the influence."""
    found = statements(ctx.corpus)
    ranked = judged_people(ctx, found, rank_people(found, edges(found)))
    ranked = [r for r in ranked if r.score >= _LEAST][:MOST]
    if not ranked:
        ctx.say_empty(
            "influential_voices", "Nobody in the record is deferred to, asked for, or commits the buyer."
        )
    return [v for i, r in enumerate(ranked, start=1) if (v := _voice(ctx.corpus, found, r, i)).claims]


def _voice(corpus: Corpus, found: Statements, r: Ranked, rank: int) -> Voice:
    return Voice(
        rank=rank,
        person=person_ref(r.person),
        in_room=heard(found, r.person.id),
        score=round(r.score, 3),
        signals=dict(r.signals),
        claims=_claims(corpus, found, r),
    )


def heard(found: Statements, person: str) -> bool:
    """Whether somebody speaks in a call."""
    return any(s.person == person and not s.mail for s in found.all)


def _claims(corpus: Corpus, found: Statements, r: Ranked) -> list[Claim]:
    out: list[Claim] = []
    for edge in shown(found, r.edges):
        c = passage(found, edge.at, limit=45)
        citation = cite(corpus, c.key, c.ordinals, focus=found.all[edge.at].text)
        if citation is None:
            continue
        made = claim(corpus, f"influence {r.person.id}", _text(r, edge, citation), [citation])
        if made:
            out.append(made)
    return out


def _text(r: Ranked, edge: Edge, citation: Citation) -> str:
    return f"{_SAYS[edge.kind]} {r.person.name} - “{shorten(citation.quote, 24)}”"


def shown(found: Statements, every: Sequence[Edge], most: int = 4) -> list[Edge]:
    """The strongest edges that do not stand on the same words: at most two of one kind."""
    kept: list[Edge] = []
    for e in every:
        s = found.all[e.at]
        near = any(
            found.all[k.at].key == s.key and abs(found.all[k.at].ordinal - s.ordinal) <= 2 for k in kept
        )
        if near or sum(k.kind == e.kind for k in kept) >= 2:
            continue
        kept.append(e)
        if len(kept) == most:
            break
    return kept
