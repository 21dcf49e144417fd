"""Who was in the room: what each person said and wrote, and how often others spoke of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.model import People, Source, SourceKind
from ingest.people.spans import cited


@dataclass(slots=True)
class Presence:
    """Counts over one deal. ``words`` are spoken and written words; ``mentions`` are made by other people."""

    calls: int = 0  # calls on which the person speaks
    listed_calls: int = 0  # calls that list the person, speaking or not
    utterances: int = 0  # spoken
    words: int = 0
    spoken_words: int = 0
    mails_sent: int = 0
    mails_to: int = 0
    mails_cc: int = 0
    mentions: int = 0
    mentioned_by: frozenset[str] = frozenset()  # ids of the people who speak of them

    @property
    def in_room(self) -> bool:
        """Whether the person took part: spoke on a call for more than a greeting, or wrote a mail
        themself.
        """
        return self.spoken_words >= 30 or self.mails_sent > 0

    @property
    def only_cc(self) -> bool:
        return self.mails_cc > 0 and not (self.calls or self.mails_sent or self.mails_to)

    @property
    def only_mentioned(self) -> bool:
        return self.mentions > 0 and not (
            self.calls or self.mails_sent or self.mails_to or self.mails_cc or self.listed_calls
        )


def presence(people: People, sources: Sequence[Source]) -> Mapping[str, Presence]:
    """Person id -> ``Presence``, for every person of the deal."""
    counts = {person.id: Presence() for person in people.persons}
    authors: dict[tuple[str, int], str] = {}
    for source in sources:
        _count_source(people, source, counts, authors)
    by: dict[str, set[str]] = {}
    for mention in people.mentions:
        author = authors.get((mention.source_key, mention.ordinal))
        if mention.person_id in counts and author != mention.person_id:
            counts[mention.person_id].mentions += 1
            if author:
                by.setdefault(mention.person_id, set()).add(author)
    for person_id, authors_of in by.items():
        counts[person_id].mentioned_by = frozenset(authors_of)
    return counts


def in_room(people: People, sources: Sequence[Source], person_id: str) -> bool:
    """Whether one person spoke or wrote. Unknown ids were not in the room."""
    found = presence(people, sources).get(person_id)
    return found.in_room if found else False


def _count_source(
    people: People, source: Source, counts: dict[str, Presence], authors: dict[tuple[str, int], str]
) -> None:
    heard: set[str] = set()
    for utterance in cited(source):
        person_id = people.speakers.get((source.key, utterance.speaker or ""))
        if person_id not in counts:
            continue
        authors[source.key, utterance.ordinal] = person_id
        count = counts[person_id]
        words = len(utterance.text.split())
        count.words += words
        heard.add(person_id)
        if source.kind is SourceKind.CALL:
            count.utterances += 1
            count.spoken_words += words
    for person_id in heard:
        if source.kind is SourceKind.CALL:
            counts[person_id].calls += 1
    _count_listed(people, source, counts, heard)


def _count_listed(people: People, source: Source, counts: dict[str, Presence], heard: set[str]) -> None:
    by_email = {e: p.id for p in people.persons for e in p.emails}
    by_name = {n.casefold(): p.id for p in people.persons for n in (p.name, *p.aliases)}
    listed = set(heard) if source.kind is SourceKind.CALL else set[str]()
    for participant in source.participants:
        person_id = by_email.get((participant.email or "").lower()) or by_name.get(
            (participant.name or "").casefold()
        )
        if person_id is None:
            continue
        if source.kind is SourceKind.CALL:
            listed.add(person_id)
        elif source.kind is SourceKind.MAIL:
            match participant.role:
                case "from":
                    counts[person_id].mails_sent += 1
                case "to":
                    counts[person_id].mails_to += 1
                case "cc" | "bcc":
                    counts[person_id].mails_cc += 1
                case _:
                    pass
    for person_id in listed:
        counts[person_id].listed_calls += source.kind is SourceKind.CALL
