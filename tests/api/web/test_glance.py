"""The overview, thin evidence, and what is told of work that failed."""

from __future__ import annotations

from datetime import UTC, datetime

from analysis.documents import (
    Citation,
    Claim,
    DealHeader,
    DraftedBy,
    Factor,
    Moment,
    PersonRef,
    PreRead,
    ReasonCheck,
    Voice,
)
from analysis.walk import claims_of
from api.views import JobKind, JobState, JobView, SourceView
from api.web.glance import base, glance, thin, troubles
from api.web.present import lead, own_words, place, repeats, signals

DANA = PersonRef(id="p-1", name="Dana Shiels", title="CFO", side="buyer")
QUOTE = "we will sign on Friday if the board lets us"


def claim(text: str = f"Dana Shiels put it so: “{QUOTE}”", **given: object) -> Claim:
    cited = Citation(source="calls/a.vtt", speaker="Dana Shiels", quote=QUOTE, when="2026-05-01")
    return Claim(id="c", text=text, citations=[cited], **given)  # type: ignore[arg-type]


def document(**given: object) -> PreRead:
    return PreRead(
        deal=DealHeader(id="d", name="D", outcome="lost"),
        drafted_by=DraftedBy(llm="none", embeddings="e"),
        people=[DANA],
        **given,  # type: ignore[arg-type]
    )


def source(path: str, kind: str, utterances: int = 60, state: str = "ready") -> SourceView:
    return SourceView(path, path, kind, "x", path, None, utterances, 90.0, False, state)  # type: ignore[arg-type]


def job(kind: JobKind, state: JobState, error: str | None = None) -> JobView:
    return JobView(f"{kind}-{state}", kind, "d", state, None, error, datetime(2026, 5, 1, tzinfo=UTC))


def test_the_overview_names_every_answer_that_is_there() -> None:
    doc = document(
        value_articulation=[claim()],
        influential_voices=[
            Voice(rank=1, person=PersonRef(id="p-2", name="Ruth"), in_room=False, score=1, claims=[claim()]),
            Voice(rank=2, person=DANA, in_room=True, score=0.5, claims=[claim()]),
        ],
        moment_of_demand=Moment(found=True, claims=[claim()]),
        deciding_factors=[
            Factor(factor="price", direction="against_us", is_price=True, claims=[claim()]),
            Factor(factor="hosting", direction="against_us", claims=[claim()]),
        ],
        reason_check=ReasonCheck(stated="Price", loss_cause="product_fit"),
    )
    lines = {line.label: line for line in glance(doc)}
    assert (lines["Value"].text, lines["Value"].who, lines["Value"].quoted) == (QUOTE, "Dana Shiels", True)
    assert lines["Voice in the room"].text == "Dana Shiels, CFO"
    assert lines["Out of the room"].text == "Ruth"
    assert lines["Moment of demand"].text == "1 May 2026, Dana Shiels"
    assert lines["What decided"].text == "hosting"
    assert lines["Reason"].text == "CRM: Price. Record: product fit"


def test_an_empty_document_still_says_that_there_was_no_moment() -> None:
    assert [line.label for line in glance(document())] == ["Moment of demand"]


def test_people_s_words_stand_before_a_quote() -> None:
    (line, *_) = glance(document(value_articulation=[claim("They buy time.", origin="human")]))
    assert line.text == "They buy time." and not line.quoted


def test_thin_evidence_is_named() -> None:
    doc = document(value_articulation=[claim()])
    enough = [source("a", "call"), source("b", "mail")]
    assert thin(doc, enough, claims_of(doc)) == ()
    assert thin(doc, [source("b", "mail", 3)], claims_of(doc)) == (
        "no call is in the record",
        "the whole record is 3 utterances and paragraphs long",
    )
    doc.people = []
    assert thin(doc, enough, claims_of(doc)) == ("no word of the buyer is quoted",)
    assert base(enough) == "1 call (1:30), 1 mail"


def test_a_failed_draft_is_told_until_one_succeeds() -> None:
    (told,) = troubles([job("draft", "failed", "the model is missing: pull it")], [])
    assert told.again == "draft" and told.text.endswith("the model is missing: pull it")
    assert troubles([job("draft", "done"), job("draft", "failed", "x")], []) == ()
    (noted,) = troubles([job("draft", "done", "the draft is from the evidence alone: x")], [])
    assert not noted.bad and noted.text.startswith("The draft is")


def test_a_file_whose_reading_failed_can_be_tried_again() -> None:
    waiting = [source("calls/a.m4a", "call", 0, "waiting")]
    failed = job("import", "failed", "the model of calls/a.m4a is missing: preread models pull")
    (told,) = troubles([failed], waiting)
    assert told.again == "calls/a.m4a" and "preread models pull" in told.text
    assert troubles([job("import", "running"), failed], waiting) == ()


def test_a_claim_that_repeats_its_quote_is_shown_by_the_quote() -> None:
    assert repeats(claim()) and lead(claim()) == ""
    assert lead(claim(f"Others defer to Ruth - “{QUOTE}”"), "Ruth") == "Others defer to"
    assert lead(claim(f"Dana Shiels was ready to decide: “{QUOTE}”")) == "Was ready to decide"
    prose = claim("The board had to agree first.")
    assert not repeats(prose) and lead(prose) == "The board had to agree first."
    other = claim("They said “never again” to us.")
    assert lead(other) == "They said “never again” to us."


def test_small_words() -> None:
    assert place("meddpicc.champion") == "MEDDPICC: Champion" and place("went_well") == "What went well"
    assert signals({"copied": 0.5, "deferred_to": 3, "asked_for": 0}) == "deferred to, copied"
    taken = Factor(factor="we will sign on Friday …", direction="for_us", claims=[claim()])
    assert own_words(taken)
    assert not own_words(Factor(factor="the board", direction="for_us", claims=[claim()]))
