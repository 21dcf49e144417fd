"""Chains: the LLM chooses among numbered candidates and phrases; it never supplies evidence.

Candidates are shown as lines "E1 | speaker (side), source | text" between the fences of the prompt file. What
a source says is data: it is folded to one line, shortened and defused, and ids outside the list are thrown
away in code.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, Field, create_model

from analysis.claims import shorten
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.documents import Citation
from analysis.errors import ModelMisbehaved, ModelUnavailable
from analysis.evidence import cite, fold
from analysis.ranking import Candidate
from prompts import load

Out = TypeVar("Out", bound=BaseModel)
log = logging.getLogger(__name__)


class Pick(BaseModel):
    """The commonest answer: which lines, and one sentence about them."""

    ids: list[str] = Field(default_factory=list[str], max_length=4)
    phrase: str = Field(default="", max_length=300)


def lines(corpus: Corpus, candidates: Sequence[Candidate], *, limit: int = 60) -> str:
    """The candidates as id-numbered lines (E1 is ``candidates[0]``), each of at most ``limit`` words, a
    call's with the end of the question that it answers."""
    out: list[str] = []
    for i, c in enumerate(candidates, start=1):
        out.append(f"E{i} | {_who(corpus, c)} | {_text(corpus, c, limit)}")
    return "\n".join(out)


def choose(
    ctx: DraftContext,
    task: str,
    candidates: Sequence[Candidate],
    schema: type[Out],
    *,
    values: Mapping[str, str] | None = None,
    max_tokens: int = 200,
) -> Out | None:
    """Render ``prompts/<task>.md`` with the candidates (its input ``evidence``) and further ``values``, ask,
    and return the answer with only ids of the list in its fields ``id``/``ids``, nested lists of models
    included.

    None when there is no LLM, it is unavailable or misbehaves: the section then goes by template. The
    prompt's version is noted in ``ctx.prompts``."""
    evidence = lines(ctx.corpus, candidates, limit=120 if ctx.roomy else 60)
    ids = numbered(len(candidates))
    return ask(ctx, task, {**(values or {}), "evidence": evidence}, ids, schema, max_tokens=max_tokens)


def numbered(n: int, letter: str = "E") -> tuple[str, ...]:
    """The ids of ``n`` lines: "E1" …"""
    return tuple(f"{letter}{i}" for i in range(1, n + 1))


def ask(
    ctx: DraftContext,
    task: str,
    values: Mapping[str, str],
    ids: Sequence[str],
    schema: type[Out],
    *,
    max_tokens: int = 200,
    narrow: bool = True,
) -> Out | None:
    """As ``choose``, over lines that the caller has written. ``narrow``: whether the schema names the ids;
    not for hundreds of them, which endpoints refuse; the answer is held to them all the same."""
    if ctx.llm is None or not ids:
        return None
    prompt = load(task)
    shape = narrowed(schema, tuple(ids)) if narrow else schema
    try:
        answer = ctx.llm.structured(prompt.render(values), shape, max_tokens=max_tokens)
    except (ModelUnavailable, ModelMisbehaved) as error:
        log.warning("%s: %s; phrased by template", task, error)
        return None
    ctx.prompts[task] = prompt.version
    return cast(Out, _only(answer, frozenset(ids)))


class Supported(BaseModel):
    ids: list[str] = Field(default_factory=list[str], max_length=20)


def confirmed(ctx: DraftContext, said: Sequence[tuple[str, Sequence[Citation]]]) -> list[bool]:
    """Which statements their quotes support, by a large LLM's second look at its own words. Without one
    every statement passes (code has checked its names and numbers); where the look fails, none does."""
    if not ctx.roomy or not said:
        return [True] * len(said)
    shown = [f"S{i} | {fold(text)} | {_quotes(cites)}" for i, (text, cites) in enumerate(said, start=1)]
    ids = numbered(len(said), "S")
    answer = ask(ctx, "check_support", {"statements": "\n".join(shown)}, ids, Supported, max_tokens=120)
    return [answer is not None and i in answer.ids for i in ids]


def _quotes(cites: Sequence[Citation]) -> str:
    return " ".join(f"{c.speaker or 'somebody'}: “{fold(c.quote)}”" for c in cites)


def picked(ids: Sequence[str], candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates behind ids "E1"…, in the order given, each once; unknown ids are left out."""
    out: list[Candidate] = []
    for text in dict.fromkeys(ids):
        number = int(text[1:]) if text[:1] == "E" and text[1:].isdigit() else 0
        if 1 <= number <= len(candidates):
            out.append(candidates[number - 1])
    return tuple(out)


def narrowed(schema: type[Out], ids: tuple[str, ...]) -> type[Out]:
    """The schema with its ``id``/``ids`` fields limited to the list, nested lists of models included, so that
    a grammar can enforce it."""
    allowed = cast(Any, Literal)[ids]
    changed: dict[str, Any] = {}
    for name, info in schema.model_fields.items():
        inner = get_args(info.annotation)
        if name == "ids":
            changed[name] = (list[allowed], info)
        elif name == "id":
            changed[name] = (allowed, info)
        elif (
            get_origin(info.annotation) is list
            and isinstance(inner[0], type)
            and issubclass(inner[0], BaseModel)
        ):
            changed[name] = (list[narrowed(inner[0], ids)], info)
    if not changed:
        return schema
    return create_model(schema.__name__, __base__=schema, **changed)


def _only(answer: BaseModel, ids: frozenset[str]) -> BaseModel:
    """The answer without ids that are not in the list."""
    update: dict[str, object] = {}
    for name in type(answer).model_fields:
        value = getattr(answer, name)
        if name == "ids":
            update[name] = [i for i in dict.fromkeys(cast(list[str], value)) if i in ids]
        elif name == "id":
            update[name] = value if value in ids else ""
        elif isinstance(value, list):
            items = cast(list[object], value)
            update[name] = [_only(v, ids) if isinstance(v, BaseModel) else v for v in items]
    return answer.model_copy(update=update)


def speaker(corpus: Corpus, place: tuple[str, int]) -> str:
    """Who says an utterance, as prompts show it: "Dana Whitfield, Payroll Manager (buyer)"."""
    person = corpus.person_of(*place)
    name = person.name if person else corpus.utterance(*place).speaker or "unknown"
    title = f", {person.title}" if person and person.title else ""
    return shorten(fold(f"{name}{title} ({corpus.side_of(*place).value})"), 20)


def _who(corpus: Corpus, c: Candidate) -> str:
    return (
        f"{speaker(corpus, c.place)}, {corpus.sources[c.key].kind.value} {corpus.when(c.key) or ''}".strip()
    )


def _text(corpus: Corpus, c: Candidate, limit: int) -> str:
    text = " ".join(fold(corpus.utterance(c.key, o).text) for o in c.ordinals)
    before = corpus.turn_before(*c.place) if corpus.answers_question(*c.place) else None
    asked = f"(asked: {shorten(before.text[-160:], 20)}) " if before else ""
    citation = cite(corpus, c.key, c.ordinals)
    return asked + shorten(citation.quote if citation else text, limit)
