"""Joining atoms into humans, with the reason for every join.

Union-find over atoms. The rules are conservative: a join needs the same address, the same full name, or a
form of
name that fits exactly one human of the deal. Two different full names never join without an address or a
title
that they share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.people.lexicon import fold
from ingest.people.names import Name, is_generic, near, same_given, spells
from ingest.people.sightings import RANK_GUESS, Atom, Sighting, is_free_mail


@dataclass(frozen=True, slots=True)
class Join:
    left: Atom
    right: Atom
    why: str


class Clusters:
    """Union-find over atoms that remembers each join and why."""

    def __init__(self) -> None:
        self._parent: dict[Atom, Atom] = {}
        self.joins: list[Join] = []

    def add(self, atom: Atom) -> None:
        self._parent.setdefault(atom, atom)

    def root(self, atom: Atom) -> Atom:
        self.add(atom)
        path = atom
        while self._parent[path] != path:
            self._parent[path] = self._parent[self._parent[path]]
            path = self._parent[path]
        return path

    def join(self, left: Atom, right: Atom, why: str) -> None:
        """``left`` keeps the root, so that clusters keep their oldest, surest atom in front."""
        a, b = self.root(left), self.root(right)
        if a != b:
            self._parent[b] = a
            self.joins.append(Join(left, right, why))

    def atoms(self) -> list[Atom]:
        return list(self._parent)


@dataclass(slots=True)
class Human:
    """A cluster while it is being built: what is known of the names and addresses of one human."""

    root: Atom
    names: list[Name]
    emails: set[str]
    sources: set[str]
    titles: set[str]
    bare: list[Atom]
    best_rank: int = 0


def merge(sightings: Sequence[Sighting]) -> Clusters:
    clusters = Clusters()
    _join_sightings(clusters, sightings)
    for rule in (_forms_of_one_name, _addresses_that_spell, _changed_surnames, _bare_names):
        rule(clusters, sightings)
    return clusters


def humans(clusters: Clusters, sightings: Iterable[Sighting]) -> list[Human]:
    """The clusters as they stand, in order of first sighting."""
    found: dict[Atom, Human] = {}
    for sighting in sightings:
        if not sighting.atoms:
            continue
        root = clusters.root(sighting.atoms[0])
        human = found.setdefault(root, Human(root, [], set(), set(), set(), []))
        if sighting.name and sighting.name not in human.names:
            human.names.append(sighting.name)
        if sighting.email:
            human.emails.add(sighting.email)
        human.best_rank = max(human.best_rank, sighting.rank)
        if sighting.source_key:
            human.sources.add(sighting.source_key)
        if sighting.title:
            human.titles.add(fold(sighting.title))
        human.bare += [a for a in sighting.atoms if a.kind == "bare" and a not in human.bare]
    return list(found.values())


def _join_sightings(clusters: Clusters, sightings: Sequence[Sighting]) -> None:
    """An address and the name beside it. One full name at addresses of two companies stays two humans."""
    homes: dict[str, set[str]] = defaultdict(set)
    for sighting in sightings:
        if sighting.email and sighting.name and sighting.name.full:
            homes[sighting.name.key].add(sighting.email)
    for sighting in sightings:
        for atom in sighting.atoms:
            clusters.add(atom)
        if len(sighting.atoms) < 2:
            continue
        address, name = sighting.atoms
        if _one_home(homes[name.value]):
            clusters.join(address, name, f"{name.text} has the address {address.text} in {sighting.where}")


def _one_home(addresses: set[str]) -> bool:
    """One company's domain, or one company's and private mail."""
    return len({a.rpartition("@")[2] for a in addresses if not is_free_mail(a)}) <= 1


def _forms_of_one_name(clusters: Clusters, sightings: Sequence[Sighting]) -> None:
    """Same surname (or one letter off) and a nickname, an initial or the same first name, when it fits one
    human only.
    """
    people = [h for h in humans(clusters, sightings) if any(n.surname for n in h.names)]
    for i, human in enumerate(people):
        fits = [
            (o, why) for j, o in enumerate(people) if i != j and (why := _same_human(human, o)) is not None
        ]
        if len({o.root for o, _ in fits}) != 1:
            continue
        other, why = fits[0]
        back = [o for o in people if o is not other and _same_human(other, o) is not None]
        if len(back) == 1 and clusters.root(human.root) != clusters.root(other.root):
            left, right = (human, other) if i < people.index(other) else (other, human)
            clusters.join(_name_atom(left), _name_atom(right), why)


def _same_human(a: Human, b: Human) -> str | None:
    if (
        len({e.rpartition("@")[2] for e in a.emails} | {e.rpartition("@")[2] for e in b.emails}) > 1
        and a.emails
        and b.emails
    ):
        return None
    for x in a.names:
        for y in b.names:
            why = _same_name(x, y)
            if why:
                return why
    return None


def _same_name(x: Name, y: Name) -> str | None:
    if not (x.surname and y.surname):
        return None
    if x.first and x.first == y.last and y.first == x.last:
        return f"{x.text} and {y.text} are one name in two orders"
    if x.last == y.last:
        if not x.given or not y.given:
            return f"{x.text} and {y.text} share a surname that nobody else in the deal has"
        why = same_given(x.first, y.first)
        return (
            f"{x.text} and {y.text}: same surname, and {why or 'same first name'}"
            if why is not None
            else None
        )
    tail = x.last.split()[-1] == y.last.split()[-1] or x.last.split()[0] == y.last.split()[0]
    if (
        x.first == y.first
        and x.given
        and (near(x.last, y.last) or (tail and len(x.last.split()) != len(y.last.split())))
    ):
        return f"{x.text} and {y.text} are spelled almost alike, and nobody else is"
    return None


def _name_atom(human: Human) -> Atom:
    return human.root


def _addresses_that_spell(clusters: Clusters, sightings: Sequence[Sighting]) -> None:
    """An address seen without a name, whose local part spells exactly one human who has no address there
    yet.
    """
    people = humans(clusters, sightings)
    for human in people:
        nameless = human.emails and not any(n.full for n in human.names)
        guessed = human.emails and human.best_rank == RANK_GUESS
        if not (nameless or guessed):
            continue
        for address in sorted(human.emails):
            local, _, domain = address.partition("@")
            fits = [
                o
                for o in people
                if o is not human
                and any(spells(local, n) for n in o.names)
                and all(e.endswith("@" + domain) is False for e in o.emails)
            ]
            if len(fits) == 1 and not any(e.rpartition("@")[2] != domain for e in fits[0].emails):
                clusters.join(
                    _name_atom(fits[0]),
                    human.root,
                    f"the address {address} spells {fits[0].names[0].text}, and nobody else",
                )
                break


def _changed_surnames(clusters: Clusters, sightings: Sequence[Sighting]) -> None:
    """Same first name, same company's domain, same title, another surname, and never both in one source."""
    people = [h for h in humans(clusters, sightings) if h.emails and h.titles]
    for i, a in enumerate(people):
        for b in people[i + 1 :]:
            same_house = {e.rpartition("@")[2] for e in a.emails} == {e.rpartition("@")[2] for e in b.emails}
            firsts = {n.first for n in a.names if n.full} & {n.first for n in b.names if n.full}
            if same_house and firsts and a.titles & b.titles and not a.sources & b.sources:
                title = sorted(a.titles & b.titles)[0]
                clusters.join(
                    a.root,
                    b.root,
                    f"same first name, same company and same title ({title}): a changed surname",
                )


def _bare_names(clusters: Clusters, sightings: Sequence[Sighting]) -> None:
    """ "Dana" as the whole label: the only Dana listed in that source, else the only one in the deal."""
    people = humans(clusters, sightings)
    full = [h for h in people if any(n.full for n in h.names)]
    loose: dict[str, list[Atom]] = defaultdict(list)
    for human in people:
        if human in full:
            continue
        for atom in human.bare:
            fits = [h for h in full if any(_answers_to(n, atom.value) for n in h.names)]
            here = [h for h in fits if atom.source in h.sources]
            chosen = here if len(here) == 1 else fits
            if len(chosen) == 1:
                scope = "in that source" if len(here) == 1 and len(fits) > 1 else "in the deal"
                clusters.join(
                    chosen[0].root,
                    atom,
                    f"{atom.text} can only be {chosen[0].names[0].text}: nobody else of that name {scope}",
                )
            elif not fits:
                loose[atom.value].append(atom)
    for atoms in loose.values():
        for atom in atoms[1:]:
            clusters.join(atoms[0], atom, "the same first name, and nobody else in the deal has it")


def _answers_to(name: Name, bare: str) -> bool:
    if is_generic(bare):
        return False
    why = same_given(name.first, bare)
    return (why is not None and why != "the initial fits") or name.last == bare
