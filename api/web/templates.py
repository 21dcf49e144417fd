"""The template environment: autoescaped, with the filters of ``present``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from api.web import present
from ingest.confidence import doubts
from ingest.model import Utterance


def doubtful(utterance: Utterance) -> Markup:
    """The utterance's text, whole, with the words that the engine was unsure of underlined."""
    out: list[str] = []
    at = 0
    for doubt in doubts(utterance):
        word = escape(utterance.text[doubt.start : doubt.end])
        title = f"heard unsure ({doubt.probability:.2f})"
        out += [
            escape(utterance.text[at : doubt.start]),
            f'<span class="doubt" title="{title}">{word}</span>',
        ]
        at = doubt.end
    return Markup("".join([*out, escape(utterance.text[at:])]))


def unsure(utterance: Utterance) -> int:
    """How many words of the utterance are shown as doubtful."""
    return sum(1 for _ in doubts(utterance))


def person_name(person_id: str, persons: Mapping[str, str]) -> str:
    """The name behind a person's id; the id where nobody has it any more."""
    return persons.get(person_id, person_id)


@cache
def templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        auto_reload=False,  # a running server shows what it was started with
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        present.clock,
        present.day,
        present.money,
        present.plural,
        present.initials,
        doubtful,
        unsure,
        person_name,
        present.lead,
        present.repeats,
        present.place,
        present.signals,
        present.own_words,
    )
    named = cast(dict[str, object], environment.filters)  # typed for the filters that come with Jinja
    for function in filters:
        named[function.__name__] = function
    return Jinja2Templates(env=environment)


def page(request: Request, name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """Render a template. ``here`` marks the part of the navigation."""
    return templates().TemplateResponse(
        request, name, {"here": "", "problem": None, **values}, status_code=status
    )
