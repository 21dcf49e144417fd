"""Engines that give one long list of words: cut into sentences by speaker, full stop and pause."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.model import Word
from ingest.transcripts.clock import usable
from ingest.transcripts.cue import Cue

_PAUSE = 1.5  # seconds of silence that end a sentence of an engine without punctuation
_MAX_WORDS = 60
_STOPS = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word as an engine gives it. ``glue``: written without a blank before it (punctuation)."""

    text: str
    start: float | None
    end: float | None
    speaker: str | None = None
    probability: float | None = None
    glue: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody's turn on the clock, for engines that list speakers apart from words."""

    start: float
    end: float
    speaker: str


def sentences(words: Iterable[Spoken]) -> tuple[Cue, ...]:
    """Cues out of words in order of time. The words of all cues, joined by blanks, are the words given."""
    cues: list[Cue] = []
    group: list[Spoken] = []
    for word in words:
        if group and not word.glue and _ends(group, word):
            cues.append(_cue(group))
            group = []
        group.append(word)
    if group:
        cues.append(_cue(group))
    return tuple(cue for cue in cues if cue.text)


def speakers_of(words: Iterable[Spoken], stretches: Iterable[Stretch]) -> list[Spoken]:
    """Words with the speaker whose stretch holds their middle, else the one who began last before it."""
    ordered = sorted(stretches, key=lambda stretch: stretch.start)
    starts = [stretch.start for stretch in ordered]
    named: list[Spoken] = []
    for word in words:
        if word.start is None or not ordered:
            speaker = named[-1].speaker if named else None
        else:
            middle = (word.start + (word.end if word.end is not None else word.start)) / 2
            speaker = ordered[max(bisect_right(starts, middle) - 1, 0)].speaker
        named.append(replace(word, speaker=speaker))
    return named


def timed(words: Sequence[Spoken], start: float | None, end: float | None) -> tuple[Word, ...]:
    """``Word`` values; words without times (numbers and prices, in WhisperX) get the gap they stand in.

    ``start``, ``end``: those of the segment, for words at its edges.
    """
    result: list[Word] = []
    for at, word in enumerate(words):
        low = usable(word.start)
        if low is None:
            low = result[-1].end if result else usable(start)
        high = usable(word.end)
        if high is None:
            later = (usable(other.start) for other in words[at + 1 : at + 20])
            high = next((time for time in later if time is not None), usable(end))
        if low is not None and high is not None:
            result.append(Word(low, max(low, high), word.text.strip(), word.probability))
    return tuple(result)


def _ends(group: Sequence[Spoken], word: Spoken) -> bool:
    last = group[-1]
    if word.speaker != last.speaker or len(group) >= _MAX_WORDS:
        return True
    if word.start is not None and last.end is not None and word.start - last.end > _PAUSE:
        return True
    return last.text.rstrip("\"'”’)").endswith(_STOPS)


def _cue(group: Sequence[Spoken]) -> Cue:
    text = "".join(("" if word.glue else " ") + word.text.strip() for word in group).strip()
    start = next((word.start for word in group if word.start is not None), None)
    end = next((word.end for word in reversed(group) if word.end is not None), None)
    spoken = _glued(group)
    return Cue(text, group[0].speaker, start, end, timed(spoken, start, end))


def _glued(group: Sequence[Spoken]) -> list[Spoken]:
    """Punctuation becomes part of the word before it, so that words joined by blanks are the text."""
    whole: list[Spoken] = []
    for word in group:
        if word.glue and whole:
            whole[-1] = replace(whole[-1], text=whole[-1].text.strip() + word.text.strip())
        else:
            whole.append(word)
    return whole
