"""Remembered voices, and where they were heard again. Rows are here only where a person asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.store.models import VoiceMatchRow, VoiceprintRow


@dataclass(frozen=True, slots=True)
class Remembered:
    """``vector``: float32, little-endian, of the model ``model``. ``path``: the recording that it was learnt from."""

    id: int
    deal_id: str
    path: str
    name: str
    email: str | None
    model: str
    vector: bytes
    seconds: float
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """``likeness``: cosine of a label's voice and a remembered one."""

    label: str
    likeness: float
    voiceprint_id: int


def _remembered(row: VoiceprintRow) -> Remembered:
    return Remembered(
        *(row.id, row.deal_id, row.path, row.name, row.email, row.model, row.vector),
        *(row.seconds, row.author, row.created_at),
    )


class Voiceprints:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> tuple[Remembered, ...]:
        query = select(VoiceprintRow).order_by(VoiceprintRow.name, VoiceprintRow.id)
        return tuple(_remembered(row) for row in self._session.scalars(query))

    def put(
        self,
        deal_id: str,
        path: str,
        *,
        name: str,
        email: str | None,
        model: str,
        vector: bytes,
        seconds: float,
        author: str,
    ) -> Remembered:
        """One a person and recording: a second takes the place of the first."""
        v = VoiceprintRow
        self._session.execute(delete(v).where(v.deal_id == deal_id, v.path == path, v.name == name))
        row = v(
            deal_id=deal_id,
            path=path,
            name=name,
            email=email,
            model=model,
            vector=vector,
            seconds=seconds,
            author=author,
        )
        self._session.add(row)
        self._session.flush()
        return _remembered(row)

    def remove(self, ids: Iterable[int]) -> None:
        """With every match of them."""
        self._session.execute(delete(VoiceprintRow).where(VoiceprintRow.id.in_(list(ids))))

    def forget_source(self, deal_id: str, path: str) -> None:
        """What was learnt from a recording, and what was heard in it."""
        for row in (VoiceprintRow, VoiceMatchRow):
            self._session.execute(delete(row).where(row.deal_id == deal_id, row.path == path))

    # heard again

    def heard(self, deal_id: str, path: str, key: str, matches: Iterable[Match]) -> None:
        """The matches of a recording, in place of those from an earlier import of it."""
        row = VoiceMatchRow
        self._session.execute(delete(row).where(row.deal_id == deal_id, row.key == key))
        for m in matches:
            self._session.add(
                row(
                    deal_id=deal_id,
                    key=key,
                    label=m.label,
                    path=path,
                    voiceprint_id=m.voiceprint_id,
                    likeness=m.likeness,
                )
            )

    def matches(self, deal_id: str, key: str) -> tuple[tuple[Match, Remembered], ...]:
        """The likest first."""
        m, v = VoiceMatchRow, VoiceprintRow
        query = select(m, v).join(v, v.id == m.voiceprint_id).where(m.deal_id == deal_id, m.key == key)
        rows = self._session.execute(query.order_by(m.likeness.desc())).all()
        return tuple((Match(a.label, a.likeness, a.voiceprint_id), _remembered(b)) for a, b in rows)
