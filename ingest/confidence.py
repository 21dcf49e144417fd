"""How sure the transcriber was: of an utterance, and which of its words to doubt. Pure functions over word probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.model import Utterance

DOUBTFUL = 0.5
"""Word probability below which a word is shown as doubtful (``python -m bench.doubt``, docs/speech.md)."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word heard unsure. ``text[start:end]`` of its utterance is the word; ``probability`` 0..1."""

    start: int
    end: int
    probability: float


def confidence(utterance: Utterance) -> float | None:
    """The mean probability of the utterance's words, 0..1. None where the engine gave none: imported transcripts, words
    that a person typed."""
    known = [word.probability for word in utterance.words if word.probability is not None]
    return sum(known) / len(known) if known else None


def doubts(utterance: Utterance, below: float = DOUBTFUL) -> Iterator[Doubt]:
    """The words with a probability under ``below``, in order.

    Words are looked up in the text one after the other. One that is no longer there (the text was corrected) is passed over.
    """
    at = 0
    for word in utterance.words:
        token = word.text.strip()
        found = utterance.text.find(token, at) if token else -1
        if found < 0:
            continue
        at = found + len(token)
        if word.probability is not None and word.probability < below:
            yield Doubt(found, at, word.probability)
