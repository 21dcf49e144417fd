"""What people do on the pages: add, correct, remove, ask. Every form answers with a redirect (or JSON for the
script). Edits of the pre-read are in ``editing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, cast, get_args
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.application import Application
from api.errors import BadInput
from ingest.model import Correction

AUTHOR = "you"
"""Until accounts come there is one person behind the one-time link."""
Kind = Literal["merge", "split", "rename", "side", "title", "voice", "not_voice"]
_CORRECTIONS = get_args(Kind)


def router(application: Application) -> APIRouter:
    routes = APIRouter()
    _files(routes, application)
    _people(routes, application)

    @routes.post("/ask")
    def ask(
        request: Request, q: Annotated[str, Form(max_length=500)], deal: Annotated[str, Form()] = ""
    ) -> Response:
        if not q.strip():
            raise BadInput("a question needs words: ask what you want to know")
        job = application.start_ask(" ".join(q.split()), [deal] if deal else [])
        return done(request, f"/ask?job={job.id}&deal={deal}", {"job": job.id})

    _ = ask
    return routes


def _files(routes: APIRouter, application: Application) -> None:
    @routes.post("/deals")
    def create(request: Request, name: Annotated[str, Form(max_length=200)]) -> Response:
        deal = application.create_deal(name)
        page = f"/deals/{deal.id}"
        links = {"id": deal.id, "page": page, "upload": f"{page}/files", "draft": f"{page}/draft"}
        return done(request, page, links)

    @routes.post("/deals/{deal_id}/files")
    def upload(
        request: Request,
        deal_id: str,
        file: Annotated[UploadFile, File()],
        path: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        job = application.upload(deal_id, path or file.filename or "", file.file)
        return done(request, f"/deals/{deal_id}/record", {"job": job.id})

    @routes.post("/deals/{deal_id}/again")
    def again(request: Request, deal_id: str, path: Annotated[str, Form(max_length=1000)]) -> Response:
        """Read a file once more that was taken in but whose reading failed."""
        content, _ = application.open_file(deal_id, path)
        with content:
            job = application.upload(deal_id, path, content)
        return done(request, f"/deals/{deal_id}/record", {"job": job.id})

    @routes.post("/deals/{deal_id}/draft")
    def draft(request: Request, deal_id: str) -> Response:
        return done(request, f"/deals/{deal_id}", {"job": application.start_draft(deal_id).id})

    @routes.post("/deals/{deal_id}/remove")
    def remove(
        request: Request, deal_id: str, source: Annotated[str, Form(max_length=1000)] = ""
    ) -> Response:
        removed = application.remove(source, deal=deal_id) if source else application.remove(deal_id)
        return done(request, f"/deals/{deal_id}/record" if source else "/", {"removed": removed})

    @routes.post("/downloads/{job_id}/again")
    def download(request: Request, job_id: str) -> Response:
        return done(request, "/", {"job": application.try_again(job_id).id})

    _ = (create, upload, again, draft, remove, download)


def _people(routes: APIRouter, application: Application) -> None:
    @routes.post("/deals/{deal_id}/people")
    def people(
        request: Request,
        deal_id: str,
        action: Annotated[str, Form()],
        subject: Annotated[str, Form(max_length=200)] = "",
        value: Annotated[str, Form(max_length=1000)] = "",
        named: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        page = f"/deals/{deal_id}/people"
        if action == "undo":
            undone = application.undo_people(deal_id) is not None
            return done(request, f"{page}?undone={int(undone)}", {"undone": undone})
        if action not in _CORRECTIONS:
            raise BadInput(
                f"{action} is nothing that can be done to a person: {', '.join(_CORRECTIONS)} or undo"
            )
        subject = " ".join(named.split()) or subject  # somebody whom the list does not hold
        correction = Correction(cast(Kind, action), subject, " ".join(value.split()))
        application.correct_people(deal_id, correction, author=AUTHOR)
        if action in ("voice", "not_voice"):
            return done(
                request, f"/deals/{deal_id}/sources/{quote(correction.value.rpartition(':')[0])}#voices", {}
            )
        return done(request, f"{page}{'#' + subject if subject else ''}", {})

    _ = people


def done(request: Request, page: str, values: Mapping[str, object]) -> Response:
    """Back to a page for a form, the values as JSON for the script."""
    if wants_json(request):
        return JSONResponse(dict(values))
    return RedirectResponse(page, status_code=303)


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
