"""Where the record names somebody outright: CRM rows, headers, invitations, speaker labels.

A sighting carries *atoms*, the smallest things that identify: an address, a full name, a bare first name
in one
source, an anonymous voice of one source. Merging joins atoms; a split takes one away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.model import Contact, Opportunity, Participant, Source, SourceKind
from ingest.people import lexicon
from ingest.people.names import (
    Name,
    address_in,
    is_generic,
    is_shared_mailbox,
    looks_human,
    name_of_address,
    parse_name,
)

# How far a name is to be trusted: typed into a CRM by hand, sent in a header, spoken, guessed from an
# address.
RANK_CRM, RANK_HEADER, RANK_SIGNATURE, RANK_SPOKEN, RANK_GUESS = 5, 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Atom:
    """``kind`` is "email", "name" (a full name), "bare" (a first name or surname in one source) or
    "voice".
    """

    kind: str
    value: str  # folded name, address, or label
    source: str = ""  # the source key, for bare names and voices
    text: str = ""  # as a person would write it


@dataclass(frozen=True, slots=True)
class Sighting:
    where: str  # in plain words: "contacts.csv", "emails/02-x.eml"
    name: Name | None = None
    email: str | None = None
    rank: int = RANK_HEADER
    source_key: str | None = None
    label: str | None = None
    title: str | None = None
    account: str | None = None
    crm_role: str | None = None
    affiliation: str | None = None
    listed_as: str | None = None
    order: int = 0
    atoms: tuple[Atom, ...] = field(default=())


def atoms_of(name: Name | None, email: str | None, source_key: str | None, path: str) -> tuple[Atom, ...]:
    """The atoms of a name with an address; the address first, because it is the surer."""
    found: list[Atom] = []
    if email:
        found.append(Atom("email", email, "", email))
    if name and name.full:
        found.append(Atom("name", name.key, "", name.text))
    elif name and not email:
        found.append(Atom("bare", name.key, source_key or "", f"“{name.text}” in {path}"))
    return tuple(found)


def sight(
    shown: str | None,
    email: str | None,
    where: str,
    *,
    rank: int = RANK_HEADER,
    source_key: str | None = None,
    label: str | None = None,
    title: str | None = None,
    account: str | None = None,
    crm_role: str | None = None,
    affiliation: str | None = None,
    listed_as: str | None = None,
    order: int = 0,
) -> Sighting | None:
    """A sighting from a display name and an address; None when they name no human (a shared mailbox, a
    bot).
    """
    address = (email or "").strip().lower() or address_in(shown or "")
    address = address if address and "@" in address and address_in(address) == address else None
    name = parse_name(shown) if shown else None
    if name and rank <= RANK_HEADER and not looks_human(name):
        name = None
    if address and is_shared_mailbox(address):
        address = None
    if address and name is None:
        name = name_of_address(address)
        rank = RANK_GUESS
    if name is None and address is None:
        return None
    return Sighting(
        where=where,
        name=name,
        email=address,
        rank=rank,
        source_key=source_key,
        label=label,
        title=title,
        account=account,
        crm_role=crm_role,
        affiliation=affiliation,
        listed_as=listed_as,
        order=order,
        atoms=atoms_of(name, address, source_key, where),
    )


def collect(
    opportunity: Opportunity, contacts: Sequence[Contact], sources: Sequence[Source]
) -> list[Sighting]:
    """Every sighting, in the order of the record: CRM first, then sources as given."""
    found = [*_from_crm(opportunity, contacts)]
    for order, source in enumerate(sources, 1):
        found += _from_source(source, order)
    return found


def _from_crm(opportunity: Opportunity, contacts: Sequence[Contact]) -> Iterator[Sighting]:
    owner = sight(
        opportunity.owner, opportunity.owner_email, "opportunity.csv", rank=RANK_CRM, affiliation="internal"
    )
    if owner:
        yield owner
    for contact in contacts:
        seen = sight(
            contact.name,
            contact.email,
            "contacts.csv",
            rank=RANK_CRM,
            title=contact.title,
            account=contact.account or opportunity.account,
            crm_role=contact.role,
        )
        if seen:
            yield seen


def _from_source(source: Source, order: int) -> Iterator[Sighting]:
    labelled: set[str] = set()
    for participant in source.participants:
        seen = _from_participant(participant, source, order)
        if seen:
            yield seen
        if participant.label and (participant.name or participant.email):
            labelled.add(participant.label)
    for event in source.events:
        for guest in [*([event.organizer] if event.organizer else []), *event.attendees]:
            seen = _from_participant(guest, source, order)
            if seen:
                yield seen
    for label in _labels(source):
        if label not in labelled and not is_generic(label):
            seen = sight(
                label, None, source.path, source_key=source.key, label=label, order=order, listed_as="speaker"
            )
            if seen:
                yield seen


def _from_participant(participant: Participant, source: Source, order: int) -> Sighting | None:
    name = participant.name if participant.name and not is_generic(participant.name) else None
    label = participant.label if participant.label and (name or participant.email) else None
    return sight(
        name,
        participant.email,
        source.path,
        source_key=source.key,
        label=label,
        order=order,
        title=participant.title,
        affiliation=participant.affiliation,
        listed_as=participant.role,
    )


def _labels(source: Source) -> Iterable[str]:
    return dict.fromkeys(u.speaker for u in source.utterances if u.speaker)


def voices_of(source: Source) -> list[str]:
    """The labels of a call that name nobody ("Speaker 1"), in order of first word."""
    if source.kind is not SourceKind.CALL:
        return []
    named = {
        p.label for p in source.participants if p.label and ((p.name and not is_generic(p.name)) or p.email)
    }
    return [label for label in _labels(source) if label not in named and is_generic(label)]


def is_free_mail(address: str) -> bool:
    return address.rpartition("@")[2] in lexicon.FREE_MAIL
