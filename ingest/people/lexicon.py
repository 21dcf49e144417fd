"""The word lists that tell a person's name from any other capitalised word.

The lists are data files beside this module, read once, when the first deal is resolved. All entries are
folded
(see ``fold``): lower case, without accents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

_UNDECOMPOSED = str.maketrans(
    {
        "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "ı": "i",
        "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th",
        "’": "'", "‘": "'", "ʼ": "'",
    }
)  # fmt: skip


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower case without accents: "Paweł Zięba" -> "pawel zieba".

    Letters that Unicode does not decompose are listed.
    """
    spread = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).casefold().split())


def _lines(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def first_names() -> frozenset[str]:
    return frozenset(line.lstrip("?") for line in _lines("first_names.txt")) | frozenset(_forms())


@cache
def word_like_names() -> frozenset[str]:
    """First names that are also an ordinary word or a place: "will", "grace", "austin"."""
    return frozenset(line[1:] for line in _lines("first_names.txt") if line.startswith("?"))


@cache
def places() -> frozenset[str]:
    return frozenset(word for line in _lines("places.txt") for word in line.split())


@cache
def famous() -> frozenset[str]:
    return frozenset(_lines("famous.txt"))


@cache
def _nickname_table() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _lines("nicknames.txt"):
        formal, _, short = line.partition(":")
        for word in short.split():
            table.setdefault(formal, set()).add(fold(word))
    return {formal: frozenset(short) for formal, short in table.items()}


def _forms() -> set[str]:
    table = _nickname_table()
    return set(table) | {short for shorts in table.values() for short in shorts}


def is_nickname(short: str, formal: str) -> bool:
    """Whether a folded first name is a familiar form of another ("bec" of "rebecca")."""
    return short in _nickname_table().get(formal, frozenset())


def _words(section: str) -> frozenset[str]:
    """A list of words.txt. Read when the module is imported: the lists are constants, only kept out of the code."""
    return frozenset(_sections()[section])


@cache
def _sections() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in _lines("words.txt"):
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        else:
            words += line.split()
    return found


HONORIFICS = _words("HONORIFICS")
SUFFIXES = _words("SUFFIXES")
PARTICLES = _words("PARTICLES")

CALENDAR = _words("CALENDAR")
# Words that begin sentences, greet or join; a capital letter on them says nothing.
FUNCTION_WORDS = _words("FUNCTION_WORDS")
ORGANISATION_WORDS = _words("ORGANISATION_WORDS")
ROLE_HEADS = _words("ROLE_HEADS")
KIN = _words("KIN")
SHARED_MAILBOXES = _words("SHARED_MAILBOXES")
FREE_MAIL = _words("FREE_MAIL")
PARTNER_WORDS = _words("PARTNER_WORDS")
