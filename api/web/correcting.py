"""Correcting a transcript on the call's page. The script sends what is typed in place; a form does the same."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.application import Application
from api.errors import BadInput
from api.views import TranscriptChange
from api.web.forms import AUTHOR, done

ACTIONS = ("text", "split", "merge", "speaker", "undo")
MOST = 2000  # utterances given away at once


class Typed(BaseModel):
    """``at``: ordinals of utterances. ``seen``: the words that stood in the first when the page was made."""

    source: Annotated[str, Field(max_length=1000)]
    action: Annotated[str, Field(max_length=10)]
    at: Annotated[list[int], Field(max_length=MOST)] = []
    text: Annotated[str, Field(max_length=8000)] = ""
    word: int = 0
    who: Annotated[str, Field(max_length=200)] = ""
    named: Annotated[str, Field(max_length=200)] = ""
    seen: Annotated[str | None, Field(max_length=20_000)] = None
    edit: int | None = None


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.post("/deals/{deal_id}/transcript")
    def transcript(request: Request, deal_id: str, typed: Annotated[Typed, Form()]) -> Response:
        if typed.action == "undo":
            made = application.undo_transcript(deal_id, typed.source, typed.edit, author=AUTHOR)
        else:
            made = application.edit_transcript(deal_id, typed.source, change_of(typed), author=AUTHOR)
        place = f"#u{typed.at[0]}" if typed.at else ""
        page = f"/deals/{deal_id}/sources/{quote(typed.source)}{place}"
        return done(request, page, {"edit": made.id, "what": made.what})

    _ = transcript
    return routes


def change_of(typed: Typed) -> TranscriptChange:
    """Raises ``BadInput`` for something else than an edit of a transcript."""
    at = tuple(typed.at)
    match typed.action:
        case "text":
            return TranscriptChange("text", at, text=typed.text, seen=typed.seen)
        case "split":
            return TranscriptChange("split", at, word=typed.word, seen=typed.seen)
        case "merge":
            return TranscriptChange("merge", at, seen=typed.seen)
        case "speaker":
            return TranscriptChange("speaker", at, who=typed.named or typed.who, seen=typed.seen)
        case _:
            raise BadInput(
                f"{typed.action} is nothing that can be done to a transcript: {', '.join(ACTIONS)}"
            )
