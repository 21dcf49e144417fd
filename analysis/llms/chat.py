"""The LLM seam over any LangChain chat model: a prompt and a schema in, a checked value out."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import BaseModel, ValidationError

from analysis.errors import ModelMisbehaved, ModelUnavailable
from analysis.llms import Call, CallCache, Out
from prompts import Rendered

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

Connect = Callable[[], "BaseChatModel"]
"""Makes the chat model; called at the first call, and again after the model could not be reached."""

_SIZES = (
    "max_tokens",
    "max_output_tokens",
    "num_predict",
)  # what LangChain's providers call the length of an answer
_TOP = 20  # log-probabilities asked for; the most that OpenAI gives


class _YesNo(BaseModel):
    answer: Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class _Said:
    """One answer of a model. ``value``: JSON text, None where it has not the asked-for shape."""

    value: str | None
    problem: str
    cut_short: bool
    tokens_in: int
    tokens_out: int


class NoCache:
    """Remembers nothing."""

    def get(self, key: str) -> str | None:
        return None

    def put(self, key: str, value: str) -> None:
        return None


class ChatLLM:
    """``context``: tokens. ``tries``: how often a model that cannot be reached is connected to."""

    def __init__(
        self,
        name: str,
        connect: Connect,
        *,
        context: int = 8192,
        cache: CallCache | None = None,
        tries: int = 1,
    ) -> None:
        self.name, self.context = name, context
        self._connect, self._tries = connect, tries
        self._cache: CallCache = NoCache() if cache is None else cache
        self._model: BaseChatModel | None = None
        self._calls: list[Call] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self._calls)

    def structured(self, prompt: Rendered, schema: type[Out], *, max_tokens: int = 400) -> Out:
        """Ask for a value of ``schema``; an answer of another shape is sent back once with what is wrong
        with it.
        """
        key = call_key(self.name, prompt, json.dumps(schema.model_json_schema(), sort_keys=True))
        known = remembered(self._cache, key, schema)
        if known is not None:
            self._record(prompt, 0, 0, 0.0, cached=True)
            return known
        note = problem = ""
        for _ in range(2):
            said = self._ask(prompt, schema, max_tokens, note)
            if said.value is not None:
                try:
                    value = schema.model_validate_json(said.value)
                    self._cache.put(key, value.model_dump_json(by_alias=True))
                    return value
                except ValidationError as error:
                    problem = _first_problem(error)
            else:
                problem = said.problem
            note = f"Your last answer was refused: {problem}. Answer again, shorter, in the JSON asked for."
            max_tokens = max_tokens * 2 if said.cut_short else max_tokens
        raise ModelMisbehaved(f"{self.name} did not answer {prompt.task} in the asked-for shape: {problem}")

    def yes(self, prompt: Rendered) -> float:
        """From the log-probabilities of the first token; where there are none, 1.0 or 0.0 from a yes-or-no
        answer.
        """
        key = call_key(self.name, prompt, "yes")
        known = self._cache.get(key)
        if known is not None:
            self._record(prompt, 0, 0, 0.0, cached=True)
            return float(known)
        chance = self._chance_of_yes(prompt)
        if chance is None:
            chance = 1.0 if self.structured(prompt, _YesNo, max_tokens=20).answer == "yes" else 0.0
        self._cache.put(key, repr(chance))
        return chance

    def _ask(self, prompt: Rendered, schema: type[BaseModel], max_tokens: int, note: str) -> _Said:
        def call(model: BaseChatModel) -> object:
            shape = schema.model_json_schema()
            bound = _sized(model, max_tokens).with_structured_output(
                shape, method="json_schema", include_raw=True
            )
            return bound.invoke(_messages(prompt, note))

        started = time.monotonic()
        try:
            said = _read(self._reach(call))
        except _CutShort:
            said = _Said(None, f"it was longer than {max_tokens} tokens", True, 0, max_tokens)
        self._record(prompt, said.tokens_in, said.tokens_out, time.monotonic() - started)
        return said

    def _chance_of_yes(self, prompt: Rendered) -> float | None:
        def call(model: BaseChatModel) -> object:
            if "logprobs" not in type(model).model_fields:
                return None
            asked = model.bind(logprobs=True, top_logprobs=_TOP, max_tokens=1)
            return asked.invoke(_messages(prompt, ""))

        started = time.monotonic()
        try:
            message = cast("AIMessage | None", self._reach(call))
        except ModelMisbehaved:
            return None  # the endpoint refuses to give log-probabilities
        if message is None:
            return None
        tokens_in, tokens_out = _usage(message)
        self._record(prompt, tokens_in, tokens_out, time.monotonic() - started)
        return chance_of_yes(_first_tokens(message.response_metadata))

    def _reach(self, call: Callable[[BaseChatModel], object]) -> object:
        """Call the model, connecting first where need be. Foreign errors end here."""
        for attempt in range(self._tries):
            try:
                if self._model is None:
                    self._model = self._connect()
                return call(self._model)
            except (ModelUnavailable, _CutShort):
                raise
            except Exception as error:  # every provider has its own exceptions
                problem = _translated(self.name, error)
                if isinstance(problem, ModelMisbehaved | _CutShort) or attempt == self._tries - 1:
                    raise problem from error
                self._model = None
        raise AssertionError("tries is at least 1")

    def _record(
        self, prompt: Rendered, tokens_in: int, tokens_out: int, seconds: float, *, cached: bool = False
    ) -> None:
        self._calls.append(
            Call(prompt.task, prompt.version, self.name, tokens_in, tokens_out, seconds, cached)
        )


def remembered(cache: CallCache, key: str, schema: type[Out]) -> Out | None:
    """An earlier answer to the same call; None where there is none of this shape."""
    known = cache.get(key)
    if known is None:
        return None
    try:
        return schema.model_validate_json(known)
    except ValidationError:
        return None  # stored by another version of the schema's checks


class _CutShort(Exception):
    """The answer reached its length limit."""


def chance_of_yes(tokens: Iterable[tuple[str, float]]) -> float | None:
    """The share of "yes" among the probability of "yes" and "no", from first tokens and their
    log-probabilities.

    None where neither is among them. A token counts by its letters: " Yes", "YES." and "y" are yes.
    """
    yes = no = 0.0
    for token, logprob in tokens:
        word = "".join(c for c in token.lower() if c.isalpha())
        if word and "yes".startswith(word):
            yes += math.exp(logprob)
        elif word and "no".startswith(word):
            no += math.exp(logprob)
    return yes / (yes + no) if yes + no > 0 else None


def call_key(model: str, prompt: Rendered, schema: str) -> str:
    """What a result depends on, as one hash."""
    parts = [model, prompt.version, prompt.system, prompt.user, schema]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _messages(prompt: Rendered, note: str) -> list[BaseMessage]:
    """The system part never changes for a task and comes first, so that servers reuse what they computed for
    it.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    user = f"{prompt.user}\n\n{note}" if note else prompt.user
    return [SystemMessage(prompt.system), HumanMessage(user)]


def _sized(model: BaseChatModel, max_tokens: int) -> BaseChatModel:
    field = next((name for name in _SIZES if name in type(model).model_fields), None)
    return model.model_copy(update={field: max_tokens}) if field else model


def _read(result: object) -> _Said:
    """What ``with_structured_output(include_raw=True)`` gives: {"raw", "parsed", "parsing_error"}."""
    answer = cast("dict[str, Any]", result)
    message: AIMessage = answer["raw"]
    tokens_in, tokens_out = _usage(message)
    reason = message.response_metadata.get("finish_reason") or message.response_metadata.get("stop_reason")
    cut_short = reason in ("length", "max_tokens")
    if answer["parsed"] is None:
        problem = "it was cut short" if cut_short else "it is not JSON"
        return _Said(None, problem, cut_short, tokens_in, tokens_out)
    return _Said(json.dumps(answer["parsed"]), "", cut_short, tokens_in, tokens_out)


def _usage(message: AIMessage) -> tuple[int, int]:
    """Tokens in and out; zeros where an endpoint does not count them."""
    usage = message.usage_metadata
    return (usage["input_tokens"], usage["output_tokens"]) if usage else (0, 0)


def _first_tokens(metadata: dict[str, Any]) -> list[tuple[str, float]]:
    """The likeliest first tokens in OpenAI's form, empty where the backend gives none."""
    content = (metadata.get("logprobs") or {}).get("content") or []
    return [(item["token"], item["logprob"]) for item in content[0]["top_logprobs"]] if content else []


def _translated(name: str, error: Exception) -> Exception:
    """A provider's exception in our terms: cut short, refused as asked (4xx), or not to be had."""
    said = (str(error).splitlines() or [type(error).__name__])[0][:300]
    if type(error).__name__ == "LengthFinishReasonError":
        return _CutShort(said)
    status = getattr(error, "status_code", None)
    if status in (400, 413, 422):
        return ModelMisbehaved(f"{name} refused the request: {said}")
    if status in (401, 403):
        return ModelUnavailable(f"{name} refused the API key: set PREREAD_LLM_API_KEY ({said})")
    return ModelUnavailable(f"{name} cannot be reached: {said}")


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
