"""The application: the use cases of ``api.application.Application`` over the parts.

The same object serves the web (jobs go to the worker), and the command line without a server (whoever waits
does the job).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from analysis.documents import Answer, Citation, PreRead
from api import humans, removal
from api.errors import BadInput, Conflict, NotFound
from api.jobs.staging import Staged, stage, stage_upload
from api.jobs.waiting import checked, wait
from api.settings import Settings
from api.shown import file_view, source_view
from api.store import Unit
from api.store.deals import Deal
from api.store.jobs import ACTIVE
from api.transcripts import TranscriptCases, named, named_answer, rechecked, with_people
from api.views import (
    DealView,
    DraftPlan,
    DraftState,
    ImportReport,
    JobView,
    PersonView,
    Progress,
    Rejected,
    SourceView,
    VersionView,
)
from api.voices import VoiceCases
from api.wiring import Parts, Waker, check, deal_ids
from ingest.model import Correction, Opportunity, Source

if TYPE_CHECKING:
    from analysis.edits import Edit
    from api.jobs.planning import Plans

Tell = Callable[[Progress], None]
FOLLOW_S = 0.5
_SHOWN = ("opportunity", "contacts", "calls-index", "parties")  # files that are no sources


class Preread(TranscriptCases, VoiceCases):
    def __init__(self, settings: Settings, *, waker: Waker | None = None) -> None:
        check(settings)
        self.settings = settings
        self.parts = Parts(settings, waker=waker)

    def close(self) -> None:
        self.parts.close()

    # deals

    def deals(self) -> tuple[DealView, ...]:
        with self.parts.store.read() as unit:
            return tuple(_deal_view(unit, deal) for deal in unit.deals.all())

    def deal(self, deal: str) -> DealView:
        with self.parts.store.read() as unit:
            return _deal_view(unit, unit.deals.find(deal))

    def create_deal(self, name: str) -> DealView:
        clean = " ".join(name.split())
        if not clean:
            raise BadInput("the deal needs a name")
        with self.parts.store.write() as unit:
            if same := unit.deals.by_name(clean):
                raise BadInput(f"there is a deal {clean!r} already ({same[0].id}): choose another name")
            return _deal_view(unit, unit.deals.create(clean, Opportunity(id=None, name=clean)))

    def remove(self, deal_or_source: str, *, deal: str | None = None) -> str:
        found, path = removal.find(self.parts, deal_or_source, deal)
        if path is None:
            removal.remove_deal(self.parts, found)
            return f"removed the deal {found.id} ({found.opportunity.name})"
        removal.remove_source(self.parts, found, path)
        if self.parts.waker is None:
            wait(self.parts, (), deals=(found.id,), kinds=("index",))
        return f"removed {path} from {found.id}, with every quote of it"

    def new_login(self) -> str:
        """A key that signs a browser in, once."""
        from api.access import LOGIN_MINUTES

        with self.parts.store.write() as unit:
            return unit.add_login(LOGIN_MINUTES)

    # sources

    def stage(self, paths: Sequence[Path], *, deal: str | None = None) -> Staged:
        """Take files in without waiting for their ingestion."""
        return stage(self.parts, paths, deal)

    def import_paths(
        self, paths: Sequence[Path], *, deal: str | None = None, on_progress: Tell | None = None
    ) -> ImportReport:
        staged = self.stage(paths, deal=deal)
        self.wait_for_import(staged, on_progress)
        return self.report(staged)

    def wait_for_import(self, staged: Staged, on_progress: Tell | None = None) -> None:
        if staged.jobs:
            wait(
                self.parts,
                staged.jobs,
                deals=tuple(staged.deals),
                kinds=("import", "index"),
                tell=on_progress,
            )

    def report(self, staged: Staged) -> ImportReport:
        """What became of a finished import. Raises what the index job raised."""
        rejected = list(staged.rejected)
        with self.parts.store.read() as unit:
            jobs = {job.id: job for job in unit.jobs.many(staged.jobs)}
            index = [j for deal in staged.deals for j in unit.jobs.of(deal) if j.kind == "index"][:1]
        for job_id in staged.jobs:
            job = jobs.get(job_id)
            if job is not None and job.kind == "import" and job.error:
                path = job.payload["path"]
                reason = job.error.removeprefix(f"{path}: ").removeprefix(f"{path}, ")
                rejected.append(Rejected(staged.files.get(job_id, path), reason))
        for job in index:
            checked(self.parts, job)
        return ImportReport(
            tuple(staged.deals.items()), tuple(rejected), tuple(staged.ignored), staged.unchanged
        )

    def upload(self, deal: str, name: str, content: BinaryIO) -> JobView:
        with self.parts.store.read() as unit:
            found = unit.deals.find(deal)
        job_id = stage_upload(self.parts, found.id, name, content)
        with self.parts.store.write() as unit:
            if job_id is None:  # nothing to do: a job that is over, for who wants to follow it
                done = unit.jobs.enqueue("import", "mail", f"nothing:{found.id}", deal_id=found.id)
                unit.jobs.close(done.id, "unchanged")
                job_id = done.id
            job = unit.jobs.get(job_id)
        assert job is not None
        return job.view()

    def sources(self, deal: str) -> tuple[SourceView, ...]:
        with self.parts.store.read() as unit:
            found = unit.deals.find(deal)
            files = {file.path: file for file in unit.files.of(found.id)}
            parsed = unit.sources.of(found.id)
            told = unit.deals.people(found.id).speakers
        beside = {twin: f.path for f in files.values() if (twin := f.meta.get("twin"))}
        views = [source_view(source, files.get(source.path), beside, told) for source in parsed]
        seen = {source.path for source in parsed}
        views += [file_view(f) for f in files.values() if f.path not in seen and f.role not in _SHOWN]
        return tuple(views)

    def source(self, deal: str, key: str) -> Source:
        with self.parts.store.read() as unit:
            found = unit.deals.find(deal)
            source = unit.sources.get(found.id, key)
        if source is None:
            raise NotFound(f"{found.id} has no source {key!r}: its record lists them")
        return source

    def open_file(self, deal: str, path: str) -> tuple[BinaryIO, int]:
        with self.parts.store.read() as unit:
            found = unit.deals.find(deal)
            file = unit.files.get(found.id, path)
        if file is None:
            raise NotFound(f"{found.id} has no file {path!r}: its record lists them")
        return self.parts.blobs.open(file.sha256), file.size

    # people

    def people(self, deal: str) -> tuple[PersonView, ...]:
        with self.parts.store.read() as unit:
            return humans.views(unit.deals.record(unit.deals.find(deal).id))

    def speakers(self, deal: str, key: str) -> dict[str, tuple[str, str]]:
        with self.parts.store.read() as unit:
            people = unit.deals.people(unit.deals.find(deal).id)
        persons = {person.id: (person.name, person.side.value) for person in people.persons}
        return {
            label: persons[person_id]
            for (source, label), person_id in people.speakers.items()
            if source == key and person_id in persons
        }

    def correct_people(self, deal: str, correction: Correction, *, author: str) -> None:
        with self.parts.store.write() as unit:
            found = unit.deals.find(deal)
            humans.check(unit.deals.record(found.id), correction)
            unit.deals.correct(found.id, correction, author)
            self._resolve_again(unit, found.id)
        self._settle(found.id)

    def undo_people(self, deal: str) -> Correction | None:
        with self.parts.store.write() as unit:
            found = unit.deals.find(deal)
            taken_back = unit.deals.undo(found.id)
            if taken_back is not None:
                self._resolve_again(unit, found.id)
        self._settle(found.id)
        return taken_back

    def _resolve_again(self, unit: Unit, deal_id: str) -> None:
        """People at once, so that whoever corrected them sees it; the indexes follow in a job."""
        from api.jobs.indexing import enqueue_index, resolved

        record = unit.deals.record(deal_id)
        unit.deals.update(deal_id, people=resolved(record, unit.deals.corrections(deal_id)))
        enqueue_index(unit, self.parts, deal_id)

    def _settle(self, deal_id: str) -> None:
        self.parts.forget(deal_id)
        if self.parts.waker is None:
            wait(self.parts, (), deals=(deal_id,), kinds=("index",))

    # pre-read

    def plan(self, deal: str) -> DraftPlan:
        return self._plans.of(deal)

    @cached_property
    def _plans(self) -> Plans:
        from api.jobs.planning import Plans

        return Plans(self.parts)

    def start_draft(self, deal: str) -> JobView:
        from api.jobs.drafting import enqueue_draft

        told = self._plans.known(deal)
        with self.parts.store.write() as unit:
            deal_id = unit.deals.find(deal).id
            return enqueue_draft(unit, self.parts, deal_id, planned=told.brief if told else "").view()

    def draft(self, deal: str, *, on_progress: Tell | None = None) -> PreRead:
        return self.finish_draft(self.start_draft(deal), on_progress=on_progress)[0]

    def finish_draft(
        self, started: JobView, *, on_progress: Tell | None = None
    ) -> tuple[PreRead, str | None]:
        """Wait for a draft. The pre-read, and why the LLM had no part in it where it should have had one."""
        deal_id = started.deal_id
        assert deal_id is not None
        (job,) = wait(self.parts, (started.id,), tell=on_progress)
        checked(self.parts, job)
        while (after := self.following(job.id)) is not None:
            (job,) = wait(self.parts, (after.id,), tell=on_progress)
            if job.state == "failed":  # the evidence-only draft stands
                self.parts.errors.pop(job.id, None)
                return self.preread(deal_id), f"the draft is from the evidence alone: {job.error}"
        return self.preread(deal_id, int(job.result_id) if job.result_id else None), job.error

    def following(self, job_id: str) -> JobView | None:
        """The job that goes on with what a finished one made: the LLM's draft after the evidence-only one."""
        with self.parts.store.read() as unit:
            job = unit.jobs.get(job_id)
            if job is None or job.kind != "draft" or job.deal_id is None or "step" in job.payload:
                return None
            after = [j for j in unit.jobs.of(job.deal_id) if j.payload.get("version") == job.result_id]
        return after[0].view() if after else None

    def preread(self, deal: str, version: int | None = None) -> PreRead:
        with self.parts.store.read() as unit:
            found = unit.deals.find(deal)
            stored = unit.prereads.get(found.id, version)
            newest = unit.prereads.newest(found.id)
            document = named(unit, found.id, stored) if stored else None
        if document is None and newest is None:
            raise NotFound(f"{found.id} has no pre-read yet: `preread draft {found.id}` makes one")
        if document is None:
            raise NotFound(f"{found.id} has no version {version}: there are 1 to {newest}")
        return document

    def versions(self, deal: str) -> tuple[VersionView, ...]:
        with self.parts.store.read() as unit:
            return unit.prereads.views(unit.deals.find(deal).id)

    def edit(self, deal: str, base: int, edit: Edit, *, author: str) -> PreRead:
        from analysis.edits import BackTo, EditError, apply

        with self.parts.store.write() as unit:
            found = unit.deals.find(deal)
            unit.deals.lock(found.id)
            before = unit.prereads.get(found.id)
            if before is None:
                raise NotFound(f"{found.id} has no pre-read yet: `preread draft {found.id}` makes one")
            if before.version != base:
                raise Conflict(
                    f"version {before.version} is newer than the one you edited ({base}): "
                    "look at it, then edit again"
                )
            try:
                after = apply(with_people(before, unit.deals.people(found.id)), edit)
            except EditError as error:
                raise BadInput(str(error)) from error
            if isinstance(edit, BackTo):
                after = rechecked(unit, found.id, after)
            what = _said(before, edit)
            added = unit.prereads.add(found.id, after, author=author, what=what, complete=True)
            return named(unit, found.id, added)

    def find_quote(self, deal: str, quote: str) -> Citation:
        from api.quoting import find_quote

        with self.parts.store.read() as unit:
            record = unit.deals.record(unit.deals.find(deal).id)
        return find_quote(record, quote)

    # answers

    def start_ask(self, question: str, deals: Sequence[str] = ()) -> JobView:
        from api.jobs.asking import enqueue_ask

        with self.parts.store.write() as unit:
            return enqueue_ask(unit, self.parts, question, deal_ids(unit, deals)).view()

    def ask(self, question: str, deals: Sequence[str] = ()) -> Answer:
        (job,) = wait(self.parts, (self.start_ask(question, deals).id,))
        return self.answer(checked(self.parts, job).result_id or "")

    def answer(self, answer_id: str) -> Answer:
        with self.parts.store.read() as unit:
            stored = unit.answers.get(answer_id)
            found = named_answer(unit, stored) if stored else None
        if found is None:
            raise NotFound("there is no such answer any more: ask again")
        return found

    def answers(self, limit: int = 50) -> tuple[tuple[str, Answer], ...]:
        with self.parts.store.read() as unit:
            return tuple((i, named_answer(unit, answer)) for i, answer in unit.answers.newest(limit))

    # jobs

    def jobs(self, deal: str | None = None, *, active: bool = False) -> tuple[JobView, ...]:
        with self.parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id if deal is not None else None
            return tuple(job.view() for job in unit.jobs.of(deal_id, active=active))

    def job(self, job_id: str) -> JobView:
        with self.parts.store.read() as unit:
            job = unit.jobs.get(job_id)
        if job is None:
            raise NotFound("there is no such job any more")
        return job.view()

    def downloads(self) -> tuple[JobView, ...]:
        with self.parts.store.read() as unit:
            return tuple(job.view() for job in unit.jobs.newest("models"))

    def try_again(self, job_id: str) -> JobView:
        with self.parts.store.write() as unit:
            job = unit.jobs.get(job_id)
            if job is None:
                raise NotFound("there is no such job any more")
            if job.kind != "models":
                raise BadInput(
                    "only the download of a model is tried again by itself: draft, ask or import again"
                )
            if unit.jobs.again(job_id):
                unit.after_commit(lambda: self.parts.wake(job))
        return self.job(job_id)

    def follow(self, deal: str | None = None) -> Iterator[tuple[JobView, ...]]:
        last: tuple[JobView, ...] | None = None
        while True:
            now = self.jobs(deal)[:50]
            if now != last:
                last = now
                yield now
            if not any(job.state in ACTIVE for job in now):
                return
            time.sleep(FOLLOW_S)


def _deal_view(unit: Unit, deal: Deal) -> DealView:
    version = unit.prereads.newest(deal.id)
    newest = unit.prereads.view(deal.id, version) if version else None
    o = deal.opportunity
    return DealView(
        id=deal.id,
        name=o.name,
        account=o.account,
        amount=o.amount,
        currency=o.currency,
        outcome=o.outcome,
        close_date=o.close_date.isoformat() if o.close_date else None,
        owner=o.owner,
        sources=len(unit.sources.keys(deal.id)),
        version=version,
        draft_state=_draft_state(unit, deal.id, newest),
        created_at=deal.created_at,
    )


def _draft_state(unit: Unit, deal_id: str, newest: VersionView | None) -> DraftState:
    drafts = [job for job in unit.jobs.of(deal_id, limit=50) if job.kind == "draft"]
    active = [job for job in drafts if job.state in ACTIVE]
    if active:
        return "evidence" if any("version" in job.payload for job in active) else "drafting"
    if newest is not None:
        return "complete" if newest.complete else "evidence"
    return "failed" if drafts and drafts[0].state == "failed" else "none"


def _said(before: PreRead, edit: Edit) -> str:
    """An edit in words, for the history."""
    from analysis.edits import (
        AddClaim,
        AddFactor,
        AddVoice,
        BackTo,
        Move,
        Reject,
        Restore,
        Reword,
        section_of,
    )

    def where(name: str | None) -> str:
        return (name or "the pre-read").replace("_", " ").replace(".", ": ")

    match edit:
        case BackTo():
            return f"went back to version {edit.earlier.version}"
        case AddVoice():
            return "added an influential voice"
        case AddFactor():
            return "added a deciding factor"
        case AddClaim():
            return f"added a claim in {where(edit.section)}"
        case Reword() | Reject() | Restore() | Move():
            verbs = {Reword: "reworded", Reject: "rejected", Restore: "brought back", Move: "moved"}
            return f"{verbs[type(edit)]} a claim in {where(section_of(before, edit.claim_id))}"
