"""A list of edits applied in order over a transcript.

An edit finds its utterances by their words and times. After another engine transcribed the same recording some
find theirs and some do not: those are passed over and named, never dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.editing.edits import Anchor, TranscriptEdit
from ingest.editing.words import cut, in_order, retimed
from ingest.model import Utterance

NEAR_S = 1.0  # how far an utterance with the same words may have moved and still be the same one


@dataclass(frozen=True, slots=True)
class Applied:
    """``fits[i]``: whether edit ``i`` found its utterances."""

    utterances: tuple[Utterance, ...]
    fits: tuple[bool, ...]


def apply(utterances: Sequence[Utterance], edits: Sequence[TranscriptEdit]) -> Applied:
    """The utterances after the edits, with ordinals from 0 without holes. The given ones are not changed."""
    standing = list(utterances)
    fits: list[bool] = []
    for edit in edits:
        changed = _applied(standing, edit)
        fits.append(changed is not None)
        if changed is not None:
            standing = [u if u.ordinal == n else replace(u, ordinal=n) for n, u in enumerate(changed)]
    return Applied(tuple(standing), tuple(fits))


def _applied(standing: list[Utterance], edit: TranscriptEdit) -> list[Utterance] | None:
    places = [_place(standing, anchor) for anchor in edit.at]
    found = [p for p in places if p is not None]
    if edit.kind == "speaker":  # of several utterances those that are still there
        chosen = set(found)
        if not chosen:
            return None
        return [replace(u, speaker=edit.value) if n in chosen else u for n, u in enumerate(standing)]
    if not found or len(found) < len(places):
        return None
    at, utterance = found[0], standing[found[0]]
    if edit.kind == "text":
        return [*standing[:at], _corrected(utterance, edit.value), *standing[at + 1 :]]
    if edit.kind == "split":
        if not 0 < edit.word < len(utterance.text.split()):
            return None
        return [*standing[:at], *_halves(utterance, edit.word), *standing[at + 1 :]]
    if found != [at, at + 1]:
        return None
    return [*standing[:at], _merged(utterance, standing[at + 1]), *standing[at + 2 :]]


def _place(standing: Sequence[Utterance], anchor: Anchor) -> int | None:
    """Where an anchor's utterance stands now: at its ordinal, else the nearest with the same words."""
    if anchor.ordinal < len(standing) and _is(standing[anchor.ordinal], anchor):
        return anchor.ordinal
    same = [n for n, u in enumerate(standing) if _is(u, anchor)]
    return min(same, key=lambda n: _away(standing[n], n, anchor), default=None)


def _is(utterance: Utterance, anchor: Anchor) -> bool:
    if utterance.text != anchor.text:
        return False
    if utterance.start is None or anchor.start is None:
        return utterance.start == anchor.start
    return abs(utterance.start - anchor.start) <= NEAR_S


def _away(utterance: Utterance, place: int, anchor: Anchor) -> tuple[float, int]:
    seconds = abs((utterance.start or 0.0) - (anchor.start or 0.0))
    return seconds, abs(place - anchor.ordinal)


def _corrected(utterance: Utterance, text: str) -> Utterance:
    words = retimed(utterance.words, text.split(), utterance.start, utterance.end)
    return replace(utterance, text=text, words=words)


def _halves(utterance: Utterance, word: int) -> tuple[Utterance, Utterance]:
    tokens = utterance.text.split()
    first, second = cut(utterance.words, tokens, word)
    middle, after = _cut_times(utterance, word)
    if first:
        middle = max(w.end for w in first)
    if second:
        after = second[0].start
    return (
        replace(utterance, text=" ".join(tokens[:word]), end=middle, words=first),
        replace(utterance, text=" ".join(tokens[word:]), start=after, words=second),
    )


def _cut_times(utterance: Utterance, word: int) -> tuple[float | None, float | None]:
    """The end of the first half and the start of the second where no word is timed: in proportion to letters;
    where only the start is known, both begin there."""
    if utterance.start is None or utterance.end is None:
        return utterance.end, utterance.start
    tokens = utterance.text.split()
    share = sum(map(len, tokens[:word])) / max(1, sum(map(len, tokens)))
    at = round(utterance.start + share * (utterance.end - utterance.start), 3)
    return at, at


def _merged(first: Utterance, second: Utterance) -> Utterance:
    ends = [e for e in (first.end, second.end) if e is not None]
    return replace(
        first,
        text=f"{first.text} {second.text}",
        start=first.start if first.start is not None else second.start,
        end=max(ends) if len(ends) == 2 or second.end is not None else None,
        words=in_order((*first.words, *second.words)),
    )
