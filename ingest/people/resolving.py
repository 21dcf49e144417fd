"""The steps of resolution in order: outright sightings, voices, people spoken of, corrections, sides,
mentions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.model import (
    Contact,
    Correction,
    Mention,
    Opportunity,
    People,
    Person,
    Side,
    Source,
    SourceKind,
)
from ingest.people import aliases, merging, sightings
from ingest.people.corrections import apply_corrections
from ingest.people.directory import Directory
from ingest.people.discovery import discover
from ingest.people.draft import Draft, draft
from ingest.people.introductions import own_title
from ingest.people.lexicon import fold
from ingest.people.mentions import Found, find_mentions
from ingest.people.roles import find_roles
from ingest.people.sides import Hearsay, assign_by_address, houses
from ingest.people.sightings import Atom, Sighting
from ingest.people.signatures import signature
from ingest.people.spans import Vocabulary, cited, vocabulary
from ingest.people.titles import tidy, title_at
from ingest.people.voices import resolve_voices

_PRONOUN = re.compile(r"(?:(?:she|he)(?:['’]s| is| was)) (?:our |the |my |their |your |an? )?", re.IGNORECASE)
_FRAGMENT = re.compile(r"(?:(?:that['’]s|it['’]s) )?(?:our|the|my|their|your) ", re.IGNORECASE)
_WHO_IS = re.compile(r"\bwho(?:['’]s| is| was) (?:this |that )?$", re.IGNORECASE)
_EARLY_WORDS = 12  # utterances of a speaker in which "I'm the …" is taken for a job


def resolve(
    opportunity: Opportunity,
    contacts: Sequence[Contact],
    sources: Sequence[Source],
    corrections: Sequence[Correction] = (),
) -> People:
    """Who is who in a deal. Pure and deterministic; ``corrections`` are applied in order on every call.

    Returns ``People``: persons, (source key, label) -> person id, mentions in order of source and
    place, and the merges with their reasons. Names that could mean several people give no mention.
    """
    parties = houses(opportunity, contacts, sources)
    words = vocabulary(opportunity, [c.account for c in contacts if c.account], sources)
    found = sightings.collect(opportunity, contacts, sources)
    clusters = merging.merge(found)
    found += _voices(clusters, found, sources)
    found += _spoken(clusters, found, sources, words)
    people = draft(clusters, found)
    _read_signatures(people, sources, words)
    people, joined = apply_corrections(people, corrections)
    assign_by_address(people, parties, sources)
    speakers = _speakers(people)
    _own_titles(speakers, sources)
    directory = Directory(people)
    named = find_mentions(sources, directory, speakers, words)
    _learn_from_mentions(people, named, Hearsay(parties), sources, speakers)
    mentions = [f.mention for f in named] + find_roles(sources, people, speakers, named)
    merges = aliases.merges(people, clusters, named, joined)
    return People(
        persons=tuple(
            _person(p, people, named) for p in sorted(people, key=lambda p: (p.split_off, p.order))
        ),
        speakers={key: person.id for key, person in sorted(speakers.items())},
        mentions=_in_order(mentions, sources),
        merges=merges,
    )


def _voices(
    clusters: merging.Clusters, found: Sequence[Sighting], sources: Sequence[Source]
) -> list[Sighting]:
    """Sightings of anonymous voices that could be told, joined to their people."""
    if not any(sightings.voices_of(s) for s in sources):
        return []
    directory = Directory(draft(clusters, found))
    new: list[Sighting] = []
    for order, source in enumerate(sources, 1):
        for voice in resolve_voices(source, directory):
            atom = Atom("voice", voice.label, source.key, f"{voice.label} in {source.path}")
            name = voice.name
            named = sightings.atoms_of(name, None, "" if voice.person else source.key, source.path)
            if voice.person:
                clusters.join(voice.person.root, atom, voice.why)
            elif named:
                clusters.join(named[0], atom, voice.why)
            atoms = (atom,)
            new.append(
                Sighting(
                    source.path,
                    name,
                    None,
                    sightings.RANK_SPOKEN,
                    source.key,
                    voice.label,
                    order=order,
                    listed_as="speaker",
                    atoms=atoms,
                )
            )
    return new


def _spoken(
    clusters: merging.Clusters, found: Sequence[Sighting], sources: Sequence[Source], words: Vocabulary
) -> list[Sighting]:
    """Sightings of people who are only spoken of; a full name may complete a speaker known by first name
    only.
    """
    people = draft(clusters, found)
    directory = Directory(people)
    new: list[Sighting] = []
    for spoken in discover(sources, directory, words):
        kind = "name" if spoken.name.full else "bare"
        atom = Atom(kind, spoken.name.key, "", spoken.name.text)
        clusters.add(atom)
        new.append(Sighting(spoken.path, spoken.name, None, sightings.RANK_SPOKEN, None, atoms=(atom,)))
        short = [
            d
            for d in directory.by_first(spoken.name.first)
            if spoken.name.full and d.name and not d.name.full
        ]
        if (
            len(short) == 1
            and sum(s.name is not None and s.name.first == spoken.name.first for s in new) == 1
        ):
            who = f"{short[0].text} is the only {spoken.name.given} in the deal"
            why = f"“{spoken.name.text}” is spoken of, and {who}"
            clusters.join(short[0].root, atom, why)
    return new


def _read_signatures(people: Sequence[Draft], sources: Sequence[Source], words: Vocabulary) -> None:
    """Titles and familiar forms from the signatures of each mail's sender; the newest title wins."""
    by_label = _speakers(people)
    for order, source in enumerate(sources, 1):
        if source.kind is not SourceKind.MAIL:
            continue
        sender = next((p.label for p in source.participants if p.role == "from" and p.label), None)
        writer = by_label.get((source.key, sender or ""))
        if writer is None:
            continue
        signed = signature(source, writer.name, _company_starts(writer, words))
        if signed.title:
            writer.titles.append((5, order, signed.title))
        for name in signed.names:
            if name.full and (writer.name is None or not writer.name.full):
                writer.names[sightings.RANK_SIGNATURE, name] += 1
            if name.text not in {n.text for _, n in writer.names} | set(writer.aliases):
                writer.aliases.append(name.text)
        writer.initials.update(signed.initials)


def _company_starts(writer: Draft, words: Vocabulary) -> frozenset[str]:
    labels = {re.sub(r"[^a-z]", "", e.rpartition("@")[2].split(".")[0]) for e in writer.emails}
    return words.company_starts | frozenset(labels - {""})


def _speakers(people: Sequence[Draft]) -> dict[tuple[str, str], Draft]:
    return {label: person for person in people for label in sorted(person.labels)}


def _own_titles(speakers: dict[tuple[str, str], Draft], sources: Sequence[Source]) -> None:
    """ "I'm head of finance at …" in somebody's first words on a call: a title, weaker than a written one."""
    for order, source in enumerate(sources, 1):
        if source.kind is not SourceKind.CALL:
            continue
        heard: Counter[str] = Counter()
        for utterance in cited(source):
            label = utterance.speaker or ""
            heard[label] += 1
            person = speakers.get((source.key, label))
            if person is None or heard[label] > _EARLY_WORDS:
                continue
            title = own_title(utterance.text)
            if title and not any(fold(title) == fold(t) for _, _, t in person.titles):
                person.titles.append(
                    (
                        2
                        if not title.startswith(
                            ("runs ", "heads ", "leads ", "manages ", "looks ", "oversees ")
                        )
                        else 0,
                        -order,
                        title,
                    )
                )


def _learn_from_mentions(
    people: Sequence[Draft],
    named: Sequence[Found],
    hearsay: Hearsay,
    sources: Sequence[Source],
    speakers: dict[tuple[str, str], Draft],
) -> None:
    """Sides and titles of people whom only others tell us about."""
    by_id = {p.id: p for p in people}
    texts = {(s.key, u.ordinal): (u.speaker, u.text) for s in sources for u in cited(s)}
    for found in named:
        person = by_id[found.mention.person_id]
        hearsay.hear(person.id, found.speaker_side, found.clues)
        title = found.clues.title or _said_beside(found.mention, texts)
        if title and (tidied := tidy(title)):
            person.titles.append((1, -len(person.titles), tidied))
    for person in people:
        if person.side is Side.UNKNOWN:
            person.side = person.fixed_side or hearsay.side(person.id)
        if person.side is Side.UNKNOWN and person.labels:
            person.side = (
                Side.BUYER
            )  # somebody on the call whom nobody places: the seller's own people are known by address


def _said_beside(mention: Mention, texts: Mapping[tuple[str, int], tuple[str | None, str]]) -> str | None:
    """ "Noreen Cadogan." – "She's head nurse here."; "Who's Vivienne?" – "Our CIO."; "Our CIO." – "Vivienne
    Asare.".
    """
    speaker, text = texts[mention.source_key, mention.ordinal]
    if len(text) - mention.end > 3:
        return None
    following = texts.get((mention.source_key, mention.ordinal + 1))
    asked = text.endswith("?") and bool(_WHO_IS.search(text[: mention.start]))
    if following and (asked or following[0] == speaker):
        match = _PRONOUN.match(following[1]) or (_FRAGMENT.match(following[1]) if asked else None)
        if match:
            return title_at(following[1][match.end() :])
    before = texts.get((mention.source_key, mention.ordinal - 1))
    if before and before[0] == speaker and mention.start == 0 and len(before[1].split()) <= 6:
        fragment = _FRAGMENT.match(before[1])
        return title_at(before[1][fragment.end() :]) if fragment else None
    return None


def _person(person: Draft, people: Sequence[Draft], named: Sequence[Found]) -> Person:
    return Person(
        id=person.id,
        name=person.text,
        title=person.title,
        side=person.fixed_side or person.side,
        emails=tuple(person.emails),
        aliases=aliases.aliases_of(person, people, named),
        renamed=person.renamed,
    )


def _in_order(mentions: Sequence[Mention], sources: Sequence[Source]) -> tuple[Mention, ...]:
    place = {source.key: i for i, source in enumerate(sources)}
    return tuple(
        sorted(mentions, key=lambda m: (place[m.source_key], m.ordinal, m.start, m.end, m.person_id))
    )
