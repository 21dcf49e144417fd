"""The use cases: what the web, the command line and the worker call. One method, one transaction.

Methods raise ``ApiError`` subclasses (api/errors.py) whose one line says what was wrong and what to do.
Those that
start work return a ``JobView`` at once; ``wait`` follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from analysis.documents import Answer, Citation, PreRead
from analysis.edits import Edit
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


class Application(Protocol):
    # deals
    def deals(self) -> tuple[DealView, ...]: ...
    def deal(self, deal: str) -> DealView:
        """By id, Opportunity ID or (unique) name. Raises ``NotFound``."""
        ...

    def create_deal(self, name: str) -> DealView: ...
    def remove(self, deal_or_source: str, *, deal: str | None = None) -> str:
        """Leaves nothing of it in database, indexes and files. Returns what was removed, in words."""
        ...

    # sources
    def import_paths(
        self,
        paths: Sequence[Path],
        *,
        deal: str | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> ImportReport:
        """Take deal folders or loose files, wait until ingestion is finished."""
        ...

    def upload(self, deal: str, name: str, content: BinaryIO) -> JobView:
        """Store one file of a deal as it came and start its ingestion."""
        ...

    def sources(self, deal: str) -> tuple[SourceView, ...]: ...
    def source(self, deal: str, key: str) -> Source: ...
    def open_file(self, deal: str, path: str) -> tuple[BinaryIO, int]:
        """The bytes of a source file as it came (seekable), and its length: audio for the player."""
        ...

    def transcript(self, deal: str, key: str, *, raw: bool = False) -> Source:
        """A call as it stands; ``raw``: before people corrected it. Raises ``BadInput`` for what is no call."""
        ...

    def transcript_edits(self, deal: str, key: str) -> tuple[TranscriptEditView, ...]: ...
    def edit_transcript(
        self, deal: str, key: str, change: TranscriptChange, *, author: str
    ) -> TranscriptEditView:
        """People, quotes and names follow at once, the indexes in a job. Raises ``Conflict`` when the words there are
        not those that the editor saw.
        """
        ...

    def undo_transcript(
        self, deal: str, key: str, edit_id: int | None = None, *, author: str
    ) -> TranscriptEditView:
        """Take back an edit, the newest without an id."""
        ...

    def corrected_since(self, deal: str, version: int) -> datetime | None:
        """When transcripts were last corrected, where that was after this version was drafted."""
        ...

    # people
    def people(self, deal: str) -> tuple[PersonView, ...]: ...
    def speakers(self, deal: str, key: str) -> dict[str, tuple[str, str]]:
        """(name, side) of the person behind each speaker label of a source; labels that could not be
        resolved are left out.
        """
        ...

    def correct_people(self, deal: str, correction: Correction, *, author: str) -> None: ...
    def undo_people(self, deal: str) -> Correction | None:
        """Take the newest correction back."""
        ...

    # voices
    def voices(self, deal: str, key: str | None = None) -> tuple[VoiceView, ...]:
        """Who speaks, or may speak, in the calls of a deal, or in one."""
        ...

    def voiceprints(self) -> tuple[VoiceprintView, ...]: ...
    def remember_voice(self, deal: str, person: str, *, author: str) -> tuple[VoiceprintView, ...]:
        """Learn how a person sounds, to propose them in later calls. Raises ``BadInput`` where too little is heard."""
        ...

    def forget_voices(self, who: str) -> str:
        """By name, address or number. Raises ``NotFound``. Returns what is gone, in words."""
        ...

    # pre-read
    def plan(self, deal: str) -> DraftPlan:
        """What the next draft would ask of the LLM: calls, tokens, cost. Nothing is asked."""
        ...

    def start_draft(self, deal: str) -> JobView: ...
    def draft(self, deal: str, *, on_progress: Callable[[Progress], None] | None = None) -> PreRead:
        """``start_draft`` and wait."""
        ...

    def preread(self, deal: str, version: int | None = None) -> PreRead:
        """The newest, or one version. Raises ``NotFound`` with the cure when there is none yet."""
        ...

    def versions(self, deal: str) -> tuple[VersionView, ...]: ...
    def edit(self, deal: str, base: int, edit: Edit, *, author: str) -> PreRead:
        """Save a person's edit as a new version. Raises ``Conflict`` when ``base`` is no longer the
        newest.
        """
        ...

    def find_quote(self, deal: str, quote: str) -> Citation:
        """The citation of words that a person pasted: looked up verbatim (white space folded) in the deal's
        sources. Raises
        ``BadInput`` when they do not stand there."""
        ...

    # answers
    def start_ask(self, question: str, deals: Sequence[str] = ()) -> JobView: ...
    def ask(self, question: str, deals: Sequence[str] = ()) -> Answer: ...
    def answer(self, answer_id: str) -> Answer: ...
    def answers(self, limit: int = 50) -> tuple[tuple[str, Answer], ...]:
        """The newest questions and their answers, with their ids."""
        ...

    # jobs
    def jobs(self, deal: str | None = None, *, active: bool = False) -> tuple[JobView, ...]: ...
    def job(self, job_id: str) -> JobView: ...
    def downloads(self) -> tuple[JobView, ...]:
        """The newest try of each model that was to be fetched, over or not."""
        ...

    def try_again(self, job_id: str) -> JobView:
        """Fetch a model once more whose download failed; its error stands until then. Raises ``BadInput`` for other
        jobs: they are started anew by what started them."""
        ...

    def follow(self, deal: str | None = None) -> Iterator[tuple[JobView, ...]]:
        """Yields the jobs again whenever one of them changed (for server-sent events); ends when none is
        active.
        """
        ...
