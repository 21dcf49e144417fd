"""What the use cases hand to the edges (web and command line): small frozen values, never database rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analysis.llms.planning import TaskPlan
from ingest.model import Merge, Person

JobState = Literal["waiting", "running", "done", "failed"]
JobKind = Literal["import", "index", "draft", "ask", "models"]
DraftState = Literal["none", "drafting", "evidence", "complete", "failed"]


@dataclass(frozen=True, slots=True)
class DealView:
    id: str
    name: str
    account: str | None
    amount: float | None
    currency: str | None
    outcome: Literal["won", "lost", "open"]
    close_date: str | None  # ISO
    owner: str | None
    sources: int
    version: int | None  # newest pre-read, None before the first draft
    draft_state: DraftState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that was not taken: why, and what to do, in one line."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    deals: tuple[tuple[str, str], ...]  # (id, name)
    rejected: tuple[Rejected, ...] = ()
    ignored: tuple[str, ...] = ()
    unchanged: int = 0  # files that were there already


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` in the unit of the stage; ``eta_s`` None while unknown."""

    stage: str  # "transcribing calls/02-visit.m4a", "embedding", "section: moment of demand"
    done: float
    total: float
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class JobView:
    id: str
    kind: JobKind
    deal_id: str | None
    state: JobState
    progress: Progress | None
    error: str | None
    created_at: datetime
    result_id: str | None = None  # what the job made: an answer's id, a version number


@dataclass(frozen=True, slots=True)
class SourceView:
    key: str
    path: str
    kind: str
    format: str
    title: str
    when: str | None
    utterances: int
    duration: float | None
    has_audio: bool
    state: Literal["waiting", "ready", "rejected"]
    notes: tuple[str, ...] = ()
    reason: str | None = None  # when rejected
    unnamed: int = 0  # voices of a call that nobody could be told for
    audio: str | None = None  # the path of the recording to play: its own, or the one beside a transcript


@dataclass(frozen=True, slots=True)
class PersonView:
    person: Person
    merges: tuple[Merge, ...]
    spoke_in: int  # calls
    words: int
    mails: int
    mentions: int


@dataclass(frozen=True, slots=True)
class ProposalView:
    """Whom a voice may be. ``person_id`` None: known by voice from another deal. ``start``: seconds, of what the reason
    quotes."""

    person_id: str | None
    name: str
    confidence: float  # 0..1
    reason: str
    start: float | None


@dataclass(frozen=True, slots=True)
class VoiceView:
    """A speaker label of a call. ``sample`` and ``start`` (seconds): an utterance worth hearing."""

    key: str
    label: str
    person_id: str | None
    name: str | None  # None while nobody is told for it
    words: int
    sample: str
    start: float | None
    proposals: tuple[ProposalView, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceprintView:
    """A remembered voice: whose, from which recording, by whose wish. ``seconds`` of speech went into it."""

    id: int
    name: str
    email: str | None
    deal_id: str
    path: str
    seconds: float
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    version: int
    created_at: datetime
    author: str  # "preread" or a person
    what: str  # "drafted with embedded:qwen…", "reworded a claim in deciding factors"
    complete: bool


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """What a draft would ask of the LLM, before it does. Calls that an earlier draft made are not paid for again."""

    llm: str  # "none" for the evidence-only draft
    tasks: tuple[TaskPlan, ...] = ()
    cost: float | None = None  # in the currency of the price settings; None where no price is known
    seconds: float | None = None  # None where nothing is known of the model's speed

    @property
    def calls(self) -> int:
        """Calls that are yet to be made."""
        return sum(t.calls - t.known for t in self.tasks)

    @property
    def tokens_in(self) -> int:
        return sum(t.tokens_in for t in self.tasks)

    @property
    def tokens_out(self) -> int:
        return sum(t.tokens_out for t in self.tasks)

    @property
    def sentence(self) -> str:
        """One line: "about 14 calls, 38k tokens in, 3k out, 2 minutes"."""
        if self.llm == "none":
            return "no LLM is set: the draft is from the evidence alone and asks nobody"
        if not self.calls:
            return f"nothing new to ask {self.llm}: every call is remembered"
        known = sum(t.known for t in self.tasks)
        parts = [f"about {self._asked} to {self.llm}", *self._tokens]
        parts += [f"{self.cost:.2f} at the prices set"] if self.cost is not None else []
        parts += [f"{max(1, round(self.seconds / 60))} min"] if self.seconds is not None else []
        parts += [f"{known} more remembered"] if known else []
        return ", ".join(parts)

    @property
    def brief(self) -> str:
        """To stand beside what a draft took: "14 calls, 38k tokens in, 3k out, 0.42"."""
        return ", ".join(
            [self._asked, *self._tokens, *([f"{self.cost:.2f}"] if self.cost is not None else [])]
        )

    @property
    def _asked(self) -> str:
        return f"{self.calls} call{'' if self.calls == 1 else 's'}"

    @property
    def _tokens(self) -> tuple[str, str]:
        return f"{thousands(self.tokens_in)} tokens in", f"{thousands(self.tokens_out)} out"


def thousands(n: int) -> str:
    """A count of tokens for reading: "640", "38k"."""
    return str(n) if n < 1000 else f"{n / 1000:.1f}k" if n < 9950 else f"{round(n / 1000)}k"


@dataclass(frozen=True, slots=True)
class TranscriptChange:
    """What somebody wants changed in a transcript. ``ordinals``: the utterances as they are numbered now.

    text: the words of the first are ``text``     split: the first is cut before its word ``word``, from 0
    merge: the first joins the one before it      speaker: all of them are said by ``who``
    ``who`` is a label of the call, a person's id or name, a new name, or "" for a new voice without one. ``seen``:
    the words that the editor saw in the first; others there now are a ``Conflict``.
    """

    kind: Literal["text", "split", "merge", "speaker"]
    ordinals: tuple[int, ...]
    text: str = ""
    word: int = 0
    who: str = ""
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptEditView:
    """An edit that was made. ``was``: the words it was made on; ``unfit``: the transcript changed under it, so it is
    kept and does nothing."""

    id: int
    kind: Literal["text", "split", "merge", "speaker"]
    author: str
    what: str
    created_at: datetime
    state: Literal["applied", "unfit", "undone"]
    was: tuple[str, ...] = ()
    value: str = ""
