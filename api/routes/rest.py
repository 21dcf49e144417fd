"""Every use case as JSON under /api. Answers are the views and documents as they are; errors are
``{"error", "kind"}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from analysis.documents import Answer, Citation, PreRead
from analysis.edits import AddClaim, AddFactor, AddVoice, BackTo, Edit, Move, Reject, Restore, Reword
from api.errors import BadInput
from api.jobs.staging import Staged
from api.preread import Preread
from api.routes import transcripts, voices
from api.views import DealView, DraftPlan, ImportReport, JobView, PersonView, SourceView, VersionView
from ingest.model import Correction, Source

CHUNK = 1 << 20


class NewDeal(BaseModel):
    name: str


class Remove(BaseModel):
    what: str
    deal: str | None = None


class Import(BaseModel):
    """``paths`` are absolute, on the server's machine: only this user's commands get here."""

    paths: list[str]
    deal: str | None = None


class Corrected(BaseModel):
    kind: Literal["merge", "split", "rename", "side", "title", "voice", "not_voice"]
    subject: str
    value: str
    author: str


class EditBody(BaseModel):
    """An ``analysis.edits.Edit`` by its name, in small letters."""

    base: int
    author: str
    what: Literal["reword", "reject", "restore", "add", "voice", "factor", "move", "back"]
    claim_id: str = ""
    section: str = ""
    text: str = ""
    who: str = ""
    in_room: bool = True
    factor: str = ""
    direction: Literal["for_us", "against_us"] = "against_us"
    by: int = 0
    to: int | None = None
    version: int | None = None
    citations: list[Citation] = []

    def edit(self, app: Preread, deal: str) -> Edit:
        cited = tuple(self.citations)
        match self.what:
            case "reword":
                return Reword(self.claim_id, self.text)
            case "reject":
                return Reject(self.claim_id)
            case "restore":
                return Restore(self.claim_id)
            case "move":
                return Move(self.claim_id, self.by, self.to)
            case "add":
                return AddClaim(self.section, self.text, cited, self.claim_id)
            case "voice":
                return AddVoice(self.who, self.in_room, self.text, cited)
            case "factor":
                return AddFactor(self.factor, self.direction, self.text, cited)
            case "back":
                if self.version is None:
                    raise BadInput("to go back say to which version: version is missing")
                return BackTo(app.preread(deal, self.version))


class Ask(BaseModel):
    question: str
    deals: list[str] = []


class Done(BaseModel):
    text: str


def router(app: Preread) -> APIRouter:
    routes = APIRouter(prefix="/api")
    _deals(routes, app)
    _sources(routes, app)
    transcripts.add(routes, app)
    voices.add(routes, app)
    _people(routes, app)
    _prereads(routes, app)
    _answers(routes, app)
    return routes


def _deals(routes: APIRouter, app: Preread) -> None:
    @routes.get("/health")
    def health() -> Done:
        return Done(text="ok")

    @routes.get("/deals")
    def deals() -> tuple[DealView, ...]:
        return app.deals()

    @routes.post("/deals")
    def create(body: NewDeal) -> DealView:
        return app.create_deal(body.name)

    @routes.get("/deals/{deal}")
    def deal(deal: str) -> DealView:
        return app.deal(deal)

    @routes.post("/remove")
    def remove(body: Remove) -> Done:
        return Done(text=app.remove(body.what, deal=body.deal))

    @routes.post("/login")
    def login() -> Done:
        """A fresh one-time key for the browser."""
        return Done(text=app.new_login())

    _ = (health, deals, create, deal, remove, login)


def _sources(routes: APIRouter, app: Preread) -> None:
    @routes.post("/import")
    def start_import(body: Import) -> Staged:
        return app.stage([Path(path) for path in body.paths], deal=body.deal)

    @routes.post("/import/report")
    def report(body: Staged) -> ImportReport:
        return app.report(body)

    @routes.post("/deals/{deal}/files")
    async def upload(deal: str, name: str, request: Request) -> JobView:
        import tempfile

        with tempfile.SpooledTemporaryFile(max_size=CHUNK) as content:
            async for chunk in request.stream():
                await run_in_threadpool(content.write, chunk)
            content.seek(0)
            return await run_in_threadpool(app.upload, deal, name, cast(BinaryIO, content))

    @routes.get("/deals/{deal}/sources")
    def sources(deal: str) -> tuple[SourceView, ...]:
        return app.sources(deal)

    @routes.get("/deals/{deal}/source")
    def source(deal: str, key: str) -> Source:
        return app.source(deal, key)

    @routes.get("/deals/{deal}/files/{path:path}")
    def file(deal: str, path: str) -> StreamingResponse:
        content, size = app.open_file(deal, path)
        headers = {"Content-Length": str(size)}
        return StreamingResponse(_chunks(content), media_type="application/octet-stream", headers=headers)

    _ = (start_import, report, upload, sources, source, file)


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk


def _people(routes: APIRouter, app: Preread) -> None:
    @routes.get("/deals/{deal}/people")
    def people(deal: str) -> tuple[PersonView, ...]:
        return app.people(deal)

    @routes.get("/deals/{deal}/speakers")
    def speakers(deal: str, key: str) -> dict[str, tuple[str, str]]:
        return app.speakers(deal, key)

    @routes.post("/deals/{deal}/people")
    def correct(deal: str, body: Corrected) -> Done:
        app.correct_people(deal, Correction(body.kind, body.subject, body.value), author=body.author)
        return Done(text="corrected")

    @routes.post("/deals/{deal}/people/undo")
    def undo(deal: str) -> Correction | None:
        return app.undo_people(deal)

    _ = (people, speakers, correct, undo)


def _prereads(routes: APIRouter, app: Preread) -> None:
    @routes.get("/deals/{deal}/plan")
    def plan(deal: str) -> DraftPlan:
        return app.plan(deal)

    @routes.post("/deals/{deal}/draft")
    def draft(deal: str) -> JobView:
        return app.start_draft(deal)

    @routes.get("/deals/{deal}/preread")
    def preread(deal: str, version: int | None = None) -> PreRead:
        return app.preread(deal, version)

    @routes.get("/deals/{deal}/versions")
    def versions(deal: str) -> tuple[VersionView, ...]:
        return app.versions(deal)

    @routes.post("/deals/{deal}/edit")
    def edit(deal: str, body: EditBody) -> PreRead:
        return app.edit(deal, body.base, body.edit(app, deal), author=body.author)

    @routes.get("/deals/{deal}/quote")
    def quote(deal: str, text: Annotated[str, Query(max_length=2000)]) -> Citation:
        return app.find_quote(deal, text)

    _ = (plan, draft, preread, versions, edit, quote)


def _answers(routes: APIRouter, app: Preread) -> None:
    @routes.post("/ask")
    def ask(body: Ask) -> JobView:
        return app.start_ask(body.question, body.deals)

    @routes.get("/answers")
    def answers(limit: int = 50) -> tuple[tuple[str, Answer], ...]:
        return app.answers(max(1, min(limit, 500)))

    @routes.get("/answers/{answer_id}")
    def answer(answer_id: str) -> Answer:
        return app.answer(answer_id)

    @routes.get("/jobs")
    def jobs(deal: str | None = None, active: bool = False) -> tuple[JobView, ...]:
        return app.jobs(deal, active=active)

    @routes.get("/jobs/{job_id}")
    def job(job_id: str) -> JobView:
        return app.job(job_id)

    @routes.get("/downloads")
    def downloads() -> tuple[JobView, ...]:
        return app.downloads()

    @routes.post("/jobs/{job_id}/again")
    def again(job_id: str) -> JobView:
        return app.try_again(job_id)

    @routes.get("/jobs/{job_id}/next")
    def following(job_id: str) -> JobView | None:
        """The job that goes on with what this one made: the LLM's draft after the evidence-only one."""
        return app.following(job_id)

    _ = (ask, answers, answer, jobs, job, downloads, again, following)
