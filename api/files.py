"""Files as they came, by the hash of their content, in a folder or behind any fsspec URL.

A blob is written under a temporary name and moved to its place when it is whole, so that what lies under a
hash is always
complete; the same content is stored once.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from api.errors import BadInput, NotFound, Unavailable, translate

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    sha256: str
    size: int  # bytes


def hash_file(path: Path) -> Blob:
    """The hash of a file, read in chunks."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Blob(digest.hexdigest(), size)


class Blobs:
    """``url``: a folder or an fsspec URL. Raises ``StorageFull``, ``NotFound`` or ``Unavailable``."""

    def __init__(self, url: str) -> None:
        import fsspec

        try:
            fs, root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise BadInput(f"PREREAD_FILES_URL {url.split('@')[-1]}: {error}") from None
        self._fs: Any = fs
        self._root = str(root).rstrip("/")
        self._local = "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,))

    def _place(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"

    def has(self, digest: str) -> bool:
        return bool(self._fs.exists(self._place(digest)))

    def put_file(self, path: Path) -> Blob:
        """Store a file of this machine unless its content is there already."""
        blob = hash_file(path)
        if not self.has(blob.sha256):
            with path.open("rb") as file:
                self.put(file)
        return blob

    def put(self, content: BinaryIO, *, limit: int | None = None) -> Blob:
        """Store a stream. Raises ``BadInput`` when it is longer than ``limit`` bytes; then nothing is left
        of it.
        """
        partial = f"{self._root}/partial/{uuid.uuid4().hex}"
        digest, size = sha256(), 0
        try:
            self._fs.makedirs(f"{self._root}/partial", exist_ok=True)
            with self._fs.open(partial, "wb") as out:
                while chunk := content.read(CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise BadInput(
                            f"larger than {limit >> 20} MB: raise PREREAD_MAX_UPLOAD_MB to take it"
                        )
                    digest.update(chunk)
                    out.write(chunk)
            place = self._place(digest.hexdigest())
            self._fs.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
            self._fs.mv(partial, place)
        except Exception as error:
            self._discard(partial)
            if isinstance(ours := translate(error), type(error)):
                raise
            raise ours from error
        return Blob(digest.hexdigest(), size)

    def _discard(self, place: str) -> None:
        try:
            if self._fs.exists(place):
                self._fs.rm(place)
        except OSError:
            pass  # the disk that is full may refuse even this; `sweep` takes it away later

    def open(self, digest: str) -> BinaryIO:
        """A seekable stream of the bytes."""
        try:
            return cast(BinaryIO, self._fs.open(self._place(digest), "rb"))
        except FileNotFoundError:
            raise NotFound("the stored file is gone from the file storage: import it again") from None
        except OSError as error:
            raise Unavailable(f"the file storage cannot be read: {error}") from error

    def read(self, digest: str) -> bytes:
        with self.open(digest) as file:
            return file.read()

    @contextmanager
    def local(self, digest: str, suffix: str) -> Generator[Path]:
        """The bytes as a file of this machine, for what can only read paths; ``suffix`` is ".m4a"."""
        place = self._place(digest)
        if self._local and Path(place).is_file():
            yield Path(place)
            return
        with tempfile.TemporaryDirectory(prefix="preread-") as folder:
            path = Path(folder) / f"file{suffix}"
            with self.open(digest) as file, path.open("wb") as out:
                while chunk := file.read(CHUNK):
                    out.write(chunk)
            yield path

    def remove(self, digest: str) -> None:
        self._discard(self._place(digest))

    def sweep(self) -> None:
        """Take away what an interrupted ``put`` left."""
        folder = f"{self._root}/partial"
        try:
            if self._fs.exists(folder):
                self._fs.rm(folder, recursive=True)
        except OSError:
            pass
