"""Word error rate as the field takes it: Whisper's English normaliser, then word-level Levenshtein distance."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from bench.speech.references import Cue
from ingest.model import Utterance

NEAR_S = 15.0  # how far from a cue its own words are looked for


@cache
def normaliser() -> Callable[[str], str]:
    from whisper.normalizers import EnglishTextNormalizer

    return EnglishTextNormalizer()


def words(text: str) -> list[str]:
    return normaliser()(text).split()


def edits(reference: Sequence[str], found: Sequence[str]) -> int:
    """Insertions, deletions and substitutions between two lists of words, as few as will do."""
    row = np.arange(len(found) + 1)
    these = np.array(found, dtype=object)
    for number, word in enumerate(reference, start=1):
        fresh = np.empty_like(row)
        fresh[0] = number
        fresh[1:] = np.minimum(row[:-1] + (these != word), row[1:] + 1)
        row = np.minimum.accumulate(fresh - np.arange(len(row))) + np.arange(len(row))
    return int(row[-1])


def start_errors(cues: Sequence[Cue], spoken: Sequence[Utterance]) -> list[float]:
    """For each reference cue of three words or more whose beginning is found: seconds between it and where our
    first word of it starts."""
    heard = [(bare(w.text), w.start) for u in spoken for w in u.words]
    out: list[float] = []
    for cue in cues:
        tokens = [bare(token) for token in cue.text.split()]
        if len(tokens) < 3:
            continue
        near = [
            at
            for n, (_, at) in enumerate(heard)
            if abs(at - cue.start) < NEAR_S and [w for w, _ in heard[n : n + 3]] == tokens[:3]
        ]
        if near:
            out.append(min((at - cue.start for at in near), key=abs))
    return out


def bare(word: str) -> str:
    return re.sub(r"\W", "", word.lower())
