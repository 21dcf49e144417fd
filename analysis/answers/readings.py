"""Readings: the passages of a deal as a reranker reads them, kept in a vector index of the reranker's own.

A passage holds what stands around a window and who says it, so it changes when a neighbour is edited or somebody is renamed while
the window stays: a reading is therefore kept under the window's id and a hash of the passage, and one that no longer fits is
not found, but made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.answers.passages import passage
from analysis.corpus import Corpus
from analysis.embedders import Vectors
from analysis.indexes import VectorIndex
from analysis.rerankers import Reranker
from analysis.windows import Window

_HASHED = 12  # characters


def to_read(corpus: Corpus) -> tuple[Window, ...]:
    """What a reranker reads of a deal: its windows, with the passage as text and an id that changes with it."""
    return tuple(reading(corpus, corpus.windows[row]) for row in corpus.rows("window"))


def reading(corpus: Corpus, window: Window) -> Window:
    """A window with its passage as text, under the id of its reading."""
    text = passage(corpus, window)
    mark = hashlib.sha256(text.encode()).hexdigest()[:_HASHED]
    return replace(window, id=f"{window.id}~{mark}", text=text)


def with_readings(corpus: Corpus, reranker: Reranker, index: VectorIndex | None = None) -> Corpus:
    """The corpus with what a reranker has read of it, so that sections can judge by that, too; what is not in the index is read
    now. Raises ``IndexUnavailable`` or ``ModelUnavailable``."""
    rows, readings = corpus.rows("window"), to_read(corpus)
    if not rows:
        return corpus
    vectors = np.stack(list(_vectors(index, reranker, readings, len(readings)).values()))
    read = np.zeros((len(corpus.windows), vectors.shape[1]), np.float32)
    read[list(rows)] = vectors
    return replace(corpus, read=read, reader=reranker.key)


def window_of(reading_id: str) -> str:
    """The id of the window that a reading is of."""
    return reading_id.rpartition("~")[0]


def scores(
    index: VectorIndex | None, reranker: Reranker, asked: Vectors, readings: Sequence[Window], most: int
) -> Vectors:
    """Shape (n, k): the product of each passage with each of ``asked`` (shape (k, d)). Of the passages that are not
    in the index the first ``most`` are read now; the others have no score (NaN)."""
    vectors = _vectors(index, reranker, readings, most)
    unread = np.full(len(asked), np.nan, np.float32)
    return np.array([asked @ vectors[r.id] if r.id in vectors else unread for r in readings], np.float32)


def _vectors(
    index: VectorIndex | None, reranker: Reranker, readings: Sequence[Window], most: int
) -> dict[str, Vectors]:
    """By id, in the order of the readings; of those that are not in the index the first ``most`` are read now."""
    known = index.vectors([r.id for r in readings]) if index else {}
    missing = [r for r in readings if r.id not in known][:most]
    fresh = dict(zip((r.id for r in missing), reranker.embed([r.text for r in missing]), strict=True))
    vectors = {**known, **fresh}
    return {r.id: vectors[r.id] for r in readings if r.id in vectors}
