"""The embedder seam: texts in, unit vectors out. One backend a file; ``open_embedder`` loads one by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelUnavailable

Vectors = NDArray[np.float32]
"""Shape (n, dimension), rows of length 1."""


class Embedder(Protocol):
    @property
    def name(self) -> str:
        """What is stored beside vectors, so that vectors of two embedders never mix: "minilm-l6-v2-int8"."""
        ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Raises ``ModelUnavailable`` and nothing else. ``on_progress``: texts done so far."""
        ...


def open_embedder(
    name: str, models: Path, *, base_url: str | None = None, api_key: str | None = None, threads: int = 0
) -> Embedder:
    """ "minilm" (ONNX int8, the default), "transformers:NAME-OR-PATH", "openai:MODEL" (any compatible
    endpoint).

    ``models``: the folder that ``preread models pull`` fills. ``threads``: 0 for all cores. Raises
    ``ModelUnavailable``.
    """
    backend, _, model = name.partition(":")
    if name == "minilm":
        from analysis.embedders.minilm import MiniLM

        return MiniLM(models / "minilm-int8", threads=threads)
    if backend == "transformers" and model:
        from analysis.embedders.transformers import Transformers

        return Transformers(model, models, threads=threads)
    if backend == "openai" and model:
        from analysis.embedders.openai import OpenAIEmbedder

        return OpenAIEmbedder(model, base_url=base_url, api_key=api_key)
    raise ModelUnavailable(
        f"no embedder is called {name}: use minilm, transformers:NAME-OR-PATH or openai:MODEL"
    )
