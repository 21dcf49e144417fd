"""A call's transcript as a file to keep: VTT, SRT, text, Word, JSON."""

from __future__ import annotations

from typing import get_args
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from api.application import Application
from api.errors import BadInput, NotFound
from ingest.model import SourceKind
from ingest.transcripts.export import Format, export

KINDS: dict[Format, str] = {
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.get("/deals/{deal_id}/transcript.{ending}")
    def transcript(deal_id: str, ending: str, source: str, raw: bool = False) -> Response:
        form = next((known for known in get_args(Format) if known == ending), None)
        if form is None:
            raise NotFound(f"a transcript comes as {', '.join(KINDS)}, not as {ending}")
        found = application.source(deal_id, source)
        if found.kind is not SourceKind.CALL:
            raise BadInput(f"{found.path} is no call: only calls have a transcript")
        if raw:
            found = application.transcript(deal_id, found.key, raw=True)
        names = {label: name for label, (name, _) in application.speakers(deal_id, found.key).items()}
        stem = found.path.rsplit("/", 1)[-1].rpartition(".")[0] or "transcript"
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(stem)}.{form}"}
        return Response(export(found, names, form), media_type=KINDS[form], headers=headers)

    _ = transcript
    return routes
