"""One question, answered over deals; the answer is stored with what it cites."""

from __future__ import annotations

import json

from analysis.answers import answer
from analysis.corpus import Corpus
from analysis.documents import PreRead
from api.errors import BadInput
from api.jobs.llm import open_recorded
from api.jobs.task import Task
from api.store import Unit
from api.store.jobs import Job
from api.transcripts import named
from api.wiring import Parts

MAX_QUESTION = 2000  # characters


class StoredDeals:
    """The deals that may be asked (``analysis.answers.Library``). Only those that are indexed."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def deals(self) -> tuple[str, ...]:
        with self._parts.store.read() as unit:
            return tuple(deal.id for deal in unit.deals.all() if deal.indexed)

    def corpus(self, deal_id: str) -> Corpus:
        return self._parts.corpus(deal_id)

    def preread(self, deal_id: str) -> PreRead | None:
        with self._parts.store.read() as unit:
            stored = unit.prereads.get(deal_id)
            return named(unit, deal_id, stored) if stored else None


def enqueue_ask(unit: Unit, parts: Parts, question: str, deals: tuple[str, ...]) -> Job:
    """Raises ``BadInput`` for a question that is none."""
    text = " ".join(question.split())
    if not text:
        raise BadInput("the question is empty: ask something")
    if len(text) > MAX_QUESTION:
        raise BadInput(f"the question has {len(text)} characters: at most {MAX_QUESTION}")
    payload = {"question": text, "deals": json.dumps(deals)}
    return parts.enqueue(unit, "ask", "ask", f"ask:{json.dumps([text, *deals])[:180]}", **payload)


def ask(task: Task, parts: Parts) -> None:
    wanted: list[str] = json.loads(task.job.payload["deals"])
    task.progress("searching the record", 0, 2)
    reranker, readings = parts.reading()
    with open_recorded(parts, scope="") as llm:
        found = answer(
            task.job.payload["question"],
            StoredDeals(parts),
            deals=wanted,
            vectors=parts.vectors,
            keywords=parts.keywords,
            embedder=parts.embedder,
            reranker=reranker,
            readings=readings,
            llm=llm.model,
            on_retrieved=lambda _: task.progress("reading what was found", 1, 2),
        )
        calls = llm.calls()
    with task.finish() as unit:
        task.result(unit.answers.add(found, wanted))
        unit.llm.add(calls, job_id=task.job.id, deal_id=None)
