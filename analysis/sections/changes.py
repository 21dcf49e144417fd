"""Candidates for a change that sticks: a problem in our process or product, with options for people to "
"decide on."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from analysis.chains import choose, confirmed, picked
from analysis.claims import checked, claim
from analysis.context import DraftContext
from analysis.documents import ChangeCandidate, Citation
from analysis.evidence import cite
from analysis.kinds import TO_CHANGE, Kind, kind_of
from analysis.ranking import Candidate
from analysis.sections.retro import slips

_MOST = 3
_SURE, _SURE_OF_FACTOR = 0.27, 0.38
"""A slip is ours by its own words; what decided against us may be about anything, so it must lie nearer to a kind."""


class Change(BaseModel):
    ids: list[str] = Field(default_factory=list[str], max_length=2)
    problem: str = Field(default="", max_length=160)
    options: list[str] = Field(default_factory=list[str], max_length=2)


class Changes(BaseModel):
    changes: list[Change] = Field(default_factory=list[Change], max_length=2)


def draft(ctx: DraftContext) -> list[ChangeCandidate]:
    """Grouped by kind of slip, the kinds with most behind them first; the LLM's own go before where "
    "they hold."""
    found = [*slips(ctx.corpus, max(12, ctx.room)), *_decided(ctx)]
    out = _chosen(ctx, found[: ctx.room])
    groups: dict[str, tuple[Kind, list[Candidate]]] = {}
    for c in found:
        kind = kind_of(ctx.corpus, c, TO_CHANGE, sure=_SURE if c.signals else _SURE_OF_FACTOR)
        if kind is None:
            continue
        groups.setdefault(kind.topic, (kind, []))[1].append(c)
    ranked = sorted(groups.values(), key=lambda g: -sum(c.score for c in g[1][:3]))
    taken = {q.quote for change in out for c in change.claims for q in c.citations}
    for kind, candidates in ranked:
        cites = [
            x for c in candidates[:3] if (x := cite(ctx.corpus, c.key, c.ordinals)) and x.quote not in taken
        ]
        made = _change(ctx, kind.problem, list(kind.options), cites)
        if made and len(out) < _MOST:
            out.append(made)
    return out


def _decided(ctx: DraftContext) -> list[Candidate]:
    """What decided against us, apart from price: the places where the record says so."""
    against = [f for f in ctx.so_far.deciding_factors if f.direction == "against_us" and not f.is_price]
    cites = [c for f in against[:4] for claim_ in f.claims[:1] for c in claim_.citations[:1]]
    return [Candidate(c.key, tuple(c.ordinals), 0.3) for c in cites if c.key and c.ordinals]


def _chosen(ctx: DraftContext, found: Sequence[Candidate]) -> list[ChangeCandidate]:
    answer = None if ctx.small else choose(ctx, "change_candidates", found, Changes, max_tokens=400)
    out: list[ChangeCandidate] = []
    made_of = [
        (c, [x for p in picked(c.ids, found) if (x := cite(ctx.corpus, p.key, p.ordinals))])
        for c in (answer.changes if answer else [])
    ]
    made_of = [(change, cites) for change, cites in made_of if cites]
    good = confirmed(ctx, [(change.problem, cites) for change, cites in made_of])
    for (change, cites), ok in zip(made_of, good, strict=True):
        if not ok:
            continue
        chosen = picked(change.ids, found)
        kind = kind_of(ctx.corpus, chosen[0], TO_CHANGE)
        problem = checked(change.problem, cites, ctx.corpus) or (kind.problem if kind else "")
        options = [x for o in change.options if (x := checked(o, cites, ctx.corpus))]
        made = (
            _change(ctx, problem, options or (list(kind.options) if kind else []), cites) if problem else None
        )
        out += [made] if made else []
    return out


def _change(
    ctx: DraftContext, problem: str, options: list[str], cites: Sequence[Citation]
) -> ChangeCandidate | None:
    made = claim(ctx.corpus, "change_candidates", problem, cites)
    return ChangeCandidate(problem=problem, options=options, claims=[made]) if made else None
