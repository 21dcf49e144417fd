"""The pages: server-rendered, each works without a script but for live progress and dropped files.

``pages`` gives the router, ``mount_static`` the style and script. Both want an ``Application`` and nothing else of ours.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from api.application import Application
from api.web import correcting, editing, events, forms, media, reading, transcripts, voices

STATIC = Path(__file__).parent / "static"

POLICY = "default-src 'self'; img-src 'self' data:; media-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
"""The content security policy of every page: nothing inline, nothing foreign."""


def pages(application: Application) -> APIRouter:
    """All pages, forms, files and the event stream."""
    router = APIRouter(include_in_schema=False)
    for part in (reading, forms, editing, correcting, media, transcripts, voices, events):
        router.include_router(part.router(application))
    return router


def mount_static(app: FastAPI) -> None:
    """Style, script and icon under ``/static``: needs no session, so that the login page has them too."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
