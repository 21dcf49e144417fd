"""The graph of influence: who is deferred to, waited for, credited, asked for, copied in, and who
commits.

Every edge points at one person and stands on one statement of the record, so that each can be quoted.
People who never speak count like those who do: an edge made of what others say of them weighs as much as
what they say themselves. How much somebody talks is no signal at all: the most talkative is the most
influential in four of ten decision meetings only (GAP, ``shared/data/README.md``), so a person is scored
on their few strongest edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.commissives import commissive
from analysis.corpus import Corpus
from analysis.statements import Scores, Statement, Statements, standard
from ingest.model import Mention, Side

Kind = Literal["deferred_to", "credited", "asked_for", "commits", "announces", "copied"]

_THIRD = re.compile(r"\b(?:he|she|him|her|his|hers|they|them|their|it['’]s (?:him|her))\b", re.I)
_ANOTHER = re.compile(
    r"\b(?:an?|the|our|my|this|that|some|one|another) (?:\w+ )?(?:man|woman|lady|guy|bloke|fella|fellow|girl|"
    r"boy|lawyer|solicitor|doctor|driver|farmer|customer|client|supplier|person|colleague|friend|neighbou?r|son|daughter|wife|"
    r"husband|mother|father|brother|sister|vendor|people)\b",
    re.I,
)
"""Somebody without a name is brought in, so the pronoun may be theirs."""
_FIRST = re.compile(r"\b(?:i|my|me|we|i['’](?:m|d|ll|ve)|we['’](?:re|d|ll|ve))\b", re.I)
_GREETINGS = frozenset(
    (
        "hi",
        "hello",
        "thanks",
        "thank you",
        "bye",
        "morning",
        "good morning",
        "dear",
        "sorry",
        "hey",
        "yes",
        "no",
        "okay",
        "so",
        "and",
    )
)
_SPARED = 0.5
"""Standing by itself lifts nobody: what is clearly no big talk counts no more than this many deviations above the mean."""
_REACH = 5
"""A pronoun is taken for the person last spoken of at most so many utterances before."""


@dataclass(frozen=True, slots=True)
class Edge:
    """``person`` is influential by ``weight`` because of statement ``at`` (an index), said by ``by``."""

    person: str
    kind: Kind
    weight: float
    at: int
    by: str | None


def edges(found: Statements) -> tuple[Edge, ...]:
    """Every edge of a deal, in the record's order within each kind."""
    return (*_spoken_of(found), *_speaking(found), *_announcing(found), *_copied(found))


def _standing(found: Statements) -> Scores:
    """How far a statement is from that of or about somebody who talks big and decides nothing (the contrast of
    authority and ``loud``), capped: it takes away from boasters and gives to nobody."""
    return np.minimum(standard(found.strength("decides")), _SPARED)


def spoken_of(corpus: Corpus, s: Statement) -> tuple[tuple[str, bool], ...]:
    """The persons a statement speaks of, and whether by name: those it mentions; else, where it says "he"
    or "she", whoever was last mentioned shortly before."""
    mentions = [
        m for m in corpus.mentions(*s.place) if m.person_id != s.person and not _addressed(corpus, s, m)
    ]
    named = tuple(dict.fromkeys(m.person_id for m in mentions))
    if named:
        return tuple((p, True) for p in named)
    if not _THIRD.search(s.text) or _ANOTHER.search(s.text):
        return ()
    for back in range(1, _REACH + 1):
        ordinal = s.ordinal - back
        if ordinal < 0 or not corpus.has(s.key, ordinal):
            break
        others = [m for m in corpus.mentions(s.key, ordinal) if m.person_id != s.person]
        if others:
            return ((others[-1].person_id, False),)
    return ()


def _addressed(corpus: Corpus, s: Statement, mention: Mention) -> bool:
    """Whether somebody in the conversation is called by name ("Right, Anna, …") and not spoken of."""
    before, after = s.text[: mention.start].rstrip(), s.text[mention.end :].lstrip()
    opens = not before or before[-1] in ",.!?;:" or before.lower() in _GREETINGS
    closes = not after or after[0] in ",.!?;:"
    if not (opens and closes):
        return False
    return any(
        corpus.speaker(s.key, u.speaker) == corpus.persons.get(mention.person_id)
        for u in corpus.sources[s.key].utterances
    )


def _spoken_of(found: Statements) -> Iterator[Edge]:
    """What is said of somebody: that others wait for them, ask them, follow them, or that they turned it."""
    standing = _standing(found)
    power = found.carries("authority") + 0.4 * found.assertion + 0.8 * standing
    power -= 0.8 * np.maximum(found.carries("loud"), 0.0)
    story = (
        0.5 * standing
        + 0.5 * found.near("decision_story")
        + 0.5 * found.carries("decision")
        + 0.4 * found.assertion
    )
    wanted = found.near("request_person") + 0.3 * found.assertion
    for i, s in enumerate(found.all):
        if s.side is Side.UNKNOWN and not s.mail:
            continue
        # a seller's word about the buyer's people is hearsay
        trust = 0.45 if s.side is Side.SELLER else 1.0
        whom = spoken_of(found.corpus, s)
        for person, named in whom:
            # a sentence that names four people says less of each
            sure = trust * (1.0 if named else 0.8) / len(whom) ** 0.3
            yield from _edge(person, "deferred_to", sure * (power[i] + 0.5 * s.position), i, s)
            yield from _edge(person, "credited", sure * (story[i] + 1.0 * s.position - 0.5), i, s)
            yield from _edge(person, "asked_for", sure * (wanted[i] - 0.8), i, s)


def _speaking(found: Statements) -> Iterator[Edge]:
    """What somebody says of themselves: that they decide, set a condition, commit."""
    binds = np.array([commissive(s.text) for s in found.all])
    say = (
        0.6 * binds
        + 0.8 * found.near("self_authority")
        + 0.5 * found.carries("readiness")
        + 0.5 * found.assertion
        + 0.5 * _standing(found)
    )
    # applause and an account of how things work today show no say
    say = (
        say
        - 0.5 * np.maximum(found.carries("polite_enthusiasm"), 0.0)
        - 0.5 * np.maximum(found.carries("problem_talk"), 0.0)
    )
    for i, s in enumerate(found.all):
        if s.person and s.side is not Side.SELLER and _FIRST.search(s.text):
            yield from _edge(s.person, "commits", float(say[i]), i, s)


def _announcing(found: Statements) -> Iterator[Edge]:
    """Whoever on the buyer's side tells the decision, in a late mail: often the one who took it."""
    tells = found.carries("decision") + 0.3 * found.assertion
    for i, s in enumerate(found.all):
        if s.mail and s.person and s.side is Side.BUYER and s.position > 0.6:
            yield from _edge(s.person, "announces", float(tells[i]) * s.position, i, s)


def _copied(found: Statements) -> Iterator[Edge]:
    """People in Cc of a buyer's mail who never speak: somebody thought that they must see it."""
    corpus = found.corpus
    heard = {s.person for s in found.all if not s.mail}
    by_mail = {p.emails[i].lower(): p.id for p in corpus.persons.values() for i in range(len(p.emails))}
    for source in corpus.mails:
        first = next((i for i, s in enumerate(found.all) if s.key == source.key), None)
        if first is None or found.all[first].side is Side.SELLER:
            continue
        for p in source.participants:
            person = by_mail.get((p.email or "").lower())
            if p.role == "cc" and person and person not in heard:
                yield Edge(person, "copied", 0.8, first, found.all[first].person)


def _edge(person: str, kind: Kind, weight: float, at: int, s: Statement) -> Iterator[Edge]:
    if weight > 0.5:
        yield Edge(person, kind, float(weight), at, s.person)
