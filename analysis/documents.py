"""The documents that leave the program: "preread/1" and "answer/1" of the contract, field for field.

Stored as JSON and read back for years: fields are only ever added, with a default.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Origin = Literal["model", "human"]
LossCause = Literal["existing_relationship", "product_fit", "price", "timing", "process", "no_decision"]
Status = Literal["met", "partial", "missed"]
MEDDPICC = (
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "identify_pain",
    "champion",
    "competition",
)


class Document(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_assignment=True)


class Citation(Document):
    """A place in a source and the exact words there. ``start``/``end``: seconds, None for mail and untimed
    text."""

    source: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    message_id: str | None = None
    quote: str
    # where the words stand, so that a citation follows its utterances when they are edited
    key: str | None = None
    ordinals: list[int] = Field(default_factory=list[int])
    when: str | None = None  # ISO date of the source, for readers
    deal: str | None = None  # in answers, which may span deals
    # the source's own label of who speaks, so that the speaker's name follows the person behind it
    label: str | None = None


class Claim(Document):
    id: str
    text: str
    origin: Origin = "model"
    citations: list[Citation] = Field(default_factory=list[Citation])
    verified: bool = False
    support: float | None = None
    # why it has to be looked at again after the record was corrected, and the claim as it was before
    note: str | None = None
    earlier: Claim | None = None


class PersonRef(Document):
    id: str
    name: str
    title: str | None = None
    side: Literal["buyer", "seller", "partner", "third_party", "unknown"] = "unknown"
    emails: list[str] = Field(default_factory=list[str])
    aliases: list[str] = Field(default_factory=list[str])


class Voice(Document):
    rank: int
    person: PersonRef
    in_room: bool
    score: float
    signals: dict[str, float] = Field(default_factory=dict[str, float])
    claims: list[Claim] = Field(default_factory=list[Claim])


class Moment(Document):
    found: bool = False
    claims: list[Claim] = Field(default_factory=list[Claim])
    alternatives: list[Claim] = Field(default_factory=list[Claim])
    why_not: str | None = None  # when not found: what was missing


class Factor(Document):
    factor: str
    direction: Literal["for_us", "against_us"]
    is_price: bool = False
    weight: float = 0.5
    claims: list[Claim] = Field(default_factory=list[Claim])


class ReasonCheck(Document):
    stated: str | None = None
    loss_cause: LossCause | None = None
    price_is_the_real_reason: bool = False
    claims: list[Claim] = Field(default_factory=list[Claim])


class TimelineEntry(Document):
    date: str  # YYYY-MM-DD
    event: str
    people: list[str] = Field(default_factory=list[str])
    source: str | None = None


class MeddpiccItem(Document):
    status: Status = "missed"
    claims: list[Claim] = Field(default_factory=list[Claim])


class ChangeCandidate(Document):
    problem: str
    options: list[str] = Field(default_factory=list[str])
    claims: list[Claim] = Field(default_factory=list[Claim])


class Commitment(Document):
    who: str | None
    what: str
    due: str | None = None
    kept: bool | None = None
    claims: list[Claim] = Field(default_factory=list[Claim])


class Nurture(Document):
    next_window: str | None = None
    objections: list[str] = Field(default_factory=list[str])
    claims: list[Claim] = Field(default_factory=list[Claim])


class Withdrawn(Document):
    """A claim that a person rejected, and where it stood, so that it can be put back there.

    ``section`` is called as ``analysis.edits`` calls it; ``claims`` holds the one claim (a list, so that
    removing a source from a document removes it here as everywhere); ``item`` is what it stood in, without
    claims.
    """

    section: str
    claims: list[Claim]
    at: int = 0
    item: Voice | Factor | ChangeCandidate | Commitment | None = None
    item_at: int = 0
    status: Status | None = None  # of a MEDDPICC item, before
    alternative: bool = False  # it was one of the other moments of demand
    promoted: str | None = None  # the alternative that became the moment of demand in its place


class DealHeader(Document):
    id: str
    name: str
    account: str | None = None
    amount: float | None = None
    currency: str | None = None
    outcome: Literal["won", "lost", "open"] = "open"
    close_date: str | None = None
    owner: str | None = None
    competitor: str | None = None
    stated_reason: str | None = None


class DraftedBy(Document):
    llm: str
    embeddings: str
    prompts: dict[str, str] = Field(default_factory=dict[str, str])


class PreRead(Document):
    schema_: Literal["preread/1"] = Field(default="preread/1", alias="schema")
    deal: DealHeader
    version: int = 0
    drafted_by: DraftedBy
    created_at: str = ""
    value_articulation: list[Claim] = Field(default_factory=list[Claim])
    influential_voices: list[Voice] = Field(default_factory=list[Voice])
    moment_of_demand: Moment = Field(default_factory=Moment)
    deciding_factors: list[Factor] = Field(default_factory=list[Factor])
    reason_check: ReasonCheck = Field(default_factory=ReasonCheck)
    timeline: list[TimelineEntry] = Field(default_factory=list[TimelineEntry])
    meddpicc: dict[str, MeddpiccItem] = Field(default_factory=dict[str, MeddpiccItem])
    went_well: list[Claim] = Field(default_factory=list[Claim])
    could_go_better: list[Claim] = Field(default_factory=list[Claim])
    worked_together: list[Claim] = Field(default_factory=list[Claim])
    change_candidates: list[ChangeCandidate] = Field(default_factory=list[ChangeCandidate])
    commitments: list[Commitment] = Field(default_factory=list[Commitment])
    nurture: Nurture | None = None
    gaps: list[str] = Field(default_factory=list[str])
    questions_for_the_room: list[str] = Field(default_factory=list[str])
    questions_for_the_buyer: list[str] = Field(default_factory=list[str])
    # section name -> why it is empty, where it is
    empty: dict[str, str] = Field(default_factory=dict[str, str])
    people: list[PersonRef] = Field(default_factory=list[PersonRef])
    # claims that a person rejected: a new draft leaves them out
    rejected: list[str] = Field(default_factory=list[str])
    # the rejected claims themselves, no part of what the document says
    withdrawn: list[Withdrawn] = Field(default_factory=list[Withdrawn])
    # citations that a draft had to drop because they did not verify
    dropped: int = 0

    model_config = ConfigDict(extra="ignore", populate_by_name=True, validate_assignment=True)


class Answer(Document):
    schema_: Literal["answer/1"] = Field(default="answer/1", alias="schema")
    question: str
    answered: bool
    answer: str
    claims: list[Claim] = Field(default_factory=list[Claim])
    deals: list[str] = Field(default_factory=list[str])
    retrieved: list[Citation] = Field(default_factory=list[Citation])

    model_config = ConfigDict(extra="ignore", populate_by_name=True, validate_assignment=True)
