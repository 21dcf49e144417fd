"""A vector index in this process: exact, nothing kept on disk. For drafting a single deal, and for tests."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from analysis.embedders import Vectors
from analysis.errors import IndexUnavailable
from analysis.indexes import Filter, Hit
from analysis.windows import Window


class MemoryVectors:
    """Brute force over all vectors; 100,000 of 384 dimensions take 150 MB and some 30 ms a query."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._vectors: dict[str, Vectors] = {}
        self._others: dict[str, MemoryVectors] = {}

    def upsert(self, windows: Sequence[Window], vectors: Vectors) -> None:
        check(windows, vectors)
        for window, vector in zip(windows, vectors, strict=True):
            known = next(iter(self._vectors.values()), vector)
            if known.shape != vector.shape:
                raise IndexUnavailable(
                    f"the index holds vectors of {known.shape[0]}, not of {vector.shape[0]}"
                )
            self._windows[window.id] = window
            self._vectors[window.id] = np.asarray(vector, np.float32)

    def query(self, vector: Vectors, where: Filter, k: int) -> tuple[Hit, ...]:
        """Cosine of vectors of length 1."""
        chosen = [window for window in self._windows.values() if admits(where, window)]
        if not chosen or k < 1:
            return ()
        scores = np.stack([self._vectors[window.id] for window in chosen]) @ np.asarray(vector, np.float32)[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return tuple(Hit(chosen[i].id, chosen[i].deal_id, float(scores[i])) for i in best)

    def vectors(self, window_ids: Sequence[str]) -> dict[str, Vectors]:
        return {key: self._vectors[key] for key in window_ids if key in self._vectors}

    def remove(self, deal_id: str, source_key: str | None = None) -> None:
        for key in self.ids(deal_id, source_key):
            del self._windows[key], self._vectors[key]
        for other in self._others.values():
            other.remove(deal_id, source_key)

    def forget(self, window_ids: Collection[str]) -> None:
        for key in window_ids:
            self._windows.pop(key, None)
            self._vectors.pop(key, None)

    def beside(self, embedder: str) -> MemoryVectors:
        return self._others.setdefault(embedder, MemoryVectors())

    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]:
        return frozenset(key for key, w in self._windows.items() if belongs(w, deal_id, source_key))


def admits(where: Filter, window: Window) -> bool:
    """Whether a window is among those to search."""
    return window.kind == where.kind and (not where.deals or window.deal_id in where.deals)


def belongs(window: Window, deal_id: str, source_key: str | None) -> bool:
    """Whether a window is of this deal, and of this source where one is named."""
    return window.deal_id == deal_id and source_key in (None, window.source_key)


def check(windows: Sequence[Window], vectors: Vectors) -> None:
    """One finite vector a window, or ``IndexUnavailable``."""
    if len(windows) != len(vectors) or (len(windows) and vectors.ndim != 2):
        raise IndexUnavailable(f"{len(windows)} windows came with vectors of shape {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise IndexUnavailable("a vector holds a value that is not a number")
