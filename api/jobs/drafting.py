"""The pre-read: first from the evidence alone, there in seconds, then with the LLM.

What people wrote is carried over into every later draft; a version that somebody built on is never changed.
"""

from __future__ import annotations

from analysis.documents import PreRead
from analysis.draft import draft, evidence_draft
from api.errors import BadInput
from api.jobs.indexing import enqueue_index
from api.jobs.llm import open_recorded
from api.jobs.planning import spent
from api.jobs.task import Task
from api.store import Unit
from api.store.jobs import Job
from api.transcripts import caught_up
from api.views import Progress
from api.wiring import Parts

AUTHOR = "preread"


def carried(before: PreRead | None, fresh: PreRead) -> PreRead:
    """The fresh draft with what people wrote into the newest version."""
    from analysis.edits import carry_over

    return carry_over(fresh, before) if before else fresh


def enqueue_draft(unit: Unit, parts: Parts, deal_id: str, *, planned: str = "") -> Job:
    """``planned``: what was told beforehand of the calls. Raises ``BadInput`` for a deal without anything to draft
    from."""
    if not unit.sources.keys(deal_id) and not any(f.state == "waiting" for f in unit.files.of(deal_id)):
        raise BadInput(f"{deal_id} has no call and no mail yet: import some, then draft")
    running = [j for j in unit.jobs.of(deal_id, active=True) if j.kind == "draft"]
    if running:
        return running[0]
    enqueue_index(unit, parts, deal_id)
    told = {"planned": planned} if planned else {}
    return parts.enqueue(unit, "draft", "mail", f"draft:{deal_id}", deal=deal_id, **told)


def draft_evidence(task: Task, parts: Parts) -> None:
    """The draft by templates; where there is to be an LLM, its job is put into the queue with it."""
    deal_id = task.deal_id
    task.progress("reading the record", 0, 1)
    corpus = parts.corpus_to_draft(deal_id)
    fresh = evidence_draft(corpus, on_progress=task.progress)
    whole = parts.settings.llm == "none"
    with task.finish() as unit:
        before = unit.prereads.get(deal_id)
        document = carried(before, caught_up(unit, deal_id, fresh, corpus.record))
        stored = unit.prereads.add(
            deal_id, document, author=AUTHOR, what="drafted from the evidence, without an LLM", complete=whole
        )
        task.result(str(stored.version))
        if not whole:
            key = f"phrase:{deal_id}:{stored.version}"
            more = {**task.job.payload, "step": "phrase", "version": str(stored.version)}
            parts.enqueue(unit, "draft", "analyse", key, deal=deal_id, **more)


def draft_phrase(task: Task, parts: Parts) -> None:
    """The LLM's draft, in the place of the evidence-only one when nobody has built on that, else beside
    it.
    """
    deal_id, version = task.deal_id, int(task.job.payload["version"])
    last = Progress("reading the record", 0, 1)

    def again() -> None:
        task.progress(last.stage, last.done, last.total)

    def tell(section: str, done: int, total: int) -> None:
        nonlocal last
        last = Progress(section, done, total)
        again()

    def wait(what: str, seconds: float) -> None:
        task.progress(f"{what}, {seconds:.0f} s", last.done, last.total)

    with open_recorded(parts, deal_id, on_call=again, on_wait=wait) as llm:
        corpus = parts.corpus_to_draft(deal_id)
        fresh = draft(corpus, llm.model, on_progress=tell)
        usable = llm.model is not None and llm.model.answered > 0
        calls, problem = llm.calls(), llm.problem
        idle = llm.model is not None and llm.model.asked == 0
    if not usable and not idle and problem is None:
        problem = f"no reply of {fresh.drafted_by.llm} could be used"
    with task.finish() as unit:
        unit.llm.add(calls, job_id=task.job.id, deal_id=deal_id)
        if problem:
            part = "in part " if usable else ""
            unit.jobs.note(task.job.id, f"the draft is {part}from the evidence alone: {problem}")
        nothing = f"drafted from the evidence, which left nothing for {fresh.drafted_by.llm} to word"
        what = _what(fresh, problem, usable) if usable or problem else nothing
        what += f" ({spent(calls, parts.settings, task.job.payload.get('planned', ''))})" if calls else ""
        fresh = caught_up(unit, deal_id, fresh, corpus.record)
        stored = _place(unit, deal_id, version, fresh if usable else None, what)
        task.result(str(stored))


def _place(unit: Unit, deal_id: str, version: int, fresh: PreRead | None, what: str) -> int:
    """The version in which the draft ended."""
    newest = unit.prereads.get(deal_id)
    if newest is None or unit.prereads.view(deal_id, version) is None:
        return version  # the version was removed meanwhile
    if newest.version == version:
        return unit.prereads.fill(
            deal_id, version, carried(newest, fresh) if fresh else None, what=what
        ).version
    unit.prereads.fill(deal_id, version, None, what="drafted from the evidence, then edited")
    if fresh is None:
        return newest.version
    document = carried(newest, fresh)
    return unit.prereads.add(
        deal_id, document, author=AUTHOR, what=f"{what}, edits kept", complete=True
    ).version


def _what(fresh: PreRead, problem: str | None, usable: bool) -> str:
    if problem and usable:
        return f"drafted with {fresh.drafted_by.llm} as far as it answered: {problem}"
    if problem:
        return f"drafted from the evidence alone: {problem}"
    return f"drafted with {fresh.drafted_by.llm}"
