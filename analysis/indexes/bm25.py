"""A keyword index in this process, over bm25s: for a single deal, and for tests.

BM25 as in Lucene (k1 1.5, b 0.75), English stop words, and the S stemmer, which only takes plurals off
(Harman, "How effective is suffixing?", JASIS 1991): names and product terms stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.indexes import Filter, Hit
from analysis.indexes.memory import admits, belongs
from analysis.windows import Window

_WORD = re.compile(r"\w+(?:[.,]\d+)*")  # "1,250.50" is one word
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "if",
        "in",
        "into",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "such",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "will",
        "with",
    ]  # Lucene's English stop words
)


def tokens(text: str) -> list[str]:
    """The words of a text that count, lower case and without plural endings."""
    return [_stem(word) for word in _WORD.findall(text.lower().replace("’", "'")) if word not in _STOP]


def _stem(word: str) -> str:
    """Harman's S stemmer: the first rule that fits."""
    if word.endswith("ies") and not word.endswith(("eies", "aies")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")) and len(word) > 3:
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and len(word) > 3:
        return word[:-1]
    return word


class MemoryKeywords:
    """Indexes anew at the first question after a change: 10,000 windows take about a second."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._order: list[Window] = []
        self._engine: Any = None

    def upsert(self, windows: Sequence[Window]) -> None:
        self._windows |= {window.id: window for window in windows}
        self._engine = None

    def query(self, text: str, where: Filter, k: int) -> tuple[Hit, ...]:
        """Windows that share a word with the text, best first."""
        words = tokens(text)
        if not words or not self._windows or k < 1:
            return ()
        engine = self._engine = self._engine or self._indexed()
        known = [word for word in words if word in engine.vocab_dict]
        if not known:
            return ()
        scores: np.ndarray = engine.get_scores(known)
        admitted = np.array([admits(where, window) for window in self._order])
        scores = np.where(admitted, scores, 0.0)
        best = [i for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > 0]
        return tuple(Hit(self._order[i].id, self._order[i].deal_id, float(scores[i])) for i in best)

    def remove(self, deal_id: str, source_key: str | None = None) -> None:
        for key in self.ids(deal_id, source_key):
            del self._windows[key]
        self._engine = None

    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]:
        return frozenset(key for key, w in self._windows.items() if belongs(w, deal_id, source_key))

    def _indexed(self) -> Any:
        import bm25s

        self._order = list(self._windows.values())
        engine = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        engine.index([tokens(window.text) or [""] for window in self._order], show_progress=False)
        return engine
