"""A document without a source that was removed.

Gone are the source's citations, the claims and items that lose their last, and every other text of the document that
shares a run of five words with the source (an objection, a question for the room).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

RUN = 5  # words
_WORD = re.compile(r"[^\W_]+")
_PROOF = ("citations", "claims")
_KEPT = (
    "deal",
    "people",
    "drafted_by",
    "citations",
)  # not written from this source, or handled by themselves


@dataclass(frozen=True)
class Removed:
    """``path`` as citations name it; ``runs`` every five words in a row of it."""

    path: str
    runs: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, path: str, texts: Iterable[str]) -> Removed:
        return cls(path, frozenset(run for text in texts for run in _runs(text)))

    def said(self, text: str) -> bool:
        return any(run in self.runs for run in _runs(text))


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return [tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]


def without(document: dict[str, Any], source: Removed) -> dict[str, Any]:
    """A copy of a pre-read's JSON without the source."""
    return {key: value if key in _KEPT else _clean(value, source) for key, value in document.items()}


def _clean(node: Any, source: Removed) -> Any:
    if isinstance(node, str):
        return None if source.said(node) else node
    if isinstance(node, list):
        pairs = [(old, _clean(old, source)) for old in cast(list[Any], node)]
        return [new for old, new in pairs if not _falls(old, new, source)]
    if not isinstance(node, dict):
        return node
    found = cast(dict[str, Any], node)
    out = {key: value if key in _KEPT else _clean(value, source) for key, value in found.items()}
    if isinstance(cites := found.get("citations"), list):
        out["citations"] = [c for c in cast(list[dict[str, Any]], cites) if c.get("source") != source.path]
    if _bereft(found, out):
        if "objections" in found:  # the nurture plan
            return None
        if "found" in found:  # the moment of demand
            out["found"] = False
        if "status" in found:  # a letter of MEDDPICC
            out["status"] = "missed"
    return out


def _falls(old: Any, new: Any, source: Removed) -> bool:
    """Whether an item leaves its list: a text of the source, an event of it, or what lost its last proof or its text."""
    if not isinstance(old, dict):
        return new is None and old is not None
    before, after = cast(dict[str, Any], old), cast(dict[str, Any], new)
    if "event" in before and before.get("source") == source.path:
        return True
    lost = any(isinstance(value, str) and after.get(key) is None for key, value in before.items())
    return lost or _bereft(before, after)


def _bereft(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return any(before.get(key) and not after.get(key) for key in _PROOF)
