"""Capitalised words in running text, with their places: the raw material of every mention."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.model import Opportunity, Source, Utterance, UtteranceKind
from ingest.people import lexicon
from ingest.people.lexicon import fold

# The class holds capitals and letters without case; ``_capitals`` drops the latter.
_CAPITAL = re.compile(r"(?<![^\W_])(?<![^\W\d_]['’-])[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’\-][^\W\d_]+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_ENDING = re.compile(r"(?:['’](?:s|d|ll|ve|re|m)|-san|['’])$", re.IGNORECASE)
_SENTENCE_END = frozenset('.!?:;"“”(—–•*>…|-')
EVIDENCE = frozenset({UtteranceKind.SPEECH, UtteranceKind.BODY, UtteranceKind.FORWARDED})


@dataclass(frozen=True, slots=True)
class Token:
    """A capitalised word: ``text`` without possessive ending, at ``[start:end]`` of the utterance."""

    text: str
    start: int
    end: int
    opens: bool  # the first word of a sentence, where a capital letter says nothing
    cut: bool = False  # something like "'s" was taken off: the name ends here

    @property
    def folded(self) -> str:
        return fold(self.text)


@dataclass(frozen=True, slots=True)
class Run:
    """Capitalised words that stand together: "Danielle Kowalchuk", "Mrs. Doerksen", "Maria van der Berg"."""

    tokens: tuple[Token, ...]


def cited(source: Source) -> Iterator[Utterance]:
    """The utterances that somebody said or wrote here, once: no quoted text, signature or disclaimer."""
    return (u for u in source.utterances if u.kind in EVIDENCE)


def runs(text: str) -> list[Run]:
    found: list[Run] = []
    current: list[Token] = []
    for token in _capitals(text):
        if current and not _joined(text, current[-1], token):
            found.append(Run(tuple(current)))
            current = []
        current.append(token)
    if current:
        found.append(Run(tuple(current)))
    return found


def _capitals(text: str) -> Iterator[Token]:
    for match in _CAPITAL.finditer(text):
        word = match[0]
        if not word[0].isupper():
            continue
        bare = _ENDING.sub("", word)
        if len(bare) > 1 or len(word) == 1:
            yield Token(
                bare, match.start(), match.start() + len(bare), _opens(text, match.start()), bare != word
            )


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip()
    if not before:
        return True
    if before[-1] != ".":
        return before[-1] in _SENTENCE_END
    honorific = re.search(r"([^\W\d_]+)\.\s*$", text[max(0, start - 12) : start])
    return not (honorific and (fold(honorific[1]) in lexicon.HONORIFICS or len(honorific[1]) == 1))


def _joined(text: str, left: Token, right: Token) -> bool:
    if left.cut or right.start - left.end > 16:
        return False
    gap = text[left.end : right.start]
    if gap == " ":
        return not right.opens
    if gap in (". ", "."):
        return len(left.text) == 1 or left.folded in lexicon.HONORIFICS
    return (
        all(word in lexicon.PARTICLES for word in gap.split()) and gap.startswith(" ") and gap.endswith(" ")
    )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What words mean in this deal: how often a word stands in lower case, and which belong to companies."""

    lower: Counter[str]
    companies: frozenset[str]
    company_starts: frozenset[str] = frozenset()  # the first word of each company's name

    def ordinary(self, folded: str) -> bool:
        """Whether a word is used as an ordinary word in this deal."""
        return self.lower[folded] > 0

    def word_like(self, folded: str) -> bool:
        return folded in lexicon.word_like_names() or self.ordinary(folded)


def vocabulary(opportunity: Opportunity, accounts: Iterable[str], sources: Iterable[Source]) -> Vocabulary:
    lower: Counter[str] = Counter()
    for source in sources:
        for utterance in source.utterances:
            lower.update(w for w in _WORD.findall(utterance.text) if w[0].islower())
    folded: Counter[str] = Counter()
    for word, count in lower.items():
        folded[fold(_ENDING.sub("", word))] += count
    companies = [opportunity.account, opportunity.competitor, *accounts]
    words = {w for text in companies if text for w in re.findall(r"[a-z]+", fold(text)) if len(w) > 2}
    starts = {w[0] for text in companies if text and (w := re.findall(r"[a-z]+", fold(text)))}
    return Vocabulary(folded, frozenset(words), frozenset(starts))
