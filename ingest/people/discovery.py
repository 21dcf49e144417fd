"""People whom nobody lists and who never speak: found because somebody speaks of them.

A new person needs evidence beyond a capital letter: a full name that begins with a known first name, an
honorific ("Mrs. Doerksen"), or a first name that the words introduce ("Noreen, the head nurse", "my boss
Judith", "Sandra from procurement") or that is used again and again the way people are ("ask Bonnie"). Family,
pets, famous people, places, companies and words that the deal also uses in lower case are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.model import Source
from ingest.people import lexicon
from ingest.people.context import Clues, clues
from ingest.people.directory import Directory
from ingest.people.names import Name, same_given
from ingest.people.spans import Run, Token, Vocabulary, cited, runs
from ingest.people.titles import meaning

_TITLED = frozenset(
    ["mr", "mrs", "ms", "miss", "dr", "doctor", "prof", "professor", "mx", "madame", "madam", "monsieur"]
)
_ARTICLE = re.compile(r"(?:^|\W)(?:the|a|an) $", re.IGNORECASE)
_GEOGRAPHIC = re.compile(r"\b(?:the|in|at|on|near|to|over|of|from) $", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:in|at|near|around|outside|down|up|across) $", re.IGNORECASE)
ENOUGH = 2.0  # weight over all mentions that a bare first name needs, with two mentions at least
OFTEN, SURELY = 4, 4.0  # mentions and weight that a name needs which no list has, or which is also a word


@dataclass(frozen=True, slots=True)
class Spotted:
    """A name in running text that may be a person's."""

    name: Name
    listed: bool  # the first name stands in the list of first names
    start: int
    end: int
    opens: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A new person, and where they were first named."""

    name: Name
    source_key: str
    path: str


def spot(run: Run, vocabulary: Vocabulary) -> Iterator[Spotted]:
    """The possible names in a run of capitalised words, longest reading first."""
    i, tokens = 0, run.tokens
    while i < len(tokens):
        reading = _titled(tokens, i) or _full(tokens, i, vocabulary) or _single(tokens, i, vocabulary)
        if reading is None:
            i += 1
            continue
        spotted, used = reading
        yield spotted
        i += used


def _titled(tokens: Sequence[Token], i: int) -> tuple[Spotted, int] | None:
    if tokens[i].folded not in _TITLED or i + 1 >= len(tokens) or _is_word(tokens[i + 1]):
        return None
    honorific, rest = tokens[i], tokens[i + 1 : i + 3]
    full = (
        len(rest) == 2
        and rest[0].folded in lexicon.first_names()
        and not rest[0].cut
        and not _is_word(rest[1])
    )
    name = (
        Name(rest[0].text, "", rest[1].text, honorific.text)
        if full
        else Name(surname=rest[0].text, honorific=honorific.text)
    )
    last = rest[1] if full else rest[0]
    return Spotted(name, True, honorific.start, last.end, False), 3 if full else 2


def _full(tokens: Sequence[Token], i: int, vocabulary: Vocabulary) -> tuple[Spotted, int] | None:
    first = tokens[i]
    if _is_word(first) or first.cut or len(first.text) < 2 or _acronym(first):
        return None
    listed = first.folded in lexicon.first_names()
    step = 2 if i + 2 < len(tokens) and len(tokens[i + 1].text) == 1 else 1
    if i + step >= len(tokens):
        return None
    last = tokens[i + step]
    if _is_word(last) or _acronym(last) or len(last.text) < 2 or last.folded in lexicon.ROLE_HEADS:
        return None
    if not listed and (
        first.opens
        or vocabulary.ordinary(first.folded)
        or _reserved(first, vocabulary)
        or _reserved(last, vocabulary)
    ):
        return None
    middle = tokens[i + 1].text if step == 2 else ""
    return Spotted(Name(first.text, middle, last.text), listed, first.start, last.end, first.opens), step + 1


def _single(tokens: Sequence[Token], i: int, vocabulary: Vocabulary) -> tuple[Spotted, int] | None:
    token = tokens[i]
    if _is_word(token) or _acronym(token) or len(token.text) < 2 or token.folded in vocabulary.companies:
        return None
    listed = token.folded in lexicon.first_names()
    alone = len(tokens) == 1 or (all(_is_word(t) for t in tokens[:i]) and i == len(tokens) - 1)
    if not listed and (
        token.opens or not alone or vocabulary.ordinary(token.folded) or _reserved(token, vocabulary)
    ):
        return None
    return Spotted(Name(token.text), listed, token.start, token.end, token.opens), 1


def _is_word(token: Token) -> bool:
    f = token.folded
    return (
        f in lexicon.FUNCTION_WORDS
        or f in lexicon.CALENDAR
        or f in lexicon.HONORIFICS
        or f.startswith(("i'", "i’"))
    )


def _acronym(token: Token) -> bool:
    return len(token.text) > 1 and token.text.isupper()


def _reserved(token: Token, vocabulary: Vocabulary) -> bool:
    """Words that stand for companies, places, organisations or jobs."""
    f = token.folded
    return (
        f in vocabulary.companies
        or f in lexicon.places()
        or f in lexicon.ORGANISATION_WORDS
        or f in lexicon.ROLE_HEADS
        or f in lexicon.KIN
    )


@dataclass(slots=True)
class _Case:
    """What speaks for a name over the whole deal."""

    name: Name
    source_key: str
    path: str
    listed: bool
    count: int = 0
    weight: float = 0.0
    strong: int = 0
    kin: int = 0
    personal_title: bool = False
    middle_of_sentence: int = 0
    after_article: int = 0  # "the Dom Luís" is a bridge
    within: int = 0  # "up in Watrous": what things happen in is a place


def discover(sources: Sequence[Source], directory: Directory, vocabulary: Vocabulary) -> list[Spoken]:
    """New people, full names first, each once."""
    cases = _cases(sources, directory, vocabulary)
    found: list[Spoken] = []
    accepted: list[Name] = []
    for case in sorted(
        cases.values(), key=lambda c: (not c.name.full, bool(c.name.honorific) and not c.name.full)
    ):
        if any(_same(case.name, name) for name in accepted):
            continue
        if case.name.full and _initial_known(case.name, directory):
            continue
        if _convincing(case, vocabulary):
            accepted.append(case.name)
            found.append(Spoken(case.name, case.source_key, case.path))
    return found


def _cases(
    sources: Sequence[Source], directory: Directory, vocabulary: Vocabulary
) -> dict[tuple[str, str], _Case]:
    cases: dict[tuple[str, str], _Case] = {}
    known: dict[Name, bool] = {}
    for source in sources:
        for utterance in cited(source):
            for run in runs(utterance.text):
                for spotted in spot(run, vocabulary):
                    name = spotted.name
                    if name not in known:
                        known[name] = bool(directory.by_name(name)) or _familiar(name, directory)
                    if known[name] or _geographic(spotted, utterance.text):
                        continue
                    key = (spotted.name.first, spotted.name.last)
                    case = cases.setdefault(key, _Case(spotted.name, source.key, source.path, spotted.listed))
                    _weigh(case, spotted, clues(utterance.text, spotted.start, spotted.end))
                    before = utterance.text[max(0, spotted.start - 9) : spotted.start]
                    case.after_article += bool(_ARTICLE.search(before[-6:]))
                    case.within += bool(_WITHIN.search(before))
    return cases


def _familiar(name: Name, directory: Directory) -> bool:
    """ "Mrs Dorota" is Dorota Wilczek, where there is one Dorota."""
    return bool(name.honorific) and not name.given and len(directory.called(name.last)) == 1


def _weigh(case: _Case, spotted: Spotted, seen: Clues) -> None:
    case.count += 1
    case.weight += seen.weight
    case.strong += seen.strong
    case.kin += seen.kin
    case.middle_of_sentence += not spotted.opens
    if (
        seen.title
        and seen.whose
        and not meaning(seen.title)
        & (lexicon.PARTNER_WORDS | {"owner", "lead", "buyer", "producer", "sister"})
    ):
        case.personal_title = True


def _geographic(spotted: Spotted, text: str) -> bool:
    """ "in Victoria Park", "the Jackson Street …": a street, not a human."""
    last = spotted.name.last
    if last in lexicon.ORGANISATION_WORDS or last in lexicon.places():
        return (
            bool(_GEOGRAPHIC.search(text[max(0, spotted.start - 6) : spotted.start]))
            or spotted.name.first in lexicon.word_like_names()
        )
    return False


def _convincing(case: _Case, vocabulary: Vocabulary) -> bool:
    name = case.name
    if name.key in lexicon.famous() or name.first in lexicon.KIN or case.kin:
        return False
    if case.after_article == case.count:
        return False
    if name.honorific:
        return not name.given or not vocabulary.ordinary(name.first)
    if name.full:
        return _convincing_full(case, vocabulary)
    often = case.middle_of_sentence >= OFTEN and case.weight >= SURELY and not case.within
    if not case.listed:
        return (case.personal_title and case.middle_of_sentence > 0) or often
    if name.first in lexicon.places():
        return case.personal_title and case.middle_of_sentence > 0
    if vocabulary.word_like(name.first):
        return (case.strong > 0 and case.weight > -1 and case.middle_of_sentence > 0) or often
    return (case.strong > 0 and case.weight > -1) or (case.count >= 2 and case.weight >= ENOUGH)


def _convincing_full(case: _Case, vocabulary: Vocabulary) -> bool:
    name = case.name
    last_is_word = (
        vocabulary.ordinary(name.last)
        or name.last in lexicon.ORGANISATION_WORDS
        or name.last in vocabulary.companies
    )
    if not case.listed:
        return case.personal_title or (case.strong > 0 and not last_is_word and case.weight >= 1)
    if vocabulary.word_like(name.first) or name.first in lexicon.places():
        # "Dale Ferris" in a deal without dales needs less than "Will Power".
        enough = 1.0 if vocabulary.ordinary(name.first) else 0.5
        evident = case.strong > 0 or case.weight >= enough
        return not last_is_word and evident and name.last not in lexicon.places()
    if last_is_word or name.last in lexicon.places():
        return case.middle_of_sentence > 0 and (case.strong > 0 or case.weight > 0)
    return True


def _same(name: Name, other: Name) -> bool:
    """A bare first name, or a surname with an honorific, that a new full name already covers."""
    if name.full and other.full:
        return name.last == other.last and same_given(name.first, other.first) is not None
    if not name.given or not other.given:
        return name.last == other.last and bool(name.last)
    return same_given(name.first, other.first) not in (None, "the initial fits")


def _initial_known(name: Name, directory: Directory) -> bool:
    """ "Imogen Tarrants" for Imogen Tarrant: the first name and nearly the surname of somebody known."""
    from ingest.people.names import near

    return any(near(form.last, name.last) for d in directory.by_first(name.first) for form in d.forms())
