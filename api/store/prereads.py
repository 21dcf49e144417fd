"""Pre-reads, answers, and what the LLM was asked on the way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from analysis.documents import Answer, PreRead
from analysis.llms import Call
from api.store.forgetting import Removed, without
from api.store.models import AnswerRow, LLMCacheRow, LLMCallRow, PreReadRow
from api.views import VersionView


def _load(row: PreReadRow) -> PreRead:
    document = PreRead.model_validate_json(row.doc)
    return document.model_copy(update={"version": row.version, "created_at": row.created_at.isoformat()})


def _view(row: PreReadRow) -> VersionView:
    return VersionView(row.version, row.created_at, row.author, row.what, row.complete)


class PreReads:
    """Versions are never changed, save by ``fill``: a draft whose LLM part is still being written."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(self, deal_id: str) -> int | None:
        return self._session.scalar(select(func.max(PreReadRow.version)).where(PreReadRow.deal_id == deal_id))

    def get(self, deal_id: str, version: int | None = None) -> PreRead | None:
        number = version if version is not None else self.newest(deal_id)
        row = self._session.get(PreReadRow, (deal_id, number)) if number is not None else None
        return _load(row) if row else None

    def view(self, deal_id: str, version: int) -> VersionView | None:
        row = self._session.get(PreReadRow, (deal_id, version))
        return _view(row) if row else None

    def views(self, deal_id: str) -> tuple[VersionView, ...]:
        query = select(PreReadRow).where(PreReadRow.deal_id == deal_id).order_by(PreReadRow.version)
        return tuple(_view(row) for row in self._session.scalars(query))

    def add(self, deal_id: str, document: PreRead, *, author: str, what: str, complete: bool) -> PreRead:
        row = PreReadRow(
            deal_id=deal_id,
            version=(self.newest(deal_id) or 0) + 1,
            doc=document.model_dump_json(by_alias=True),
            author=author,
            what=what,
            complete=complete,
        )
        self._session.add(row)
        self._session.flush()
        return _load(row)

    def fill(self, deal_id: str, version: int, document: PreRead | None, *, what: str) -> PreRead:
        """Put the finished draft in the place of the unfinished one (None: it stays as it is), and call it
        complete.
        """
        row = self._session.get_one(PreReadRow, (deal_id, version))
        if document is not None:
            row.doc = document.model_dump_json(by_alias=True)
        row.what, row.complete = what, True
        self._session.flush()
        return _load(row)

    def rewrite(self, deal_id: str, change: Callable[[PreRead], PreRead]) -> None:
        """Change what is not read in every version: where its citations stand in the record."""
        for row in self._session.scalars(select(PreReadRow).where(PreReadRow.deal_id == deal_id)):
            stored = PreRead.model_validate_json(row.doc)
            changed = change(stored)
            if changed != stored:
                row.doc = changed.model_dump_json(by_alias=True)
        self._session.flush()

    def forget(self, deal_id: str, source: Removed) -> int:
        """Take a source out of all versions: its citations, what rested on them alone, and its words elsewhere."""
        changed = 0
        for row in self._session.scalars(select(PreReadRow).where(PreReadRow.deal_id == deal_id)):
            document = json.loads(row.doc)
            cleaned = without(document, source)
            if cleaned != document:
                row.doc, changed = json.dumps(cleaned), changed + 1
        self._session.flush()
        return changed


class Answers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, answer: Answer, deals: Sequence[str]) -> str:
        row = AnswerRow(
            id=uuid.uuid4().hex,
            question=answer.question,
            deals=json.dumps(sorted({*deals, *answer.deals})),
            doc=answer.model_dump_json(by_alias=True),
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def get(self, answer_id: str) -> Answer | None:
        row = self._session.get(AnswerRow, answer_id)
        return Answer.model_validate_json(row.doc) if row else None

    def newest(self, limit: int) -> tuple[tuple[str, Answer], ...]:
        rows = self._session.scalars(select(AnswerRow).order_by(AnswerRow.created_at.desc()).limit(limit))
        return tuple((row.id, Answer.model_validate_json(row.doc)) for row in rows)

    def rewrite(self, deal_id: str, change: Callable[[Answer], Answer]) -> None:
        """What is kept of answers that touch a deal follows its record."""
        for row in self._session.scalars(select(AnswerRow)):
            if deal_id in json.loads(row.deals):
                stored = Answer.model_validate_json(row.doc)
                if (changed := change(stored)) is not stored:
                    row.doc = changed.model_dump_json(by_alias=True)
        self._session.flush()

    def forget(self, deal_id: str, cites: Callable[[Answer], bool]) -> int:
        """Remove the answers that touch a deal and of which ``cites`` says that they quote what goes."""
        gone = 0
        for row in self._session.scalars(select(AnswerRow)):
            if deal_id in json.loads(row.deals) and cites(Answer.model_validate_json(row.doc)):
                self._session.delete(row)
                gone += 1
        return gone


class LLMCalls:
    """The record of LLM calls, and what they answered, so that the same draft is not paid for twice."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, calls: Sequence[Call], *, job_id: str, deal_id: str | None) -> None:
        for call in calls:
            self._session.add(
                LLMCallRow(
                    deal_id=deal_id,
                    job_id=job_id,
                    task=call.task,
                    prompt_version=call.prompt_version,
                    model=call.model,
                    tokens_in=call.tokens_in,
                    tokens_out=call.tokens_out,
                    seconds=call.seconds,
                    cached=call.cached,
                )
            )

    def of(self, deal_id: str) -> tuple[Call, ...]:
        query = select(LLMCallRow).where(LLMCallRow.deal_id == deal_id).order_by(LLMCallRow.id)
        return _calls(self._session.scalars(query))

    def by(self, model: str, limit: int = 50) -> tuple[Call, ...]:
        """The newest calls of a model that were made and not remembered, over all deals."""
        query = select(LLMCallRow).where(LLMCallRow.model == model, LLMCallRow.cached.is_(False))
        return _calls(self._session.scalars(query.order_by(LLMCallRow.id.desc()).limit(limit)))

    def cached(self, key: str, scope: str) -> str | None:
        row = self._session.get(LLMCacheRow, (key, scope))
        return row.value if row else None

    def remembered(self, scope: str) -> int:
        """How many answers are kept."""
        query = select(func.count()).select_from(LLMCacheRow).where(LLMCacheRow.scope == scope)
        return self._session.scalar(query) or 0

    def cache(self, key: str, scope: str, value: str) -> None:
        self._session.merge(LLMCacheRow(key=key, scope=scope, value=value))

    def forget(self, scope: str) -> None:
        """The cache of a deal, and that of questions, which may hold words of any deal."""
        self._session.execute(delete(LLMCacheRow).where(LLMCacheRow.scope.in_((scope, ""))))

    def prune(self, before: datetime) -> None:
        self._session.execute(delete(LLMCacheRow).where(LLMCacheRow.created_at < before))


def _calls(rows: Iterable[LLMCallRow]) -> tuple[Call, ...]:
    return tuple(
        Call(r.task, r.prompt_version, r.model, r.tokens_in, r.tokens_out, r.seconds, r.cached) for r in rows
    )
