"""Whole sections on deals put together from the training corpus: far more than the labelled deals, and other people's talk.

An industry's excerpts of one outcome, with its open ones before them, are read as one deal; where the record tells what decided
stands last, as in life. The heads must not have seen the industry (``training.train_heads --folds``).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from analysis.context import DraftContext
from analysis.corpus import Corpus, build_corpus
from analysis.documents import MEDDPICC, Citation, Claim, DraftedBy, PreRead
from analysis.draft import SECTIONS, _fill  # pyright: ignore[reportPrivateUsage]
from analysis.sections import header
from ingest.model import Opportunity, Record, Source
from training.labelled import Labelled

FACTORS = frozenset(("factor_for", "factor_against", "price_reason"))
DECOYS = frozenset(("factor_decoy", "price_excuse", "polite_enthusiasm"))
_LATE = ("cause:", "factor_", "decision", "price_", "value")
_DRAFTED = ("influence", "value", "moment", "factors", "reason_check", "meddpicc")


@dataclass(frozen=True)
class Pseudo:
    """``labels``: of each source, its statements' texts with their labels."""

    corpus: Corpus
    labels: Mapping[str, list[tuple[str, frozenset[str]]]]
    cause: str | None


def whole(part: Labelled, outcomes: Mapping[str, str]) -> Iterator[Pseudo]:
    """The won and the lost deal of an industry. ``outcomes``: of each excerpt by its id."""
    for outcome in ("won", "lost"):
        chosen = [s for s in part.found.corpus.record.sources if outcomes[s.key] in (outcome, "open")]
        yield _assemble(part, chosen, outcome)


def without(part: Labelled, outcomes: Mapping[str, str], label: str) -> Iterator[Pseudo]:
    """The same without the excerpts that carry a label."""
    labels = _by_source(part)
    for outcome in ("won", "lost"):
        chosen = [
            s
            for s in part.found.corpus.record.sources
            if outcomes[s.key] in (outcome, "open")
            and not any(label in own for _, own in labels.get(s.key, []))
        ]
        yield _assemble(part, chosen, outcome)


def losses(part: Labelled, outcomes: Mapping[str, str]) -> Iterator[Pseudo]:
    """One lost deal for each excerpt that carries just one cause: four others of the industry without one, then it."""
    labels = _by_source(part)
    causes = {
        key: {x for _, own in said for x in own if x.startswith("cause:")} for key, said in labels.items()
    }
    plain = [
        s for s in part.found.corpus.record.sources if not causes.get(s.key) and outcomes[s.key] == "open"
    ]
    for source in part.found.corpus.record.sources:
        own = causes.get(source.key, set[str]())
        if len(own) == 1 and outcomes[source.key] == "lost":
            made = _assemble(part, [*plain[:4], source], "lost")
            yield replace(made, cause=next(iter(own)).removeprefix("cause:"))


def _assemble(part: Labelled, chosen: Sequence[Source], outcome: str) -> Pseudo:
    labels = _by_source(part)
    late = {s.key: any(x.startswith(_LATE) for _, own in labels.get(s.key, []) for x in own) for s in chosen}
    ordered = sorted(chosen, key=lambda s: late[s.key])
    base = part.found.corpus
    record: Record = replace(
        base.record, sources=tuple(ordered), opportunity=Opportunity(None, part.name, outcome=outcome)
    )
    known = {w.id: v for w, v in zip(base.windows, base.vectors, strict=True)}
    return Pseudo(build_corpus(record, base.embedder, known), labels, None)


def _by_source(part: Labelled) -> dict[str, list[tuple[str, frozenset[str]]]]:
    out: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for s, own in zip(part.found.all, part.labels, strict=True):
        out.setdefault(s.key, []).append((s.text, own))
    return out


def drafted(corpus: Corpus) -> PreRead:
    """The judging sections only."""
    preread = PreRead(
        deal=header.draft(corpus.record),
        drafted_by=DraftedBy(llm="none", embeddings=corpus.embedder.name),
        created_at="",
        people=[],
    )
    ctx = DraftContext(corpus, None, preread)
    for section in SECTIONS:
        if section.module in _DRAFTED:
            _fill(ctx, section)
    return preread


def carried(pseudo: Pseudo, claims: Iterable[Claim], first: int = 9) -> frozenset[str]:
    """Every label of the statements that the claims' first citations quote."""
    found: set[str] = set()
    for citation in chain.from_iterable(c.citations[:first] for c in claims):
        found |= labels_at(pseudo, citation)
    return frozenset(found)


def labels_at(pseudo: Pseudo, citation: Citation) -> frozenset[str]:
    said = pseudo.labels.get(citation.source, [])
    quote = citation.quote
    return frozenset(x for text, own in said if text in quote or quote in text for x in own)


def judge(pseudo: Pseudo, document: PreRead) -> dict[str, float | None]:
    """The figures of one pseudo-deal; None where it holds nothing of the kind."""
    held = {x for said in pseudo.labels.values() for _, own in said for x in own}
    held &= {x for s in pseudo.corpus.record.sources for _, own in pseudo.labels.get(s.key, []) for x in own}
    out: dict[str, float | None] = {}
    moment = document.moment_of_demand
    picks = [carried(pseudo, [c], 1) for c in [*moment.claims[:1], *moment.alternatives]]
    if "readiness" in held:
        out["moment@1"] = float(bool(picks) and "readiness" in picks[0])
        out["moment@3"] = float(any("readiness" in p for p in picks[:3]))
    factors = [carried(pseudo, f.claims, 1) for f in document.deciding_factors]
    if factors and held & FACTORS:
        out["factors precision"] = statistics.mean(bool(f & FACTORS) for f in factors)
        out["factors decoy"] = statistics.mean(bool(f & DECOYS) and not f & FACTORS for f in factors)
    if "value" in held:
        out["value hit"] = float("value" in carried(pseudo, document.value_articulation))
    for item in MEDDPICC:
        if item in held:
            out["meddpicc quotes"] = out.get("meddpicc quotes") or 0.0
    items = [i for i in MEDDPICC if i in held]
    if items:
        out["meddpicc quotes"] = statistics.mean(
            i in carried(pseudo, document.meddpicc[i].claims) for i in items
        )
    return out


def table(parts: Sequence[Labelled], outcomes: Mapping[str, str]) -> dict[str, list[float]]:
    """All figures over the industries, a list of values each."""
    rows: dict[str, list[float]] = {}
    for part in parts:
        for pseudo in whole(part, outcomes):
            for name, value in judge(pseudo, drafted(pseudo.corpus)).items():
                if value is not None:
                    rows.setdefault(name, []).append(value)
        for pseudo in without(part, outcomes, "readiness"):
            found = drafted(pseudo.corpus).moment_of_demand.found
            rows.setdefault("moment not found, rightly", []).append(float(not found))
        for pseudo in losses(part, outcomes):
            check = drafted(pseudo.corpus).reason_check
            rows.setdefault("loss cause", []).append(float(check.loss_cause == pseudo.cause))
            rows.setdefault(f"loss cause: {pseudo.cause}", []).append(float(check.loss_cause == pseudo.cause))
            name = "price, rightly yes" if pseudo.cause == "price" else "price, rightly no"
            rows.setdefault(name, []).append(
                float(check.price_is_the_real_reason == (pseudo.cause == "price"))
            )
    return rows
