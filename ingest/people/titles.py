"""Job titles in running text and in CRM fields: finding one, and whether a phrase means a title."""

from __future__ import annotations

import re

from ingest.people import lexicon
from ingest.people.lexicon import fold

_ABBREVIATIONS = {
    "ceo": "chief executive officer",
    "cfo": "chief financial officer",
    "cio": "chief information officer",
    "cto": "chief technology officer",
    "coo": "chief operating officer",
    "ciso": "chief information security officer",
    "cmo": "chief marketing officer",
    "cro": "chief revenue officer",
    "cpo": "chief procurement officer",
    "cdo": "chief data officer",
    "cso": "chief security officer",
    "chro": "chief human resources officer",
    "md": "managing director",
    "gm": "general manager",
    "fd": "finance director",
    "vp": "vice president",
    "svp": "senior vice president",
    "evp": "executive vice president",
    "dpo": "data protection officer",
    "ops": "operations",
    "it": "it",
}
_SYNONYMS = {"financial": "finance", "legal": "legal", "operating": "operations", "executive": "executive"}
_SMALL = frozenset(
    [
        "of",
        "the",
        "for",
        "and",
        "at",
        "in",
        "a",
        "an",
        "our",
        "your",
        "their",
        "my",
        "to",
        "&",
        "-",
        "/",
        "group",
        "senior",
        "junior",
        "acting",
        "interim",
        "deputy",
        "new",
        "old",
        "regional",
    ]
)
_STOP = (
    r"[,.;:!?()|–—\"“”]|\b(?:and|who|here|but|so|at|from|now|by|with|then|because|which|that|today|is|was|"
    r"has|had|as|on|since|really|basically|just|there)\b"
)
_HEADS = "|".join(sorted(lexicon.ROLE_HEADS, key=len, reverse=True))
# Up to four words, a head ("manager"), and what it is the head of: "head of finance", "VP, Supply Chain".
PHRASE = re.compile(
    rf"(?P<title>(?:(?!(?:and|who|but|is|was|the|a|an|our|my|your|"
    rf"their)\b)[\w&'’/-]+ ){{0,4}}?(?:{_HEADS})\b(?:(?:(?: (?:of|"
    rf"for))? (?:(?!(?:{_STOP}))[\w&'’/-]+)(?: (?!(?:{_STOP}))[\w&'’/-]+){{0,3}}))?)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s+(?:of|for|and|at|in|the|to|&|what|i|we|you|he|she|they|it|if|or)$", re.IGNORECASE)


def title_at(text: str) -> str | None:
    """The job title at the beginning of a text ("head of finance at Marrowgate, so …" -> "head of
    finance").
    """
    found = PHRASE.match(text[:120])
    if not found:
        return None
    return tidy(_after_head(found["title"]))


def _after_head(phrase: str) -> str:
    """What follows the head stays only behind "of" or "for", or in capitals: "sister on the ward" is
    "sister".
    """
    words = phrase.split()
    last = max((i for i, w in enumerate(words) if fold(w) in lexicon.ROLE_HEADS), default=0)
    rest = words[last + 1 :]
    if not rest or fold(rest[0]) in ("of", "for") or rest[0][:1].isupper():
        return phrase
    return " ".join(words[: last + 1])


_CLAUSE = re.compile(r"(?:i|you|she|he|it|we|they|that|who)(?:['’](?:s|m|re|ll|d|ve))?\b", re.IGNORECASE)


def tidy(title: str) -> str | None:
    """Trimmed; None when nothing of a title is left."""
    title = title.strip(" \t,;:|–—-")
    while (shorter := _TAIL.sub("", title)) != title:
        title = shorter
    if _CLAUSE.match(title):
        return None  # "she's head" is half a sentence, not a title
    return title if 1 < len(title) <= 100 and has_head(title) else None


def has_head(text: str) -> bool:
    return any(
        w.rstrip("s") in lexicon.ROLE_HEADS or w in lexicon.ROLE_HEADS
        for w in re.findall(r"[a-z-]+", fold(text))
    )


def meaning(title: str) -> frozenset[str]:
    """The words that carry a title's meaning, abbreviations spelled out: "Director of Finance" =
    {director, finance}.
    """
    words: set[str] = set()
    for word in re.findall(r"[a-z]+", fold(title)):
        spelled = _ABBREVIATIONS.get(word) or str(word)
        for part in spelled.split():
            if part not in _SMALL:
                words.add(_SYNONYMS.get(part, part))
    return frozenset(words)


def means(phrase: str, title: str) -> bool:
    """Whether a spoken role ("the finance director") names this title ("Group Finance Director")."""
    asked = meaning(phrase)
    return bool(asked) and asked <= meaning(title)
