"""Live progress: the jobs, again whenever one changed, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict

from fastapi import APIRouter
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from api.application import Application
from api.errors import NotFound
from api.views import JobView

LOOK_S = 0.5
ACTIVE = ("waiting", "running")


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.get("/events")
    async def events(deal: str | None = None, job: str | None = None) -> EventSourceResponse:
        return EventSourceResponse(stream(application, deal, job), ping=15)

    return routes


async def stream(
    application: Application, deal: str | None, job: str | None
) -> AsyncIterator[dict[str, str]]:
    """``jobs`` events until nothing is active, then one ``end``. Sleeps without holding a thread, so that many
    pages may be open."""
    last: tuple[JobView, ...] | None = None
    while True:
        try:
            now = await run_in_threadpool(shown, application, deal, job)
        except NotFound:  # the deal was removed meanwhile
            break
        if now != last:
            last = now
            yield {"event": "jobs", "data": json.dumps([_plain(j) for j in now])}
        if not any(j.state in ACTIVE for j in now):
            break
        await asyncio.sleep(LOOK_S)
    yield {"event": "end", "data": "{}"}


def shown(application: Application, deal: str | None, job: str | None) -> tuple[JobView, ...]:
    """The jobs that a page tells of: one, a deal's, or all; with the models that they may be waiting for."""
    if job is not None:
        return (application.job(job),)
    found = application.jobs(deal)[:50]
    if deal is None:  # an earlier try of a download is no news
        return tuple(j for j in found if j.kind != "models") + application.downloads()
    if any(j.state in ACTIVE for j in found):
        found += tuple(j for j in application.downloads() if j.state in ACTIVE)
    return found


def _plain(job: JobView) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "deal": job.deal_id,
        "state": job.state,
        "progress": asdict(job.progress) if job.progress else None,
        "error": job.error,
        "result_id": job.result_id,
    }
