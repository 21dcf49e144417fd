"""Voices and people matched as a whole: each voice is one person or nobody known, each person at most one voice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

NOBODY = ""
_ROUNDS = 60


def shares(
    voices: Sequence[str], scores: Mapping[tuple[str, str], float], *, nobody: float
) -> dict[tuple[str, str], float]:
    """(voice, person) -> how much of the voice the person takes, 0..1.

    ``scores``: log odds of each pair; ``nobody``: of each voice to be somebody else. Rows are scaled to 1 and columns to at
    most 1 by turns (Sinkhorn and Knopp 1967): an approximation of the pair's probability under all matchings that is good
    enough to rank by and costs nothing.
    """
    people = sorted({person for _, person in scores})
    top = max((0.0, nobody, *scores.values()))
    table = {
        voice: {
            **{p: math.exp(scores[voice, p] - top) for p in people if (voice, p) in scores},
            NOBODY: math.exp(nobody - top),
        }
        for voice in voices
    }
    for _ in range(_ROUNDS):
        for person in people:
            column = sum(row.get(person, 0.0) for row in table.values())
            if column > 1.0:
                for row in table.values():
                    if person in row:
                        row[person] /= column
        for row in table.values():
            whole = sum(row.values())
            for person in row:
                row[person] /= whole
    return {(voice, person): share for voice, row in table.items() for person, share in row.items()}
