"""The corpus: one deal's record with its windows, their vectors, and the lookups that every section needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np

from analysis.cards import Encoders
from analysis.embedders import Embedder, Vectors
from analysis.errors import ModelUnavailable
from analysis.windows import Turn, Window, build_windows, is_question, turns
from ingest.model import Mention, Person, Record, Side, Source, SourceKind, Utterance

_LOWER = re.compile(r"\b[a-z][a-z']+\b")


@dataclass(frozen=True)
class Corpus:
    """``vectors[i]`` is the unit vector of ``windows[i]`` (shape (n, d)). A place is (source key,
    ordinal). ``read[i]``: the vector of the passage of ``windows[i]``, zeros for what is no passage, shape (n, e); made by the
    reranker ``reader`` (its key), None where none reads ahead."""

    record: Record
    windows: tuple[Window, ...]
    vectors: Vectors
    embedder: Embedder
    read: Vectors | None = None
    reader: str = ""

    @property
    def encoders(self) -> Encoders:
        """Whose weights judge this corpus."""
        return Encoders(self.embedder.name, self.reader)

    # -- who and where -------------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Sources by key, in the record's order of time."""
        return {s.key: s for s in self.record.sources}

    @cached_property
    def memo(self) -> dict[str, object]:
        """What a later module made of this corpus and wants to find again."""
        return {}

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        return {p.id: p for p in self.record.people.persons}

    @cached_property
    def _utterances(self) -> Mapping[tuple[str, int], Utterance]:
        return {(s.key, u.ordinal): u for s in self.record.sources for u in s.utterances}

    def utterance(self, key: str, ordinal: int) -> Utterance:
        return self._utterances[key, ordinal]

    def has(self, key: str, ordinal: int) -> bool:
        return (key, ordinal) in self._utterances

    def person_of(self, key: str, ordinal: int) -> Person | None:
        """Who says an utterance, where its label could be resolved."""
        label = self._utterances[key, ordinal].speaker
        return self.speaker(key, label)

    def speaker(self, key: str, label: str | None) -> Person | None:
        """The person behind a source's speaker label."""
        found = self.record.people.speakers.get((key, label)) if label else None
        return self.persons.get(found) if found else None

    def side_of(self, key: str, ordinal: int) -> Side:
        person = self.person_of(key, ordinal)
        return person.side if person else Side.UNKNOWN

    @cached_property
    def _mentions(self) -> Mapping[tuple[str, int], tuple[Mention, ...]]:
        out: dict[tuple[str, int], list[Mention]] = {}
        for m in self.record.people.mentions:
            out.setdefault((m.source_key, m.ordinal), []).append(m)
        return {k: tuple(v) for k, v in out.items()}

    def mentions(self, key: str, ordinal: int) -> tuple[Mention, ...]:
        """Who is spoken of in an utterance."""
        return self._mentions.get((key, ordinal), ())

    # -- turns ---------------------------------------------------------------------------------------------

    @cached_property
    def turns(self) -> Mapping[str, tuple[Turn, ...]]:
        """The turns of each source by key, in order."""
        return {s.key: turns(s) for s in self.record.sources}

    @cached_property
    def _turn_at(self) -> Mapping[tuple[str, int], int]:
        return {(k, o): i for k, ts in self.turns.items() for i, t in enumerate(ts) for o in t.ordinals}

    def turn(self, key: str, ordinal: int) -> Turn | None:
        """The turn that an utterance stands in; None for what is not citable."""
        at = self._turn_at.get((key, ordinal))
        return None if at is None else self.turns[key][at]

    def turn_before(self, key: str, ordinal: int) -> Turn | None:
        return self._turn_near(key, ordinal, -1)

    def turn_after(self, key: str, ordinal: int) -> Turn | None:
        return self._turn_near(key, ordinal, +1)

    def _turn_near(self, key: str, ordinal: int, step: int) -> Turn | None:
        at = self._turn_at.get((key, ordinal))
        if at is None or not 0 <= at + step < len(self.turns[key]):
            return None
        return self.turns[key][at + step]

    def answers_question(self, key: str, ordinal: int) -> bool:
        """Whether the utterance stands in the turn right after somebody else's question."""
        before = self.turn_before(key, ordinal)
        return before is not None and is_question(self.utterance(key, before.ordinals[-1]).text)

    # -- time ----------------------------------------------------------------------------------------------

    def when(self, key: str, ordinal: int | None = None) -> date | None:
        """The day of a source, or of an utterance where a forward says when it was written."""
        written = self._utterances[key, ordinal].written_at if ordinal is not None else None
        value: datetime | date | None = written or self.sources[key].when
        return value.date() if isinstance(value, datetime) else value

    @cached_property
    def _position(self) -> Mapping[str, float]:
        n = max(1, len(self.record.sources) - 1)
        return {s.key: i / n for i, s in enumerate(self.record.sources)}

    def position(self, key: str) -> float:
        """Where a source stands in the deal: 0 the first, 1 the last."""
        return self._position[key]

    # -- windows -------------------------------------------------------------------------------------------

    def rows(self, kind: str) -> tuple[int, ...]:
        """The rows of ``windows``/``vectors`` of one kind: "utterance" or "window"."""
        return self._rows.get(kind, ())

    @cached_property
    def _rows(self) -> Mapping[str, tuple[int, ...]]:
        out: dict[str, list[int]] = {}
        for i, w in enumerate(self.windows):
            out.setdefault(w.kind, []).append(i)
        return {k: tuple(v) for k, v in out.items()}

    @cached_property
    def _row_of_utterance(self) -> Mapping[tuple[str, int], int]:
        return {(self.windows[i].source_key, self.windows[i].ordinals[0]): i for i in self.rows("utterance")}

    def row_of(self, key: str, ordinal: int) -> int | None:
        """The row of an utterance."""
        return self._row_of_utterance.get((key, ordinal))

    @cached_property
    def _window_of(self) -> Mapping[tuple[str, int], int]:
        return {
            (self.windows[i].source_key, o): i for i in self.rows("window") for o in self.windows[i].ordinals
        }

    def window_row_of(self, key: str, ordinal: int) -> int | None:
        """The row of the window (turn with the question before it) that holds an utterance."""
        return self._window_of.get((key, ordinal))

    # -- words ---------------------------------------------------------------------------------------------

    def citable(self) -> Iterator[tuple[Source, Utterance]]:
        """Every utterance that may be quoted, in order: those that stand in a turn."""
        for s in self.record.sources:
            for u in s.utterances:
                if (s.key, u.ordinal) in self._turn_at:
                    yield s, u

    @cached_property
    def plain_words(self) -> frozenset[str]:
        """Words that the record writes with a small letter: what is surely no name."""
        return frozenset(w for s in self.record.sources for u in s.utterances for w in _LOWER.findall(u.text))

    @cached_property
    def calls(self) -> tuple[Source, ...]:
        return tuple(s for s in self.record.sources if s.kind is SourceKind.CALL)

    @cached_property
    def mails(self) -> tuple[Source, ...]:
        return tuple(s for s in self.record.sources if s.kind is SourceKind.MAIL)


def build_corpus(record: Record, embedder: Embedder, known: Mapping[str, Vectors] | None = None) -> Corpus:
    """Cut the record into windows and embed those whose id ``known`` does not hold.

    ``known``: vectors of shape (d,) by window id, from the same embedder. Raises ``ModelUnavailable``."""
    windows = build_windows(record)
    have = known or {}
    missing = [w for w in windows if w.id not in have]
    fresh = (
        embedder.embed([w.text for w in missing])
        if missing
        else np.zeros((0, embedder.dimension), np.float32)
    )
    rows = dict(zip((w.id for w in missing), fresh, strict=True))
    vectors = np.zeros((len(windows), embedder.dimension), np.float32)
    for i, w in enumerate(windows):
        vectors[i] = rows[w.id] if w.id in rows else have[w.id]
    return Corpus(record, windows, vectors, embedder)


class _NoEmbedder:
    name, dimension = "none", 0

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        raise ModelUnavailable("this corpus was made without an embedder")


def unembedded(record: Record) -> Corpus:
    """A corpus whose vectors nobody asks for: enough for windows, turns and passages."""
    windows = build_windows(record)
    return Corpus(record, windows, np.zeros((len(windows), 0), np.float32), _NoEmbedder())


def names(persons: Iterable[Person]) -> frozenset[str]:
    """Every word, in small letters, that is part of a name or alias of these people."""
    return frozenset(
        w
        for p in persons
        for n in (p.name, *p.aliases)
        if "@" not in n
        for w in re.findall(r"[\w'’-]+", n.lower())
    )
