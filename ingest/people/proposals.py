"""Who an unnamed voice ("S1", "Speaker 2") may be: proposals with a reason, for a person to say yes or no to.

``voices`` names what is certain by itself; this is for the rest. Every person proposed is already known to the deal, or by
voice from an earlier call where somebody asked for that. Evidence is added up as log odds a pair of voice and person, then
all voices of the call are matched at once (``matching``), so that who is certain elsewhere is proposed nowhere else. The
weights were set by hand before anything was measured, from how strong each clue is on its face; docs/people.md has figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.model import Mention, People, Person, Side, Source, SourceKind, Utterance
from ingest.people import lexicon
from ingest.people.context import is_addressed
from ingest.people.draft import slug_of
from ingest.people.introductions import introductions, own_title
from ingest.people.lexicon import fold
from ingest.people.matching import NOBODY, shares
from ingest.people.names import Name, parse_name, same_given
from ingest.people.sightings import voices_of
from ingest.people.talk import seller_like

EARLY = 8  # a voice's first utterances, in which "it's Tamsin" is an introduction
LEAST = 0.3  # share of a voice below which nobody is proposed
LISTED, UNLISTED = 1.5, -1.5  # in the invitation or the list of participants; not in it, though there is one
ABSENT = -1.0  # somebody without an address who speaks nowhere else: perhaps only spoken of
TAKEN = -6.0  # speaks under another label here
NAMES_THEM = -1.2  # this voice speaks of the person by name
INTRODUCED = 1.2  # for each grade of ``introductions``, 1..4
GREETING = 2  # the grade of "Bridget Lomas, hello"
ASKED, CALLED, THANKED = (
    1.6,
    0.6,
    0.9,
)  # asked by name, then this voice speaks; called in a statement; thanked
OWN_JOB = 1.5  # the voice tells of a job with a word of the person's title in it
HEARD = 4.0  # the voice is like one that was remembered
MOST = 5.0  # of one kind of evidence
_THANKS = ("thank", "cheers", "brilliant", "lovely", "great")


@dataclass(frozen=True, slots=True)
class Proposal:
    """``label`` of a source may be ``name``. ``confidence`` 0..1. ``start``: seconds, of what the reason quotes."""

    label: str
    person_id: str | None  # None: known by voice from another deal, and not of this one yet
    name: str
    confidence: float
    reason: str
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice is like a remembered one: ``likeness`` is the cosine, ``where`` says when it was learnt."""

    label: str
    name: str
    email: str | None
    likeness: float
    where: str


@dataclass(slots=True)
class _Case:
    """``reasons``: (weight, words, seconds) of what speaks for the pair."""

    weights: dict[str, float] = field(default_factory=dict[str, float])
    reasons: list[tuple[float, str, float | None]] = field(
        default_factory=list[tuple[float, str, float | None]]
    )

    def add(self, kind: str, weight: float, reason: str = "", start: float | None = None) -> None:
        before = self.weights.get(kind, 0.0)
        self.weights[kind] = max(-MOST, min(MOST, before + weight))
        if reason and weight > 0:
            self.reasons.append((weight, reason, start))

    @property
    def score(self) -> float:
        return sum(self.weights.values())


Cases = dict[tuple[str, str], _Case]


def propose(
    source: Source,
    people: People,
    *,
    denied: Iterable[tuple[str, str]] = (),
    heard: Sequence[Heard] = (),
) -> tuple[Proposal, ...]:
    """The likeliest people of each voice of a call that nobody is told for, best first, at most three a voice.

    ``denied``: (label, person id or name) to which somebody said no; an id that the person had before
    counts. Empty for mail, and where every voice has a name.
    """
    if source.kind is not SourceKind.CALL:
        return ()
    told = {label: who for (key, label), who in people.speakers.items() if key == source.key}
    labels = [label for label in voices_of(source) if label not in told]
    if not labels:
        return ()
    strangers = {h.name: h for h in heard if _known(h, people) is None}
    persons = [*people.persons, *(Person(id=name, name=name) for name in strangers)]
    cases: Cases = {(label, person.id): _Case() for label in labels for person in persons}
    _lists(cases, labels, source, people, set(told.values()))
    _introductions(cases, labels, source, people.persons)
    _names_spoken(cases, labels, source, people.mentions)
    _talk(cases, labels, source, people.persons)
    for one in heard:
        person = _known(one, people)
        who = person.id if person else one.name
        if (one.label, who) in cases:
            reason = f"sounds like {one.name} in {one.where} ({one.likeness:.2f})"
            cases[one.label, who].add("heard", HEARD, reason)
    for label, who in denied:
        for person in persons:
            if who in _ids(person):
                cases.pop((label, person.id), None)
    found = shares(labels, {pair: case.score for pair, case in cases.items()}, nobody=NOBODY_SCORE)
    names = {person.id: person.name for person in persons}
    return tuple(
        Proposal(
            label, None if who in strangers else who, names[who], round(share, 2), *_why(cases[label, who])
        )
        for label in labels
        for share, who in _best(label, found)
    )


NOBODY_SCORE = 1.0
"""Log odds of somebody whom the deal does not know, beside a person about whom nothing is known: calls have guests."""


def sample(utterances: Sequence[Utterance], unclear: frozenset[int] = frozenset()) -> Utterance | None:
    """The utterance of a voice that tells it best to an ear: the longest up to 15 s that nobody talks into."""

    def worth(utterance: Utterance) -> tuple[bool, bool, int]:
        start, end = utterance.start, utterance.end
        brief = start is None or end is None or end - start <= 15.0
        return utterance.ordinal not in unclear, brief, len(utterance.text)

    return max(utterances, key=worth, default=None)


def _ids(person: Person) -> frozenset[str]:
    """What a person may have been called in a "no": ids follow names, and names grow."""
    return frozenset((person.id, *(slug_of(name) for name in (person.name, *person.aliases))))


def _best(label: str, found: Mapping[tuple[str, str], float]) -> list[tuple[float, str]]:
    ranked = sorted(((s, who) for (x, who), s in found.items() if x == label and who != NOBODY), reverse=True)
    return [(share, who) for share, who in ranked[:3] if share >= LEAST]


def _why(case: _Case) -> tuple[str, float | None]:
    """Two reasons in words, and the second that the first can be heard at."""
    ranked = sorted(case.reasons, key=lambda r: (r[2] is None, -r[0]))  # what can be heard first
    words = list(dict.fromkeys(words for _, words, _ in ranked))[:2]
    return " and ".join(words) or "is the likeliest of those who are left", ranked[0][2] if ranked else None


def _known(heard: Heard, people: People) -> Person | None:
    """The person of this deal whose voice was remembered: by address, else by the whole name."""
    if heard.email:
        same = [p for p in people.persons if heard.email.casefold() in map(str.casefold, p.emails)]
        if same:
            return same[0]
    same = [p for p in people.persons if fold(heard.name) in {fold(n) for n in (p.name, *p.aliases)}]
    return same[0] if len(same) == 1 else None


def _lists(cases: Cases, labels: Sequence[str], source: Source, people: People, taken: set[str]) -> None:
    """Who was invited, who is here under another label, who is known to speak."""
    listed = set(listed_people(source, people.persons))
    speaks = set(people.speakers.values())
    left = [p for p in people.persons if p.id in listed and p.id not in taken]
    for label in labels:
        for person in people.persons:
            case = cases[label, person.id]
            if person.id in taken:
                case.add("taken", TAKEN)
            if listed:
                reason = "is listed for this call"
                if len(left) == 1 and len(labels) == 1:
                    reason = "is the only listed participant left, and this the only voice"
                case.add("listed", LISTED if person.id in listed else UNLISTED, reason)
            if not person.emails and person.id not in speaks:
                case.add("absent", ABSENT)


def listed_people(source: Source, persons: Sequence[Person]) -> list[str]:
    """The ids of those whom the source lists, speaking or not: its participants and its invitation's guests."""
    found: list[str] = []
    guests = [guest for event in source.events for guest in (event.organizer, *event.attendees) if guest]
    for participant in (*source.participants, *guests):
        email, name = (participant.email or "").casefold(), fold(participant.name or "")
        for person in persons:
            names = {fold(n) for n in (person.name, *person.aliases)}
            if (email and email in map(str.casefold, person.emails)) or (name and name in names):
                found.append(person.id)
                break
    return list(dict.fromkeys(found))


def _introductions(cases: Cases, labels: Sequence[str], source: Source, persons: Sequence[Person]) -> None:
    heard: dict[str, int] = defaultdict(int)
    for utterance in source.utterances:
        label = utterance.speaker or ""
        heard[label] += 1
        if label not in labels:
            continue
        for intro in introductions(utterance.text, early=heard[label] <= EARLY):
            if intro.sureness <= GREETING and not intro.name.full:
                continue  # "Amrit, hello." greets Amrit as often as it is he
            fits = [p for p in persons if _called(p, intro.name)]
            for person in fits:
                weight = INTRODUCED * intro.sureness / len(fits)
                cases[label, person.id].add("says", weight, f"says {_quoted(utterance)}", utterance.start)


def _called(person: Person, name: Name) -> bool:
    for known in (person.name, *person.aliases):
        form = parse_name(known)
        if form is None or not form.given:
            continue
        first = form.first == name.first or same_given(form.first, name.first) not in (
            None,
            "",
            "the initial fits",
        )
        if first and (not name.last or not form.last or form.last == name.last):
            return True
    return False


def _names_spoken(cases: Cases, labels: Sequence[str], source: Source, mentions: Sequence[Mention]) -> None:
    """Whoever names somebody is not that person; whoever is called by name has just spoken, or answers."""
    at = {u.ordinal: n for n, u in enumerate(source.utterances)}
    for mention in mentions:
        place = at.get(mention.ordinal)
        if mention.source_key != source.key or place is None:
            continue
        utterance = source.utterances[place]
        case = cases.get((utterance.speaker or "", mention.person_id))
        named = utterance.text[mention.start : mention.end]
        introduced = any(i.start <= mention.start < i.end for i in introductions(utterance.text, early=True))
        if case is not None and not introduced:
            case.add("names", NAMES_THEM)
        if (
            not introduced
            and named[:1].isupper()
            and is_addressed(utterance.text, mention.start, mention.end)
        ):
            _called_out(cases, source, place, mention)


def _called_out(cases: Cases, source: Source, place: int, mention: Mention) -> None:
    utterance = source.utterances[place]
    before = utterance.text[max(0, mention.start - 20) : mention.start].lower()
    thanked = any(word in before for word in _THANKS)
    places = source.utterances
    last = _other(reversed(places[max(0, place - 3) : place]), utterance.speaker)
    coming = _other(places[place + 1 : place + 4], utterance.speaker)
    asked = "?" in utterance.text[mention.end :] or "over to you" in utterance.text.lower()
    spoken, next_ = (
        f"has just spoken when somebody says {_quoted(utterance)}",
        f"speaks next after {_quoted(utterance)}",
    )
    if thanked:
        pointed = [(last, THANKED, spoken)]
    elif asked:
        pointed = [(coming, ASKED, next_)]
    else:  # "You send them in writing, Benno." answers Benno as often as it calls him
        pointed = [(coming, CALLED, next_), (last, CALLED, spoken)]
    for other, weight, reason in pointed:
        case = cases.get((other, mention.person_id))
        if case is not None:
            case.add("called", weight, reason, utterance.start)


def _other(utterances: Iterable[Utterance], speaker: str | None) -> str:
    """Who speaks first in ``utterances`` and is not ``speaker``."""
    return next((u.speaker for u in utterances if u.speaker and u.speaker != speaker), "")


def _talk(cases: Cases, labels: Sequence[str], source: Source, persons: Sequence[Person]) -> None:
    """Which side a voice talks like, and what job it says it has."""
    said: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in source.utterances:
        said[utterance.speaker or ""].append(utterance)
    for label in labels:
        lean = seller_like(u.text for u in said[label])
        jobs = [(u, job) for u in said[label] if (job := own_title(u.text))]
        for person in persons:
            case = cases[label, person.id]
            if person.side is Side.SELLER:
                case.add("side", lean, "talks as the seller's people do" if lean >= 1.0 else "")
            elif person.side is Side.BUYER:
                case.add("side", -lean, "talks as the buyer's people do" if lean <= -1.0 else "")
            for utterance, job in jobs:
                if _words(job) & _words(person.title or ""):
                    reason = f"says {_quoted(utterance)}, and {person.name} is {person.title}"
                    case.add("job", OWN_JOB, reason, utterance.start)


def _words(text: str) -> frozenset[str]:
    words = fold(text).replace(",", " ").split()
    return frozenset(w for w in words if len(w) > 2 and w not in lexicon.FUNCTION_WORDS | lexicon.ROLE_HEADS)


def _quoted(utterance: Utterance) -> str:
    text = utterance.text if len(utterance.text) <= 70 else utterance.text[:69].rstrip() + "…"
    return f"“{text}”"
