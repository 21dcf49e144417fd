"""The transcript of a call and its corrections, as JSON."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.application import Application
from api.views import TranscriptChange, TranscriptEditView
from ingest.model import Source


class Change(BaseModel):
    key: str
    author: str
    change: TranscriptChange


class Undo(BaseModel):
    key: str
    author: str
    edit_id: int | None = None


def add(routes: APIRouter, app: Application) -> None:
    @routes.get("/deals/{deal}/transcript")
    def transcript(deal: str, key: str, raw: bool = False) -> Source:
        return app.transcript(deal, key, raw=raw)

    @routes.get("/deals/{deal}/transcript/edits")
    def edits(deal: str, key: str) -> tuple[TranscriptEditView, ...]:
        return app.transcript_edits(deal, key)

    @routes.post("/deals/{deal}/transcript/edit")
    def edit(deal: str, body: Change) -> TranscriptEditView:
        return app.edit_transcript(deal, body.key, body.change, author=body.author)

    @routes.post("/deals/{deal}/transcript/undo")
    def undo(deal: str, body: Undo) -> TranscriptEditView:
        return app.undo_transcript(deal, body.key, body.edit_id, author=body.author)

    @routes.get("/deals/{deal}/transcript/corrected")
    def corrected(deal: str, version: int) -> datetime | None:
        return app.corrected_since(deal, version)

    _ = (transcript, edits, edit, undo, corrected)
