"""Passages: what a reranker reads of a place. A turn or mail paragraph with what stands around it, who says what in front.

The scorer of evidence and a human reader both take the turn together with the one before it (the question) and the one after it
(the reaction); people are named, since questions ask for them.
"""

from __future__ import annotations

from analysis.corpus import Corpus
from analysis.windows import Turn, Window
from ingest.model import SourceKind

AROUND = 30
"""Words of the turn before and of the turn after."""


def passage(corpus: Corpus, window: Window) -> str:
    """The text that a reranker reads for a window: what comes before, who says it: the window's own words, what comes after."""
    key, first, last = window.source_key, window.ordinals[0], window.ordinals[-1]
    own = " ".join(corpus.utterance(key, o).text for o in window.ordinals)
    before, after = corpus.turn_before(key, first), corpus.turn_after(key, last)
    source = corpus.sources[key]
    if source.kind is not SourceKind.CALL and source.title and not before:
        head = source.title
    else:
        head = _tail(corpus, before) if before else ""
    tail = _head(corpus, after) if after else ""
    return " | ".join(part for part in (head, f"{_who(corpus, key, window.speaker)}: {own}", tail) if part)


def _who(corpus: Corpus, key: str, label: str | None) -> str:
    person = corpus.speaker(key, label)
    return person.name if person else (label or "somebody")


def _tail(corpus: Corpus, turn: Turn) -> str:
    words = turn.text.split()
    return f"{_who(corpus, turn.source_key, turn.speaker)}: {' '.join(words[-AROUND:])}"


def _head(corpus: Corpus, turn: Turn) -> str:
    words = turn.text.split()
    return f"{_who(corpus, turn.source_key, turn.speaker)}: {' '.join(words[:AROUND])}"
