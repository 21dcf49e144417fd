"""Taking a claim out of a document and putting it back where it stood.

A rejected claim stays in the document under ``withdrawn``, with the item that rested on it alone (a voice, a
factor, a commitment), so that restoring needs no earlier version and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.documents import (
    ChangeCandidate,
    Claim,
    Commitment,
    Document,
    Factor,
    Moment,
    PreRead,
    Voice,
    Withdrawn,
)
from analysis.walk import claims_of, rewrite_claims

CLAIM_LISTS = ("value_articulation", "went_well", "could_go_better", "worked_together")
"""Sections that are plain lists of claims."""
ITEMS = ("influential_voices", "deciding_factors", "change_candidates", "commitments")
"""Sections whose claims stand in items with fields of their own."""

Item = Voice | Factor | ChangeCandidate | Commitment


def items_of(preread: PreRead, section: str) -> list[Item]:
    """The items of one of ``ITEMS``."""
    return list(getattr(preread, section))


def same_item(left: Item, right: Item) -> bool:
    """The same voice, factor, change or commitment, whatever its claims and rank are."""
    if isinstance(left, Voice) and isinstance(right, Voice):
        return left.person.id == right.person.id
    bare = {"claims": [], "rank": 0, "weight": 0.0}
    return type(left) is type(right) and left.model_copy(update=bare) == right.model_copy(update=bare)


def ranked(voices: Sequence[Voice]) -> list[Voice]:
    """Voices with their ranks counted anew."""
    return [v.model_copy(update={"rank": i}) for i, v in enumerate(voices, start=1)]


def remove(out: PreRead, claim_id: str) -> None:
    """Take a claim out, in place, and the item that rested on it alone."""
    shown = [item for item in out.meddpicc.values() if any(c.id == claim_id for c in item.claims)]
    first_of_moment = bool(out.moment_of_demand.claims) and out.moment_of_demand.claims[0].id == claim_id
    rewrite_claims(out, lambda claims: [c for c in claims if c.id != claim_id])
    out.deciding_factors = [f for f in out.deciding_factors if f.claims]
    out.change_candidates = [c for c in out.change_candidates if c.claims]
    out.commitments = [c for c in out.commitments if c.claims]
    out.influential_voices = ranked([v for v in out.influential_voices if v.claims])
    if first_of_moment and not out.moment_of_demand.claims:
        rest = out.moment_of_demand.alternatives
        out.moment_of_demand.claims, out.moment_of_demand.alternatives = rest[:1], rest[1:]
        out.moment_of_demand.found = bool(rest)
    for item in shown:
        if not item.claims and item.status == "met":
            item.status = "partial"


def withdraw(out: PreRead, claim_id: str) -> None:
    """Reject, in place, a claim that stands in the document."""
    taken = _place(out, claim_id)
    remove(out, claim_id)
    if taken.section == "moment_of_demand" and not taken.alternative:
        now = out.moment_of_demand.claims
        taken.promoted = now[0].id if len(now) == 1 and taken.at == 0 else None
    out.rejected = list(dict.fromkeys([*out.rejected, claim_id]))
    out.withdrawn = [*(w for w in out.withdrawn if w.claims[0].id != claim_id), taken]


def restore(out: PreRead, taken: Withdrawn) -> None:
    """Put a rejected claim back, in place."""
    claim = taken.claims[0].model_copy(deep=True)
    out.rejected = [i for i in out.rejected if i != claim.id]
    out.withdrawn = [w for w in out.withdrawn if w.claims[0].id != claim.id]
    if any(c.id == claim.id for c in claims_of(out)):
        return
    if taken.item is not None:
        _restore_item(out, taken, taken.item, claim)
    elif taken.section == "moment_of_demand":
        _restore_moment(out.moment_of_demand, taken, claim)
    elif taken.section == "nurture":
        if out.nurture:
            out.nurture.claims = _put(out.nurture.claims, taken.at, claim)
    elif taken.section == "reason_check":
        out.reason_check.claims = _put(out.reason_check.claims, taken.at, claim)
    elif taken.section in CLAIM_LISTS:
        setattr(out, taken.section, _put(getattr(out, taken.section), taken.at, claim))
    elif (found := out.meddpicc.get(taken.section.removeprefix("meddpicc."))) is not None:
        if not found.claims and taken.status:
            found.status = taken.status
        found.claims = _put(found.claims, taken.at, claim)


def by_section(preread: PreRead) -> Mapping[str, list[Claim]]:
    """Every claim under the name of the section in which it stands: "went_well", "meddpicc.champion" …"""
    out: dict[str, list[Claim]] = {name: getattr(preread, name) for name in CLAIM_LISTS}
    for name in ITEMS:
        out[name] = [c for item in items_of(preread, name) for c in claims_of(item)]
    out["moment_of_demand"] = claims_of(preread.moment_of_demand)
    out["reason_check"] = preread.reason_check.claims
    out |= {f"meddpicc.{k}": item.claims for k, item in preread.meddpicc.items()}
    out["nurture"] = preread.nurture.claims if preread.nurture else []
    return out


def _place(preread: PreRead, claim_id: str) -> Withdrawn:
    section, claim = next((s, c) for s, cs in by_section(preread).items() for c in cs if c.id == claim_id)
    taken = Withdrawn(section=section, claims=[claim.model_copy(deep=True)])
    if section in ITEMS:
        items = items_of(preread, section)
        taken.item_at = next(i for i, x in enumerate(items) if any(c.id == claim_id for c in x.claims))
        stood: Document = items[taken.item_at]
        taken.at = _index(claims_of(stood), claim_id)
        taken.item = items[taken.item_at].model_copy(update={"claims": []}, deep=True)
    elif section == "moment_of_demand":
        moment = preread.moment_of_demand
        taken.alternative = any(c.id == claim_id for c in moment.alternatives)
        taken.at = _index(moment.alternatives if taken.alternative else moment.claims, claim_id)
    else:
        taken.at = _index(by_section(preread)[section], claim_id)
        found = preread.meddpicc.get(section.removeprefix("meddpicc."))
        taken.status = found.status if found and section.startswith("meddpicc.") else None
    return taken


def _restore_item(out: PreRead, taken: Withdrawn, item: Item, claim: Claim) -> None:
    items = items_of(out, taken.section)
    same = next((x for x in items if same_item(x, item)), None)
    if same is not None:
        same.claims = _put(same.claims, taken.at, claim)
    else:
        items.insert(taken.item_at, item.model_copy(update={"claims": [claim]}, deep=True))
    setattr(out, taken.section, items)
    out.influential_voices = ranked(out.influential_voices)


def _restore_moment(moment: Moment, taken: Withdrawn, claim: Claim) -> None:
    if taken.alternative:
        moment.alternatives = _put(moment.alternatives, taken.at, claim)
        return
    if [c.id for c in moment.claims] == [taken.promoted]:  # who stood in for it steps back
        moment.alternatives, moment.claims = [*moment.claims, *moment.alternatives], []
    moment.claims, moment.found = _put(moment.claims, taken.at, claim), True


def _index(claims: Sequence[Claim], claim_id: str) -> int:
    return next(i for i, c in enumerate(claims) if c.id == claim_id)


def _put(claims: Sequence[Claim], at: int, claim: Claim) -> list[Claim]:
    return [*claims[:at], claim, *claims[at:]]
