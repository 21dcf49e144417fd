"""The vector index over Chroma: in a folder that this process alone holds, or on a Chroma server.

Two processes that open one folder lose rows silently and crash (measured), so the folder is opened under a
lock; all others go over HTTP to the process that holds it. One collection an embedder and kind of window: a
metadata filter makes a query many times slower (measured: 4 to 219 ms at 100,000 rows), so the kind is not a
filter.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import numpy as np
from filelock import FileLock, Timeout

from analysis.embedders import Vectors
from analysis.errors import IndexUnavailable
from analysis.indexes import Filter, Hit
from analysis.indexes.memory import check
from analysis.windows import Window

BATCH = 1000  # rows a request
LOCK = ".preread.lock"
_KINDS: tuple[Literal["utterance", "window"], ...] = ("utterance", "window")
_PREFIX = "preread"
Row = TypeVar("Row", int, str)


def compact(folder: Path) -> None:
    """Take the names and places of removed rows out of an index folder's database: Chroma leaves them in its
    log of writes and in free pages. A folder that is not there, or is busy, stays as it is.
    """
    database = folder / "chroma.sqlite3"
    if not database.is_file():
        return
    with closing(sqlite3.connect(database, timeout=5)) as connection, suppress(sqlite3.OperationalError):
        # a row that is gone needs no metadata in the log, whether the log is read again or not
        connection.execute(
            "UPDATE embeddings_queue SET metadata = '{}' WHERE id NOT IN (SELECT embedding_id FROM embeddings)"
        )
        connection.commit()
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class ChromaVectors:
    """``embedder``: the name that keeps vectors of two embedders apart. Made by ``in_folder`` or
    ``on_server``.
    """

    def __init__(self, client: Any, embedder: str, where: str, lock: FileLock | None = None) -> None:
        self._client, self._where, self._lock = client, where, lock
        self._embedder = re.sub(r"[^a-z0-9]+", "-", embedder.lower()).strip("-")
        self._collections: dict[str, Any] = {}

    @classmethod
    def in_folder(cls, folder: Path, embedder: str) -> ChromaVectors:
        """Holds the folder until ``close`` or the end of the process."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / LOCK)
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexUnavailable(
                f"the index in {folder} is in use by another Preread process: wait for it, stop it, or set "
                "PREREAD_CHROMA_URL to its Chroma server"
            ) from None
        except OSError as error:
            raise IndexUnavailable(f"the index folder {folder} cannot be used: {error}") from error
        import chromadb

        where = f"the index in {folder}"
        try:
            with _translated(where):
                return cls(chromadb.PersistentClient(str(folder), settings=_quiet()), embedder, where, lock)
        except IndexUnavailable:
            lock.release()
            raise

    @classmethod
    def on_server(cls, url: str, embedder: str) -> ChromaVectors:
        """``url``: ``http(s)://host:port`` of a Chroma server."""
        import chromadb

        parts = urlsplit(url if "//" in url else f"http://{url}")
        port = parts.port or (443 if parts.scheme == "https" else 8000)
        with _translated(f"the Chroma server at {url}"):
            client = chromadb.HttpClient(
                parts.hostname or "localhost", port, ssl=parts.scheme == "https", settings=_quiet()
            )
        return cls(client, embedder, f"the Chroma server at {url}")

    def forget(self, window_ids: Collection[str]) -> None:
        for collection in self._mine():
            for batch in _batches(sorted(window_ids)):
                with _translated(self._where):
                    collection.delete(ids=batch)

    def beside(self, embedder: str) -> ChromaVectors:
        """Shares the client: it works until this one is closed."""
        return ChromaVectors(self._client, embedder, self._where)

    def close(self) -> None:
        """Let go of the folder."""
        self._collections.clear()
        with _translated(self._where):
            self._client.close()
        if self._lock:
            self._lock.release()

    def upsert(self, windows: Sequence[Window], vectors: Vectors) -> None:
        check(windows, vectors)
        for kind in _KINDS:
            chosen = [index for index, window in enumerate(windows) if window.kind == kind]
            for batch in _batches(chosen):
                with _translated(self._where):
                    self._collection(kind, int(vectors.shape[1])).upsert(
                        ids=[windows[index].id for index in batch],
                        embeddings=np.asarray(vectors[batch], np.float32),
                        metadatas=[_metadata(windows[index]) for index in batch],
                    )

    def query(self, vector: Vectors, where: Filter, k: int) -> tuple[Hit, ...]:
        """Score: the cosine."""
        if k < 1:
            return ()
        with _translated(self._where):
            answer = self._collection(where.kind, int(vector.shape[1])).query(
                query_embeddings=np.asarray(vector[:1], np.float32),
                n_results=k,
                where=_one_of(where.deals),
                include=["metadatas", "distances"],
            )
        rows = zip(answer["ids"][0], answer["metadatas"][0], answer["distances"][0], strict=True)
        return tuple(Hit(key, str(held["deal"]), 1.0 - float(distance)) for key, held, distance in rows)

    def vectors(self, window_ids: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        for collection in self._mine():
            for batch in _batches(list(dict.fromkeys(window_ids))):
                with _translated(self._where):
                    answer = collection.get(ids=batch, include=["embeddings"])
                rows = zip(answer["ids"], answer["embeddings"], strict=True)
                found |= {key: np.asarray(vector, np.float32) for key, vector in rows}
        return found

    def remove(self, deal_id: str, source_key: str | None = None) -> None:
        """From the collections of every embedder: what is removed leaves nothing."""
        for collection in self._all():
            with _translated(self._where):
                collection.delete(where=_of(deal_id, source_key))

    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]:
        found: set[str] = set()
        for collection in self._mine():
            with _translated(self._where):
                found.update(collection.get(where=_of(deal_id, source_key), include=[])["ids"])
        return frozenset(found)

    def _collection(self, kind: str, dimension: int) -> Any:
        name = f"{_PREFIX}-{self._embedder}-{dimension}-{kind}"
        if name not in self._collections:
            self._collections[name] = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        return self._collections[name]

    def _all(self) -> list[Any]:
        with _translated(self._where):
            return [c for c in self._client.list_collections() if c.name.startswith(f"{_PREFIX}-")]

    def _mine(self) -> list[Any]:
        mine = re.compile(rf"{_PREFIX}-{re.escape(self._embedder)}-\d+-(?:{'|'.join(_KINDS)})")
        return [collection for collection in self._all() if mine.fullmatch(collection.name)]


def _quiet() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _metadata(window: Window) -> dict[str, str | float]:
    held: dict[str, str | float | None] = {
        "deal": window.deal_id,
        "source": window.source_key,
        "person": window.person_id,
        "side": window.side,
        "speaker": window.speaker,
        "start": window.start,
        "when": window.when.isoformat() if window.when else None,
    }
    return {key: value for key, value in held.items() if value is not None}


def _one_of(deals: tuple[str, ...]) -> dict[str, Any] | None:
    if not deals:
        return None
    return {"deal": deals[0]} if len(deals) == 1 else {"deal": {"$in": list(deals)}}


def _of(deal_id: str, source_key: str | None) -> dict[str, Any]:
    if source_key is None:
        return {"deal": deal_id}
    return {"$and": [{"deal": deal_id}, {"source": source_key}]}


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


@contextmanager
def _translated(where: str) -> Generator[None]:
    """Chroma raises its own, httpx's, Rust's and bare exceptions: all of them mean that the index is not
    there.
    """
    try:
        yield
    except IndexUnavailable:
        raise
    except Exception as error:
        said = (str(error).splitlines() or [type(error).__name__])[0][:300]
        raise IndexUnavailable(f"{where} failed: {said}") from error
