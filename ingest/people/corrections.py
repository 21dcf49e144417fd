"""What people said about the people of a deal, applied to the drafts in order, on every resolution."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.model import Correction, Merge, Side
from ingest.people.draft import Draft, identify, slug_of
from ingest.people.lexicon import fold
from ingest.people.names import parse_name
from ingest.people.sightings import RANK_SPOKEN, Atom


def apply_corrections(
    drafts: list[Draft], corrections: Sequence[Correction]
) -> tuple[list[Draft], list[tuple[Draft, str, str]]]:
    """The corrected drafts, and (person, left, right) of each hand-made merge.

    A correction whose subject is unknown by now is passed over: its evidence may have been removed from
    the deal.
    """
    people = list(drafts)
    identify(people)
    gone: dict[str, str] = {}
    joined: list[tuple[Draft, str, str]] = []
    for correction in corrections:
        subject = _find(people, correction.subject, gone)
        if subject is None and correction.kind == "voice" and not correction.subject.startswith("p-"):
            subject = _newcomer(people, correction.subject)
        if subject is None:
            continue
        if correction.kind == "voice":
            _voice(people, subject, correction.value)
        elif correction.kind == "merge":
            other = _find(people, correction.value, gone)
            if other is not None and other is not subject:
                joined.append((subject, subject.text, other.text))
                _absorb(subject, other)
                people.remove(other)
                gone[other.id] = subject.id
        elif correction.kind == "split":
            _split(people, subject, correction.value)
        else:
            _set(subject, correction)
    return people, joined


def _find(people: Sequence[Draft], wanted: str, gone: dict[str, str]) -> Draft | None:
    """By id; else, since ids follow names and names can grow ("p-dana" became "p-dana-whitfield"), by any
    one form.
    """
    seen: set[str] = set()
    while wanted in gone and wanted not in seen:
        seen.add(wanted)
        wanted = gone[wanted]
    exact = [p for p in people if p.id == wanted]
    if exact:
        return exact[0]
    fits = [
        p for p in people if wanted in {slug_of(n.text) for n in p.forms()} | {slug_of(e) for e in p.emails}
    ]
    if not fits:
        fits = [p for p in people if any(slug_of(n.given or n.text) == wanted for n in p.forms())]
    return fits[0] if len(fits) == 1 else None


def _absorb(into: Draft, other: Draft) -> None:
    into.names.update(other.names)
    into.emails += [e for e in other.emails if e not in into.emails]
    into.labels |= other.labels
    into.sources |= other.sources
    into.titles += other.titles
    into.accounts += other.accounts
    into.crm_roles += other.crm_roles
    into.affiliations |= other.affiliations
    into.aliases += [a for a in other.aliases if a not in into.aliases]
    into.initials |= other.initials
    into.atoms |= other.atoms
    into.display, into.renamed = into.display or into.text, into.renamed or other.renamed
    into.fixed_title = into.fixed_title or other.fixed_title
    into.fixed_side = into.fixed_side or other.fixed_side


def _split(people: list[Draft], subject: Draft, value: str) -> None:
    """Takes one alias (a name, an address, or an anonymous voice) away from a person and makes a person of
    it.
    """
    wanted = fold(re.sub(r"^“|”.*$", "", value.strip()))
    atoms = {
        a for a in subject.atoms if wanted in (fold(a.value), fold(a.text)) or fold(value) == fold(a.text)
    }
    labels = {(s, label) for s, label in subject.labels if fold(label) == wanted or _belongs(s, label, atoms)}
    names = Counter(
        {k: c for k, c in subject.names.items() if fold(k[1].text) == wanted or k[1].key == wanted}
    )
    emails = [e for e in subject.emails if e == wanted]
    known = names or emails or labels or atoms or any(fold(a) == wanted for a in subject.aliases)
    spoken = parse_name(value)
    if not known and spoken is None:
        return
    person = Draft(root=Atom("split", wanted, subject.id, value), order=len(people) + 1000, split_off=True)
    person.names = names or (Counter({(RANK_SPOKEN, spoken): 1}) if spoken else Counter())
    person.emails, person.labels, person.atoms = emails, labels, atoms
    person.sources = {s for s, _ in labels}
    if not person.names and not person.emails:
        person.display = value
    subject.names = Counter({k: c for k, c in subject.names.items() if k not in names})
    subject.emails = [e for e in subject.emails if e not in emails]
    subject.labels -= labels
    subject.atoms -= atoms
    subject.aliases = [a for a in subject.aliases if fold(a) != wanted]
    people.append(person)
    taken = {p.id for p in people}
    slug = slug_of(person.text)
    person.id = next(c for c in (slug, *(f"{slug}-{i}" for i in range(2, 1000))) if c not in taken)


def _belongs(source_key: str, label: str, atoms: set[Atom]) -> bool:
    return any(
        a.kind in ("voice", "bare") and a.source == source_key and fold(a.value) == fold(label) for a in atoms
    )


def _set(subject: Draft, correction: Correction) -> None:
    value = correction.value.strip()
    if correction.kind == "rename" and value:
        name = parse_name(value)
        subject.display, subject.renamed = value, True
        if name:
            subject.names[RANK_SPOKEN, name] += 1
    elif correction.kind == "title":
        subject.fixed_title = value or None
    elif correction.kind == "side" and value in set(Side):
        subject.fixed_side = Side(value)


def _newcomer(people: list[Draft], name: str) -> Draft | None:
    """Somebody whom the record does not name, as a person named them."""
    spoken = parse_name(name)
    if spoken is None:
        return None
    person = Draft(root=Atom("voice", fold(name), name, name), order=len(people) + 1000)
    person.names = Counter({(RANK_SPOKEN, spoken): 1})
    person.display = name.strip()
    people.append(person)
    taken = {p.id for p in people}
    slug = slug_of(name)
    person.id = next(c for c in (slug, *(f"{slug}-{i}" for i in range(2, 1000))) if c not in taken)
    return person


def _voice(people: Sequence[Draft], subject: Draft, value: str) -> None:
    """One label of one source is this person, whoever it was before."""
    source, _, label = value.rpartition(":")
    if not source or not label:
        return
    for person in people:
        person.labels.discard((source, label))
    subject.labels.add((source, label))
    subject.sources.add(source)


def undo(merge: Merge) -> Correction:
    """The correction that takes a merge back."""
    return Correction("split", merge.person_id, merge.right)
