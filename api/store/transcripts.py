"""What people corrected in transcripts: an append-only list a source, applied over what was parsed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.store import codec
from api.store.models import TranscriptEditRow, now
from ingest.editing import TranscriptEdit, apply
from ingest.model import Correction, Source, SourceKind


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """``what`` says in words what was done; ``undone_at`` is None while the edit stands."""

    id: int
    key: str
    edit: TranscriptEdit
    author: str
    what: str
    created_at: datetime
    undone_at: datetime | None = None


class TranscriptEdits:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, deal_id: str, source: Source, edit: TranscriptEdit, *, author: str, what: str) -> int:
        row = TranscriptEditRow(
            deal_id=deal_id,
            path=source.path,
            key=source.key,
            doc=codec.dump_transcript_edit(edit),
            author=author,
            what=what,
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def undo(self, edit_id: int, author: str) -> None:
        row = self._session.get_one(TranscriptEditRow, edit_id)
        row.undone_at, row.undone_by = now(), author
        self._session.flush()

    def of(self, deal_id: str, key: str | None = None) -> tuple[StoredEdit, ...]:
        """Every edit that was ever made, those that were taken back too, in order."""
        query = select(TranscriptEditRow).where(TranscriptEditRow.deal_id == deal_id)
        if key is not None:
            query = query.where(TranscriptEditRow.key == key)
        return tuple(_stored(row) for row in self._session.scalars(query.order_by(TranscriptEditRow.id)))

    def standing(self, deal_id: str, key: str | None = None) -> tuple[StoredEdit, ...]:
        return tuple(e for e in self.of(deal_id, key) if e.undone_at is None)

    def last_change(self, deal_id: str) -> datetime | None:
        """When a transcript of the deal was last edited, or an edit taken back."""
        newest = func.max(TranscriptEditRow.created_at), func.max(TranscriptEditRow.undone_at)
        found = self._session.execute(select(*newest).where(TranscriptEditRow.deal_id == deal_id)).one()
        return max((when for when in found if when is not None), default=None)

    def applied(self, deal_id: str, sources: Iterable[Source]) -> tuple[Source, ...]:
        """The sources with what people corrected in them."""
        edits: dict[str, list[TranscriptEdit]] = {}
        for stored in self.standing(deal_id):
            edits.setdefault(stored.key, []).append(stored.edit)
        return tuple(edited(source, edits.get(source.key, ())) for source in sources)

    def meant(self, deal_id: str) -> tuple[tuple[datetime, Correction], ...]:
        """Who speaks as the labels that edits made, as corrections of the people, with their times."""
        return tuple(
            (stored.created_at, Correction("voice", stored.edit.person, f"{stored.key}:{stored.edit.value}"))
            for stored in self.standing(deal_id)
            if stored.edit.kind == "speaker" and stored.edit.person is not None
        )


def edited(source: Source, edits: Sequence[TranscriptEdit]) -> Source:
    """A call with edits applied; anything else as it is."""
    if not edits or source.kind is not SourceKind.CALL:
        return source
    return replace(source, utterances=apply(source.utterances, edits).utterances)


def _stored(row: TranscriptEditRow) -> StoredEdit:
    edit = codec.load_transcript_edit(row.doc)
    return StoredEdit(row.id, row.key, edit, row.author, row.what, row.created_at, row.undone_at)
