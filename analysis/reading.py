"""The whole record, read by a large LLM: which lines bear on which question of the pre-read.

Map: calls are shown one by one and mails in small bundles, every utterance with an id; the LLM gives ids and the
question that each helps to answer. Merge: ``merged`` shows what was marked for one question, over all sources,
beside what code ranked first, and the LLM chooses and orders. What ends bundles of mails is told from the mails
themselves, so that one more mail changes one bundle and the rest is remembered from the last draft.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, Field

from analysis.chains import ask, choose, numbered, picked, speaker
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.evidence import fold
from analysis.instructions import to_a_program
from analysis.llms.planning import tokens
from analysis.ranking import Candidate
from analysis.windows import CITABLE
from ingest.model import Source

Topic = Literal[
    "moment",
    "factors",
    "value",
    "voices",
    "reason",
    "commitments",
    "went_well",
    "could_go_better",
    "worked_together",
    "nurture",
    "meddpicc",
]
QUESTIONS: Mapping[Topic, str] = {
    "moment": "When had somebody on the buyer's side with a say both seen the problem and bound themselves to "
    "act, not just been polite or described the problem? Choose nothing where nobody did.",
    "factors": "Which lines tell what decided the deal, beyond price, one line for each different reason, the "
    "weightiest first?",
    "value": "Which lines say best what the choice was worth to the buyer, in their own words?",
    "voices": "Which lines show whose word counted: whom others wait for, defer to, quote or need a yes from?",
    "reason": "Which lines show why the buyer decided as they did, whatever reason was given officially?",
    "commitments": "Which lines promise something of consequence to the other side?",
    "went_well": "Which lines show something that our side (the seller) did well?",
    "could_go_better": "Which lines show something that our side (the seller) missed, left open or did late?",
    "worked_together": "Which lines show how the people on our side (the seller) worked with each other?",
    "meddpicc": "Which lines show the measured gain, who releases the money, the criteria, the steps of the decision or "
    "of the paperwork, who worked for us inside, or what we were compared with?",
    "nurture": "Which lines say when the buyer could buy or review again?",
}
_BUNDLE = 3  # mails in a bundle, on average
_MOST_LINES = 250
_SHARE = 3  # one call takes at most a third of the context
_FROM_CODE = 12


class Mark(BaseModel):
    id: str = ""
    about: Topic


class Marks(BaseModel):
    marks: list[Mark] = Field(default_factory=list[Mark], max_length=40)


class Ranked(BaseModel):
    ids: list[str] = Field(default_factory=list[str], max_length=10)


Place = tuple[str, int]


@dataclass(frozen=True)
class Reading:
    """``marks``: the places that were marked for each topic, in the order of the record. ``read``: how many of
    ``chunks`` parts the LLM answered for."""

    marks: Mapping[Topic, tuple[Place, ...]]
    read: int
    chunks: int

    @cached_property
    def useful(self) -> bool:
        return self.read > 0


def reading(ctx: DraftContext) -> Reading:
    """The record as the LLM of ``ctx`` reads it, once for each draft; nothing without a large LLM."""
    kept = ctx.readings.get("all")
    if isinstance(kept, Reading):
        return kept
    found = _read(ctx) if ctx.roomy else Reading({}, 0, 0)
    ctx.readings["all"] = found
    return found


def merged(
    ctx: DraftContext, topic: Topic, ranked: Sequence[Candidate], most: int
) -> tuple[Candidate, ...] | None:
    """What the LLM chooses for a topic among the lines that it marked and the first that code ranked, best
    first; empty when it finds none. None without a large LLM, or when it fails: then code's ranking stands."""
    if not ctx.roomy:
        return None
    offered = offered_for(ctx, topic, ranked[:_FROM_CODE])
    values = {
        "question": QUESTIONS[topic],
        "outcome": ctx.corpus.record.opportunity.outcome,
        "most": str(most),
    }
    answer = choose(ctx, "choose_lines", offered, Ranked, values=values, max_tokens=80)
    return picked(answer.ids, offered)[:most] if answer else None


def offered_for(
    ctx: DraftContext, topic: Topic, ranked: Sequence[Candidate], *, most: int = 0
) -> tuple[Candidate, ...]:
    """What code ranked and what the LLM marked for a topic, in the order of the record, as far as there is room
    (``most``, else ``DraftContext.room``)."""
    room = most or max(ctx.room, _FROM_CODE)
    covered = {(c.key, o) for c in ranked for o in c.ordinals}
    marked = [p for p in reading(ctx).marks.get(topic, ()) if p not in covered]
    shown = {c.place: c for c in (*ranked, *(Candidate(k, (o,), 0.0) for k, o in marked))}
    kept = list(shown.values())[:room]
    order = {s: i for i, s in enumerate(ctx.corpus.sources)}
    return tuple(sorted(kept, key=lambda c: (order[c.key], c.ordinals[0])))


def _read(ctx: DraftContext) -> Reading:
    assert ctx.llm is not None
    marks: dict[Topic, dict[Place, None]] = {}
    read = total = 0
    questions = "\n".join(f"{name}: {text}" for name, text in QUESTIONS.items())
    for chunk in chunks(ctx.corpus, ctx.llm.context // _SHARE):
        total += 1
        ids = numbered(len(chunk))
        values = {
            "questions": questions,
            "outcome": ctx.corpus.record.opportunity.outcome,
            "evidence": shown_whole(ctx.corpus, chunk),
        }
        answer = ask(ctx, "read_sources", values, ids, Marks, max_tokens=900, narrow=False)
        if answer is None:
            continue
        read += 1
        for mark in answer.marks:
            if mark.id:
                marks.setdefault(mark.about, {})[chunk[int(mark.id[1:]) - 1]] = None
    return Reading({t: tuple(places) for t, places in marks.items()}, read, total)


def chunks(corpus: Corpus, budget: int) -> Iterator[tuple[Place, ...]]:
    """The record in parts of at most ``budget`` tokens: a call or a part of one, or a bundle of mails."""
    for source in corpus.calls:
        yield from _parts(corpus, _places(source), budget)
    bundle: list[Place] = []
    for source in corpus.mails:
        own = _places(source)
        if bundle and _size(corpus, (*bundle, *own)) > budget:
            yield from _parts(corpus, bundle, budget)
            bundle = []
        bundle += own
        if int(hashlib.sha256(source.key.encode()).hexdigest(), 16) % _BUNDLE == 0:
            yield from _parts(corpus, bundle, budget)
            bundle = []
    yield from _parts(corpus, bundle, budget)


def shown_whole(corpus: Corpus, places: Sequence[Place]) -> str:
    """Utterances with ids under a head line for each source and speaker."""
    out: list[str] = []
    source = who = None
    for i, (key, ordinal) in enumerate(places, start=1):
        if key != source:
            source, who, found = key, None, corpus.sources[key]
            title = " ".join(fold(found.title).split()[:16])
            out.append(f"== {found.kind.value} {corpus.when(key) or ''} {title}")
        name = speaker(corpus, (key, ordinal))
        if name != who:
            who = name
            out.append(f"{name}:")
        out.append(f"E{i} | {fold(corpus.utterance(key, ordinal).text)}")
    return "\n".join(out)


def _places(source: Source) -> list[Place]:
    return [
        (source.key, u.ordinal) for u in source.utterances if u.kind in CITABLE and not to_a_program(u.text)
    ]


def _parts(corpus: Corpus, places: Sequence[Place], budget: int) -> Iterator[tuple[Place, ...]]:
    part: list[Place] = []
    size = 0
    for place in places:
        own = tokens(corpus.utterance(*place).text) + 8
        if part and (size + own > budget or len(part) == _MOST_LINES):
            yield tuple(part)
            part, size = [], 0
        part.append(place)
        size += own
    if part:
        yield tuple(part)


def _size(corpus: Corpus, places: Sequence[Place]) -> int:
    return sum(tokens(corpus.utterance(*p).text) + 8 for p in places)
