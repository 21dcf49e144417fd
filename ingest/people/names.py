"""Names of people: taking one apart, and whether two can belong to one human."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.people import lexicon
from ingest.people.lexicon import fold

_WORD = re.compile(r"[^\W\d_]+(?:[.'’‘\-][^\W\d_]+)*\.?")
_TRAILER = re.compile(r"\s*[|/–—•·].*$|\s+via\s+.*$|\s+-\s+.*$", re.IGNORECASE)
_DEVICE = re.compile(
    r"['’]s\s+(?:iphone|ipad|phone|android|galaxy|laptop|macbook|pc|desktop|zoom)\b.*$", re.IGNORECASE
)
_BRACKETS = re.compile(r"\s*[(\[{<].*?(?:[)\]}>]|$)")
_GENERIC = re.compile(
    r"^(?:(?:unknown|unidentified|unnamed)\s*)?(?:speaker|spk|spkr|s|participant|person|voice|caller|"
    r"guest|user|channel|ch|attendee|interviewer|interviewee|"
    r"agent|customer)[\s_#-]*(?:\d{1,3}|[a-h]|unknown)?$|^(?:unknown|unidentified|guest|caller|anonymous|"
    r"narrator)$|^\+?[\d\s().*xX-]{3,}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_DESK = re.compile(
    r"no-?reply|do-?not-?reply|mailer|notification|desk$|(?:^|[._-])(?:team|group|list|alerts?|invoices?|"
    r"payables?)$"
)
_LONGEST = 200  # characters of a label that are looked at; nobody's name is longer


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name. ``given`` and ``surname`` are as written, empty when unknown; "Mrs.

    Doerksen" has no ``given``.
    """

    given: str = ""
    middle: str = ""
    surname: str = ""
    honorific: str = ""

    @property
    def text(self) -> str:
        parts = [self.given, self.middle, self.surname] if self.given else [self.honorific, self.surname]
        return " ".join(part for part in parts if part)

    @property
    def first(self) -> str:
        """The folded first name."""
        return fold(self.given).rstrip(".")

    @property
    def last(self) -> str:
        """The folded surname."""
        return fold(self.surname)

    @property
    def full(self) -> bool:
        return bool(self.given and self.surname)

    @property
    def key(self) -> str:
        return " ".join(part for part in (self.first, self.last) if part)


def is_generic(label: str) -> bool:
    """Whether a speaker label names nobody: "Speaker 1", "S2", "Unknown", a telephone number."""
    return bool(_GENERIC.match(label.strip()[:_LONGEST]))


def address_in(text: str) -> str | None:
    """The first mail address in a label, lower case, or None."""
    found = _ADDRESS.search(text[: 2 * _LONGEST])
    return found[0].lower() if found else None


@lru_cache(maxsize=1 << 14)
def parse_name(text: str) -> Name | None:
    """A display name or speaker label -> ``Name``; None when it does not look like a person's name.

    Understands "Surname, First", "SURNAME First", honorifics, suffixes ("CPA", "III"), brackets
    ("(Northwind)"), trailing companies after "|", devices ("Dana's iPhone") and particles ("van der Berg").
    """
    text = text[:_LONGEST]
    if is_generic(text) or "@" in _BRACKETS.sub("", text):
        return None
    text = _DEVICE.sub("", _TRAILER.sub("", _BRACKETS.sub("", text))).strip(" \t\"'“”,;:")
    head, comma, tail = text.partition(",")
    words = _words(tail) + _words(head) if comma and _is_inverted(head, tail) else _words(head)
    honorific = ""
    while words and fold(words[0]).rstrip(".") in lexicon.HONORIFICS and (len(words) > 1):
        honorific, words = words[0], words[1:]
    while len(words) > 1 and fold(words[-1]).rstrip(".") in lexicon.SUFFIXES:
        words = words[:-1]
    if not words or len(words) > 6 or any(fold(w) in lexicon.ORGANISATION_WORDS for w in words):
        return None
    if not comma:
        words = _surname_last(words)
    return _assemble(tuple(_cased(w) for w in words), honorific)


def _words(text: str) -> list[str]:
    return [m[0] if _is_initial(m[0]) else m[0].rstrip(".") for m in _WORD.finditer(text)]


def _is_inverted(head: str, tail: str) -> bool:
    """ "Whitfield, Dana" is a name the other way round; "Dana Whitfield, CPA" and "Oakes, Head of Finance"
    are not.
    """
    after, before = [fold(w).rstrip(".") for w in _words(tail)], [fold(w) for w in _words(head)]
    if not after or len(after) > 3 or any(w in lexicon.SUFFIXES or w in lexicon.ROLE_HEADS for w in after):
        return False
    return len(before) == 1 or (len(before) > 1 and before[0] in lexicon.PARTICLES)


def _surname_last(words: list[str]) -> list[str]:
    """ "WHITFIELD Dana" -> "Dana WHITFIELD": a surname in capitals before a first name that is not."""
    if len(words) == 2 and words[0].isupper() and len(words[0]) > 2 and not words[1].isupper():
        return [words[1], words[0]]
    return words


def _is_initial(word: str) -> bool:
    return (bool(re.fullmatch(r"(?:[^\W\d_]\.?){1,2}", word)) and "." in word) or len(word) == 1


def _cased(word: str) -> str:
    if (
        (word.isupper() or word.islower())
        and len(word) > 2
        and "." not in word
        and fold(word) not in lexicon.PARTICLES
    ):
        return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
    return word


def _assemble(words: tuple[str, ...], honorific: str) -> Name | None:
    if len(words) == 1:
        word = words[0]
        if honorific:
            return Name(surname=word, honorific=honorific)
        return Name(given=word) if len(word) > 1 or word.isupper() else None
    start = next(
        (i for i, w in enumerate(words[1:], 1) if fold(w) in lexicon.PARTICLES and i < len(words) - 1),
        len(words) - 1,
    )
    return Name(words[0], " ".join(words[1:start]), " ".join(words[start:]), honorific)


def looks_human(name: Name) -> bool:
    """Whether a display name is a person's rather than a desk's: stricter than ``parse_name``, for
    headers.
    """
    if name.first in lexicon.first_names():
        return True
    words = [name.first, *fold(name.middle).split(), *name.last.split()]
    return not any(
        w in lexicon.FUNCTION_WORDS or w in lexicon.CALENDAR or w in lexicon.ROLE_HEADS for w in words
    )


def same_given(a: str, b: str) -> str | None:
    """Why two folded first names can be one human's: "" when equal, a phrase otherwise, None when they
    can't.
    """
    if a == b:
        return ""
    if lexicon.is_nickname(a, b) or lexicon.is_nickname(b, a):
        short, formal = (a, b) if lexicon.is_nickname(a, b) else (b, a)
        return f"{short.capitalize()} is short for {formal.capitalize()}"
    if a.replace("-", "") == b.replace("-", "") or a in b.split("-") or b in a.split("-"):
        return f"{a.capitalize()} and {b.capitalize()} are the same name"
    if _share_formal(a, b):
        return f"{a.capitalize()} and {b.capitalize()} are forms of one name"
    bare_a, bare_b = a.replace(".", ""), b.replace(".", "")
    if min(len(bare_a), len(bare_b)) == 1 and bare_a[:1] == bare_b[:1]:
        return "the initial fits"
    return None


def _share_formal(a: str, b: str) -> bool:
    """ "becky" and "bec" are both Rebecca.

    Names that are formal themselves ("chris" as Christian) do not count.
    """
    return any(lexicon.is_nickname(a, f) and lexicon.is_nickname(b, f) for f in _formal_of(a))


@lru_cache(maxsize=1 << 14)
def _formal_of(short: str) -> tuple[str, ...]:
    return tuple(f for f in sorted(lexicon.first_names()) if lexicon.is_nickname(short, f))


def initials(name: Name) -> str:
    return "".join(word[0] for word in f"{name.first} {name.last}".split() if word)


def spells(local: str, name: Name) -> bool:
    """Whether the local part of an address is made of this name: first.last, flast, lastf, last.first,
    firstl …
    """
    given, last = re.sub(r"[^a-z]", "", name.first), re.sub(r"[^a-z]", "", name.last)
    plain = re.sub(r"[^a-z]", "", fold(local.partition("+")[0]))
    if not given or not last or len(plain) < 3:
        return False
    g, s = given[0], last[0]
    return plain in {given + last, last + given, g + last, last + g, given + s, s + given} and len(plain) > 2


def name_of_address(address: str) -> Name | None:
    """ "dana.whitfield@…" -> Dana Whitfield, only where the local part has separated words; else None."""
    local = address.partition("@")[0].partition("+")[0]
    parts = [p for p in re.split(r"[._-]", re.sub(r"\d+$", "", local)) if p]
    if local in lexicon.SHARED_MAILBOXES or not 2 <= len(parts) <= 3 or not all(p.isalpha() for p in parts):
        return None
    if (
        any(fold(p) in lexicon.ORGANISATION_WORDS or fold(p) in lexicon.ROLE_HEADS for p in parts)
        or len(parts[-1]) < 2
    ):
        return None
    return parse_name(" ".join(p.capitalize() for p in parts))


def is_shared_mailbox(address: str) -> bool:
    local = address.partition("@")[0].partition("+")[0]
    return local in lexicon.SHARED_MAILBOXES or bool(_DESK.search(local))


def near(a: str, b: str) -> bool:
    """Whether two folded surnames differ by one letter (a slip of the ear or the keyboard); short ones
    never.
    """
    if a == b or min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1:
        return False
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    if len(longer) == len(shorter):
        return sum(x != y for x, y in zip(longer, shorter, strict=True)) == 1
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
