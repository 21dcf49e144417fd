"""The definitions: a pre-read and its answers against what a labelled deal says. Every figure is 0..1, None where the
deal has nothing to measure it on.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from analysis.documents import Answer, Citation, Claim, Factor, PreRead
from api.errors import BadInput
from api.eval.labels import Evidence, GoldFactor, LabelledDeal, names_of, same_person

PER_ITEM = 4  # citations of an item that count
Figures = dict[str, float | None]


def cites(claims: Iterable[Claim]) -> list[Citation]:
    return [c for claim in claims for c in claim.citations][:PER_ITEM]


def score(deal: LabelledDeal, preread: PreRead, answers: Sequence[Answer]) -> Figures:
    """All figures of one deal. Raises ``BadInput`` when there is not one answer to each question."""
    if len(answers) != len(deal.gold.questions):
        raise BadInput(f"{deal.root.name}: {len(answers)} answers to {len(deal.gold.questions)} questions")
    return {
        **_voices(deal, preread),
        **_moment(deal, preread),
        **_factors(deal, preread),
        **_rest(deal, preread),
        **_quotes(deal, preread, answers),
        **_answers(deal, answers),
    }


def _hit(deal: LabelledDeal, citations: Iterable[Citation], evidence: Sequence[Evidence]) -> bool:
    return any(deal.hits(c, e) for c in citations for e in evidence)


def _voices(deal: LabelledDeal, preread: PreRead) -> Figures:
    gold = deal.gold
    known = [v.name for v in gold.influential_voices] + gold.loud_but_not_influential
    top = [names_of(v.person) for v in sorted(preread.influential_voices, key=lambda v: v.rank)][:5]

    def only(name: str, names: list[str]) -> bool:
        # a person who matches more than one labelled name counts for none
        return same_person(name, names) and sum(same_person(k, names) for k in known) == 1

    found = [v for v in gold.influential_voices if any(only(v.name, names) for names in top)]
    out = [v for v in gold.influential_voices if not v.in_room]
    loud = gold.loud_but_not_influential
    kept_out = 1 - _share([any(only(n, names) for names in top[:3]) for n in loud]) if loud else None
    return {
        "voices_recall@5": len(found) / len(gold.influential_voices),
        "voices_top1": float(bool(top) and any(only(v.name, top[0]) for v in gold.influential_voices[:2])),
        "out_of_room_recall@5": _share([v in found for v in out]) if out else None,
        "loud_kept_out_of_top3": kept_out,
    }


def _moment(deal: LabelledDeal, preread: PreRead) -> Figures:
    moment, gold = preread.moment_of_demand, deal.gold.moment_of_demand
    if not gold.exists:
        right = float(not moment.found)
        return {"moment_hit@1": right, "moment_hit@3": right}
    shown = [c.citations[:2] for c in [*moment.claims, *moment.alternatives]] if moment.found else []
    right = [_hit(deal, citations, gold.evidence) for citations in shown]
    return {"moment_hit@1": float(any(right[:1])), "moment_hit@3": float(any(right[:3]))}


def _factors(deal: LabelledDeal, preread: PreRead) -> Figures:
    gold, moment = deal.gold, preread.moment_of_demand
    wanted = [f for f in gold.deciding_factors if not f.is_price]
    heavy = [f for f in wanted if f.weight >= 3]
    shown = preread.deciding_factors[:6]
    decoys = [e for d in gold.decoy_factors for e in d.evidence]

    def match(factor: Factor, label: GoldFactor) -> bool:
        return _hit(deal, cites(factor.claims), label.evidence)

    def any_match(factor: Factor) -> bool:
        return any(match(factor, label) for label in gold.deciding_factors)

    directions = [float(f.direction == t.direction) for t in wanted for f in shown if match(f, t)]
    decoyed = [_hit(deal, cites(f.claims), decoys) and not any_match(f) for f in shown]
    return {
        "factors_recall": _share([any(match(f, t) for f in shown) for t in wanted]) if wanted else None,
        "factors_recall_heavy": _share([any(match(f, t) for f in shown) for t in heavy]) if heavy else None,
        "factors_precision": _share([any_match(f) for f in shown]) if shown else 0.0,
        "factors_decoy": _share(decoyed) if shown else 0.0,
        "moment_decoy": float(moment.found and _hit(deal, cites(moment.claims[:1]), gold.decoy_moments)),
        "factors_direction": statistics.mean(directions) if directions else None,
    }


def _rest(deal: LabelledDeal, preread: PreRead) -> Figures:
    gold, check = deal.gold, preread.reason_check
    also = gold.loss_cause_also_acceptable
    causes = {_cause(c) for c in (gold.loss_cause, *([also] if isinstance(also, str) else also))}
    status = {k: item.status for k, item in preread.meddpicc.items()}
    dates, told = {t.date for t in gold.timeline}, {t.date for t in preread.timeline}
    return {
        "loss_cause": float(_cause(check.loss_cause) in causes),
        "price_call": float(check.price_is_the_real_reason == gold.price_is_the_real_reason),
        "meddpicc_status": _share([item.status == status.get(k) for k, item in gold.meddpicc.items()]),
        "timeline_dates": len(dates & told) / max(len(dates), len(told) / 2) if dates else None,
        "value_hit": float(_hit(deal, cites(preread.value_articulation), gold.value_articulation.evidence)),
    }


def _cause(text: str | None) -> str | None:
    return None if text in (None, "null", "none", "") else text


def _quotes(deal: LabelledDeal, preread: PreRead, answers: Sequence[Answer]) -> Figures:
    """Over everything in the documents that is a claim or carries citations, wherever it stands."""
    every: list[Mapping[str, Any]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found = cast(dict[str, Any], node)
            if {"text", "origin"} <= set(found) or "citations" in found:
                every.append(found)
            for value in found.values():
                walk(value)
        elif isinstance(node, list):
            for value in cast(list[Any], node):
                walk(value)

    walk(preread.model_dump(mode="json", by_alias=True))
    walk([answer.model_dump(mode="json", by_alias=True) for answer in answers])
    cited = [Citation.model_validate(c) for item in every for c in item.get("citations") or []]
    cited += [c for answer in answers for c in answer.retrieved]
    return {
        "claims_cited": _share([bool(item.get("citations")) for item in every]) if every else 0.0,
        "quotes_verbatim": _share([deal.verbatim(c) for c in cited]) if cited else 0.0,
    }


def _answers(deal: LabelledDeal, answers: Sequence[Answer]) -> Figures:
    seen: dict[str, list[float]] = {name: [] for name in _NAMES}
    for question, answer in zip(deal.gold.questions, answers, strict=True):
        cited = cites(answer.claims)
        right = _hit(deal, cited, question.evidence)
        if question.kind in ("unanswerable", "false_premise"):
            seen["abstains"].append(float(answer.answered is False))
            if question.kind == "false_premise" and question.evidence:
                seen["corrects"].append(float(right))
            continue
        answered = bool(answer.answered)
        seen["answered"].append(float(answered))
        seen["cited"].append(float(answered and right))
        seen["retrieved"].append(float(_hit(deal, answer.retrieved[:10], question.evidence)))
        if question.kind == "cross_source":
            wanted = {e.source for e in question.evidence}
            found = {e.source for e in question.evidence for c in cited if deal.hits(c, e)}
            seen["cross"].append(float(answered and len(found) >= min(2, len(wanted))))
    return {name: statistics.mean(seen[key]) if seen[key] else None for key, name in _NAMES.items()}


_NAMES = {
    "cited": "qa_evidence_cited",
    "retrieved": "qa_retrieved@10",
    "answered": "qa_answered",
    "abstains": "qa_abstains",
    "corrects": "qa_corrects_premise",
    "cross": "qa_cross_source",
}


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found)


def means(table: Mapping[str, Figures]) -> Figures:
    """Over the deals that have the figure."""
    names = list(next(iter(table.values()))) if table else []
    held = {name: [v for figures in table.values() if (v := figures.get(name)) is not None] for name in names}
    return {name: statistics.mean(values) if values else None for name, values in held.items()}
