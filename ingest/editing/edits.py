"""One correction of a transcript, and how it is made from what stands there now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.model import Utterance

Kind = Literal["text", "split", "merge", "speaker"]
MOST_LETTERS = 4000  # of a corrected utterance: eighty words are some 500


class UnfitEdit(Exception):
    """An edit that cannot be made of the transcript as it stands; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An utterance as it stood when it was edited. ``start`` in seconds, None where there are no times."""

    ordinal: int
    text: str
    start: float | None = None


@dataclass(frozen=True, slots=True)
class TranscriptEdit:
    """
    text:    the words of the one utterance are ``value``
    split:   the one utterance is cut before its word ``word``, counted from 0
    merge:   the two neighbours are one utterance of the first one's speaker
    speaker: the utterances are said by the label ``value``; ``person`` is the id of whom the editor meant by it,
             where the label was made for this edit

    Every edit names the utterances as they stood, so that it still finds them when others were edited before.
    """

    kind: Kind
    at: tuple[Anchor, ...]
    value: str = ""
    word: int = 0
    person: str | None = None


def correct(utterances: Sequence[Utterance], ordinal: int, text: str) -> TranscriptEdit:
    """Raises ``UnfitEdit`` for no words (nothing is ever deleted), too many, or the same ones."""
    standing = _at(utterances, ordinal)
    folded = " ".join(text.split())
    if not folded:
        raise UnfitEdit("an utterance keeps at least one word: write what was said")
    if len(folded) > MOST_LETTERS:
        raise UnfitEdit(f"that is {len(folded)} characters for one utterance: at most {MOST_LETTERS}")
    if folded == standing.text:
        raise UnfitEdit("these are the words that stand there already")
    return TranscriptEdit("text", (_anchor(standing),), value=folded)


def split(utterances: Sequence[Utterance], ordinal: int, word: int) -> TranscriptEdit:
    """Raises ``UnfitEdit`` where a side would be empty."""
    standing = _at(utterances, ordinal)
    count = len(standing.text.split())
    if not 0 < word < count:
        raise UnfitEdit(
            f"an utterance of {count} words is split before one of its words 1 to {count - 1}: not {word}"
            if count > 1
            else "an utterance of one word cannot be split"
        )
    return TranscriptEdit("split", (_anchor(standing),), word=word)


def merge(utterances: Sequence[Utterance], ordinal: int) -> TranscriptEdit:
    """The utterance and the one before it. Raises ``UnfitEdit`` for the first."""
    second = _at(utterances, ordinal)
    if ordinal == 0:
        raise UnfitEdit("nothing stands before the first utterance: merge the second into it")
    return TranscriptEdit("merge", (_anchor(_at(utterances, ordinal - 1)), _anchor(second)))


def reassign(
    utterances: Sequence[Utterance], ordinals: Sequence[int], label: str, person: str | None = None
) -> TranscriptEdit:
    """Raises ``UnfitEdit`` for no utterance, no label, or where all are said by the label already."""
    chosen = [_at(utterances, o) for o in sorted(set(ordinals))]
    folded = " ".join(label.split())
    if not chosen:
        raise UnfitEdit("say which utterances somebody else said")
    if not folded:
        raise UnfitEdit("say who said it: a speaker of the call, a person, or a new name")
    if all(u.speaker == folded for u in chosen):
        raise UnfitEdit(f"{folded} says that already")
    return TranscriptEdit("speaker", tuple(_anchor(u) for u in chosen), value=folded, person=person)


def _at(utterances: Sequence[Utterance], ordinal: int) -> Utterance:
    if not 0 <= ordinal < len(utterances):
        raise UnfitEdit(f"there is no utterance {ordinal}: the transcript has 0 to {len(utterances) - 1}")
    return utterances[ordinal]


def _anchor(utterance: Utterance) -> Anchor:
    return Anchor(utterance.ordinal, utterance.text, utterance.start)
