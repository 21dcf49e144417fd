"""The job table: the truth about work.

A job is waiting, running under a lease, done or failed. A worker claims it, beats while it works, and
finishes it in the
same transaction that stores what it made; whose lease has run out, or whose process is gone, is taken up
again by
somebody else, and the late finish of the first is refused. The broker only wakes workers.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from api.store.models import DealRow, JobRow, now
from api.views import JobKind, JobState, JobView, Progress

MAX_ATTEMPTS = 5  # a job on which so many workers died is given up
ACTIVE = ("waiting", "running")
# kind -> kinds of the same deal that must be over before it may start
_AFTER: Mapping[str, tuple[str, ...]] = {"index": ("import",), "draft": ("import", "index")}
# what a job needs of the models that may still be on their way
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "transcribe": ("transcribe", "diarize"),
    "index": ("embed",),
    "draft": ("embed",),
    "phrase": ("embed", "llm"),
}


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    kind: JobKind
    queue: str
    key: str
    deal_id: str | None
    payload: Mapping[str, str]
    state: JobState
    attempts: int
    owner: str | None
    error: str | None
    result_id: str | None
    progress: Progress | None
    created_at: datetime
    updated_at: datetime

    def view(self) -> JobView:
        return JobView(
            self.id,
            self.kind,
            self.deal_id,
            self.state,
            self.progress,
            self.error,
            self.created_at,
            self.result_id,
        )


def _job(row: JobRow) -> Job:
    progress = Progress(row.stage, row.done, row.total, row.eta_s) if row.stage else None
    return Job(
        id=row.id,
        kind=cast(JobKind, row.kind),
        queue=row.queue,
        key=row.key,
        deal_id=row.deal_id,
        payload=json.loads(row.payload),
        state=cast(JobState, row.state),
        attempts=row.attempts,
        owner=row.owner,
        error=row.error,
        result_id=row.result_id,
        progress=progress,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


class Jobs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def enqueue(
        self,
        kind: JobKind,
        queue: str,
        key: str,
        *,
        deal_id: str | None = None,
        payload: Mapping[str, str] | None = None,
    ) -> Job:
        """A new waiting job, or the one of the same key that waits already."""
        query = select(JobRow).where(JobRow.key == key, JobRow.state == "waiting")
        if (row := self._session.scalars(query.limit(1)).first()) is not None:
            return _job(row)
        row = JobRow(
            id=uuid.uuid4().hex,
            kind=kind,
            queue=queue,
            key=key,
            deal_id=deal_id,
            payload=json.dumps(dict(payload or {}), sort_keys=True),
            state="waiting",
        )
        self._session.add(row)
        self._session.flush()
        return _job(row)

    def get(self, job_id: str) -> Job | None:
        row = self._session.get(JobRow, job_id)
        return _job(row) if row else None

    def of(self, deal_id: str | None = None, *, active: bool = False, limit: int = 200) -> tuple[Job, ...]:
        """Newest first."""
        query = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
        if deal_id is not None:
            query = query.where(JobRow.deal_id == deal_id)
        if active:
            query = query.where(JobRow.state.in_(ACTIVE))
        return tuple(_job(row) for row in self._session.scalars(query))

    def many(self, ids: Iterable[str]) -> tuple[Job, ...]:
        return tuple(
            _job(row) for row in self._session.scalars(select(JobRow).where(JobRow.id.in_(list(ids))))
        )

    def newest(self, kind: JobKind) -> tuple[Job, ...]:
        """The newest job of each key, of a kind."""
        query = select(JobRow).where(JobRow.kind == kind).order_by(JobRow.created_at, JobRow.id)
        return tuple({row.key: _job(row) for row in self._session.scalars(query)}.values())

    def again(self, job_id: str) -> bool:
        """Make a failed job wait once more. Its error stays until a worker claims it. False for one that did not
        fail."""
        values = {"state": "waiting", "attempts": 0, "stage": None, "done": 0.0, "total": 0.0, "eta_s": None}
        return self._update(and_(JobRow.id == job_id, JobRow.state == "failed"), woken_at=None, **values)

    def claim(self, job_id: str, owner: str, lease_s: float) -> Job | None:
        """Take a waiting job that may start now; None when it is gone, taken, over, or must wait for
        others.
        """
        row = self._session.get(JobRow, job_id, with_for_update=True)
        if row is None or row.state != "waiting":
            return None
        if row.deal_id is not None:
            # one at a time per deal decides who may start
            self._session.scalar(select(DealRow.id).where(DealRow.id == row.deal_id).with_for_update())
        if self._blocked(row):
            return None
        if row.attempts >= MAX_ATTEMPTS:
            row.state, row.updated_at = "failed", now()
            row.error = (
                f"{MAX_ATTEMPTS} workers died while they did this: look into their log, then start it again"
            )
            return None
        row.state, row.owner, row.attempts = "running", owner, row.attempts + 1
        row.lease_until, row.updated_at = now() + timedelta(seconds=lease_s), now()
        row.error = None
        self._session.flush()
        return _job(row)

    def _blocked(self, row: JobRow) -> bool:
        """By work of the same deal that comes before, by its own like, or by a model that is still on its
        way.
        """
        clauses: list[ColumnElement[bool]] = []
        if row.deal_id is not None and row.kind in _AFTER:
            same = and_(JobRow.deal_id == row.deal_id, JobRow.id != row.id)
            clauses.append(and_(same, JobRow.kind.in_(_AFTER[row.kind]), JobRow.state.in_(ACTIVE)))
            clauses.append(and_(same, JobRow.kind.in_(("index", "draft")), JobRow.state == "running"))
        if row.deal_id is not None and row.kind == "import" and row.queue == "transcribe":
            # the mails tell the transcriber which names to expect
            read = and_(JobRow.deal_id == row.deal_id, JobRow.kind == "import", JobRow.queue != "transcribe")
            clauses.append(and_(read, JobRow.state.in_(ACTIVE)))
        payload: dict[str, str] = json.loads(row.payload)
        needs = _NEEDS.get(payload.get("step") or (row.queue if row.kind == "import" else row.kind), ())
        if needs:
            keys = [JobRow.key.startswith(f"models:{role}:") for role in needs]
            clauses.append(and_(JobRow.kind == "models", or_(*keys), JobRow.state.in_(ACTIVE)))
        if not clauses:
            return False
        return self._session.scalar(select(JobRow.id).where(or_(*clauses)).limit(1)) is not None

    def _mine(self, job_id: str, owner: str) -> ColumnElement[bool]:
        return and_(JobRow.id == job_id, JobRow.owner == owner, JobRow.state == "running")

    def _update(self, where: ColumnElement[bool], **values: object) -> bool:
        result = self._session.execute(update(JobRow).where(where).values(updated_at=now(), **values))
        return cast("CursorResult[tuple[()]]", result).rowcount > 0

    def beat(self, job_id: str, owner: str, lease_s: float) -> bool:
        """Renew the lease; False when it is lost."""
        return self._update(self._mine(job_id, owner), lease_until=now() + timedelta(seconds=lease_s))

    def report(self, job_id: str, owner: str, progress: Progress) -> bool:
        values = {
            "stage": progress.stage,
            "done": progress.done,
            "total": progress.total,
            "eta_s": progress.eta_s,
        }
        return self._update(self._mine(job_id, owner), **values)

    def finish(self, job_id: str, owner: str, result_id: str | None = None) -> bool:
        """Part of the transaction that stores the outcome; False, and then nothing may be stored, when the
        lease is lost.
        """
        values = {"state": "done", "owner": None, "lease_until": None, "error": None, "result_id": result_id}
        return self._update(self._mine(job_id, owner), **values)

    def put_back(self, job_id: str, owner: str) -> bool:
        """Somebody stopped the worker: the job waits for the next one and this attempt does not count."""
        values = {"state": "waiting", "owner": None, "lease_until": None, "attempts": JobRow.attempts - 1}
        return self._update(self._mine(job_id, owner), **values)

    def put_back_all(self, owner_prefix: str) -> None:
        """As ``put_back``, for every job of a worker that was stopped on purpose."""
        mine = and_(JobRow.state == "running", JobRow.owner.startswith(owner_prefix, autoescape=True))
        values = {"state": "waiting", "owner": None, "lease_until": None, "attempts": JobRow.attempts - 1}
        self._update(mine, woken_at=None, **values)

    def close(self, job_id: str, result_id: str) -> None:
        """Call a waiting job done: there was nothing to do."""
        self._update(JobRow.id == job_id, state="done", result_id=result_id)

    def note(self, job_id: str, text: str) -> None:
        """What the reader should know of a job that is done all the same."""
        self._update(JobRow.id == job_id, error=text)

    def set_result(self, job_id: str, result_id: str | None) -> None:
        self._update(JobRow.id == job_id, result_id=result_id)

    def fail(self, job_id: str, owner: str, error: str) -> bool:
        values = {"state": "failed", "owner": None, "lease_until": None, "error": error}
        return self._update(self._mine(job_id, owner), **values)

    def release(self, alive: Callable[[str], bool]) -> tuple[str, ...]:
        """Make running jobs wait again whose lease has run out or whose worker is known to be dead."""
        rows = self._session.scalars(select(JobRow).where(JobRow.state == "running")).all()
        lost = [r for r in rows if (r.lease_until or now()) <= now() or not alive(r.owner or "")]
        for row in lost:
            row.state, row.owner, row.lease_until, row.woken_at = "waiting", None, None, None
            row.updated_at = now()
        self._session.flush()
        return tuple(row.id for row in lost)

    def due(self, again_after_s: float) -> tuple[Job, ...]:
        """Waiting jobs that nobody was woken for lately, oldest first; they count as woken now."""
        before = now() - timedelta(seconds=again_after_s)
        query = select(JobRow).where(
            JobRow.state == "waiting", or_(JobRow.woken_at.is_(None), JobRow.woken_at < before)
        )
        rows = self._session.scalars(query.order_by(JobRow.created_at).limit(500)).all()
        for row in rows:
            row.woken_at = now()
        self._session.flush()
        return tuple(_job(row) for row in rows)

    def waiting(self) -> tuple[Job, ...]:
        query = select(JobRow).where(JobRow.state == "waiting").order_by(JobRow.created_at, JobRow.id)
        return tuple(_job(row) for row in self._session.scalars(query))

    def drop(self, job_id: str) -> None:
        self._session.execute(delete(JobRow).where(JobRow.id == job_id))

    def forget_asked(self, deal_id: str) -> None:
        """Drop the questions that were asked of a deal by name, and are not being answered now."""
        asked = select(JobRow).where(JobRow.kind == "ask", JobRow.state != "running")
        for row in self._session.scalars(asked).all():
            payload = cast(dict[str, str], json.loads(row.payload))
            if deal_id in cast(list[str], json.loads(payload.get("deals", "[]"))):
                self._session.delete(row)

    def prune(self, before: datetime) -> None:
        """Forget what was over before ``before``."""
        over = and_(JobRow.state.in_(("done", "failed")), JobRow.updated_at < before)
        self._session.execute(delete(JobRow).where(over))
