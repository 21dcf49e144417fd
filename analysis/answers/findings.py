"""Which verified findings of a pre-read speak to a question: they are looked at before the rest of the record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import prompts
from analysis.documents import Citation, Claim, PreRead
from analysis.embedders import Embedder, Vectors

SECTIONS = ("voices", "moment", "factors", "reason", "value", "commitments", "nurture", "competition")
NEAR = 0.5
"""Cosine with an example question from which a question is taken to ask for a section."""


def sections_asked(question: str, embedder: Embedder) -> tuple[str, ...]:
    """The sections that a question asks for, nearest first."""
    names, known = _known_questions(embedder)
    best: dict[str, float] = {}
    for section, score in zip(names, known @ embedder.embed([question])[0], strict=True):
        best[section] = max(best.get(section, 0.0), float(score))
    return tuple(s for s, score in sorted(best.items(), key=lambda x: -x[1]) if score >= NEAR)


@lru_cache(maxsize=4)
def _known_questions(embedder: Embedder) -> tuple[tuple[str, ...], Vectors]:
    """The example questions' sections and vectors; embedded once a process."""
    lines = [(section, line) for section in SECTIONS for line in prompts.examples(f"ask-{section}")]
    return tuple(section for section, _ in lines), embedder.embed([line for _, line in lines])


def claims_of(preread: PreRead, section: str) -> Iterator[Claim]:
    """The claims of a section, in its order."""
    match section:
        case "voices":
            for voice in preread.influential_voices:
                yield from voice.claims[:2]
        case "moment":
            yield from preread.moment_of_demand.claims
        case "factors":
            for factor in preread.deciding_factors:
                yield from factor.claims[:1]
        case "reason":
            yield from preread.reason_check.claims
        case "value":
            yield from preread.value_articulation
        case "commitments":
            for commitment in preread.commitments:
                yield from commitment.claims[:1]
        case "nurture" if preread.nurture:
            yield from preread.nurture.claims
        case "competition" if "competition" in preread.meddpicc:
            yield from preread.meddpicc["competition"].claims
        case _:
            return


def findings(preread: PreRead, sections: tuple[str, ...]) -> list[Citation]:
    """The citations of the verified claims of these sections, best first, at most three a section."""
    return [
        c
        for s in sections
        for claim in list(claims_of(preread, s))[:3]
        if claim.verified
        for c in claim.citations[:1]
    ]
