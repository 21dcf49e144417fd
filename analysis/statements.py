"""Statements: every citable utterance of a deal with what a good reader weighs before reading on.

A section asks for the similarity of all statements to a topic (``near``), as standard scores within the
deal, and adds what stands in no embedding: who speaks, on which side, where in the deal, and how much the
sentence commits its speaker. On the visible deals evidence of every kind is long, declarative, modal,
negated or dated about three times as often as other talk (``docs/quality.md``), hence ``assertion``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.corpus import Corpus
from analysis.heads import EXAMPLES_OF, Features, open_heads
from analysis.ranking import NEUTRAL, Candidate, topic_similarity
from analysis.signs import FORCE, signs
from analysis.windows import is_question
from ingest.model import Side, SourceKind

Scores = NDArray[np.float64]
"""Shape (n,), one number a statement."""

_CONTEXT, _CONTRAST = 0.35, 0.5
_LEARNT, _SPREAD = 1.0, 0.35


@dataclass(frozen=True, slots=True)
class Statement:
    """``assertion``: 0 (an aside) to about 4. ``position``: 0 the first source, 1 the last."""

    row: int
    key: str
    ordinal: int
    text: str
    person: str | None
    side: Side
    mail: bool
    position: float
    assertion: float

    @property
    def place(self) -> tuple[str, int]:
        return self.key, self.ordinal


@dataclass(frozen=True)
class Statements:
    """All citable utterances of at least ``min_words`` words that are no questions, in the record's order."""

    corpus: Corpus
    all: tuple[Statement, ...]

    def __len__(self) -> int:
        return len(self.all)

    @cached_property
    def _rows(self) -> list[int]:
        return [s.row for s in self.all]

    @cached_property
    def _around(self) -> list[int]:
        found = (self.corpus.window_row_of(*s.place) for s in self.all)
        return [s.row if r is None else r for s, r in zip(self.all, found, strict=True)]

    @cached_property
    def _cache(self) -> dict[str, Scores]:
        return {}

    def near(self, topic: str) -> Scores:
        """How near each statement is to a topic's example sentences, less small talk: standard scores
        within the deal, so that 2 is rare whatever the embedder."""
        if topic not in self._cache:
            self._cache[topic] = standard(self._raw(topic) - _CONTRAST * self._raw(NEUTRAL))
        return self._cache[topic]

    def raw(self, topic: str) -> Scores:
        """The plain similarity (mean of the three nearest examples, utterance and window), comparable
        over deals."""
        return self._raw(topic) / (1 + _CONTEXT)

    def _raw(self, topic: str) -> Scores:
        key = f"raw {topic}"
        if key not in self._cache:
            own = topic_similarity(self.corpus, topic, self._rows)
            wide = topic_similarity(self.corpus, topic, self._around)
            self._cache[key] = (own + _CONTEXT * wide).astype(np.float64)
        return self._cache[key]

    def carries(self, label: str) -> Scores:
        """How much each statement carries a label of the training corpus (``training/README.md``), as
        standard scores: the learnt head and the nearness to the example sentences, equally. The nearness alone
        where the embedder has no heads or they lack the label."""
        key = f"carries {label}"
        if key not in self._cache:
            near, learnt = self.near(EXAMPLES_OF.get(label, label)), self.learnt(label)
            self._cache[key] = near if learnt is None else standard(near + _LEARNT * learnt)
        return self._cache[key]

    def learnt(self, label: str) -> Scores | None:
        """What the head of a label says, as standard scores within the deal; None without one."""
        found = self._heads.get(label)
        return None if found is None else standard(found)

    def strength(self, label: str) -> Scores:
        """What the head of a label says, comparable over deals: about 0 in most talk, 1 and more where it is
        clear. Without heads the nearness to the examples, brought to the same spread."""
        found = self._heads.get(label)
        return _SPREAD * self.near(EXAMPLES_OF.get(label, label)) if found is None else found

    @cached_property
    def _heads(self) -> Mapping[str, Scores]:
        heads = open_heads(self.corpus.encoders)
        if heads is None or not self.all:
            return {}
        scores = heads.scores(self.features(heads.topics))
        return {label: scores[:, j] for j, label in enumerate(heads.labels)}

    def features(self, topics: Sequence[str]) -> Features:
        """What the heads read of each statement; ``topics``: the example files to compare with."""
        vectors, read = self.corpus.vectors, self.corpus.read
        return Features(
            own=vectors[self._rows],
            around=vectors[self._around],
            near=np.stack([self._raw(t) for t in topics], axis=1),
            signs=np.array(
                [signs(s.text, mail=s.mail, answer=self.corpus.answers_question(*s.place)) for s in self.all]
            ),
            read=np.zeros((len(self.all), 0), np.float32) if read is None else read[self._around],
        )

    def mix(self, weights: Mapping[str, float]) -> Scores:
        """A weighted sum of topics' standard scores; the name "assertion" stands for that."""
        total = np.zeros(len(self.all))
        for name, weight in weights.items():
            total += weight * (self.assertion if name == "assertion" else self.near(name))
        return total

    @cached_property
    def assertion(self) -> Scores:
        """Standard scores of ``Statement.assertion``."""
        return standard(np.array([s.assertion for s in self.all]))

    @cached_property
    def position(self) -> Scores:
        return np.array([s.position for s in self.all])

    def is_side(self, *sides: Side) -> NDArray[np.bool_]:
        return np.array([s.side in sides for s in self.all], bool)

    @cached_property
    def buyers(self) -> NDArray[np.bool_]:
        """Said by somebody of the buyer's side. A speaker whose side is unknown is nobody's evidence."""
        return self.is_side(Side.BUYER)

    @cached_property
    def index(self) -> Mapping[tuple[str, int], int]:
        return {s.place: i for i, s in enumerate(self.all)}

    def turn_text(self, i: int) -> str:
        """The whole turn of a call that a statement stands in; a mail's statement alone."""
        s = self.all[i]
        turn = None if s.mail else self.corpus.turn(*s.place)
        if turn is None:
            return s.text
        return " ".join(self.corpus.utterance(s.key, ordinal).text for ordinal in turn.ordinals)

    def vector(self, i: int) -> NDArray[np.float32]:
        return self.corpus.vectors[self.all[i].row]

    def similarity(self, left: int, right: int) -> float:
        """The cosine of two statements."""
        return float(self.vector(left) @ self.vector(right))


def statements(corpus: Corpus, *, min_words: int = 4) -> Statements:
    """The statements of a deal; made once a corpus, since every section asks for them."""
    kept = corpus.memo.get(f"statements {min_words}")
    if isinstance(kept, Statements):
        return kept
    out: list[Statement] = []
    for row in corpus.rows("utterance"):
        w = corpus.windows[row]
        if len(w.text.split()) < min_words or is_question(w.text):
            continue
        source = corpus.sources[w.source_key]
        out.append(
            Statement(
                row,
                w.source_key,
                w.ordinals[0],
                w.text,
                w.person_id,
                Side(w.side) if w.side in set(Side) else Side.UNKNOWN,
                source.kind is SourceKind.MAIL,
                corpus.position(w.source_key),
                assertion(w.text),
            )
        )
    made = Statements(corpus, tuple(out))
    corpus.memo[f"statements {min_words}"] = made
    return made


def assertion(text: str) -> float:
    """How much a sentence commits its speaker: will and must, no and never, dates, reasons, the first
    person, and length up to 30 words."""
    found = sum(weight for weight, pattern in FORCE if pattern.search(text))
    return found + 0.6 * math.log(min(30, max(1, len(text.split()))) / 4.0)


def standard(values: Scores) -> Scores:
    """Standard scores; zeros where all values are the same."""
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros(len(values))


def mean_of_best(scores: Scores) -> float:
    """The mean of the three highest, so that one sentence more or less moves little; 0 without any."""
    return float(np.sort(scores)[-3:].mean()) if len(scores) else 0.0


def best(scores: Scores, allowed: NDArray[np.bool_], k: int) -> list[int]:
    """The ``k`` best indices among the allowed, best first; ties in the order of the record."""
    order = np.argsort(-scores, kind="stable")
    return [int(i) for i in order if allowed[i]][:k]


def passage(found: Statements, i: int, *, limit: int = 60) -> Candidate:
    """A statement with its neighbours of the same turn, as long as they assert something and the whole
    has at most ``limit`` words: what is cited, so that a reader sees the sentence in its place."""
    s = found.all[i]
    turn = found.corpus.turn(*s.place)
    if s.mail or turn is None:
        return Candidate(s.key, (s.ordinal,), 0.0)
    at = turn.ordinals.index(s.ordinal)
    chosen, words = [s.ordinal], len(s.text.split())
    for step in (1, -1, 2, -2):
        j = at + step
        if not 0 <= j < len(turn.ordinals) or (
            abs(step) == 2 and turn.ordinals[at + step // 2] not in chosen
        ):
            continue
        text = found.corpus.utterance(s.key, turn.ordinals[j]).text
        if words + len(text.split()) > limit:
            continue
        chosen.append(turn.ordinals[j])
        words += len(text.split())
    return Candidate(s.key, tuple(sorted(chosen)), 0.0)


def spread_out(
    found: Statements, ranked: Sequence[int], k: int, *, apart: int = 3, alike: float = 0.8
) -> list[int]:
    """The first ``k`` of ``ranked`` that neither stand within ``apart`` utterances of one kept nor say
    the same."""
    kept: list[int] = []
    for i in ranked:
        s = found.all[i]
        if any(_close(s, found.all[j], apart) or found.similarity(i, j) > alike for j in kept):
            continue
        kept.append(i)
        if len(kept) == k:
            break
    return kept


def _close(left: Statement, right: Statement, apart: int) -> bool:
    return left.key == right.key and not left.mail and abs(left.ordinal - right.ordinal) <= apart


def of_persons(found: Statements, values: Mapping[str, float], default: float = 0.0) -> Scores:
    """For each statement the value of its speaker."""
    return np.array([values.get(s.person or "", default) for s in found.all])


def only(found: Statements, indices: Iterable[int]) -> NDArray[np.bool_]:
    """A mask of the given indices."""
    mask = np.zeros(len(found.all), bool)
    mask[list(indices)] = True
    return mask
