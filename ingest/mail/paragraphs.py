"""Lines to paragraphs: the pieces of a mail that can be quoted, at most 80 words each (the contract's
limit)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.mail.headers import fold
from ingest.mail.lines import Line

MAX_WORDS = 80

_BULLET = re.compile(r"^\s*(?P<bullet>[-*+•·‣▪●○–—o])\s+(?=\S)")
_NUMBER = re.compile(r"^\s*\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]\s+\S")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W_a-zß-ÿ])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Ltd|Inc|Co|vs|etc|approx|No|e\.g|i\.e|p\.a|incl|excl)|\b[A-Z])\.$"
)
_TABLE = re.compile(r"\S(?: {3,}|\t)\S")
_WORD = re.compile(r"\w")


def paragraphs(lines: Sequence[Line], width: int) -> Iterator[str]:
    """White-space-folded paragraphs of ``lines``, in order. ``width``: see ``wrap_width``."""
    block: list[str] = []
    before: Line | None = None
    for line in lines:
        if block and (
            line.blank or _begins(line) or (before is not None and _deliberate(before, line, width))
        ):
            yield from _pieces(block)
            block = []
        if not line.blank:
            block.append(_BULLET.sub("", line.text))
        before = line
    yield from _pieces(block)


def wrap_width(lines: Sequence[Line]) -> int:
    """The column at which the writer's program wrapped lines; 0 if it did not wrap. Programs wrap at 60 to
    100."""
    longest = max((len(line.text.rstrip()) for line in lines if " " in line.text.strip()), default=0)
    return longest if 60 <= longest <= 100 else 0


def _begins(line: Line) -> bool:
    return line.item or bool(_BULLET.match(line.text) or _NUMBER.match(line.text))


def _deliberate(before: Line, line: Line, width: int) -> bool:
    """Whether the writer broke the line: the next word would have fitted on it, or nothing was wrapped at
    all."""
    above, below = before.text.rstrip(), line.text.lstrip()
    if _TABLE.search(above) or _TABLE.search(below):
        return True
    if width == 0:
        # Somebody who breaks lines by hand goes on in lower case in the middle of a sentence.
        return not (25 <= len(above) <= 100 and below[:1].islower() and above[-1].isalnum())
    first = below.split(None, 1)[0] if below else ""
    slack = 12 if above.endswith((",", ";", "-")) else 8
    return len(above) + 1 + len(first) <= width - slack


def _pieces(block: Sequence[str]) -> Iterator[str]:
    text = fold(" ".join(block))
    if text and _WORD.search(text):
        yield from limited(text)


def limited(text: str) -> Iterator[str]:
    """The text in pieces of at most ``MAX_WORDS`` words, cut at sentence ends where there are any, of like
    length."""
    total = len(text.split(" "))
    if total <= MAX_WORDS:
        yield text
        return
    target = total / -(-total // MAX_WORDS)
    piece: list[str] = []
    for sentence in (part for s in sentences(text) for part in _short(s)):
        words = sentence.split(" ")
        if piece and (len(piece) >= target or len(piece) + len(words) > MAX_WORDS):
            yield " ".join(piece)
            piece = []
        piece.extend(words)
    if piece:
        yield " ".join(piece)


def sentences(text: str) -> list[str]:
    """Sentences of folded text, nothing lost but the blanks between them."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        sentence = text[start : match.end()].strip()
        if _ABBREVIATION.search(sentence):
            continue
        found.append(sentence)
        start = match.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def _short(sentence: str) -> Iterator[str]:
    words = sentence.split(" ")
    for at in range(0, len(words), MAX_WORDS):
        yield " ".join(words[at : at + MAX_WORDS])
