"""Where the words of a call went when its transcript was corrected: a span of the old words as a span of the new."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, groupby

from analysis.evidence import fold
from analysis.windows import CITABLE
from ingest.editing.words import plain
from ingest.model import Source, Utterance

LONG = 3000  # words beyond which difflib may pass over frequent ones: another engine's hour, not a correction


@dataclass(frozen=True, slots=True)
class Span:
    """Words ``start`` to ``end`` (exclusive) of a transcript. ``kept``: the share of the old words still there."""

    start: int
    end: int
    kept: float = 1.0


class Spoken:
    """The words of a call in a row, each with its utterance."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.utterances = [u for u in source.utterances if u.kind in CITABLE and u.text.strip()]
        lists = [fold(u.text).split(" ") for u in self.utterances]
        self.tokens = [t for tokens in lists for t in tokens]
        self.first = [0, *accumulate(map(len, lists))]  # of each utterance, in words

    @cached_property
    def _at(self) -> list[int]:
        """The character at which each word begins in the whole text."""
        return [0, *accumulate(len(t) + 1 for t in self.tokens)]

    @cached_property
    def text(self) -> str:
        return " ".join(self.tokens)

    def utterance_at(self, word: int) -> int:
        """The place, in ``utterances``, of a word's utterance."""
        return bisect_right(self.first, word) - 1

    def find(self, quote: str, ordinals: Sequence[int] = ()) -> Span | None:
        """Where a quote stands, at ``ordinals`` where it stands there."""
        near = next((n for n, u in enumerate(self.utterances) if u.ordinal in ordinals), 0)
        begin = self._at[self.first[near]] if self.utterances else 0
        folded = fold(quote)
        char = self.text.find(folded, begin)
        char = char if char >= 0 else self.text.find(folded)
        if char < 0 or not folded:
            return None
        return Span(bisect_right(self._at, char) - 1, bisect_right(self._at, char + len(folded) - 1))

    def said(self, span: Span) -> str:
        return " ".join(self.tokens[span.start : span.end])

    def longest_run(self, span: Span) -> tuple[Span, list[Utterance]] | None:
        """The longest part of a span that one speaker says in a row, and its utterances."""
        if span.end <= span.start:
            return None
        runs: list[tuple[Span, list[Utterance]]] = []
        places = range(self.utterance_at(span.start), self.utterance_at(span.end - 1) + 1)
        # by speaker in a row of the source, so that what is not citable between two utterances parts them
        for _, group in groupby(places, key=lambda n: self._run_of[n]):
            run = list(group)
            part = Span(
                max(span.start, self.first[run[0]]), min(span.end, self.first[run[-1] + 1]), span.kept
            )
            runs.append((part, [self.utterances[n] for n in run]))
        return max(runs, key=lambda r: r[0].end - r[0].start)

    @cached_property
    def _run_of(self) -> list[int]:
        numbers: dict[int, int] = {}
        for number, (_, run) in enumerate(groupby(self.source.utterances, key=lambda u: u.speaker)):
            numbers |= {u.ordinal: number for u in run}
        return [numbers[u.ordinal] for u in self.utterances]

    def times(self, span: Span) -> tuple[float | None, float | None]:
        """Seconds at which the words of a span begin and end."""
        return self._time(span.start, begin=True), self._time(span.end - 1, begin=False)

    def _time(self, word: int, *, begin: bool) -> float | None:
        place = self.utterance_at(word)
        utterance, at = self.utterances[place], word - self.first[place]
        count = self.first[place + 1] - self.first[place]
        if len(utterance.words) == count:
            return utterance.words[at].start if begin else utterance.words[at].end
        if utterance.start is None or utterance.end is None:
            return utterance.start if begin else utterance.end
        share = (at if begin else at + 1) / count
        return round(utterance.start + share * (utterance.end - utterance.start), 3)


class Moves:
    def __init__(self, before: Source, after: Source) -> None:
        self.before, self.after = Spoken(before), Spoken(after)
        old, new = [plain(t) for t in self.before.tokens], [plain(t) for t in self.after.tokens]
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        middle = SequenceMatcher(
            None,
            old[head : len(old) - tail],
            new[head : len(new) - tail],
            autojunk=len(old) - head - tail > LONG,
        )
        # (equal, from, to of the old words, from, to of the new)
        self._blocks = [(True, 0, head, 0, head)]
        for tag, i1, i2, j1, j2 in middle.get_opcodes():
            self._blocks.append((tag == "equal", head + i1, head + i2, head + j1, head + j2))
        self._blocks.append((True, len(old) - tail, len(old), len(new) - tail, len(new)))

    def moved(self, span: Span) -> Span:
        """The new words in the place of the old ones of ``span``; empty where they are gone."""
        kept = sum(
            max(0, min(i2, span.end) - max(i1, span.start)) for equal, i1, i2, _, _ in self._blocks if equal
        )
        start, end = self._new(span.start, begin=True), self._new(span.end - 1, begin=False)
        return Span(start, max(start, end), kept / max(1, span.end - span.start))

    def _new(self, word: int, *, begin: bool) -> int:
        """The new place of a word's beginning or end."""
        for equal, i1, i2, j1, j2 in self._blocks:
            if not i1 <= word < i2:
                continue
            edge = word - i1 + (0 if begin else 1)
            return j1 + edge if equal else j1 + round(edge / (i2 - i1) * (j2 - j1))
        return len(self.after.tokens)

    def phrase(self, text: str) -> str | None:
        """What became of words that stood in the old transcript; None for words that did not, or did not change."""
        bare = text.rstrip(" …")
        span = self.before.find(bare) if len(bare.split()) > 1 else None
        if span is None:
            return None
        was, now = self.before.said(span), self.after.said(self.moved(span))
        if was == now or not now:
            return None
        return bare.replace(was, now) + text[len(bare) :] if was in bare else now + text[len(bare) :]

    def ordinals(self, old: Sequence[int]) -> list[int]:
        """The utterances in which the words of these utterances stand now."""
        places = [n for n, u in enumerate(self.before.utterances) if u.ordinal in old]
        out: list[int] = []
        for place in places:
            span = self.moved(Span(self.before.first[place], self.before.first[place + 1]))
            for word in range(span.start, span.end):
                ordinal = self.after.utterances[self.after.utterance_at(word)].ordinal
                if ordinal not in out:
                    out.append(ordinal)
        return out
