"""The LLM seam: a rendered prompt and a schema in, a value of that schema out, over LangChain chat models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel

from analysis.errors import ModelUnavailable
from prompts import Rendered

Out = TypeVar("Out", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One LLM call, for the record: what was asked of whom, and what it cost."""

    task: str
    prompt_version: str
    model: str
    tokens_in: int
    tokens_out: int
    seconds: float
    cached: bool = False


class LLM(Protocol):
    @property
    def name(self) -> str:
        """ "embedded:qwen2.5-coder-1.5b-instruct-q4_k_m", "openai:gpt-…"."""
        ...

    @property
    def context(self) -> int:
        """Tokens of context that a prompt and its answer may take together."""
        ...

    def structured(self, prompt: Rendered, schema: type[Out], *, max_tokens: int = 400) -> Out:
        """Ask for a value of ``schema``. Raises ``ModelUnavailable`` or ``ModelMisbehaved`` and nothing
        else.
        """
        ...

    def yes(self, prompt: Rendered) -> float:
        """The probability (0..1) that the model answers "yes", from log-probabilities where the backend
        gives them.
        """
        ...

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call since this object was made, oldest first."""
        ...


class CallCache(Protocol):
    """Results of earlier calls by what they depend on; the store persists it."""

    def get(self, key: str) -> str | None: ...
    def put(self, key: str, value: str) -> None: ...


EMBEDDED_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"


def open_llm(
    name: str,
    *,
    models: Path,
    state: Path,
    model: str = EMBEDDED_MODEL,
    context: int = 8192,
    threads: int = 0,
    base_url: str | None = None,
    api_key: str | None = None,
    cache: CallCache | None = None,
    on_progress: Callable[[str, float], None] = lambda what, seconds: None,
) -> LLM | None:
    """ "none" (None), "embedded", "embedded:GGUF-FOLDER" or LangChain's "provider:model".

    ``models``: the folder that ``preread models pull`` fills. ``state``: the file by which processes share
    one embedded server (``home / "llm.json"``). ``model``: which GGUF "embedded" loads. ``threads``: 0 for
    all cores. ``on_progress``: what is waited for while the embedded server starts, and for how many seconds.
    Nothing is started or asked before the first call. Raises ``ModelUnavailable`` for a name of another form.
    """
    kind, _, rest = name.partition(":")
    if name == "none":
        return None
    if kind == "embedded":
        from analysis.llms.connect import embedded

        gguf = models / (rest or model) / "model.gguf"
        return embedded(
            gguf, state=state, context=context, threads=threads, cache=cache, on_progress=on_progress
        )
    if rest:
        from analysis.llms.connect import provider

        return provider(name, context=context, base_url=base_url, api_key=api_key, cache=cache)
    raise ModelUnavailable(f"no LLM is called {name}: set PREREAD_LLM to none, embedded or provider:model")
