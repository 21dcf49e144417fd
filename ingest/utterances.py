"""Words of a recording as utterances: each word to its speaker, then cut into sentence-like pieces of one speaker."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.diarizers import Turn
from ingest.model import Utterance, Word

PAUSE_S = 2.0  # a pause that ends a piece even without a full stop; shorter ones are hesitation
MOST_WORDS = 80  # the longest quote the contract allows
NEAR_S = 2.0  # a word outside every turn belongs to the nearest one this close, else to the speaker before
STRAY_SHARE = (
    0.34  # of a sentence's words: so few by another voice are the diarizer's blur, not another speaker
)
ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|no|inc|ltd|co|jr|sr|approx|e\.g|i\.e)|\b[a-z])\.$", re.I
)
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")

Spoken = tuple[Word, str | None]


def utterances(words: Sequence[Word], turns: Sequence[Turn]) -> tuple[Utterance, ...]:
    """Utterances of ``words`` (in order of time), spoken by whom ``turns`` say. Without turns nobody is named."""
    spoken = settled(list(zip(words, speakers(words, turns), strict=True)))
    pieces = [part for sentence in sentences(spoken) for part in one_speaker(sentence)]
    return numbered(
        Utterance(
            ordinal=0,
            speaker=piece[0][1],
            text=" ".join(word.text for word, _ in piece),
            start=piece[0][0].start,
            end=max(word.end for word, _ in piece),
            words=tuple(word for word, _ in piece),
        )
        for piece in pieces
    )


def numbered(pieces: Iterator[Utterance] | Sequence[Utterance]) -> tuple[Utterance, ...]:
    """In order of time, with ordinals from 0."""
    ordered = sorted(pieces, key=lambda piece: (piece.start or 0.0, piece.end or 0.0))
    return tuple(
        Utterance(number, piece.speaker, piece.text, piece.start, piece.end, piece.words, piece.kind)
        for number, piece in enumerate(ordered)
    )


def speakers(words: Sequence[Word], turns: Sequence[Turn]) -> list[str | None]:
    """The speaker whose turn covers most of the word, else the nearest turn's, else the word before's."""
    ordered = sorted(turns, key=lambda turn: turn.start)
    starts = [turn.start for turn in ordered]
    longest = max((turn.end - turn.start for turn in ordered), default=0.0)
    out: list[str | None] = []
    for word in words:
        low = bisect.bisect_left(starts, word.start - longest - NEAR_S)
        high = bisect.bisect_right(starts, word.end + NEAR_S)
        best = max(ordered[low:high], key=lambda turn: overlap(word, turn), default=None)
        if best is not None and overlap(word, best) > -NEAR_S:
            out.append(best.speaker)
        else:
            out.append(out[-1] if out else None)
    return out


def overlap(word: Word, turn: Turn) -> float:
    """Seconds; negative: how far apart they are."""
    return min(word.end, turn.end) - max(word.start, turn.start)


def settled(spoken: Sequence[Spoken]) -> list[Spoken]:
    """A few stray words within a sentence follow its other words: people change at sentence ends far more often than
    within, and a diarizer blurs each change by half a window."""
    out: list[Spoken] = []
    for sentence in sentences(spoken):
        votes = Counter(speaker for _, speaker in sentence)
        most, count = votes.most_common(1)[0]
        if len(votes) > 1 and len(sentence) - count <= STRAY_SHARE * len(sentence):
            sentence = [(word, most) for word, _ in sentence]
        out += sentence
    return out


def sentences(spoken: Sequence[Spoken]) -> list[list[Spoken]]:
    """Cut after a sentence end, at a long pause, and at ``MOST_WORDS`` (then after a comma where there is one)."""
    out: list[list[Spoken]] = []
    held: list[Spoken] = []
    for position, item in enumerate(spoken):
        held.append(item)
        after = spoken[position + 1][0].start if position + 1 < len(spoken) else None
        if ends(item[0], after):
            out += short_enough(held)
            held = []
    return out + short_enough(held)


def ends(word: Word, next_start: float | None) -> bool:
    if next_start is not None and next_start - word.end >= PAUSE_S:
        return True
    return bool(SENTENCE_END.search(word.text)) and not ABBREVIATION.search(word.text)


def short_enough(piece: list[Spoken]) -> list[list[Spoken]]:
    out: list[list[Spoken]] = []
    while len(piece) > MOST_WORDS:
        commas = [n for n in range(MOST_WORDS // 2, MOST_WORDS) if piece[n][0].text.endswith((",", ";", ":"))]
        at = commas[-1] + 1 if commas else MOST_WORDS
        out.append(piece[:at])
        piece = piece[at:]
    return [*out, piece] if piece else out


def one_speaker(sentence: Sequence[Spoken]) -> list[list[Spoken]]:
    out: list[list[Spoken]] = []
    for item in sentence:
        if out and out[-1][-1][1] == item[1]:
            out[-1].append(item)
        else:
            out.append([item])
    return out
