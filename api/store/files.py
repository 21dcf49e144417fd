"""The files of a deal and the sources that were parsed from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.store import codec
from api.store.models import FileRow, SourceRow, TranscriptEditRow
from ingest.model import Source

Role = Literal["call", "recording", "mail", "event", "crm", "contacts", "companion"]
FileState = Literal["waiting", "ready", "rejected"]


@dataclass(frozen=True, slots=True)
class File:
    """``path`` is relative to the deal ("calls/02-demo.vtt"); ``meta`` is what calls.csv says of it."""

    deal_id: str
    path: str
    role: str
    sha256: str
    size: int
    fingerprint: str
    state: str
    reason: str | None
    meta: Mapping[str, str]


def _file(row: FileRow) -> File:
    return File(
        row.deal_id,
        row.path,
        row.role,
        row.sha256,
        row.size,
        row.fingerprint,
        row.state,
        row.reason,
        json.loads(row.meta),
    )


class Files:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, deal_id: str) -> tuple[File, ...]:
        query = select(FileRow).where(FileRow.deal_id == deal_id).order_by(FileRow.path)
        return tuple(_file(row) for row in self._session.scalars(query))

    def get(self, deal_id: str, path: str) -> File | None:
        row = self._session.get(FileRow, (deal_id, path))
        return _file(row) if row else None

    def put(self, file: File) -> None:
        self._session.merge(
            FileRow(
                deal_id=file.deal_id,
                path=file.path,
                role=file.role,
                sha256=file.sha256,
                size=file.size,
                fingerprint=file.fingerprint,
                state=file.state,
                reason=file.reason,
                meta=json.dumps(dict(file.meta), sort_keys=True),
            )
        )
        self._session.flush()

    def mark(self, deal_id: str, path: str, state: FileState, reason: str | None = None) -> None:
        self._session.execute(
            update(FileRow)
            .where(FileRow.deal_id == deal_id, FileRow.path == path)
            .values(state=state, reason=reason)
        )

    def remove(self, deal_id: str, path: str) -> None:
        self._session.execute(delete(FileRow).where(FileRow.deal_id == deal_id, FileRow.path == path))
        self._session.execute(delete(SourceRow).where(SourceRow.deal_id == deal_id, SourceRow.path == path))
        edits = TranscriptEditRow
        self._session.execute(delete(edits).where(edits.deal_id == deal_id, edits.path == path))

    def blobs(self, deal_id: str) -> frozenset[str]:
        return frozenset(self._session.scalars(select(FileRow.sha256).where(FileRow.deal_id == deal_id)))

    def unused(self, hashes: Iterable[str]) -> frozenset[str]:
        """Those of ``hashes`` that no file has any more."""
        wanted = set(hashes)
        used = self._session.scalars(select(FileRow.sha256).where(FileRow.sha256.in_(wanted)))
        return frozenset(wanted - set(used))


class Sources:
    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(self, deal_id: str, path: str, sources: Sequence[Source]) -> None:
        """What was parsed from a file, in place of what was parsed from it before."""
        self._session.execute(delete(SourceRow).where(SourceRow.deal_id == deal_id, SourceRow.path == path))
        for source in sources:
            text = codec.dump_source(source)
            self._session.add(SourceRow(deal_id=deal_id, key=source.key, path=path, raw=text, doc=text))
        self._session.flush()

    def raw(self, deal_id: str) -> tuple[Source, ...]:
        """As parsed, in order of time."""
        rows = self._session.scalars(select(SourceRow.raw).where(SourceRow.deal_id == deal_id))
        return tuple(sorted((codec.load_source(raw) for raw in rows), key=codec.by_time))

    def raw_of(self, deal_id: str, path: str) -> Source | None:
        """The source of a file that has one."""
        query = select(SourceRow.raw).where(SourceRow.deal_id == deal_id, SourceRow.path == path)
        raw = self._session.scalar(query.limit(1))
        return codec.load_source(raw) if raw else None

    def raw_by_key(self, deal_id: str, key: str) -> Source | None:
        """One source as it was parsed, before people corrected it."""
        row = self._session.get(SourceRow, (deal_id, key))
        return codec.load_source(row.raw) if row else None

    def put(self, deal_id: str, source: Source) -> None:
        """What people made of one source; what was parsed stays."""
        self._session.get_one(SourceRow, (deal_id, source.key)).doc = codec.dump_source(source)
        self._session.flush()

    def settle(self, deal_id: str, sources: Iterable[Source]) -> None:
        """Store what the deal-wide passes made of the sources; rows that stay as they are are not written."""
        rows = {
            r.key: r for r in self._session.scalars(select(SourceRow).where(SourceRow.deal_id == deal_id))
        }
        for source in sources:
            text = codec.dump_source(source)
            if (row := rows.get(source.key)) is not None and row.doc != text:
                row.doc = text
        self._session.flush()

    def get(self, deal_id: str, key: str) -> Source | None:
        row = self._session.get(SourceRow, (deal_id, key))
        return codec.load_source(row.doc) if row else None

    def of(self, deal_id: str) -> tuple[Source, ...]:
        rows = self._session.scalars(select(SourceRow.doc).where(SourceRow.deal_id == deal_id))
        return tuple(sorted((codec.load_source(doc) for doc in rows), key=codec.by_time))

    def keys(self, deal_id: str, path: str | None = None) -> tuple[str, ...]:
        query = select(SourceRow.key).where(SourceRow.deal_id == deal_id)
        if path is not None:
            query = query.where(SourceRow.path == path)
        return tuple(self._session.scalars(query.order_by(SourceRow.key)))

    def path(self, deal_id: str, key: str) -> str | None:
        return self._session.scalar(
            select(SourceRow.path).where(SourceRow.deal_id == deal_id, SourceRow.key == key)
        )

    def deals_with(self, name: str) -> tuple[tuple[str, str], ...]:
        """(deal id, path) of every file or source that is called ``name``."""
        files = select(FileRow.deal_id, FileRow.path).where(FileRow.path == name)
        keys = select(SourceRow.deal_id, SourceRow.path).where(SourceRow.key == name)
        found = {(deal, path) for deal, path in self._session.execute(files.union(keys))}
        return tuple(sorted(found))
