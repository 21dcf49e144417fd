"""People's edits of a pre-read, as pure functions: a document and an edit in, the next document out.

Text that a person wrote is theirs (``origin`` "human") and keeps its citations; a rejected claim stays
rejected in every later draft, and can be brought back. Versions are the store's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from analysis.documents import ChangeCandidate, Citation, Claim, Commitment, Factor, PersonRef, PreRead, Voice
from analysis.rejecting import (
    CLAIM_LISTS,
    ITEMS,
    by_section,
    items_of,
    ranked,
    remove,
    restore,
    same_item,
    withdraw,
)
from analysis.walk import claims_of, rewrite_claims


class EditError(Exception):
    """An edit that does not fit the document: its claim or section is not there, or its text is empty."""


@dataclass(frozen=True, slots=True)
class Reword:
    claim_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Reject:
    claim_id: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Take back a rejection: the claim stands again where it stood, with its voice, factor or commitment."""

    claim_id: str


@dataclass(frozen=True, slots=True)
class AddClaim:
    """``section``: one of ``sections()``, such as "went_well" or "meddpicc.champion"."""

    section: str
    text: str
    citations: Sequence[Citation] = field(default_factory=tuple[Citation, ...])
    claim_id: str = ""


@dataclass(frozen=True, slots=True)
class AddVoice:
    """An influential voice: ``who`` is the id of a person of the deal, or the name of somebody new."""

    who: str
    in_room: bool
    text: str
    citations: Sequence[Citation] = field(default_factory=tuple[Citation, ...])


@dataclass(frozen=True, slots=True)
class AddFactor:
    """Something that decided. ``text`` may be empty, then the phrase is the claim."""

    factor: str
    direction: Literal["for_us", "against_us"]
    text: str = ""
    citations: Sequence[Citation] = field(default_factory=tuple[Citation, ...])


@dataclass(frozen=True, slots=True)
class Move:
    """``by``: -1 up, +1 down; or ``to``, the new index. Moves the claim, or its item where it is the
    only one."""

    claim_id: str
    by: int = 0
    to: int | None = None


@dataclass(frozen=True, slots=True)
class BackTo:
    """An earlier version becomes the newest again; what came between stays in the history."""

    earlier: PreRead


T = TypeVar("T")
Edit = Reword | Reject | Restore | AddClaim | AddVoice | AddFactor | Move | BackTo


def apply(preread: PreRead, edit: Edit) -> PreRead:
    """The document after one edit; the given one is not changed. Raises ``EditError``."""
    out = preread.model_copy(deep=True)
    match edit:
        case Reword():
            _reword(out, edit)
        case Reject():
            _known(out, edit.claim_id)
            withdraw(out, edit.claim_id)
        case Restore():
            _restore(out, edit.claim_id)
        case AddClaim():
            _append(out, edit.section, _new(out, edit.text, edit.citations, edit.claim_id))
        case AddVoice():
            _add_voice(out, edit)
        case AddFactor():
            _add_factor(out, edit)
        case Move():
            _move(out, edit)
        case BackTo():
            return edit.earlier.model_copy(deep=True)
    return out


def carry_over(draft: PreRead, edited: PreRead) -> PreRead:
    """A new draft with everything that a person did to the last version: rejected claims left out,
    reworded claims with their words, added claims in their place. What the new draft no longer has of a
    person's claims is put back."""
    out = draft.model_copy(deep=True)
    out.rejected = list(dict.fromkeys([*edited.rejected, *draft.rejected]))
    out.withdrawn = [w.model_copy(deep=True) for w in edited.withdrawn]
    _keep_ids(out, edited)
    for claim_id in out.rejected:
        if _has(out, claim_id):
            remove(out, claim_id)
    for section, claims in by_section(edited).items():
        for claim in claims:
            if claim.origin == "human" and claim.id not in out.rejected:
                _carry(out, edited, section, claim.model_copy(deep=True))
    out.version = edited.version
    return out


def _keep_ids(out: PreRead, edited: PreRead) -> None:
    """A claim's id is made of its quotes; where a quote was corrected since, the draft's claim is the same one still
    and keeps the id that people's edits know."""
    known = dict(by_section(edited))
    for taken in edited.withdrawn:
        known[taken.section] = [*known.get(taken.section, ()), *taken.claims]
    ids = {c.id for claims in known.values() for c in claims}
    fresh = by_section(out)
    for section, claims in known.items():
        rest = [c for c in fresh.get(section, ()) if c.id not in ids]
        for claim in claims:
            quotes = [c.quote for c in claim.citations]
            same = next((c for c in rest if quotes and [x.quote for x in c.citations] == quotes), None)
            if same is not None and not _has(out, claim.id):
                was, now = same.id, claim.id
                _each(out, lambda c, was=was, now=now: c.model_copy(update={"id": now}) if c.id == was else c)
                rest.remove(same)


def sections(preread: PreRead) -> tuple[str, ...]:
    """The names that ``AddClaim.section`` may have for a document."""
    named = [*CLAIM_LISTS, "moment_of_demand", "reason_check", *(f"meddpicc.{k}" for k in preread.meddpicc)]
    return (*named, *(["nurture"] if preread.nurture else []), *ITEMS[1:])


def section_of(preread: PreRead, claim_id: str) -> str | None:
    """Where a claim stands, or stood before it was rejected: "went_well", "meddpicc.champion" …"""
    standing = ((name, c.id) for name, claims in by_section(preread).items() for c in claims)
    gone = ((w.section, w.claims[0].id) for w in preread.withdrawn)
    return next((name for name, i in (*standing, *gone) if i == claim_id), None)


def find(preread: PreRead, claim_id: str) -> Claim | None:
    return next((c for c in claims_of(preread) if c.id == claim_id), None)


# -- the edits ---------------------------------------------------------------------------------------------


def _known(out: PreRead, claim_id: str) -> None:
    if not _has(out, claim_id):
        raise EditError(f"there is no claim {claim_id} any more: reload the page")


def _text(text: str, what: str = "a claim") -> str:
    folded = " ".join(text.split())
    if not folded:
        raise EditError(f"{what} needs words: write what is true")
    return folded


def _reword(out: PreRead, edit: Reword) -> None:
    text = _text(edit.text)
    _known(out, edit.claim_id)
    _each(out, lambda c: _looked_at(c, text) if c.id == edit.claim_id else c)


def _looked_at(claim: Claim, text: str) -> Claim:
    """A claim in a person's words: what had to be looked at again has been."""
    seen = {"note": None, "earlier": None, "verified": bool(claim.citations)}
    return claim.model_copy(update={"text": text, "origin": "human", **(seen if claim.note else {})})


def _restore(out: PreRead, claim_id: str) -> None:
    taken = next((w for w in out.withdrawn if w.claims[0].id == claim_id), None)
    if taken is None:
        raise EditError(f"no rejected claim is called {claim_id}: reload the page")
    restore(out, taken)


def _new(out: PreRead, text: str, citations: Sequence[Citation], claim_id: str = "") -> Claim:
    taken = {c.id for c in claims_of(out)} | set(out.rejected)
    number = len(taken) + 1
    while f"h-{number}" in taken:
        number += 1
    return Claim(
        id=claim_id or f"h-{number}",
        text=_text(text),
        origin="human",
        citations=list(citations),
        verified=bool(citations),
    )


def _append(out: PreRead, section: str, claim: Claim) -> None:
    if section in CLAIM_LISTS:
        setattr(out, section, [*getattr(out, section), claim])
    elif section == "moment_of_demand":
        out.moment_of_demand.found = True
        out.moment_of_demand.claims = [*out.moment_of_demand.claims, claim]
    elif section == "reason_check":
        out.reason_check.claims = [*out.reason_check.claims, claim]
    elif section.startswith("meddpicc.") and section.partition(".")[2] in out.meddpicc:
        item = out.meddpicc[section.partition(".")[2]]
        item.claims = [*item.claims, claim]
    elif section == "nurture" and out.nurture:
        out.nurture.claims = [*out.nurture.claims, claim]
    elif section == "deciding_factors":
        new = Factor(
            factor=claim.text,
            direction="against_us" if out.deal.outcome == "lost" else "for_us",
            weight=_least_weight(out),
            claims=[claim],
        )
        out.deciding_factors = [*out.deciding_factors, new]
    elif section == "change_candidates":
        out.change_candidates = [*out.change_candidates, ChangeCandidate(problem=claim.text, claims=[claim])]
    elif section == "commitments":
        out.commitments = [*out.commitments, Commitment(who=None, what=claim.text, claims=[claim])]
    else:
        raise EditError(f"there is no section {section} to add a claim to")


def _least_weight(out: PreRead) -> float:
    # heaviest first: what people add at the end weighs no more than what stands before it
    return min((f.weight for f in out.deciding_factors), default=0.5)


def _add_voice(out: PreRead, edit: AddVoice) -> None:
    claim = _new(out, edit.text, edit.citations)
    person = _person(out, edit.who)
    same = next((v for v in out.influential_voices if v.person.id == person.id), None)
    if same is not None:
        same.claims, same.in_room = [*same.claims, claim], edit.in_room
        return
    score = min((v.score for v in out.influential_voices), default=0.5)
    new = Voice(rank=0, person=person, in_room=edit.in_room, score=score, claims=[claim])
    out.influential_voices = ranked([*out.influential_voices, new])


def _person(out: PreRead, who: str) -> PersonRef:
    """Somebody of the deal by id or by name, else somebody new, who then is one of its people."""
    name = _text(who, "a voice")
    known = [*out.people, *(v.person for v in out.influential_voices)]
    found = next((p for p in known if p.id == name or p.name.casefold() == name.casefold()), None)
    if found is not None:
        return found.model_copy(deep=True)
    slug = re.sub(r"\W+", "-", name.casefold()).strip("-") or "somebody"
    person = PersonRef(id=f"h-{slug}", name=name)
    out.people = [*out.people, person]
    return person.model_copy(deep=True)


def _add_factor(out: PreRead, edit: AddFactor) -> None:
    phrase = _text(edit.factor, "a deciding factor")
    claim = _new(out, edit.text or phrase, edit.citations)
    new = Factor(factor=phrase, direction=edit.direction, weight=_least_weight(out), claims=[claim])
    same = next((f for f in out.deciding_factors if same_item(f, new)), None)
    if same is not None:
        same.claims = [*same.claims, claim]
    else:
        out.deciding_factors = [*out.deciding_factors, new]


def _carry(out: PreRead, edited: PreRead, section: str, claim: Claim) -> None:
    if _has(out, claim.id):
        _each(out, lambda c: claim if c.id == claim.id else c)
    elif section in ITEMS:
        _carry_item(out, edited, section, claim)
    elif section == "nurture" and out.nurture is None and edited.nurture is not None:
        out.nurture = edited.nurture.model_copy(update={"claims": [claim]}, deep=True)
    else:
        _append(out, section, claim)


def _carry_item(out: PreRead, edited: PreRead, section: str, claim: Claim) -> None:
    """Put a person's claim back with the item that it stood in; into the same item where there is one."""
    old = next(x for x in items_of(edited, section) if any(c.id == claim.id for c in x.claims))
    items = items_of(out, section)
    same = next((x for x in items if same_item(x, old)), None)
    if same is not None:
        same.claims = [*same.claims, claim]
    else:
        items.append(old.model_copy(update={"claims": [claim]}, deep=True))
    setattr(out, section, items)
    out.influential_voices = ranked(out.influential_voices)


def _move(out: PreRead, edit: Move) -> None:
    _known(out, edit.claim_id)

    def moved(claims: list[Claim]) -> list[Claim]:
        at = next((i for i, c in enumerate(claims) if c.id == edit.claim_id), None)
        return claims if at is None else _shift(claims, at, edit)

    for name in ITEMS:
        items = items_of(out, name)
        at = next((i for i, x in enumerate(items) if any(c.id == edit.claim_id for c in x.claims)), None)
        if at is not None and len(items[at].claims) == 1:
            setattr(out, name, _shift(items, at, edit))
            out.influential_voices = ranked(out.influential_voices)
            return
    rewrite_claims(out, moved)


def _shift(items: list[T], at: int, edit: Move) -> list[T]:
    to = at + edit.by if edit.to is None else edit.to
    to = max(0, min(len(items) - 1, to))
    rest = [*items[:at], *items[at + 1 :]]
    return [*rest[:to], items[at], *rest[to:]]


# -- looking -----------------------------------------------------------------------------------------------


def _has(preread: PreRead, claim_id: str) -> bool:
    return any(c.id == claim_id for c in claims_of(preread))


def _each(out: PreRead, change: Callable[[Claim], Claim]) -> None:
    rewrite_claims(out, lambda claims: [change(c) for c in claims])
