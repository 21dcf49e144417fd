"""The other ways in which the record names somebody, and the merges that people may undo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ingest.model import Merge
from ingest.people.draft import Draft
from ingest.people.lexicon import fold
from ingest.people.mentions import Found
from ingest.people.merging import Clusters


def aliases_of(person: Draft, people: Sequence[Draft], named: Sequence[Found]) -> tuple[str, ...]:
    """What the record really called the person, longest first.

    A bare name that is also somebody else's is left out: taken alone it would name two people.
    """
    used = [n.text for n in person.forms()] + person.aliases
    used += dict.fromkeys(
        f.called for f in named if f.mention.person_id == person.id and f.kind != "initials"
    )
    mine = {fold(person.text)}
    kept: dict[str, str] = {}
    for alias in used:
        key = fold(alias)
        if (
            key not in mine
            and key not in kept
            and len(key) > 1
            and not _belongs_to_others(alias, person, people)
        ):
            kept[key] = alias
    return tuple(sorted(kept.values(), key=lambda a: (-len(a), a)))


def _belongs_to_others(alias: str, person: Draft, people: Sequence[Draft]) -> bool:
    words = [
        w for w in fold(alias).replace(".", " ").split() if w not in ("mr", "mrs", "ms", "miss", "dr", "prof")
    ]
    if len(words) != 1:
        return False
    others = (
        fold(form).split()
        for p in people
        if p is not person
        for form in (p.text, *(n.text for n in p.forms()), *p.aliases)
    )
    return any(words[0] in (form[0], form[-1]) for form in others if form)


def merges(
    people: Sequence[Draft],
    clusters: Clusters,
    named: Sequence[Found],
    joined: Sequence[tuple[Draft, str, str]],
) -> tuple[Merge, ...]:
    """Every join that still holds: of names and addresses, of short names in running text, and those made
    by hand.
    """
    found: dict[str, Merge] = {}
    owners = {atom: p for p in people for atom in p.atoms}
    for join in clusters.joins:
        owner = owners.get(join.right)
        if owner is not None and (join.left in owner.atoms or join.left == owner.root):
            _put(found, owner.id, join.left.text, join.right.text, join.why)
    by_id = {p.id: p for p in people}
    seen: set[tuple[str, str]] = set()
    for mention in named:
        key = (mention.mention.person_id, mention.called)
        if mention.kind == "full" or key in seen:
            continue
        seen.add(key)
        person = by_id[key[0]]
        if fold(mention.called) != fold(person.text):
            why = f"“{mention.called}” in {mention.mention.source_key}: {mention.mention.how}"
            _put(found, person.id, person.text, mention.called, why)
    for person, left, right in joined:
        _put(found, person.id, left, right, "somebody on the team said that they are one person")
    return tuple(found.values())


def _put(found: dict[str, Merge], person_id: str, left: str, right: str, why: str) -> None:
    digest = hashlib.sha256("\0".join((person_id, left, right)).encode()).hexdigest()[:10]
    found.setdefault(digest, Merge(f"m-{digest}", person_id, left, right, why))
