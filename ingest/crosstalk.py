"""Which utterances were spoken while another person spoke too.

Only sources that keep their speakers apart can tell: stereo calls with a side a channel, and imported transcripts with start
and end times. Voices told apart by sound on one channel never overlap, so nothing is marked there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.model import Utterance

LEAST_S = 0.3  # shorter is a change of turns without a pause, not talking over somebody
PAUSE_S = 0.3  # a pause between two words of one utterance in which another may speak without cross-talk
MOST_AT_ONCE = 64  # spans held open together: more is a broken transcript, and must not cost its square


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds in the source."""

    start: float
    end: float
    speaker: str
    ordinal: int


def overlapping(utterances: Sequence[Utterance]) -> frozenset[int]:
    """The ordinals of the utterances that share at least ``LEAST_S`` seconds with another speaker's.

    Word times are used where there are any, so that a word put into another's pause does not count. Utterances without
    times or without a speaker are never marked.
    """
    shared: Counter[int] = Counter()
    open_spans: list[Span] = []
    for span in sorted(spans(utterances), key=lambda span: (span.start, span.end)):
        open_spans = [held for held in open_spans if held.end > span.start][-MOST_AT_ONCE:]
        for held in open_spans:
            if held.speaker != span.speaker:
                both = min(held.end, span.end) - span.start
                shared[held.ordinal] += _milliseconds(both)
                shared[span.ordinal] += _milliseconds(both)
        open_spans.append(span)
    return frozenset(ordinal for ordinal, both in shared.items() if both >= _milliseconds(LEAST_S))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def spans(utterances: Iterable[Utterance]) -> Iterator[Span]:
    """The stretches in which each utterance is really spoken."""
    for utterance in utterances:
        if utterance.speaker is None or utterance.start is None or utterance.end is None:
            continue
        start, end = utterance.start, utterance.end
        if utterance.words:
            start, end = utterance.words[0].start, utterance.words[0].end
            for word in utterance.words[1:]:
                if word.start - end > PAUSE_S:
                    yield Span(start, end, utterance.speaker, utterance.ordinal)
                    start = word.start
                end = max(end, word.end)
        if end > start:
            yield Span(start, end, utterance.speaker, utterance.ordinal)
