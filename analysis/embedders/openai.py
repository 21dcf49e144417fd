"""Any endpoint that speaks OpenAI's ``/v1/embeddings``: OpenAI, vLLM, Ollama, text-embeddings-inference,
llama.cpp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import httpx
import numpy as np
from pydantic import BaseModel, ValidationError

from analysis.embedders import Vectors
from analysis.errors import ModelUnavailable

BATCH = 64
_OFFICIAL = "https://api.openai.com/v1"


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Item]


class OpenAIEmbedder:
    """``base_url``: with its ``/v1``; OpenAI itself by default."""

    def __init__(self, model: str, *, base_url: str | None = None, api_key: str | None = None) -> None:
        self._model, self._url = model, f"{(base_url or _OFFICIAL).rstrip('/')}/embeddings"
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=httpx.Timeout(120, connect=5))

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    @property
    def dimension(self) -> int:
        """Known from a first answer: asks the endpoint once."""
        return self._dimension

    @cached_property
    def _dimension(self) -> int:
        return int(self._ask(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Shape (n, dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        done: list[Vectors] = []
        for start in range(0, len(texts), BATCH):
            batch = [text or " " for text in texts[start : start + BATCH]]  # empty input is refused by some
            done.append(self._ask(batch))
            on_progress(start + len(batch))
        return np.concatenate(done)

    def _ask(self, texts: list[str]) -> Vectors:
        try:
            response = self._client.post(self._url, json={"model": self._model, "input": texts})
            response.raise_for_status()
            items = sorted(_Answer.model_validate_json(response.content).data, key=lambda item: item.index)
            vectors = np.asarray([item.embedding for item in items], np.float32)
        except (httpx.HTTPError, ValidationError, ValueError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelUnavailable(f"the embedding endpoint {self._url} failed: {said}") from error
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise ModelUnavailable(
                f"the embedding endpoint {self._url} gave {len(vectors)} vectors for {len(texts)} texts"
            )
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
