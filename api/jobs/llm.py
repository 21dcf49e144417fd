"""The LLM as jobs use it: what it is asked is recorded, what it said is remembered, and one that is away is
asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from analysis.errors import AnalysisError, ModelUnavailable
from analysis.llms import LLM, Call, Out
from api.store import Store
from api.wiring import Parts
from prompts import Rendered


class StoredCalls:
    """Remembers results in the store (``analysis.llms.CallCache``). ``scope``: the deal whose words are in
    them.
    """

    def __init__(self, store: Store, scope: str) -> None:
        self._store, self._scope = store, scope

    def get(self, key: str) -> str | None:
        with self._store.read() as unit:
            return unit.llm.cached(key, self._scope)

    def put(self, key: str, value: str) -> None:
        with self._store.write() as unit:
            unit.llm.cache(key, self._scope, value)


class Watched:
    """An LLM that is not asked again once it could not be reached; ``problem`` says why."""

    def __init__(self, llm: LLM, on_call: Callable[[], None]) -> None:
        self._llm, self._on_call = llm, on_call
        self.problem: ModelUnavailable | None = None
        self.asked = 0
        self.answered = 0

    @property
    def name(self) -> str:
        return self._llm.name

    @property
    def context(self) -> int:
        return self._llm.context

    @property
    def calls(self) -> tuple[Call, ...]:
        return self._llm.calls

    def structured(self, prompt: Rendered, schema: type[Out], *, max_tokens: int = 400) -> Out:
        with self._watched():
            return self._llm.structured(prompt, schema, max_tokens=max_tokens)

    def yes(self, prompt: Rendered) -> float:
        with self._watched():
            return self._llm.yes(prompt)

    @contextmanager
    def _watched(self) -> Generator[None]:
        if self.problem is not None:
            raise self.problem
        self._on_call()
        self.asked += 1
        try:
            yield
        except ModelUnavailable as problem:
            self.problem = problem
            raise
        except AnalysisError:
            self.answered += 1  # badly, but it is there
            raise
        self.answered += 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """``model`` None: the settings say that there is to be no LLM."""

    model: Watched | None

    def calls(self) -> tuple[Call, ...]:
        return self.model.calls if self.model else ()

    @property
    def problem(self) -> str | None:
        """Why the LLM could not be asked."""
        return str(self.model.problem) if self.model and self.model.problem else None


@contextmanager
def open_recorded(
    parts: Parts,
    scope: str,
    *,
    on_call: Callable[[], None] = lambda: None,
    on_wait: Callable[[str, float], None] = lambda what, seconds: None,
) -> Generator[Recorded]:
    """The LLM of the settings. ``on_call`` runs before every call and may raise to stop. Raises
    ``ModelUnavailable``
    for a name that is none."""
    from analysis.llms import open_llm

    s = parts.settings
    model = open_llm(
        s.llm,
        models=s.models,
        state=s.home / "llm.json",
        model=s.llm_model,
        context=s.context,
        threads=s.threads,
        base_url=s.llm_base_url,
        api_key=s.llm_api_key,
        cache=StoredCalls(parts.store, scope),
        on_progress=on_wait,
    )
    yield Recorded(Watched(model, on_call) if model else None)
