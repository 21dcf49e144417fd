"""What the section of influential voices found, for the sections after it."""

from __future__ import annotations

from analysis.documents import PreRead


def influence(so_far: PreRead) -> dict[str, float]:
    """The score (0..1) of each influential voice by person id."""
    return {v.person.id: v.score for v in so_far.influential_voices}
