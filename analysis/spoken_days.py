"""Days that are only spoken of, and how likely each belongs to the path of the deal.

Every day that somebody names is gathered with all its mentions (``gather``), described by a few plain signs
(``signs_of``) and judged by a logistic regression (``training/train_timeline.py``) that was learnt on labelled
deals. A day is judged by its own mentions alone, so that a sentence added elsewhere changes nothing about it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import exp, log
from pathlib import Path
from typing import Any

from analysis import cards
from analysis.corpus import Corpus
from analysis.dates import DateMention, Tense, dates
from analysis.evidence import sentences
from analysis.statements import statements
from ingest.model import Side, Source, SourceKind, Utterance

WEIGHTS = Path(__file__).resolve().parent / "weights" / "timeline"

HAPPENS = re.compile(
    r"\b(?:board|meetings?|met|meets?|committee|council|vote[ds]?|visit(?:ed|s)?|demo(?:nstrat\w+)?|workshop|session|"
    r"call(?:ed)?|rang|rings?|phoned?|lunch(?:ed)?|dinner|breakfast|present(?:s|ed|ation)?|sign(?:s|ed|ing|ature)?|"
    r"approv\w+|decid\w+|decision|chose|chosen|announc\w+|sent|send|issued?|deliver\w+|went (?:out|live|through|up|to)|"
    r"go(?:es)? (?:out|live)|go-live|deadline|due|submit\w*|closes?|closed|renew\w*|expir\w+|start(?:s|ed)?|agreed|"
    r"set|passed?|pass(?:es)?|reviewed|review|kick-?off|launch\w*|cut-?over|order(?:ed)?|tender|shortlist\w*|award\w*|"
    r"steering|audit|came|sat|spoke|saw|said|told|trial|pilot|test(?:ed|s)?|install\w*|began|begins?|fail(?:ed|s|ure)?|"
    r"lost|broke|burst|stopped|withdr[ae]w\w*|released?|refused|read|opened|ended?|finish(?:ed)?|trained|training)\b",
    re.I,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|didn['’]t|wasn['’]t|weren['’]t|went|came|sent|met|said|rang|saw|lost|took|told|gave|found|"
    r"got|brought|ran|made|put|sat|stood|spoke|wrote|read|heard|thought|knew|held|left|kept|began|broke|fell|chose|"
    r"sold|bought|paid|built|cut|drove|flew|sold|let|shut|stuck|rode|grew|threw|drew|withdrew|"
    r"(?!need|feed|speed|indeed|bleed|seed|weed|hundred|red|bed|shed|wed)[a-z]{2,}ed)\b",
    re.I,
)
_FUTURE = re.compile(
    r"\b(?:will|won['’]t|shall|\w+['’]ll|going to|gonna|is on|it['’]s on|we['’]re|i['’]m|are in|meets|goes|comes|sits|"
    r"starts|begins|due|by|until|till|can you|could you|can we|would|should|must|let['’]s|want|wants|need|needs|"
    r"next (?:week|month|year|\w+day))\b",
    re.I,
)
_ANSWER = re.compile(r"\s*(?:re|fwd?|aw|wg|sv|rv|tr)\s*:", re.I)
_LABELS = (
    "decision",
    "readiness",
    "authority",
    "commitment",
    "decision_process",
    "paper_process",
    "cause:timing",
    "identify_pain",
    "recognition",
)
"""Heads that a day's best mention is described by."""

SIGNS = (
    "looking back",
    "ahead",
    "looking back, relative",
    "weekday alone",
    "as a deadline",
    "as a start",
    "at a point",
    "happens",
    "things that happen",
    "in a mail",
    "by a buyer",
    "by a seller",
    "mentions",
    "on several days",
    "told afterwards and before",
    "how late",
    "weekend",
    "within 3 days",
    "within 10 days",
    "over 45 days",
    "only asked",
    "before the first touch",
    "after the last touch",
    "words",
    "own promise",
    "last day of a month",
    "first day of a month",
    *_LABELS,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a day is named. ``strengths``: of ``_LABELS``, 0 where the place is no statement."""

    found: DateMention
    key: str
    ordinal: int
    sentence: str
    said_on: date
    tense: Tense
    mail: bool
    side: Side | None
    position: float
    strengths: tuple[float, ...]

    @property
    def happenings(self) -> int:
        """How many different words of happening its sentence has."""
        return len({w.lower() for w in HAPPENS.findall(self.sentence)})


def gather(corpus: Corpus, first: date, last: date) -> dict[date, list[Mention]]:
    """Every day of a span that somebody names on another day, in order, with its mentions in the record's order."""
    strengths = _strengths(corpus)
    out: dict[date, list[Mention]] = {}
    for source, u in corpus.citable():
        said_on = corpus.when(source.key, u.ordinal)
        if said_on is None:
            continue
        person = corpus.person_of(source.key, u.ordinal)
        before: Tense = "near"
        for sentence in (*_subject(source, u), *sentences(u.text)):
            whole = tense_of(sentence)
            for m in _dates(sentence, said_on, before):
                if not first <= m[0].day <= last or m[0].day == said_on:
                    continue
                out.setdefault(m[0].day, []).append(
                    Mention(
                        m[0],
                        source.key,
                        u.ordinal,
                        sentence,
                        said_on,
                        m[1],
                        source.kind is SourceKind.MAIL,
                        person.side if person else None,
                        corpus.position(source.key),
                        strengths.get((source.key, u.ordinal), (0.0,) * len(_LABELS)),
                    )
                )
            before = whole if whole != "near" else before
    return dict(sorted(out.items()))


def _subject(source: Source, u: Utterance) -> tuple[str, ...]:
    """The subject of a mail, read before its first words: "Drill last night". Not that of an answer."""
    first = source.kind is SourceKind.MAIL and u is source.utterances[0]
    return (source.title,) if first and source.title and not _ANSWER.match(source.title) else ()


def _strengths(corpus: Corpus) -> Mapping[tuple[str, int], tuple[float, ...]]:
    found = statements(corpus)
    columns = [found.strength(label) for label in _LABELS]
    return {s.place: tuple(float(c[i]) for c in columns) for i, s in enumerate(found.all)}


def _dates(sentence: str, said_on: date, before: Tense) -> list[tuple[DateMention, Tense]]:
    """The days of a sentence, each with the tense of its own clause, else of the sentence, else of what was said
    before it."""
    out: list[tuple[DateMention, Tense]] = []
    whole = tense_of(sentence)
    for tense in ("past", "future", "near"):
        for m in dates(sentence, said_on, tense):
            own = tense_of(_clause(sentence, m.start))
            read = own if own != "near" else whole if whole != "near" else before
            # a day with its month is the nearest such day, whatever the tense
            if tense == ("near" if m.how == "full" else read):
                out.append((m, read))
    return out


def tense_of(text: str) -> Tense:
    """Whether a text looks back or ahead; "near" where it does neither or both."""
    past, future = bool(_PAST.search(text)), bool(_FUTURE.search(text))
    return "past" if past and not future else "future" if future and not past else "near"


_BREAK = re.compile(r"[;:—]|, (?:and|but|so|because|which|who)\b|\b(?:but|because)\b", re.I)


def _clause(sentence: str, at: int) -> str:
    """The part of a sentence between two breaks in which a place lies."""
    cuts = [0, *(m.start() for m in _BREAK.finditer(sentence)), len(sentence)]
    return next(sentence[a:b] for a, b in itertools.pairwise(cuts) if a <= at < b or b == len(sentence))


def signs_of(day: date, mentions: Sequence[Mention], first: date, last: date) -> list[float]:
    """What a day is judged by, in the order of ``SIGNS``. ``first``, ``last``: the first and last touch."""
    roles = {_role(m) for m in mentions}
    apart = min(abs((m.said_on - day).days) for m in mentions)
    most = max(m.happenings for m in mentions)
    signs = [
        "past" in {m.tense for m in mentions},
        "future" in {m.tense for m in mentions},
        any(m.tense == "past" and m.found.how == "relative" for m in mentions),
        all(m.found.how == "weekday" for m in mentions),
        "deadline" in roles,
        "start" in roles,
        "point" in roles,
        most > 0,
        min(3, most),
        any(m.mail for m in mentions),
        any(m.side is Side.BUYER for m in mentions),
        any(m.side is Side.SELLER for m in mentions),
        log(len({m.sentence for m in mentions})),
        len({m.said_on for m in mentions}) > 1,
        any(m.said_on > day for m in mentions) and any(m.said_on < day for m in mentions),
        max(m.position for m in mentions),
        day.weekday() >= 5,
        apart <= 3,
        apart <= 10,
        apart > 45,
        all(m.sentence.endswith("?") for m in mentions),
        day < first,
        day > last,
        log(max(len(m.sentence.split()) for m in mentions)),
        all(bool(_OWN.search(m.sentence)) for m in mentions),
        (day + timedelta(days=1)).day == 1,
        day.day == 1,
    ]
    heads = [max(m.strengths[i] for m in mentions) for i in range(len(_LABELS))]
    return [float(s) for s in [*signs, *heads]]


_OWN = re.compile(r"\b(?:I|we)(?:['’]ll| will| can| could|['’]m going to|['’]d like)\b")
_DEADLINE = re.compile(
    r"\b(?:by|until|till|before|valid|at the latest|no later than) (?:the )?(?:\w+day,? )?$", re.I
)
_START = re.compile(r"\b(?:from|since|as of|after|starting) (?:the )?(?:\w+day,? )?$", re.I)
_POINT = re.compile(r"\b(?:on|was|last) (?:the )?(?:\w+day,? )?$", re.I)


def _role(m: Mention) -> str:
    """Whether a day stands in its sentence as a deadline, a start or a point in time."""
    before, own = m.sentence[: m.found.start], m.found.text.lower()
    # a mention may hold its own preposition
    for role, pattern in (("deadline", _DEADLINE), ("start", _START), ("point", _POINT)):
        if pattern.search(before) or pattern.search(own.split()[0] + " "):
            return role
    return ""


@dataclass(frozen=True, slots=True)
class Judge:
    """A logistic regression over ``SIGNS``. ``floor``: the least probability at which a day is told."""

    weights: tuple[float, ...]
    bias: float
    floor: float

    def likelihood(self, signs: Sequence[float]) -> float:
        """How likely the day belongs to the path of the deal, 0..1."""
        z = self.bias + sum(w * s for w, s in zip(self.weights, signs, strict=True))
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))


@lru_cache(maxsize=4)
def open_judge(encoders: cards.Encoders, weights: Path = WEIGHTS) -> Judge:
    """The judge for what the heads of these models say: without a reader the same for every embedder. Raises
    ``ModelUnavailable`` where its file is broken."""
    path = encoders.folder(weights) / "days.json"
    return cards.read(f"the weights in {path}", path, _judge)


def _judge(card: Any) -> Judge:
    by_name: dict[str, float] = card["weights"]
    return Judge(tuple(float(by_name[s]) for s in SIGNS), float(card["bias"]), float(card["floor"]))
