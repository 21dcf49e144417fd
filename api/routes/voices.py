"""Voices of calls and remembered voices, as JSON."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.application import Application
from api.views import VoiceprintView, VoiceView


class Remember(BaseModel):
    person: str
    author: str


class Forget(BaseModel):
    who: str


class Forgotten(BaseModel):
    text: str


def add(routes: APIRouter, app: Application) -> None:
    @routes.get("/deals/{deal}/voices")
    def voices(deal: str, key: str | None = None) -> tuple[VoiceView, ...]:
        return app.voices(deal, key)

    @routes.post("/deals/{deal}/voiceprints")
    def remember(deal: str, body: Remember) -> tuple[VoiceprintView, ...]:
        return app.remember_voice(deal, body.person, author=body.author)

    @routes.get("/voiceprints")
    def voiceprints() -> tuple[VoiceprintView, ...]:
        return app.voiceprints()

    @routes.post("/voiceprints/forget")
    def forget(body: Forget) -> Forgotten:
        return Forgotten(text=app.forget_voices(body.who))

    _ = (voices, remember, voiceprints, forget)
