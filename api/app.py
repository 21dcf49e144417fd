"""The web application: the JSON routes and the pages over one ``Preread``."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import web
from api.access import COOKIE, SESSION_S, Guard, Sessions
from api.errors import OURS, ApiError, BadInput, NotFound, http_status, line, translate
from api.preread import Preread
from api.routes import rest
from api.settings import Settings
from api.web.templates import page

log = logging.getLogger(__name__)


class _Refuse:
    """Raises what the guard found inside the application, where the error handlers are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope.get("refused")
        if refused is None:
            await self._app(scope, receive, send)
            return
        await _answer(Request(scope), refused)(scope, receive, send)


def create_app(application: Preread, settings: Settings, *, token: str | None = None) -> FastAPI:
    """``token``: what this user's commands present; without one only browsers with a session come in."""
    app = FastAPI(title="Preread", docs_url=None, redoc_url=None, openapi_url=None)
    sessions = Sessions(application.parts.store)
    local = settings.host in ("127.0.0.1", "localhost", "::1")

    @app.get("/login", include_in_schema=False)
    def login(key: str = "") -> Response:  # pyright: ignore[reportUnusedFunction]
        session = sessions.open(key)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, session, max_age=int(SESSION_S), httponly=True, samesite="lax", path="/")
        return response

    app.include_router(rest.router(application))
    app.include_router(web.pages(application))
    web.mount_static(app)
    for kind in (*OURS, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _handle)
    app.add_middleware(_Refuse)
    app.add_middleware(Guard, sessions=sessions, token=token, local=local)
    app.add_middleware(_Headers)
    return app


class _Headers:
    """The content security policy and its companions on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))  # pyright: ignore[reportArgumentType, reportUnknownVariableType]
                headers += [
                    (b"content-security-policy", web.POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"same-origin"),
                ]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)  # pyright: ignore[reportArgumentType]


def _handle(request: Request, error: Exception) -> Response:
    return _answer(request, error)


def _answer(request: Request, error: Exception) -> Response:
    """One line, as JSON for programs and as a page for people; nothing of the program's inside gets out."""
    ours = _ours(error)
    status = error.status_code if isinstance(error, HTTPException) else http_status(ours)
    if not isinstance(ours, OURS):
        log.error("request failed: %s", request.url.path, exc_info=error)
        ours = ApiError("something went wrong inside Preread: the log says what")
    accepts = request.headers.get("accept", "")
    if request.url.path.startswith("/api/") or "application/json" in accepts:
        return JSONResponse({"error": line(ours), "kind": type(ours).__name__}, status_code=status)
    return page(request, "error.html", status, status=status, message=line(ours))


def _ours(error: Exception) -> Exception:
    if isinstance(error, HTTPException):
        return NotFound("there is no such page") if error.status_code == 404 else BadInput(str(error.detail))
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return BadInput(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
    return translate(error)
