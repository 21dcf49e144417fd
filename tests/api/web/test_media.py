import io

import pytest
from starlette.responses import Response, StreamingResponse

from api.web.media import ranged

BYTES = bytes(range(256)) * 10


async def body(response: Response) -> bytes:
    assert isinstance(response, StreamingResponse)
    return b"".join(
        [
            bytes(chunk) if not isinstance(chunk, str) else chunk.encode()
            async for chunk in response.body_iterator
        ]
    )


def fetch(wanted: str | None, path: str = "calls/a.mp3") -> tuple[Response, bytes]:
    import asyncio

    response = ranged(io.BytesIO(BYTES), len(BYTES), path, wanted)
    return response, asyncio.run(body(response)) if isinstance(response, StreamingResponse) else b""


def test_the_whole_file_without_a_range() -> None:
    response, got = fetch(None)
    assert (response.status_code, got) == (200, BYTES)


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=2550-", 2550, 2559), ("bytes=-5", 2555, 2559), ("bytes=5-99999", 5, 2559)],
)
def test_a_range(wanted: str, first: int, last: int) -> None:
    response, got = fetch(wanted)
    assert response.status_code == 206
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(BYTES)}"
    assert got == BYTES[first : last + 1]


@pytest.mark.parametrize("wanted", ["bytes=99999-", "bytes=9-5", "lines=1-2", "bytes=-", "bytes=0-1,5-6"])
def test_a_range_that_cannot_be_served(wanted: str) -> None:
    response, _ = fetch(wanted)
    assert response.status_code == 416


def test_only_sound_and_pictures_in_motion_are_shown_by_the_browser() -> None:
    """A page smuggled in as a source must be a download, never a page of ours."""
    response, _ = fetch(None, 'calls/x"\r\ny.html')
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment")
    assert "\r" not in response.headers["content-disposition"]
    assert response.headers["x-content-type-options"] == "nosniff"
