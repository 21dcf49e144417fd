"""What a draft would cost, and what one did: calls, tokens, money, time."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.draft import draft
from analysis.llms import Call
from analysis.llms.planning import Planner, by_task
from api.jobs.llm import StoredCalls
from api.settings import Settings
from api.views import DraftPlan, thousands
from api.wiring import Parts

_OUT_WEIGHT = 6.0  # one token written takes as long as about six read (Qwen2.5 1.5B on two cores)
_EMBEDDED_PACE = 1 / 60  # seconds for one token read there, until this machine's own calls tell


def plan_draft(parts: Parts, deal: str) -> DraftPlan:
    """The calls of the next draft of a deal, found by drafting it with an LLM that only takes notes. Raises
    ``NotFound``."""
    settings = parts.settings
    with parts.store.read() as unit:
        deal_id = unit.deals.find(deal).id
    if settings.llm == "none":
        return DraftPlan("none")
    name = _name(settings)
    planner = Planner(name, settings.context, StoredCalls(parts.store, deal_id))
    draft(parts.corpus(deal_id), planner)
    new = [c for c in planner.calls if not c.cached]
    tokens_in, tokens_out = sum(c.tokens_in for c in new), sum(c.tokens_out for c in new)
    with parts.store.read() as unit:
        past = unit.llm.by(name)
    return DraftPlan(
        name,
        by_task(planner.calls),
        cost=cost(settings, tokens_in, tokens_out),
        seconds=_seconds(name, past, tokens_in, tokens_out),
    )


def cost(settings: Settings, tokens_in: int, tokens_out: int) -> float | None:
    """In the currency of the price settings; None where neither is set. The embedded model costs nothing."""
    if settings.llm.startswith("embedded") or (
        settings.llm_price_in is None and settings.llm_price_out is None
    ):
        return None
    per = (settings.llm_price_in or 0.0, settings.llm_price_out or 0.0)
    return (tokens_in * per[0] + tokens_out * per[1]) / 1e6


def spent(calls: Sequence[Call], settings: Settings) -> str:
    """What a draft took, for the history: "3 calls, 2.1k tokens in, 180 out, 41 s"."""
    paid = [c for c in calls if not c.cached]
    tokens_in, tokens_out = sum(c.tokens_in for c in paid), sum(c.tokens_out for c in paid)
    known = len(calls) - len(paid)
    parts = [f"{len(paid)} call{'' if len(paid) == 1 else 's'}"]
    if paid:
        parts += [f"{thousands(tokens_in)} tokens in", f"{thousands(tokens_out)} out"]
        parts += [f"{sum(c.seconds for c in paid):.0f} s"]
        money = cost(settings, tokens_in, tokens_out)
        parts += [f"{money:.2f} at the prices set"] if money is not None else []
    parts += [f"{known} remembered"] if known else []
    return ", ".join(parts)


def _name(settings: Settings) -> str:
    """As ``LLM.name`` of the model that the settings open."""
    return f"embedded:{settings.llm_model}" if settings.llm == "embedded" else settings.llm


def _seconds(name: str, past: Sequence[Call], tokens_in: int, tokens_out: int) -> float | None:
    read = sum(c.tokens_in + _OUT_WEIGHT * c.tokens_out for c in past)
    pace = sum(c.seconds for c in past) / read if read else None
    if pace is None and name.startswith("embedded"):
        pace = _EMBEDDED_PACE
    return None if pace is None else pace * (tokens_in + _OUT_WEIGHT * tokens_out)
