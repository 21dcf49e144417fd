"""Reciprocal rank fusion: several rankings made one, by ranks alone, as their scores do not compare.

Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
Methods", SIGIR 2009: score = sum over rankings of 1 / (k + rank), k = 60.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.indexes import Hit

K = 60


def fuse(rankings: Sequence[Sequence[Hit]], top: int | None = None, *, k: int = K) -> tuple[Hit, ...]:
    """Best first; ``score`` is the fused one. A window counts once a ranking, at its best rank.

    Equal scores keep the order of the first ranking that has them.
    """
    scores: dict[str, float] = {}
    deals: dict[str, str] = {}
    for ranking in rankings:
        seen: set[str] = set()
        for rank, hit in enumerate(ranking, start=1):
            if hit.window_id in seen:
                continue
            seen.add(hit.window_id)
            scores[hit.window_id] = scores.get(hit.window_id, 0.0) + 1 / (k + rank)
            deals.setdefault(hit.window_id, hit.deal_id)
    best = sorted(scores, key=lambda key: -scores[key])[:top]
    return tuple(Hit(key, deals[key], scores[key]) for key in best)
