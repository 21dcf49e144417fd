"""Who may come in: a browser with a session that a one-time link opened, and this user's commands with the
server's token.

Until accounts come everybody who is in may do everything; a later issue deepens this.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import BadInput, NotSignedIn
from api.store import Store

COOKIE = "preread_session"
SESSION_S = 30 * 24 * 3600.0
LOGIN_MINUTES = 60.0
OPEN = ("/login", "/static/", "/favicon.ico")
_LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1"}


class Sessions:
    """Signed sessions: "expiry.nonce.signature", valid on every copy of the web half that shares the
    database.
    """

    def __init__(self, store: Store) -> None:
        with store.write() as unit:
            self._secret = unit.secret().encode()
        self._store = store

    def open(self, key: str) -> str:
        """A session for a one-time key. Raises ``NotSignedIn`` when it was used or is too old."""
        with self._store.write() as unit:
            if not unit.use_login(key):
                raise NotSignedIn(
                    "this link was used already or is too old: `preread login` prints a new one"
                )
        said = f"{int(time.time() + SESSION_S)}.{key[:8]}"
        return f"{said}.{self._sign(said)}"

    def valid(self, session: str) -> bool:
        said, _, signature = session.rpartition(".")
        expiry = said.partition(".")[0]
        good = hmac.compare_digest(signature.encode(), self._sign(said).encode())
        return good and expiry.isdigit() and int(expiry) > time.time()

    def _sign(self, said: str) -> str:
        return hmac.new(self._secret, said.encode(), sha256).hexdigest()


class Guard:
    """Middleware: lets in who may come in, and no page of another site that acts in their name."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions, token: str | None, local: bool) -> None:
        self._app, self._sessions, self._token, self._local = app, sessions, token, local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._check(Request(scope))
            except (NotSignedIn, BadInput) as error:
                scope["refused"] = error  # the error handlers speak HTML or JSON as fits
        await self._app(scope, receive, send)

    def _check(self, request: Request) -> None:
        headers, path = request.headers, request.url.path
        host = headers.get("host", "").rsplit(":", 1)[0]
        if self._local and host not in _LOCAL:
            # a name that somebody else's DNS points here (DNS rebinding)
            raise BadInput(f"this server answers to localhost only, not to {host[:60]!r}: see PREREAD_HOST")
        if self._bearer(headers) or path.startswith(OPEN):
            return
        if not self._sessions.valid(request.cookies.get(COOKIE, "")):
            raise NotSignedIn(
                "please sign in: open the link that `preread serve` printed, or get one with `preread login`"
            )
        origin = headers.get("origin")
        if (
            request.method not in ("GET", "HEAD", "OPTIONS")
            and origin
            and urlsplit(origin).netloc != headers.get("host")
        ):
            raise NotSignedIn("this request comes from another site: reload the page and try again")

    def _bearer(self, headers: Headers) -> bool:
        kind, _, token = headers.get("authorization", "").partition(" ")
        return (
            self._token is not None
            and kind == "Bearer"
            and hmac.compare_digest(token.encode(), self._token.encode())
        )
