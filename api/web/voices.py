"""Remembered voices: the list of them, and the two forms that add to it and take from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from api.application import Application
from api.web.forms import AUTHOR, done
from api.web.templates import page


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.get("/voices")
    def voices(request: Request) -> HTMLResponse:
        return page(request, "voices.html", here="deals", voices=application.voiceprints())

    @routes.post("/voices/forget")
    def forget(request: Request, who: Annotated[str, Form(max_length=400)]) -> Response:
        application.forget_voices(who)
        return done(request, "/voices", {})

    @routes.post("/deals/{deal_id}/voices")
    def remember(request: Request, deal_id: str, person: Annotated[str, Form(max_length=200)]) -> Response:
        application.remember_voice(deal_id, person, author=AUTHOR)
        return done(request, f"/deals/{deal_id}/people#{person}", {})

    _ = (voices, forget, remember)
    return routes
