"""Does the record hold the answer? By the LLM over few numbered lines, or by what can be measured without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

import prompts
from analysis.answers.question import Question, Wants
from analysis.answers.refusal import EXACT, Refusal
from analysis.answers.retrieve import FIRST, Place
from analysis.documents import Citation
from analysis.errors import AnalysisError
from analysis.llms import LLM

Verdict = Literal["answered", "contradicted", "not_in_record"]
ROOMY = 20_000  # tokens of context from which a model counts as large
MANY_LINES = 24  # lines of the record that it is shown

NEAR = 0.42
"""Cosine between a question and the best utterance above which MiniLM's two texts are usually about one thing."""
COVERED = 0.5
"""Share of the question's content words that a place holds, above which it is about the same thing."""


SURE = 0.9
"""Share of the question's content words from which a place is taken to answer it whatever the reranker says."""
CITED = FIRST  # places that an answer shows


class AnswerChoice(BaseModel):
    """What the model returns for prompts/answer.md."""

    verdict: Verdict
    ids: list[str] = Field(default_factory=list[str], max_length=4)
    reply: str = Field(default="", max_length=300)


class Judgement(BaseModel):
    verdict: Verdict | Literal["unconfirmed"]
    """"unconfirmed": measured, not understood. The record is about this, and what is nearest in it does not seem to answer."""
    chosen: list[int]  # places, by position, that prove it, or are nearest
    reply: str = ""  # the model's words, unchecked


def judge(
    question: Question,
    places: Sequence[Place],
    citations: Sequence[Citation],
    llm: LLM | None,
    refusal: Refusal | None = None,
) -> Judgement:
    """``citations[i]`` quotes ``places[i]``; both best first. A small model is not asked: of
    twenty questions that have an answer it took twelve for missing or contradicted, and its replies said what no line says
    (docs/quality.md)."""
    measured = measure(question, places, citations, refusal)
    if llm is None or llm.context < ROOMY or not places:
        return measured
    shown = citations[:MANY_LINES]
    lines = "\n".join(
        f"E{i}: {c.speaker or 'somebody'}, {c.when or 'undated'}: {c.quote}" for i, c in enumerate(shown, 1)
    )
    prompt = prompts.load("answer").render({"question": question.text, "evidence": lines})
    try:
        choice = llm.structured(prompt, AnswerChoice, max_tokens=120)
    except AnalysisError:
        return measured
    chosen = [
        int(i[1:]) - 1 for i in choice.ids if re.fullmatch(r"E\d{1,3}", i) and 0 < int(i[1:]) <= len(shown)
    ]
    if choice.verdict != "not_in_record" and not chosen:
        return measured
    if choice.verdict == "answered" and not _holds(question, [places[i] for i in chosen]):
        return Judgement(verdict="not_in_record", chosen=chosen)
    return Judgement(verdict=choice.verdict, chosen=list(dict.fromkeys(chosen)), reply=choice.reply)


def measure(
    question: Question, places: Sequence[Place], citations: Sequence[Citation], refusal: Refusal | None = None
) -> Judgement:
    """The judgement without a model: the best places must be about the question and hold the kind of thing it asks for.
    Where a reranker has read them, ``refusal`` says whether they answer, or, without that, its lead over mere likeness."""
    if places and places[0].lead is not None:
        return _by_reading(question, places, refusal)
    near = [i for i, p in enumerate(places[:4]) if p.similarity >= NEAR or p.coverage >= COVERED]
    if not near:
        return Judgement(verdict="not_in_record", chosen=[])
    denying = [
        i
        for i in near
        if presumes(question.text) and places[i].coverage >= COVERED and denies(citations[i].quote)
    ]
    if denying and denying[0] == near[0] and not places[near[0]].fits:
        return Judgement(verdict="contradicted", chosen=denying)
    fitting = [i for i in near if places[i].fits]
    if not fitting:
        return Judgement(verdict="not_in_record", chosen=near[:2])
    return Judgement(verdict="answered", chosen=fitting[:3])


def _by_reading(question: Question, places: Sequence[Place], refusal: Refusal | None) -> Judgement:
    """What is refused is shown with what is nearest: where the question rests on something untrue, that is as often the place
    that says so as the first places of an answer are right (docs/quality.md)."""
    first = list(range(min(CITED, len(places))))
    if _doubtful(question, places, refusal):
        return Judgement(verdict="unconfirmed", chosen=first)
    return Judgement(verdict="answered", chosen=first)


def _doubtful(question: Question, places: Sequence[Place], refusal: Refusal | None) -> bool:
    if places[0].coverage >= SURE:
        return False
    if refusal is not None and any(p.read is not None for p in places):
        return refusal.doubt(question, places) >= refusal.floor
    exact = question.wants in {Wants.NUMBER, Wants.TIME}
    missing = exact and not any(p.fits for p in places[:EXACT])
    return missing or (places[0].lead or 0.0) < 0


def _holds(question: Question, chosen: Sequence[Place]) -> bool:
    """A number, a time or a person that is asked for must stand in what the model chose."""
    return question.wants not in {Wants.NUMBER, Wants.TIME, Wants.PERSON} or any(p.fits for p in chosen)


_PRESUMES = re.compile(
    r"\b(?:what|why|how|when|which|whose)\b.*\b(?:did|was|were|had|does|do|is|are)\b", re.I
)
_DENIES = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|without|neither|nor|refused|declined|instead|rather)\b|n['’]t\b",
    re.I,
)


def presumes(question: str) -> bool:
    """Whether a question takes something for granted ("Why did they …?")."""
    return bool(_PRESUMES.search(question))


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return bool(_DENIES.search(text))
