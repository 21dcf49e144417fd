"""An embedder that keeps, in a folder, the vectors of texts that come again in every process: the example
sentences.

Without it the first draft of each process spends some ten seconds on the same thousand sentences. One file a
batch, named by the embedder and the texts, so a changed sentence file is embedded anew and nothing is ever
out of date.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analysis.embedders import Embedder, Vectors


class Remembered:
    """``inner`` with a memory in ``folder`` for batches passed to ``remember``; ``embed`` goes straight
    through."""

    def __init__(self, inner: Embedder, folder: Path) -> None:
        self._inner, self._folder = inner, folder

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """As the inner embedder."""
        return self._inner.embed(texts, on_progress)

    def remember(self, texts: Sequence[str]) -> Vectors:
        """The vectors of ``texts``, from the folder where they lie there whole; a folder that cannot be
        written only costs time. Raises ``ModelUnavailable``."""
        path = self._folder / f"{_digest(self.name, *texts)}.npy"
        known = self._read(path, len(texts))
        if known is not None:
            return known
        fresh = self._inner.embed(texts)
        _write(path, fresh)
        return fresh

    def _read(self, path: Path, n: int) -> Vectors | None:
        try:
            vectors = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        whole = vectors.shape == (n, self.dimension) and vectors.dtype == np.float32
        return vectors if whole else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _write(path: Path, vectors: Vectors) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.save(file, vectors, allow_pickle=False)
        Path(name).replace(path)
    except OSError:
        return
