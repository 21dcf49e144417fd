"""People's edits of the pre-read, from the page's forms.

What was typed is never lost: an edit that cannot be made as asked (somebody was faster, the quote does not stand
in the record) comes back as a page with everything in it, on top of the newest version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from analysis.documents import Citation
from analysis.edits import (
    AddClaim,
    AddFactor,
    AddVoice,
    BackTo,
    Edit,
    Move,
    Reject,
    Restore,
    Reword,
    find,
    section_of,
    sections,
)
from api.application import Application
from api.errors import ApiError, BadInput, Conflict, NotFound, http_status, line
from api.web.forms import AUTHOR, done, wants_json
from api.web.templates import page

ACTIONS = ("reword", "reject", "restore", "up", "down", "add", "voice", "factor", "back")


class Typed(BaseModel):
    """What a form of the page sends; which fields count depends on ``action``."""

    action: str
    base: int
    claim: Annotated[str, Field(max_length=200)] = ""
    section: Annotated[str, Field(max_length=100)] = ""
    text: Annotated[str, Field(max_length=4000)] = ""
    quote: Annotated[str, Field(max_length=4000)] = ""
    person: Annotated[str, Field(max_length=200)] = ""
    name: Annotated[str, Field(max_length=200)] = ""
    room: Annotated[str, Field(max_length=10)] = ""
    factor: Annotated[str, Field(max_length=300)] = ""
    direction: Annotated[str, Field(max_length=20)] = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an edit was not made, and whether leaving the quote away would help."""

    text: str
    status: int
    quote: bool = False


class _QuoteNotFound(BadInput):
    """The pasted words do not stand in the record."""


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.post("/deals/{deal_id}/edit")
    def edit(request: Request, deal_id: str, typed: Annotated[Typed, Form()]) -> Response:
        try:
            made = edit_of(application, deal_id, typed)
            doc = application.edit(deal_id, typed.base, made, author=AUTHOR)
        except NotFound:
            raise
        except (Conflict, BadInput) as error:
            if wants_json(request):
                raise
            return _again(request, application, deal_id, typed, error)
        place = {"add": typed.section, "voice": "influential_voices", "factor": "deciding_factors"}.get(
            typed.action, typed.claim if typed.action != "reject" else section_of(doc, typed.claim) or ""
        )
        place = f"#{place.replace('.', '-')}" if place else ""
        return done(request, f"/deals/{deal_id}{place}", {"version": doc.version})

    _ = edit
    return routes


def edit_of(application: Application, deal_id: str, typed: Typed) -> Edit:
    """Raises ``BadInput`` with what to change."""
    match typed.action:
        case "reword":
            return Reword(typed.claim, _said(typed.text))
        case "reject":
            return Reject(typed.claim)
        case "restore":
            return Restore(typed.claim)
        case "up" | "down":
            return Move(typed.claim, -1 if typed.action == "up" else 1)
        case "back":
            return BackTo(application.preread(deal_id, typed.version))
        case "add":
            return AddClaim(typed.section, _said(typed.text), _cited(application, deal_id, typed.quote))
        case "voice":
            who = typed.name.strip() or typed.person.strip()
            if not who:
                raise BadInput("whose voice was it? Choose somebody of the deal, or write a name")
            text = _said(typed.text)
            return AddVoice(who, typed.room != "out", text, _cited(application, deal_id, typed.quote))
        case "factor":
            if not typed.factor.strip():
                raise BadInput("what decided? Write it in a short phrase")
            cited = _cited(application, deal_id, typed.quote)
            direction = "for_us" if typed.direction == "for_us" else "against_us"
            return AddFactor(typed.factor, direction, typed.text, cited)
        case _:
            raise BadInput(f"{typed.action} is nothing that can be done to a claim: {', '.join(ACTIONS)}")


def _cited(application: Application, deal_id: str, quote: str) -> tuple[Citation, ...]:
    if not quote.strip():
        return ()
    try:
        return (application.find_quote(deal_id, quote),)
    except BadInput as error:
        raise _QuoteNotFound(line(error)) from error


def _said(text: str) -> str:
    if not text.strip():
        raise BadInput("an empty claim says nothing: write what is true, or reject the claim")
    return " ".join(text.split())


def _again(
    request: Request, application: Application, deal_id: str, typed: Typed, error: ApiError
) -> Response:
    """The form once more, with what was typed, over the newest version."""
    newest = application.preread(deal_id)
    standing = find(newest, typed.claim) if typed.claim else None
    problem = Problem(line(error), http_status(error), isinstance(error, _QuoteNotFound))
    return page(
        request,
        "edit.html",
        problem.status,
        here="deals",
        tab="preread",
        deal=application.deal(deal_id),
        doc=newest,
        typed=typed,
        trouble=problem,
        conflict=isinstance(error, Conflict),
        standing=standing,
        sections=sections(newest),
    )
