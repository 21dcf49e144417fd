"""Ranking: which utterances of a deal speak of a topic, by example sentences and cues, before any LLM is
asked.

The score is the similarity to a topic's example sentences (mean of the three nearest) less the similarity to
small talk, taken from the utterance and, at a smaller weight, from its window (question and answer together),
plus cues, the weight of the speaker's side, and how often the same thing comes up elsewhere. Measured before
(shared MODELS.md): example sentences with question and answer together put the right quote first in 7 of 9
and in the first three in 9 of 9.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.corpus import Corpus
from analysis.embedders import Embedder, Vectors
from analysis.embedders.remembered import Remembered
from analysis.evidence import words
from analysis.windows import is_question
from ingest.model import Side, SourceKind
from prompts import examples

NEUTRAL = "neutral"
"""The topic of small talk and meeting upkeep that every other topic is set against."""


@dataclass(frozen=True, slots=True)
class Cue:
    pattern: re.Pattern[str]
    weight: float
    name: str


@dataclass(frozen=True, slots=True)
class CueSet:
    """Regular expressions with weights; negative weights push down. A cue counts once per utterance."""

    cues: tuple[Cue, ...]

    @staticmethod
    def of(**patterns: tuple[str, float]) -> CueSet:
        """``CueSet.of(ready=(r"let's go", 0.1), …)``; case is ignored."""
        return CueSet(tuple(Cue(re.compile(p, re.I), w, n) for n, (p, w) in patterns.items()))

    def score(self, text: str) -> dict[str, float]:
        return {c.name: c.weight for c in self.cues if c.pattern.search(text)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Consecutive utterances of one speaker in one source. ``score`` is comparable within one call of
    ``rank``."""

    key: str
    ordinals: tuple[int, ...]
    score: float
    signals: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def place(self) -> tuple[str, int]:
        return self.key, self.ordinals[0]


def rank(
    corpus: Corpus,
    topic: str,
    *,
    sides: Mapping[Side, float] | Iterable[Side] = (),
    k: int = 12,
    cues: CueSet | None = None,
    contrast: float = 0.5,
    context: float = 0.35,
    recurrence: float = 0.0,
    late: float = 0.0,
    sources: Iterable[str] = (),
    min_words: int = 5,
    questions: bool = False,
    join: bool = True,
) -> tuple[Candidate, ...]:
    """The ``k`` best places for a topic (``prompts/examples/<topic>.txt``), best first.

    ``sides``: only these sides (a mapping adds its weight to the score; UNKNOWN is only in when named).
    ``contrast``: weight of the similarity to small talk that is taken off. ``context``: weight of the turn
    with the question before it. ``recurrence``: added when other sources say the like. ``late``: added in
    proportion to the place in the deal (negative: early). ``sources``: only these keys. ``questions``:
    whether questions may be candidates. ``join``: neighbouring hits of one turn become one candidate."""
    rows = _eligible(corpus, sides, frozenset(sources), min_words, questions)
    if not rows:
        return ()
    weights = dict(sides) if isinstance(sides, Mapping) else dict[Side, float]()
    wins = [corpus.windows[i] for i in rows]
    window_rows = [corpus.window_row_of(w.source_key, w.ordinals[0]) for w in wins]
    near = topic_similarity(corpus, topic, rows) - contrast * topic_similarity(corpus, NEUTRAL, rows)
    around = [r if r is not None else i for i, r in zip(rows, window_rows, strict=True)]
    wide = topic_similarity(corpus, topic, around) - contrast * topic_similarity(corpus, NEUTRAL, around)
    echo = _recurrence(corpus, rows) if recurrence else np.zeros(len(rows), np.float32)
    out: list[Candidate] = []
    for j, w in enumerate(wins):
        signals = {"topic": float(near[j]), "context": context * float(wide[j])}
        signals |= cues.score(w.text) if cues else {}
        signals["side"] = weights.get(Side(w.side), 0.0)
        signals["recurrence"] = recurrence * float(echo[j])
        signals["late"] = late * corpus.position(w.source_key)
        signals["length"] = 0.03 * min(1.0, len(w.text.split()) / 14) - 0.03
        score = sum(signals.values())
        out.append(
            Candidate(w.source_key, w.ordinals, score, {n: round(v, 4) for n, v in signals.items() if v})
        )
    out.sort(key=lambda c: -c.score)
    return joined(corpus, out, k) if join else tuple(out[:k])


def topic_similarity(corpus: Corpus, topic: str, rows: Sequence[int]) -> NDArray[np.float32]:
    """For each row of the corpus: the mean of its three largest cosines with the topic's example
    sentences."""
    return nearest(corpus.vectors[list(rows)], topic_vectors(corpus.embedder, topic))


def nearest(vectors: Vectors, sentences: Vectors) -> NDArray[np.float32]:
    """Mean of the three largest cosines of each row with ``sentences``."""
    sims = vectors @ sentences.T
    top = min(3, sims.shape[1])
    return np.sort(sims, axis=1)[:, -top:].mean(axis=1, dtype=np.float32)


_topics: dict[tuple[str, str], Vectors] = {}


def topic_vectors(embedder: Embedder, topic: str) -> Vectors:
    """The vectors of a topic's example sentences, shape (n, d). Kept for the life of the process."""
    lines = examples(topic)
    key = (embedder.name, hashlib.sha256("\n".join(lines).encode()).hexdigest())
    if key not in _topics:
        remembered = isinstance(embedder, Remembered)
        _topics[key] = embedder.remember(lines) if remembered else embedder.embed(lines)
    return _topics[key]


def similar(
    corpus: Corpus, place: tuple[str, int], *, k: int = 8, sides: Iterable[Side] = (), later: bool = False
) -> tuple[Candidate, ...]:
    """The utterances nearest in meaning to one utterance, itself left out; ``later``: only of sources after
    its own."""
    row = corpus.row_of(*place)
    if row is None:
        return ()
    rows = [
        i
        for i in _eligible(corpus, sides, frozenset(), 4, False)
        if i != row
        and (not later or corpus.position(corpus.windows[i].source_key) > corpus.position(place[0]))
    ]
    if not rows:
        return ()
    sims = corpus.vectors[rows] @ corpus.vectors[row]
    order = np.argsort(-sims)[:k]
    return tuple(
        Candidate(corpus.windows[rows[j]].source_key, corpus.windows[rows[j]].ordinals, float(sims[j]))
        for j in order
    )


def joined(corpus: Corpus, ranked: Sequence[Candidate], k: int) -> tuple[Candidate, ...]:
    """The first ``k`` candidates, where lower ones that stand next to a higher one in its turn have become
    part of it, as long as the whole has at most 60 words."""
    kept: list[Candidate] = []
    for c in ranked[: 4 * k]:
        at = next((i for i, o in enumerate(kept) if _touches(corpus, o, c)), None)
        if at is None:
            if len(kept) < k:
                kept.append(c)
            continue
        both = tuple(sorted({*kept[at].ordinals, *c.ordinals}))
        text = " ".join(corpus.utterance(c.key, o).text for o in both)
        if len(words(text)) <= 60:
            kept[at] = Candidate(c.key, both, kept[at].score, kept[at].signals)
    return tuple(kept)


def _touches(corpus: Corpus, kept: Candidate, new: Candidate) -> bool:
    if kept.key != new.key or corpus.sources[new.key].kind is not SourceKind.CALL:
        return False
    turn = corpus.turn(*kept.place)
    near = min(abs(a - b) for a in kept.ordinals for b in new.ordinals) <= 1
    return near and turn is not None and new.ordinals[0] in turn.ordinals


def _eligible(
    corpus: Corpus, sides: Iterable[Side], sources: frozenset[str], min_words: int, questions: bool
) -> list[int]:
    allowed = frozenset(s.value for s in sides)
    out: list[int] = []
    for i in corpus.rows("utterance"):
        w = corpus.windows[i]
        if (allowed and w.side not in allowed) or (sources and w.source_key not in sources):
            continue
        if len(w.text.split()) < min_words or (not questions and is_question(w.text)):
            continue
        out.append(i)
    return out


def _recurrence(corpus: Corpus, rows: Sequence[int], threshold: float = 0.5) -> NDArray[np.float32]:
    """For each row the share (0..1, full at 3) of other sources that hold an utterance with a cosine above
    ``threshold``."""
    vectors = corpus.vectors[list(rows)]
    every = list(corpus.rows("utterance"))
    keys = np.array([corpus.windows[i].source_key for i in every])
    own = np.array([corpus.windows[i].source_key for i in rows])
    found = np.zeros(len(rows), np.float32)
    for key in dict.fromkeys(keys.tolist()):
        columns = corpus.vectors[[i for i, k in zip(every, keys, strict=True) if k == key]]
        found += ((vectors @ columns.T).max(axis=1) > threshold) & (own != key)
    return np.minimum(found / 3.0, 1.0).astype(np.float32)
