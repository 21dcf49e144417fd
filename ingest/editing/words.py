"""Word times that survive a correction of the words.

A corrected word has the probability None: the engine never heard that word, so it gave it no probability, and a
1.0 would be read as the engine's own certainty. Words that a person left alone keep theirs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ingest.model import Word

_EDGES = re.compile(r"^\W+|\W+$")


def plain(token: str) -> str:
    """A word without case and outer punctuation, to be compared: "Board," is "board"."""
    return _EDGES.sub("", token).casefold() or token


def retimed(
    words: Sequence[Word], tokens: Sequence[str], start: float | None, end: float | None
) -> tuple[Word, ...]:
    """``tokens`` with the times of the ``words`` that they correct. Seconds; () where no word was timed.

    The same words keep their times, a replaced run shares the time of what it replaces in proportion to letters,
    and an added one the pause where it stands. Starts never decrease. ``start``/``end`` bound what is added at
    either end of the utterance.
    """
    if not words:
        return ()
    old = [plain(w.text) for w in words]
    matcher = SequenceMatcher(None, old, [plain(t) for t in tokens], autojunk=False)
    out: list[Word] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            out += [_kept(words[i1 + n], tokens[j1 + n]) for n in range(i2 - i1)]
            continue
        before = out[-1].end if out else words[0].start if start is None else start
        after = words[i2].start if i2 < len(words) else words[-1].end if end is None else end
        low, high = (words[i1].start, max(w.end for w in words[i1:i2])) if i2 > i1 else (before, after)
        high = min(high, after) if i2 < len(words) else high
        out += spread(tokens[j1:j2], low, max(low, high))
    return in_order(out)


def cut(words: Sequence[Word], tokens: Sequence[str], at: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The words before token ``at``, and the others. Numbers may lack times, so words are matched to tokens."""
    if len(words) == len(tokens):
        return tuple(words[:at]), tuple(words[at:])
    matcher = SequenceMatcher(
        None, [plain(w.text) for w in words], [plain(t) for t in tokens], autojunk=False
    )
    place = 0
    for block in matcher.get_matching_blocks():
        if block.size and block.b < at:
            place = block.a + min(block.size, at - block.b)
    return tuple(words[:place]), tuple(words[place:])


def spread(tokens: Sequence[str], start: float, end: float) -> list[Word]:
    """Words over ``start`` to ``end`` seconds in proportion to their letters."""
    letters = sum(map(len, tokens)) or 1
    out: list[Word] = []
    at = start
    for token in tokens:
        until = at + (end - start) * len(token) / letters
        out.append(Word(round(at, 3), round(until, 3), token))
        at = until
    return out


def in_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words with starts that never decrease: one that would begin before the word in front of it (two people
    at once, merged) begins with that word."""
    out: list[Word] = []
    for word in words:
        start = max(word.start, out[-1].start) if out else word.start
        same = start == word.start and word.end >= start
        out.append(word if same else replace(word, start=start, end=max(start, word.end)))
    return tuple(out)


def _kept(word: Word, token: str) -> Word:
    return word if word.text == token else replace(word, text=token)
