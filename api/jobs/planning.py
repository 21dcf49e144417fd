"""What a draft would cost, and what one did: calls, tokens, money, time."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from analysis.draft import draft
from analysis.llms import Call
from analysis.llms.planning import Planner, by_task
from api.jobs.llm import StoredCalls
from api.settings import Settings
from api.store import Unit
from api.views import DraftPlan, thousands
from api.wiring import Parts

_OUT_WEIGHT = 6.0  # one token written takes as long as about six read (Qwen2.5 1.5B on two cores)
_EMBEDDED_PACE = 1 / 60  # seconds for one token read there, until this machine's own calls tell
_KEPT = 64  # deals whose plan is kept


_State = tuple[str, str, int, int]  # what the calls of a draft follow from


class Plans:
    """The plans of a process. A draft is rehearsed again only when the record, the LLM or what it is remembered to
    have said has changed: a rehearsal takes seconds, and every page of a deal wants one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._rehearsed: dict[str, tuple[_State, tuple[Call, ...]]] = {}

    def of(self, deal: str) -> DraftPlan:
        """The calls of the next draft of a deal, found by drafting it with an LLM that only takes notes. Raises
        ``NotFound``."""
        with self._parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id
        if self._parts.settings.llm == "none":
            return DraftPlan("none")
        with self._lock:
            with self._parts.store.read() as unit:
                state = self._state(unit, deal_id)
            before = self._rehearsed.get(deal_id)
            calls = before[1] if before and state[0] and before[0] == state else self._rehearse(deal_id)
            self._rehearsed.pop(deal_id, None)
            if len(self._rehearsed) >= _KEPT:
                self._rehearsed.pop(next(iter(self._rehearsed)))
            self._rehearsed[deal_id] = (state, calls)
        return self._plan(calls)

    def known(self, deal: str) -> DraftPlan | None:
        """The plan that was told before and still holds, without a rehearsal. Raises ``NotFound``."""
        with self._parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id
            before = self._rehearsed.get(deal_id)
            if before is None or not before[0][0] or before[0] != self._state(unit, deal_id):
                return None
            if any(job.kind in ("import", "index") for job in unit.jobs.of(deal_id, active=True)):
                return None  # the record is changing
        return self._plan(before[1])

    def _rehearse(self, deal_id: str) -> tuple[Call, ...]:
        settings = self._parts.settings
        planner = Planner(_name(settings), settings.context, StoredCalls(self._parts.store, deal_id))
        draft(self._parts.corpus_to_draft(deal_id), planner)
        return planner.calls

    def _state(self, unit: Unit, deal_id: str) -> _State:
        settings, indexed = self._parts.settings, unit.deals.find(deal_id).indexed
        return indexed, _name(settings), settings.context, unit.llm.remembered(deal_id)

    def _plan(self, calls: tuple[Call, ...]) -> DraftPlan:
        settings, new = self._parts.settings, [c for c in calls if not c.cached]
        name = _name(settings)
        tokens_in, tokens_out = sum(c.tokens_in for c in new), sum(c.tokens_out for c in new)
        with self._parts.store.read() as unit:
            past = unit.llm.by(name)
        return DraftPlan(
            name,
            by_task(calls),
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


def spent(calls: Sequence[Call], settings: Settings, planned: str = "") -> str:
    """What a draft took, for the history: "3 calls, 2.1k tokens in, 180 out, 41 s". ``planned``: what was told of it
    before, in words."""
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
    return ", ".join(parts) + (f"; planned: {planned}" if planned else "")


def _name(settings: Settings) -> str:
    """As ``LLM.name`` of the model that the settings open."""
    return f"embedded:{settings.llm_model}" if settings.llm == "embedded" else settings.llm


def _seconds(name: str, past: Sequence[Call], tokens_in: int, tokens_out: int) -> float | None:
    read = sum(c.tokens_in + _OUT_WEIGHT * c.tokens_out for c in past)
    pace = sum(c.seconds for c in past) / read if read else None
    if pace is None and name.startswith("embedded"):
        pace = _EMBEDDED_PACE
    return None if pace is None else pace * (tokens_in + _OUT_WEIGHT * tokens_out)
