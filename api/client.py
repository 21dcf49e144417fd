"""The application by way of the running server: the same use cases over its JSON routes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from analysis.documents import Answer, Citation, PreRead
from analysis.edits import AddClaim, AddFactor, AddVoice, BackTo, Edit, Move, Reject, Restore, Reword
from api import errors
from api.errors import ApiError, BadInput, JobFailed, Unavailable
from api.jobs.staging import Staged
from api.lock import ServerNote
from api.store.jobs import ACTIVE
from api.views import (
    DealView,
    DraftPlan,
    ImportReport,
    JobView,
    PersonView,
    Progress,
    SourceView,
    TranscriptChange,
    TranscriptEditView,
    VersionView,
    VoiceprintView,
    VoiceView,
)
from ingest.model import Correction, Source

T = TypeVar("T")
Tell = Callable[[Progress], None]
POLL_S = 0.5
SLOW_S = 3600.0  # staging hashes recordings of any size
_KINDS: dict[str, type[ApiError]] = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ApiError)
}


class Client:
    def __init__(self, note: ServerNote) -> None:
        self._http = httpx.Client(
            base_url=note.url,
            headers={"Authorization": f"Bearer {note.token}"},
            timeout=SLOW_S,
            trust_env=False,
        )

    def there(self) -> bool:
        """Whether the server answers and takes our token."""
        try:
            return self._http.get("/api/health", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def _call(self, kind: Any, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"the server does not answer ({type(error).__name__}): is preread serve still running?"
            ) from None
        if response.is_success:
            return TypeAdapter(kind).validate_json(response.content)
        try:
            said: dict[str, str] = response.json()
        except ValueError:
            said = {"error": f"the server answered {response.status_code}"}
        default = BadInput if response.status_code in (400, 404, 409, 413, 415, 422) else ApiError
        raise _KINDS.get(said.get("kind", ""), default)(said.get("error") or "the server failed")

    def _deal(self, deal: str, rest: str = "") -> str:
        return f"/api/deals/{quote(deal, safe='')}{rest}"

    # deals

    def deals(self) -> tuple[DealView, ...]:
        return cast(tuple[DealView, ...], self._call(tuple[DealView, ...], "GET", "/api/deals"))

    def deal(self, deal: str) -> DealView:
        return cast(DealView, self._call(DealView, "GET", self._deal(deal)))

    def create_deal(self, name: str) -> DealView:
        return cast(DealView, self._call(DealView, "POST", "/api/deals", json={"name": name}))

    def remove(self, deal_or_source: str, *, deal: str | None = None) -> str:
        body = {"what": deal_or_source, "deal": deal}
        return cast(dict[str, str], self._call(dict[str, str], "POST", "/api/remove", json=body))["text"]

    def new_login(self) -> str:
        return cast(dict[str, str], self._call(dict[str, str], "POST", "/api/login"))["text"]

    # sources

    def import_paths(
        self, paths: Sequence[Path], *, deal: str | None = None, on_progress: Tell | None = None
    ) -> ImportReport:
        body = {"paths": [str(path.absolute()) for path in paths], "deal": deal}
        staged = cast(Staged, self._call(Staged, "POST", "/api/import", json=body))
        self._wait(staged.jobs, on_progress, tuple(staged.deals))
        content = TypeAdapter(Staged).dump_json(staged)
        headers = {"Content-Type": "application/json"}
        return cast(
            ImportReport,
            self._call(ImportReport, "POST", "/api/import/report", content=content, headers=headers),
        )

    def upload(self, deal: str, name: str, content: BinaryIO) -> JobView:
        options = {"params": {"name": name}, "content": content.read()}
        return cast(JobView, self._call(JobView, "POST", self._deal(deal, "/files"), **options))

    def sources(self, deal: str) -> tuple[SourceView, ...]:
        return cast(
            tuple[SourceView, ...], self._call(tuple[SourceView, ...], "GET", self._deal(deal, "/sources"))
        )

    def source(self, deal: str, key: str) -> Source:
        return cast(Source, self._call(Source, "GET", self._deal(deal, "/source"), params={"key": key}))

    def open_file(self, deal: str, path: str) -> tuple[BinaryIO, int]:
        response = self._http.get(self._deal(deal, f"/files/{quote(path)}"))
        if not response.is_success:
            raise errors.NotFound(f"{deal} has no file {path!r}")
        return io.BytesIO(response.content), len(response.content)

    def transcript(self, deal: str, key: str, *, raw: bool = False) -> Source:
        params = {"key": key, "raw": raw}
        return cast(Source, self._call(Source, "GET", self._deal(deal, "/transcript"), params=params))

    def transcript_edits(self, deal: str, key: str) -> tuple[TranscriptEditView, ...]:
        kind, path = tuple[TranscriptEditView, ...], self._deal(deal, "/transcript/edits")
        return cast(tuple[TranscriptEditView, ...], self._call(kind, "GET", path, params={"key": key}))

    def edit_transcript(
        self, deal: str, key: str, change: TranscriptChange, *, author: str
    ) -> TranscriptEditView:
        body = {"key": key, "author": author, "change": asdict(change)}
        path = self._deal(deal, "/transcript/edit")
        return cast(TranscriptEditView, self._call(TranscriptEditView, "POST", path, json=body))

    def undo_transcript(
        self, deal: str, key: str, edit_id: int | None = None, *, author: str
    ) -> TranscriptEditView:
        body = {"key": key, "author": author, "edit_id": edit_id}
        path = self._deal(deal, "/transcript/undo")
        return cast(TranscriptEditView, self._call(TranscriptEditView, "POST", path, json=body))

    def corrected_since(self, deal: str, version: int) -> datetime | None:
        path, params = self._deal(deal, "/transcript/corrected"), {"version": version}
        return cast(datetime | None, self._call(datetime | None, "GET", path, params=params))

    # people

    def people(self, deal: str) -> tuple[PersonView, ...]:
        return cast(
            tuple[PersonView, ...], self._call(tuple[PersonView, ...], "GET", self._deal(deal, "/people"))
        )

    def speakers(self, deal: str, key: str) -> dict[str, tuple[str, str]]:
        found = self._call(
            dict[str, tuple[str, str]], "GET", self._deal(deal, "/speakers"), params={"key": key}
        )
        return cast(dict[str, tuple[str, str]], found)

    def correct_people(self, deal: str, correction: Correction, *, author: str) -> None:
        body = {
            "kind": correction.kind,
            "subject": correction.subject,
            "value": correction.value,
            "author": author,
        }
        self._call(dict[str, str], "POST", self._deal(deal, "/people"), json=body)

    def undo_people(self, deal: str) -> Correction | None:
        return cast(
            Correction | None, self._call(Correction | None, "POST", self._deal(deal, "/people/undo"))
        )

    # voices

    def voices(self, deal: str, key: str | None = None) -> tuple[VoiceView, ...]:
        kind, params = tuple[VoiceView, ...], {"key": key} if key is not None else {}
        return cast(
            tuple[VoiceView, ...], self._call(kind, "GET", self._deal(deal, "/voices"), params=params)
        )

    def voiceprints(self) -> tuple[VoiceprintView, ...]:
        kind = tuple[VoiceprintView, ...]
        return cast(tuple[VoiceprintView, ...], self._call(kind, "GET", "/api/voiceprints"))

    def remember_voice(self, deal: str, person: str, *, author: str) -> tuple[VoiceprintView, ...]:
        kind, body = tuple[VoiceprintView, ...], {"person": person, "author": author}
        path = self._deal(deal, "/voiceprints")
        return cast(tuple[VoiceprintView, ...], self._call(kind, "POST", path, json=body))

    def forget_voices(self, who: str) -> str:
        done = self._call(dict[str, str], "POST", "/api/voiceprints/forget", json={"who": who})
        return cast(dict[str, str], done)["text"]

    # pre-read

    def plan(self, deal: str) -> DraftPlan:
        return cast(DraftPlan, self._call(DraftPlan, "GET", self._deal(deal, "/plan")))

    def start_draft(self, deal: str) -> JobView:
        return cast(JobView, self._call(JobView, "POST", self._deal(deal, "/draft")))

    def draft(self, deal: str, *, on_progress: Tell | None = None) -> PreRead:
        return self.finish_draft(self.start_draft(deal), on_progress=on_progress)[0]

    def finish_draft(
        self, started: JobView, *, on_progress: Tell | None = None
    ) -> tuple[PreRead, str | None]:
        assert started.deal_id is not None
        job = self._finished(started.id, on_progress)
        while (after := self._next(job.id)) is not None:
            self._wait([after.id], on_progress, ())
            job = self.job(after.id)
            if job.state == "failed":
                return self.preread(started.deal_id), f"the draft is from the evidence alone: {job.error}"
        return self.preread(started.deal_id, int(job.result_id) if job.result_id else None), job.error

    def _next(self, job_id: str) -> JobView | None:
        return cast(JobView | None, self._call(JobView | None, "GET", f"/api/jobs/{job_id}/next"))

    def preread(self, deal: str, version: int | None = None) -> PreRead:
        params = {"version": version} if version is not None else {}
        return cast(PreRead, self._call(PreRead, "GET", self._deal(deal, "/preread"), params=params))

    def versions(self, deal: str) -> tuple[VersionView, ...]:
        return cast(
            tuple[VersionView, ...], self._call(tuple[VersionView, ...], "GET", self._deal(deal, "/versions"))
        )

    def edit(self, deal: str, base: int, edit: Edit, *, author: str) -> PreRead:
        body = {"base": base, "author": author, **_edit_body(edit)}
        return cast(PreRead, self._call(PreRead, "POST", self._deal(deal, "/edit"), json=body))

    def find_quote(self, deal: str, quote: str) -> Citation:
        return cast(Citation, self._call(Citation, "GET", self._deal(deal, "/quote"), params={"text": quote}))

    # answers

    def start_ask(self, question: str, deals: Sequence[str] = ()) -> JobView:
        body = {"question": question, "deals": list(deals)}
        return cast(JobView, self._call(JobView, "POST", "/api/ask", json=body))

    def ask(self, question: str, deals: Sequence[str] = ()) -> Answer:
        return self.answer(self._finished(self.start_ask(question, deals).id, None).result_id or "")

    def answer(self, answer_id: str) -> Answer:
        return cast(Answer, self._call(Answer, "GET", f"/api/answers/{answer_id}"))

    def answers(self, limit: int = 50) -> tuple[tuple[str, Answer], ...]:
        kind = tuple[tuple[str, Answer], ...]
        return cast(
            tuple[tuple[str, Answer], ...], self._call(kind, "GET", "/api/answers", params={"limit": limit})
        )

    # jobs

    def jobs(self, deal: str | None = None, *, active: bool = False) -> tuple[JobView, ...]:
        params = {"active": active, **({"deal": deal} if deal is not None else {})}
        return cast(tuple[JobView, ...], self._call(tuple[JobView, ...], "GET", "/api/jobs", params=params))

    def job(self, job_id: str) -> JobView:
        return cast(JobView, self._call(JobView, "GET", f"/api/jobs/{job_id}"))

    def downloads(self) -> tuple[JobView, ...]:
        return cast(tuple[JobView, ...], self._call(tuple[JobView, ...], "GET", "/api/downloads"))

    def try_again(self, job_id: str) -> JobView:
        return cast(JobView, self._call(JobView, "POST", f"/api/jobs/{job_id}/again"))

    def follow(self, deal: str | None = None) -> Iterator[tuple[JobView, ...]]:
        last: tuple[JobView, ...] | None = None
        while True:
            now = self.jobs(deal)
            if now != last:
                last = now
                yield now
            if not any(job.state in ACTIVE for job in now):
                return
            time.sleep(POLL_S)

    def _finished(self, job_id: str, tell: Tell | None) -> JobView:
        self._wait([job_id], tell, ())
        job = self.job(job_id)
        if job.state == "failed":
            raise JobFailed(job.error or "the job failed")
        return job

    def _wait(self, ids: Sequence[str], tell: Tell | None, deals: Sequence[str]) -> None:
        """Until the jobs are over, and with them every import and index job of ``deals``."""
        waiting = list(ids)
        while waiting:
            open_ = [job for job in map(self.job, waiting) if job.state in ACTIVE]
            for deal in deals:
                open_ += [j for j in self.jobs(deal, active=True) if j.kind in ("import", "index")]
            running = [job.progress for job in open_ if job.progress and job.state == "running"]
            if tell and running:
                tell(running[0])
            waiting = list(dict.fromkeys(job.id for job in open_))
            if waiting:
                time.sleep(POLL_S)


def _edit_body(edit: Edit) -> dict[str, object]:
    match edit:
        case Reword():
            return {"what": "reword", "claim_id": edit.claim_id, "text": edit.text}
        case Reject():
            return {"what": "reject", "claim_id": edit.claim_id}
        case Restore():
            return {"what": "restore", "claim_id": edit.claim_id}
        case Move():
            return {"what": "move", "claim_id": edit.claim_id, "by": edit.by, "to": edit.to}
        case BackTo():
            return {"what": "back", "version": edit.earlier.version}
        case AddClaim():
            place = {"section": edit.section, "claim_id": edit.claim_id}
            return {"what": "add", **place, "text": edit.text, "citations": _plain(edit.citations)}
        case AddVoice():
            who = {"who": edit.who, "in_room": edit.in_room}
            return {"what": "voice", **who, "text": edit.text, "citations": _plain(edit.citations)}
        case AddFactor():
            what = {"factor": edit.factor, "direction": edit.direction}
            return {"what": "factor", **what, "text": edit.text, "citations": _plain(edit.citations)}


def _plain(citations: Sequence[Citation]) -> list[dict[str, object]]:
    return [c.model_dump(mode="json") for c in citations]
