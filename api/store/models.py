"""The tables. Times are UTC; documents are JSON text with a schema field (see ``codec``)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[datetime]):
    """A point in time, always aware, always UTC (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[type, type]] = {datetime: Utc, str: Text}


def _deal_key() -> Mapped[str]:
    return mapped_column(String(120), ForeignKey("deals.id", ondelete="CASCADE"), primary_key=True)


class MetaRow(Base):
    """Facts about this database itself: the schema version, the secret that signs sessions."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]


class DealRow(Base):
    __tablename__ = "deals"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    name: Mapped[str]
    opportunity_id: Mapped[str | None] = mapped_column(String(120), index=True)
    folder: Mapped[str | None]  # where it was imported from, to tell two deals of one name apart
    opportunity: Mapped[str]
    contacts: Mapped[str] = mapped_column(default="[]")
    people: Mapped[str | None]
    indexed: Mapped[str] = mapped_column(String(64), default="")  # fingerprint of what the indexes hold
    created_at: Mapped[datetime] = mapped_column(default=now)


class FileRow(Base):
    """A file as it came. ``fingerprint`` covers the bytes, its companions and the parser: same means
    nothing to do.
    """

    __tablename__ = "files"
    deal_id: Mapped[str] = _deal_key()
    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))  # call | mail | event | crm | contacts | companion
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))  # waiting | ready | rejected
    reason: Mapped[str | None]
    meta: Mapped[str] = mapped_column(default="{}")  # what calls.csv says of it


class SourceRow(Base):
    """``raw`` as parsed; ``doc`` after the deal-wide passes (threads, repeated sentences)."""

    __tablename__ = "sources"
    deal_id: Mapped[str] = _deal_key()
    key: Mapped[str] = mapped_column(String(700), primary_key=True)
    path: Mapped[str] = mapped_column(String(500), index=True)
    raw: Mapped[str]
    doc: Mapped[str]


class CorrectionRow(Base):
    __tablename__ = "corrections"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(String(120), ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str]
    value: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class TranscriptEditRow(Base):
    """One correction of a transcript (``ingest.editing``). Rows are never changed but for being taken back."""

    __tablename__ = "transcript_edits"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(String(120), ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(700))
    doc: Mapped[str]
    author: Mapped[str]
    what: Mapped[str]  # in words, for people
    created_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class VoiceprintRow(Base):
    """A voice that a person asked to be remembered, as it sounds in one recording. ``vector``: float32, little-endian."""

    __tablename__ = "voiceprints"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(String(120), ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(320))
    model: Mapped[str] = mapped_column(String(60))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    seconds: Mapped[float]
    author: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class VoiceMatchRow(Base):
    """A voice of a later recording that is like a remembered one; it goes with either."""

    __tablename__ = "voice_matches"
    deal_id: Mapped[str] = _deal_key()
    key: Mapped[str] = mapped_column(String(700), primary_key=True)
    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    voiceprint_id: Mapped[int] = mapped_column(
        ForeignKey("voiceprints.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(String(500))
    likeness: Mapped[float]


class JobRow(Base):
    """The truth about work. ``payload`` holds ids only. ``owner`` is "host:pid:nonce" while running."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    queue: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(200))  # the same work has the same key
    deal_id: Mapped[str | None] = mapped_column(
        String(120), ForeignKey("deals.id", ondelete="CASCADE"), index=True
    )
    payload: Mapped[str] = mapped_column(default="{}")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]
    woken_at: Mapped[datetime | None]
    stage: Mapped[str | None]
    done: Mapped[float] = mapped_column(default=0.0)
    total: Mapped[float] = mapped_column(default=0.0)
    eta_s: Mapped[float | None]
    error: Mapped[str | None]
    result_id: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (Index("jobs_state", "state", "queue"), Index("jobs_key", "key", "state"))


class PreReadRow(Base):
    __tablename__ = "prereads"
    deal_id: Mapped[str] = _deal_key()
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doc: Mapped[str]
    author: Mapped[str]
    what: Mapped[str]
    complete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AnswerRow(Base):
    __tablename__ = "answers"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    question: Mapped[str]
    deals: Mapped[str]  # JSON list: the deals that it cites or searched
    doc: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


class LLMCallRow(Base):
    __tablename__ = "llm_calls"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str | None] = mapped_column(
        String(120), ForeignKey("deals.id", ondelete="CASCADE"), index=True
    )
    job_id: Mapped[str] = mapped_column(String(32))
    task: Mapped[str]
    prompt_version: Mapped[str]
    model: Mapped[str]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    seconds: Mapped[float]
    cached: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=now)


class LLMCacheRow(Base):
    """What a model said to a prompt; ``scope`` is the deal, so that removing a deal removes it."""

    __tablename__ = "llm_cache"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class LoginRow(Base):
    """One-time login links, by the hash of their key."""

    __tablename__ = "logins"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]
