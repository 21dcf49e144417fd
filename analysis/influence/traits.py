"""What is known of each person of a deal that tells who is influential: a few numbers, comparable over deals.

People who never speak have the traits of what is said of them; what does not apply to somebody is NaN and counts neither
way. A trait never comes from one word or phrase: the labels' heads read the sentences.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.influence.graph import spoken_of
from analysis.influence.titles import SENIOR
from analysis.statements import Statements
from ingest.model import Person, Side

TRAITS: Final = (
    "edges",  # score by the graph of influence, the first of the deal has 1
    "talk",  # root of the share of the words that are not the seller's
    "last_named",  # where in the deal somebody is last spoken of: 0 the first source, 1 the last
    "late_mail",  # log of the statements written late in the deal
    "senior",  # a title that says so
    "seller",  # on the seller's side
    "copied",  # in copy of a mail of the buyer's and never heard
    "listed",  # a contact of the CRM: those who decide often are not
    "told",  # what others say of them, the three that look most like influence
    "telling",  # what they say, the mean, drawn to 0 where they say little
)
_LATE = 0.7
"""Position from which a mail counts as late."""
_STRONGEST = 3
_DRAWN = 3.0
"""The mean of what somebody says is taken as if they had said so many more things that tell nothing."""


@dataclass(frozen=True, slots=True)
class Said:
    """Indices of statements by person: of somebody (``about``), and by them (``by``)."""

    about: Mapping[str, Sequence[int]]
    by: Mapping[str, Sequence[int]]


def said(found: Statements) -> Said:
    """Who is spoken of and who speaks, in every statement."""
    about: dict[str, list[int]] = defaultdict(list)
    by: dict[str, list[int]] = defaultdict(list)
    for i, s in enumerate(found.all):
        if s.person:
            by[s.person].append(i)
        for person, _ in spoken_of(found.corpus, s):
            about[person].append(i)
    return Said(about, by)


def heard_of(found: Statements, about: Sequence[int]) -> list[int]:
    """The statements about somebody that are not the seller's: hearsay tells nothing of who decides."""
    return [i for i in about if found.all[i].side is not Side.SELLER]


def strengths(found: Statements, labels: Sequence[str]) -> NDArray[np.float64]:
    """What the heads of the labels say of each statement, shape (n, labels)."""
    if not labels or not len(found):
        return np.zeros((len(found), len(labels)))
    return np.stack([found.strength(label) for label in labels], axis=1)


def traits(
    found: Statements,
    people: Sequence[Person],
    edges: Mapping[str, float],
    told: NDArray[np.float64],
    telling: NDArray[np.float64],
    spoken: Said,
) -> NDArray[np.float64]:
    """Shape (people, ``TRAITS``). ``edges``: the graph's score by person; ``told``, ``telling``: one number a
    statement, as what is said of and by somebody."""
    words = np.array([len(s.text.split()) for s in found.all])
    theirs = max(1, sum(int(w) for w, s in zip(words, found.all, strict=True) if s.side is not Side.SELLER))
    copied = _copied(found)
    rows: list[list[float]] = []
    for p in people:
        about, by = spoken.about.get(p.id, ()), spoken.by.get(p.id, ())
        heard = any(not found.all[i].mail for i in by)
        late = sum(found.all[i].mail and found.all[i].position > _LATE for i in by)
        rows.append(
            [
                edges.get(p.id, 0.0),
                math.sqrt(min(0.6, sum(int(words[i]) for i in by) / theirs)),
                max((found.all[i].position for i in about), default=0.0),
                math.log1p(late),
                float(bool(p.title and SENIOR.search(p.title))),
                float(p.side is Side.SELLER),
                float(p.id in copied and not heard),
                float(_listed(found, p)),
                strongest(told[heard_of(found, about)]),
                drawn(telling[list(by)]),
            ]
        )
    return np.array(rows, np.float64).reshape(len(rows), len(TRAITS))


def strongest(scores: NDArray[np.float64]) -> float:
    """The mean of the three highest; NaN of none."""
    return float(np.sort(scores)[::-1][:_STRONGEST].mean()) if len(scores) else math.nan


def drawn(scores: NDArray[np.float64]) -> float:
    """The mean, nearer to 0 the fewer there are; NaN of none."""
    return float(scores.sum() / (len(scores) + _DRAWN)) if len(scores) else math.nan


def _copied(found: Statements) -> Collection[str]:
    """Who is in copy of a mail that is not the seller's."""
    corpus = found.corpus
    by_mail = {address.lower(): p for p in corpus.persons.values() for address in p.emails}
    out: set[str] = set()
    for source in corpus.mails:
        writers = (by_mail.get((q.email or "").lower()) for q in source.participants if q.role == "from")
        writer = next(writers, None)
        if writer is not None and writer.side is Side.SELLER:
            continue
        reading = (by_mail.get((q.email or "").lower()) for q in source.participants if q.role == "cc")
        out |= {p.id for p in reading if p is not None}
    return out


def _listed(found: Statements, person: Person) -> bool:
    """Whether the CRM has them as a contact."""
    names = {n.casefold() for n in (person.name, *person.aliases)}
    mails = {e.lower() for e in person.emails}
    return any(
        c.name.casefold() in names or (c.email or "").lower() in mails for c in found.corpus.record.contacts
    )
