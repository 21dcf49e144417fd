"""The draft: every section in turn, then every citation looked up in the record once more.

A section that fails never costs the others: it stays empty and ``empty`` says what happened. What does not
verify is dropped and counted; nothing that the record does not hold word for word leaves this module as a
claim.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from analysis.context import DraftContext, person_ref
from analysis.corpus import Corpus
from analysis.documents import Claim, DraftedBy, PreRead
from analysis.errors import Cancelled
from analysis.evidence import verify
from analysis.llms import LLM
from analysis.sections import header
from analysis.walk import rewrite_claims

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Section:
    """``module``: in ``analysis.sections``; its ``draft(ctx)`` returns the value of the only field, or a
    ``PreRead`` field mapping where it fills several."""

    module: str
    fields: tuple[str, ...]
    title: str


SECTIONS = (
    Section("timeline", ("timeline",), "Timeline"),
    Section("influence", ("influential_voices",), "Influential voices"),
    Section("value", ("value_articulation",), "Value, in the customer's words"),
    Section("moment", ("moment_of_demand",), "Moment of demand"),
    Section("factors", ("deciding_factors",), "What decided beyond price"),
    Section("reason_check", ("reason_check",), "Stated against evidenced reason"),
    Section("meddpicc", ("meddpicc",), "MEDDPICC"),
    Section("commitments", ("commitments",), "Commitments"),
    Section(
        "retro", ("went_well", "could_go_better", "worked_together"), "What went well, what could go better"
    ),
    Section("changes", ("change_candidates",), "Candidates for change"),
    Section("nurture", ("nurture",), "Nurture"),
    Section("gaps", ("gaps",), "What the record cannot tell"),
    Section("questions", ("questions_for_the_room", "questions_for_the_buyer"), "Questions"),
)
"""In the order in which they are drafted: later sections may read earlier ones in ``ctx.so_far``."""


def draft(
    corpus: Corpus,
    llm: LLM | None,
    *,
    on_progress: Callable[[str, int, int], None] = lambda section, done, total: None,
) -> PreRead:
    """Draft the pre-read of a deal. ``on_progress(title of the section that begins, sections done, sections
    in all)`` may raise ``Cancelled``, the only error that leaves this function."""
    preread = PreRead(
        deal=header.draft(corpus.record),
        drafted_by=DraftedBy(
            llm=llm.name if llm else "none", embeddings=" + ".join(filter(None, corpus.encoders))
        ),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        people=[person_ref(p) for p in corpus.record.people.persons],
    )
    ctx = DraftContext(corpus, llm, preread)
    for done, section in enumerate(SECTIONS):
        on_progress(section.title, done, len(SECTIONS))
        _fill(ctx, section)
    preread.empty = {**_unsaid(preread), **ctx.empty}
    preread.empty = {k: v for k, v in preread.empty.items() if not _has(preread, k)}
    preread.drafted_by = preread.drafted_by.model_copy(update={"prompts": dict(sorted(ctx.prompts.items()))})
    on_progress("Checking every quote", len(SECTIONS), len(SECTIONS))
    return checked(preread, corpus)


def evidence_draft(
    corpus: Corpus, *, on_progress: Callable[[str, int, int], None] = lambda section, done, total: None
) -> PreRead:
    """The draft by templates over the ranked evidence, without an LLM: there in seconds."""
    return draft(corpus, None, on_progress=on_progress)


def checked(preread: PreRead, corpus: Corpus) -> PreRead:
    """The pre-read with only claims whose citations verify; ``dropped`` counts the citations that did not."""
    out = preread.model_copy(deep=True)
    dropped = 0

    def keep(claims: list[Claim]) -> list[Claim]:
        nonlocal dropped
        kept: list[Claim] = []
        for c in claims:
            good = [x for x in c.citations if verify(corpus.record, x)]
            dropped += len(c.citations) - len(good)
            if good or c.origin == "human":
                kept.append(c.model_copy(update={"citations": good, "verified": bool(good)}))
        return kept

    rewrite_claims(out, keep)
    out.dropped = dropped
    return out


def _fill(ctx: DraftContext, section: Section) -> None:
    try:
        value: Any = import_module(f"analysis.sections.{section.module}").draft(ctx)
        values: dict[str, Any] = value if len(section.fields) > 1 else {"".join(section.fields): value}
        for name in section.fields:
            setattr(ctx.so_far, name, values[name])
    except Cancelled:
        raise
    except Exception as error:
        log.exception("section %s failed", section.module)
        for name in section.fields:
            ctx.say_empty(name, f"This section could not be drafted: {type(error).__name__}: {error}"[:300])


_WHY = {
    "value_articulation": "Nobody on the buyer's side says in the record what the choice was worth to them.",
    "influential_voices": "The record does not show whose word counted.",
    "deciding_factors": "The record does not show what decided.",
    "timeline": "No source carries a date.",
    "commitments": "Nobody promises anything with an object in the record.",
    "went_well": "No line of the record says so plainly enough to quote it.",
    "could_go_better": "No line of the record says so plainly enough to quote it.",
    "worked_together": "The record holds no conversation inside our own team.",
    "change_candidates": "Nothing in the record points to a change in process or product.",
    "nurture": "The record names no next window.",
}


def _unsaid(preread: PreRead) -> dict[str, str]:
    return {name: why for name, why in _WHY.items() if not _has(preread, name)}


def _has(preread: PreRead, name: str) -> bool:
    value = getattr(preread, name, None)
    if name == "moment_of_demand":
        return preread.moment_of_demand.found
    if name == "reason_check":
        return bool(preread.reason_check.claims)
    return bool(value)
