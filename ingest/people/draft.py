"""A person while the evidence is gathered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.model import Side
from ingest.people.lexicon import fold
from ingest.people.merging import Clusters
from ingest.people.names import Name
from ingest.people.sightings import Atom, Sighting


@dataclass(slots=True, eq=False)
class Draft:
    """What is known of one human. ``titles`` are (how good, how new, text): the greatest is taken."""

    root: Atom
    order: int
    names: Counter[tuple[int, Name]] = field(
        default_factory=Counter[tuple[int, Name]]
    )  # (rank, name) -> how often
    emails: list[str] = field(default_factory=list[str])
    labels: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    sources: set[str] = field(default_factory=set[str])
    titles: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    accounts: list[str] = field(default_factory=list[str])
    crm_roles: list[str] = field(default_factory=list[str])
    affiliations: set[str] = field(default_factory=set[str])
    aliases: list[str] = field(default_factory=list[str])
    initials: set[str] = field(default_factory=set[str])
    atoms: set[Atom] = field(default_factory=set[Atom])
    side: Side = Side.UNKNOWN
    id: str = ""
    display: str | None = None  # a correction
    fixed_title: str | None = None
    fixed_side: Side | None = None
    split_off: bool = False
    renamed: bool = False

    @property
    def name(self) -> Name | None:
        """The best name: full before bare, then the surest source, the most frequent, the longest."""
        if not self.names:
            return None
        return max(
            self.names,
            key=lambda n: (n[1].full, bool(n[1].given), n[0], self.names[n], len(n[1].text), n[1].text),
        )[1]

    @property
    def text(self) -> str:
        if self.display:
            return self.display
        return self.name.text if self.name else (self.emails[0] if self.emails else self.root.text)

    @property
    def title(self) -> str | None:
        if self.fixed_title or not self.titles:
            return self.fixed_title
        best = max(self.titles)[2]
        fuller = [t for _, _, t in self.titles if fold(t).startswith(fold(best)) and len(t) <= 60]
        return max(fuller, key=len, default=best)

    def forms(self) -> list[Name]:
        """Every distinct name, best first."""
        best = self.name
        rest = dict.fromkeys(name for _, name in self.names)
        return ([best] if best else []) + [n for n in rest if n != best]


def draft(clusters: Clusters, sightings: Iterable[Sighting]) -> list[Draft]:
    """One draft a cluster, in order of first sighting."""
    found: dict[Atom, Draft] = {}
    for sighting in sightings:
        if not sighting.atoms:
            continue
        root = clusters.root(sighting.atoms[0])
        person = found.setdefault(root, Draft(root, len(found)))
        _add(person, sighting)
    return list(found.values())


def _add(person: Draft, sighting: Sighting) -> None:
    person.atoms.update(sighting.atoms)
    if sighting.name:
        person.names[sighting.rank, sighting.name] += 1
    if sighting.email and sighting.email not in person.emails:
        person.emails.append(sighting.email)
    if sighting.source_key:
        person.sources.add(sighting.source_key)
        if sighting.label:
            person.labels.add((sighting.source_key, sighting.label))
    if sighting.title and sighting.title.strip():
        # A parties file or an invitation is newer than the CRM row and was written by somebody's directory.
        ranked = (4 if sighting.source_key else 3, sighting.order, sighting.title.strip())
        if ranked not in person.titles[-1:]:
            person.titles.append(ranked)
    for value, into in ((sighting.account, person.accounts), (sighting.crm_role, person.crm_roles)):
        if value and value not in into:
            into.append(value)
    if sighting.affiliation:
        person.affiliations.add(sighting.affiliation)


def identify(drafts: Sequence[Draft]) -> None:
    """Gives every draft its id: "p-" and the folded name; the second of a name gets "-2".

    Split-off people come last, so that a split does not rename the person it was taken from.
    """
    taken: Counter[str] = Counter()
    for person in sorted(drafts, key=lambda d: (d.split_off, d.order)):
        slug = slug_of(person.name.text if person.name else person.text)
        taken[slug] += 1
        person.id = slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"


def slug_of(text: str) -> str:
    return "p-" + (re.sub(r"[^a-z0-9]+", "-", fold(text.partition("@")[0])).strip("-") or "unnamed")
