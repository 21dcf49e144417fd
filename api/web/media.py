"""Source files as they came, in ranges, so that a player can jump to any second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from api.application import Application

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
# What a browser may show by itself; everything else is offered as a download, never run.
_PLAYED = ("audio/", "video/")
# Not left to the machine's own table, which knows other types on every system.
_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.get("/deals/{deal_id}/files/{path:path}")
    def file(request: Request, deal_id: str, path: str) -> Response:
        content, size = application.open_file(deal_id, path)
        return ranged(content, size, path, request.headers.get("range"))

    return routes


def ranged(content: BinaryIO, size: int, path: str, wanted: str | None) -> Response:
    """The whole file (200), the asked-for bytes (206), or 416 when they lie outside it."""
    kind = _TYPES.get(PurePosixPath(path).suffix.casefold(), "application/octet-stream")
    played = kind.startswith(_PLAYED)
    headers = {
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f"{'inline' if played else 'attachment'}; filename*=UTF-8''{quote(path.rsplit('/', 1)[-1])}",
    }
    span = _span(wanted, size)
    if span is None:
        content.close()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = span
    headers["Content-Length"] = str(last - first + 1)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingResponse(
        _read(content, first, last - first + 1),
        status_code=206 if wanted else 200,
        media_type=kind if played else "application/octet-stream",
        headers=headers,
    )


def _span(wanted: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a ``Range`` header (one range; RFC 9110, 14.1.2); the whole file without one."""
    if wanted is None:
        return 0, size - 1
    match = _RANGE.match(wanted.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
    return (first, last) if first <= last else None


def _read(content: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        while length > 0 and (chunk := content.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
