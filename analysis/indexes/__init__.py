"""The index seams: windows with their vectors, and windows by their words, over all deals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from analysis.embedders import Vectors
from analysis.windows import Window


@dataclass(frozen=True, slots=True)
class Filter:
    """What to search in. Empty tuples mean: everything."""

    deals: tuple[str, ...] = ()
    kind: Literal["utterance", "window"] = "window"


@dataclass(frozen=True, slots=True)
class Hit:
    window_id: str
    deal_id: str
    score: float  # higher is better; comparable within one answer only


class VectorIndex(Protocol):
    """All methods raise ``IndexUnavailable`` and nothing else. ``upsert`` twice is the same as once."""

    def upsert(self, windows: Sequence[Window], vectors: Vectors) -> None: ...
    def query(self, vector: Vectors, where: Filter, k: int) -> tuple[Hit, ...]:
        """``vector``: shape (1, dimension)."""
        ...

    def vectors(self, window_ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors by window id, shape (dimension,); ids that are not stored are left out."""
        ...

    def remove(self, deal_id: str, source_key: str | None = None) -> None: ...
    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]: ...
    def forget(self, window_ids: Collection[str]) -> None: ...
    def beside(self, embedder: str) -> VectorIndex:
        """The index in the same place for the vectors of another encoder. ``remove`` takes from both."""
        ...


class KeywordIndex(Protocol):
    """All methods raise ``IndexUnavailable`` and nothing else. ``upsert`` twice is the same as once."""

    def upsert(self, windows: Sequence[Window]) -> None: ...
    def query(self, text: str, where: Filter, k: int) -> tuple[Hit, ...]: ...
    def remove(self, deal_id: str, source_key: str | None = None) -> None: ...
    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]: ...


def open_vectors(embedder: str, *, folder: Path, url: str | None = None) -> VectorIndex:
    """The vector index over Chroma for the vectors of one embedder (its ``name``).

    ``url``: a Chroma server. Without one, ``folder`` is opened by this process alone, or, where another
    process holds it and serves it (``analysis.indexes.server``), over HTTP from there. Raises
    ``IndexUnavailable``.
    """
    from analysis.indexes.chroma import ChromaVectors
    from analysis.indexes.server import served

    running = url or served(folder)
    return (
        ChromaVectors.on_server(running, embedder) if running else ChromaVectors.in_folder(folder, embedder)
    )
