"""What a draft would send, without sending it: a stand-in for the LLM that notes every call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import BaseModel

from analysis.llms import Call, CallCache, Out
from analysis.llms.chat import NoCache, call_key, remembered
from prompts import Rendered

CHARACTERS_PER_TOKEN = 3.9
"""Of English talk with names and numbers, in the vocabulary of Qwen2.5 (docs/quality.md); others differ by a tenth."""
_TEMPLATE_TOKENS = 25  # what a chat template adds to a prompt
_FILLED = 0.5  # of the length that an answer may have, how much one takes


def tokens(text: str) -> int:
    """About how many tokens a text takes."""
    return round(len(text) / CHARACTERS_PER_TOKEN)


class Planner:
    """An ``LLM`` that answers nothing of use: the first ids it is offered and empty words, so that chains run to
    their ends. ``calls`` holds what a draft would send; those that ``cache`` remembers cost nothing."""

    def __init__(self, name: str, context: int, cache: CallCache | None = None) -> None:
        self.name, self.context = name, context
        self._cache: CallCache = NoCache() if cache is None else cache
        self._calls: list[Call] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self._calls)

    def structured(self, prompt: Rendered, schema: type[Out], *, max_tokens: int = 400) -> Out:
        key = call_key(self.name, prompt, json.dumps(schema.model_json_schema(), sort_keys=True))
        known = remembered(self._cache, key, schema)
        self._note(prompt, max_tokens, known is not None)
        return known if known is not None else cast(Out, blank(schema))

    def yes(self, prompt: Rendered) -> float:
        self._note(prompt, 1, self._cache.get(call_key(self.name, prompt, "yes")) is not None)
        return 0.5

    def _note(self, prompt: Rendered, max_tokens: int, known: bool) -> None:
        size = 0 if known else tokens(prompt.system) + tokens(prompt.user) + _TEMPLATE_TOKENS
        out = 0 if known else max(1, round(_FILLED * max_tokens))
        self._calls.append(Call(prompt.task, prompt.version, self.name, size, out, 0.0, known))


def blank(schema: type[BaseModel]) -> BaseModel:
    """A value of a schema that says as little as it may: the first of what is offered, no words."""
    return schema.model_construct(**{n: _blank(f.annotation) for n, f in schema.model_fields.items()})


def _blank(kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inner[0]
    if origin is list:
        offered = get_args(inner[0]) if get_origin(inner[0]) is Literal else ()
        return list(offered[:2]) if offered else [_blank(inner[0])]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return blank(kind)
    return {bool: False, int: 0, float: 0.0}.get(kind, "")


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """The calls of one prompt. ``known``: how many of them are remembered from an earlier draft and cost nothing."""

    task: str
    calls: int
    known: int
    tokens_in: int
    tokens_out: int


def by_task(calls: tuple[Call, ...]) -> tuple[TaskPlan, ...]:
    """The calls summed up by prompt, in the order in which each is first asked."""
    out: list[TaskPlan] = []
    for task in dict.fromkeys(c.task for c in calls):
        own = [c for c in calls if c.task == task]
        out.append(
            TaskPlan(
                task,
                len(own),
                sum(c.cached for c in own),
                sum(c.tokens_in for c in own),
                sum(c.tokens_out for c in own),
            )
        )
    return tuple(out)
