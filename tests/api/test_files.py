"""Blobs: whole or not there."""

from __future__ import annotations

import errno
import io
from hashlib import sha256
from pathlib import Path

import pytest

from api.errors import BadInput, NotFound, StorageFull
from api.files import Blobs


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(str(tmp_path / "files") if request.param == "folder" else f"memory://{tmp_path.name}")


def test_the_same_content_is_stored_once_and_comes_back(blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    blob = blobs.put_file(path)
    assert blob == blobs.put(io.BytesIO(b"hello"))
    assert blob.sha256 == sha256(b"hello").hexdigest()
    with blobs.open(blob.sha256) as file:
        file.seek(1)
        assert file.read() == b"ello"
    with blobs.local(blob.sha256, ".txt") as local:
        assert local.read_bytes() == b"hello"
    blobs.remove(blob.sha256)
    with pytest.raises(NotFound):
        blobs.read(blob.sha256)


def test_what_is_too_large_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    with pytest.raises(BadInput, match="PREREAD_MAX_UPLOAD_MB"):
        blobs.put(io.BytesIO(b"x" * 11), limit=10)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageFull, match="no space"):
        Blobs(str(tmp_path)).put(Full())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_scheme_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadInput, match="PREREAD_FILES_URL"):
        Blobs("nosuchthing://bucket")
