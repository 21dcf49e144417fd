"""A large LLM's choice as one more signal of a ranking: what it chose goes first, the rest stays as ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from analysis.chains import ask, choose, lines, numbered, picked
from analysis.claims import shorten
from analysis.context import DraftContext
from analysis.documents import LossCause, Status
from analysis.evidence import fold
from analysis.influence.ranking import Ranked as Ranking
from analysis.ranking import Candidate
from analysis.reading import Ranked, Topic, merged, offered_for
from analysis.statements import Scores, Statements, best, passage

Item = Literal[
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "identify_pain",
    "champion",
    "competition",
]
_PEOPLE = 14


@dataclass(frozen=True)
class Judged:
    """``score``: with what was chosen moved to the front, in its order. ``chosen``: the statements' indices, empty
    when the LLM found nothing that answers; None when it was not asked or failed."""

    score: Scores
    chosen: tuple[int, ...] | None


def judged(ctx: DraftContext, topic: Topic, found: Statements, score: Scores, most: int) -> Judged:
    """The ranking of a topic after a large LLM has read the record; as it is without one."""
    first = [passage(found, i, limit=50) for i in best(score, found.buyers, 12)] if ctx.roomy else []
    answer = merged(ctx, topic, first, most)
    if answer is None:
        return Judged(score, None)
    chosen = tuple(dict.fromkeys(i for c in answer if (i := _index(found, c, score)) is not None))
    moved = score.copy()
    top, step = (
        float(np.max(score, initial=0.0)),
        float(score.std()) / max(1, len(chosen)) if len(score) else 0.0,
    )
    for rank, i in enumerate(reversed(chosen), start=1):
        moved[i] = top + step * rank
    return Judged(moved, chosen)


def _index(found: Statements, c: Candidate, score: Scores) -> int | None:
    """The statement of a candidate that ranks best; a place that is none (a question) counts for its turn."""
    own = [found.index[c.key, o] for o in c.ordinals if (c.key, o) in found.index]
    if not own:
        turn = found.corpus.turn(*c.place)
        own = [found.index[c.key, o] for o in (turn.ordinals if turn else ()) if (c.key, o) in found.index]
    return max(own, key=lambda i: float(score[i]), default=None)


class Cause(BaseModel):
    ids: list[str] = Field(default_factory=list[str], max_length=3)
    cause: LossCause
    price_is_the_real_reason: bool = False


class ItemStatus(BaseModel):
    ids: list[str] = Field(default_factory=list[str], max_length=2)
    item: Item
    status: Status


class Statuses(BaseModel):
    items: list[ItemStatus] = Field(default_factory=list[ItemStatus], max_length=8)


@dataclass(frozen=True)
class JudgedCause:
    """``evidence``: the statements' indices that the LLM gave for the cause."""

    cause: LossCause
    price: bool
    evidence: tuple[int, ...]


def judged_people(ctx: DraftContext, found: Statements, ranked: Sequence[Ranking]) -> tuple[Ranking, ...]:
    """People in the order in which a large LLM puts the first ``_PEOPLE`` of them; as they are without one. A score
    never stands below one that is ranked after it."""
    shown = ranked[:_PEOPLE]
    if not ctx.roomy or len(shown) < 2:
        return tuple(ranked)
    people = "\n".join(f"P{i} | {_portrait(found, r)}" for i, r in enumerate(shown, start=1))
    evidence = lines(ctx.corpus, offered_for(ctx, "voices", ()), limit=60)
    values = {"outcome": ctx.corpus.record.opportunity.outcome, "people": people, "evidence": evidence}
    answer = ask(ctx, "rank_voices", values, numbered(len(shown), "P"), Ranked, max_tokens=60)
    if answer is None or not answer.ids:
        return tuple(ranked)
    first = [shown[int(i[1:]) - 1] for i in dict.fromkeys(answer.ids)]
    out = [*first, *(r for r in ranked if r not in first)]
    top = 0.0
    for at in range(len(out) - 1, -1, -1):
        top = max(top, out[at].score)
        out[at] = replace(out[at], score=top)
    return tuple(out)


def _portrait(found: Statements, r: Ranking) -> str:
    title = f", {r.person.title}" if r.person.title else ""
    quotes = " / ".join(shorten(fold(found.all[e.at].text), 24) for e in r.edges[:3])
    return fold(f"{r.person.name}{title} ({r.person.side.value}): {quotes}")


def judged_cause(ctx: DraftContext, found: Statements, score: Scores) -> JudgedCause | None:
    """Why a deal was lost as a large LLM reads it; None without one, or when it fails or shows no line."""
    if not ctx.roomy:
        return None
    first = [passage(found, i, limit=50) for i in best(score, found.buyers, 12)]
    offered = offered_for(ctx, "reason", first)
    stated = ctx.corpus.record.opportunity.stated_reason or "none"
    answer = choose(ctx, "loss_cause", offered, Cause, values={"stated": stated}, max_tokens=80)
    if answer is None:
        return None
    places = [i for c in picked(answer.ids, offered) if (i := _index(found, c, score)) is not None]
    return JudgedCause(answer.cause, answer.price_is_the_real_reason, tuple(places)) if places else None


def judged_statuses(
    ctx: DraftContext, found: Statements, ranked: Mapping[str, Sequence[int]]
) -> dict[str, tuple[Status, tuple[int, ...]]]:
    """The status of each MEDDPICC item with its statements, as a large LLM reads the first of each item's ranking
    and what it marked itself; empty without one. Only what it shows a line for counts."""
    if not ctx.roomy:
        return {}
    first = [passage(found, i, limit=50) for own in ranked.values() for i in own[:4]]
    offered = offered_for(ctx, "meddpicc", first, most=36)
    outcome = ctx.corpus.record.opportunity.outcome
    answer = choose(ctx, "meddpicc_status", offered, Statuses, values={"outcome": outcome}, max_tokens=400)
    out: dict[str, tuple[Status, tuple[int, ...]]] = {}
    zero = np.zeros(len(found))
    for one in answer.items if answer else []:
        places = [i for c in picked(one.ids, offered) if (i := _index(found, c, zero)) is not None]
        if places or one.status == "missed":
            out[one.item] = (one.status, tuple(places))
    return out
