"""The rank of influential voices: a score for each person from the edges that point at them, and, where there are
learnt weights, from what else is known of them. Only people with an edge are ranked, so that each has a quote to show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.influence.graph import Edge
from analysis.influence.learnt import Learnt, open_learnt
from analysis.influence.titles import SENIOR
from analysis.influence.traits import said, strengths, traits
from analysis.statements import Scores, Statements, standard
from ingest.model import Person, Side

_WEIGHTS = {
    "deferred_to": 1.0,
    "credited": 0.9,
    "asked_for": 0.6,
    "commits": 0.9,
    "announces": 0.8,
    "copied": 1.0,
}
_FADE = 0.6
"""Of each kind the strongest edge counts whole, the next by this much of the one before: ten mentions of
somebody are not ten times the influence."""
_BOASTS, _USUAL, _BOAST = 5, 1.0, 0.2
"""How many of the most boastful statements by or of somebody tell their manner; what five of many show anyway, in
standard scores; and by how much of it a score moves. Set with the nine labelled deals in view (docs/quality.md)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """``score``: 0..1, the first has 1. ``signals``: the weight by kind. ``edges``: best first."""

    person: Person
    score: float
    signals: dict[str, float]
    edges: tuple[Edge, ...]


def rank_people(found: Statements, every: Iterable[Edge]) -> tuple[Ranked, ...]:
    """Everybody with an edge, the most influential first: by learnt weights, or without any by the edges alone."""
    ranked = rank_by_edges(found, every)
    learnt = open_learnt(found.corpus.encoders)
    return ranked if learnt is None else _learnt(found, ranked, learnt)


def _learnt(found: Statements, ranked: Sequence[Ranked], learnt: Learnt) -> tuple[Ranked, ...]:
    """In the order of the learnt chances; the first has the score 1."""
    if not ranked:
        return ()
    felt = strengths(found, learnt.labels)
    rows = traits(
        found,
        [r.person for r in ranked],
        {r.person.id: r.score for r in ranked},
        felt @ learnt.told[:-1] + learnt.told[-1],
        felt @ learnt.telling[:-1] + learnt.telling[-1],
        said(found),
    )
    chances = learnt.chance(rows)
    order = sorted(range(len(ranked)), key=lambda i: (-chances[i], ranked[i].person.id))
    top = float(chances[order[0]])
    return tuple(replace(ranked[i], score=round(float(chances[i]) / top, 3)) for i in order)


def rank_by_edges(found: Statements, every: Iterable[Edge]) -> tuple[Ranked, ...]:
    """Everybody with an edge, the most influential first. Sellers count only as far as a buyer asks for
    them, and the deal's owner not at all: a retro is about the customer's decision."""
    by_person: dict[str, list[Edge]] = {}
    for e in every:
        by_person.setdefault(e.person, []).append(e)
    owner = (found.corpus.record.opportunity.owner or "").lower()
    raw: list[tuple[float, Ranked]] = []
    standing = standard(found.strength("decides"))
    places: dict[str, set[int]] = {pid: set() for pid in by_person}
    for i, s in enumerate(found.all):
        if s.person in places:
            places[s.person].add(i)
    for pid, own in by_person.items():
        person = found.corpus.persons.get(pid)
        if person is None or person.name.lower() == owner:
            continue
        kept = [e for e in own if _counts(e, person, found)]
        signals = _signals(kept)
        total = sum(signals.values()) * (0.5 if person.side is Side.SELLER else 1.0)
        if person.title and SENIOR.search(person.title):
            total += 0.5
        by = {e.by for e in kept if e.by and e.by != pid}
        total += 0.3 * min(3, len(by))
        total *= 1.0 + _BOAST * _manner(places[pid] | {e.at for e in kept}, standing)
        if total > 0:
            ordered = tuple(sorted(kept, key=lambda e: (-e.weight, e.at)))
            raw.append((total, Ranked(person, total, signals, ordered)))
    raw.sort(key=lambda r: (-r[0], r[1].person.id))
    top = raw[0][0] if raw else 1.0
    return tuple(Ranked(r.person, round(t / top, 3), r.signals, r.edges) for t, r in raw)


def _manner(places: Collection[int], standing: Scores) -> float:
    """-1.5 where somebody boasts, 0.5 where nobody would say so: the mean standing of the most boastful statements
    by and of a person. Who talks much has more chances to boast, so that talk never lifts."""
    if not places:
        return 0.0
    worst = np.sort(standing[sorted(places)])[:_BOASTS]
    return min(0.5, max(-1.5, float(worst.mean()) + _USUAL))


def _counts(edge: Edge, person: Person, found: Statements) -> bool:
    if person.side is not Side.SELLER:
        return True
    return edge.kind in ("asked_for", "credited") and found.all[edge.at].side is not Side.SELLER


def _signals(own: Sequence[Edge]) -> dict[str, float]:
    out: dict[str, float] = {}
    for kind, weight in _WEIGHTS.items():
        best = sorted((e.weight for e in own if e.kind == kind), reverse=True)[:4]
        total = sum(w * _FADE**i for i, w in enumerate(best))
        if total:
            out[kind] = round(weight * total, 3)
    return out
