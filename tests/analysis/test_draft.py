import pytest

from analysis import draft as drafting
from analysis.documents import PreRead
from analysis.draft import SECTIONS, draft, evidence_draft
from analysis.errors import Cancelled
from analysis.evidence import verify
from analysis.promises import promise_in
from analysis.sections import gaps, questions, timeline
from analysis.walk import claims_of


@pytest.fixture(scope="module")
def preread(corpus) -> PreRead:
    return evidence_draft(corpus)


def test_every_claim_is_cited_and_verifies(preread, corpus):
    claims = claims_of(preread)
    assert claims
    assert all(c.citations and c.verified for c in claims)
    assert all(verify(corpus.record, q) for c in claims for q in c.citations)


def test_empty_sections_say_why(preread):
    for name in (
        "value_articulation",
        "influential_voices",
        "deciding_factors",
        "went_well",
        "worked_together",
    ):
        assert getattr(preread, name) or preread.empty[name]


def test_it_round_trips_as_the_contract_names_it(preread):
    text = preread.model_dump_json(by_alias=True)
    assert '"schema":"preread/1"' in text
    assert PreRead.model_validate_json(text) == preread


def test_a_failing_section_stays_empty_and_costs_no_other(corpus, monkeypatch):
    def broken(ctx):
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(timeline, "draft", broken)
    p = draft(corpus, None)
    assert p.timeline == []
    assert "by design" in p.empty["timeline"]
    assert p.commitments


def test_progress_and_cancelling(corpus):
    seen = []
    draft(corpus, None, on_progress=lambda section, done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == list(range(len(SECTIONS) + 1))

    def stop(section, done, total):
        raise Cancelled("asked to")

    with pytest.raises(Cancelled):
        draft(corpus, None, on_progress=stop)


def test_what_does_not_verify_is_dropped_and_counted(preread, corpus):
    false = preread.model_copy(deep=True)
    claims_of(false)[0].citations[0].quote = "words that nobody ever said here"
    again = drafting.checked(false, corpus)
    assert again.dropped == 1
    assert all(verify(corpus.record, q) for c in claims_of(again) for q in c.citations)


def test_the_timeline_has_every_touch_and_the_day_spoken_of(preread):
    days = {e.date: e for e in preread.timeline}
    assert {
        "2026-06-02",
        "2026-06-10",
        "2026-06-20",
        "2026-06-24",
        "2026-08-03",
        "2026-10-02",
        "2026-10-06",
    } <= set(days)
    assert "fourteenth of July" in days["2026-07-14"].event
    assert "not recorded" in days["2026-08-03"].event
    assert [e.date for e in preread.timeline] == sorted(e.date for e in preread.timeline)
    assert set(days["2026-06-10"].people) == {"p-dana", "p-cole", "p-amrit"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'll send you the contract by Monday.", True),
        ("We'll come back to you on the price.", True),
        ("Okay. You'll have it on the third of May.", True),
        ("I'll share my screen.", False),
        ("If I'll send it, will you read it?", False),
        ("He'll send you the contract.", False),
        ("I sent you the contract.", False),
    ],
)
def test_the_form_of_a_promise(text, found):
    assert bool(promise_in(text)) is found


def test_a_promise_its_due_day_and_that_it_was_not_kept(preread):
    made = [c for c in preread.commitments if "reference letters" in c.what]
    assert len(made) == 1
    assert (made[0].who, made[0].due) == ("p-cole", "2026-06-12")
    assert made[0].kept is False
    assert {q.source for q in made[0].claims[0].citations} == {"calls/01-intro.vtt", "calls/02-after.vtt"}


def test_gaps_name_the_missing_call_and_the_silence(preread):
    text = "\n".join(preread.gaps)
    assert "“Steering call” on 3 August 2026" in text
    assert "Nothing in the record between 24 June 2026 and 6 October 2026 (104 days)." in text


def test_the_buyer_is_asked_the_same_base_set(preread):
    assert tuple(preread.questions_for_the_buyer[: len(questions.BASE_FOR_BUYER)]) == questions.BASE_FOR_BUYER
    assert all(q.endswith("?") for q in (*preread.questions_for_the_buyer, *preread.questions_for_the_room))


def test_no_seller_is_named_with_a_reproach(preread):
    for c in (*preread.could_go_better, *preread.worked_together):
        before_quote = c.text.partition("“")[0]
        assert "you should" not in before_quote.lower()
        assert "Cole Brandvold forgot" not in before_quote


def test_nurture_is_none_for_a_won_deal(corpus):
    from dataclasses import replace

    won = replace(
        corpus, record=replace(corpus.record, opportunity=replace(corpus.record.opportunity, outcome="won"))
    )
    p = evidence_draft(won)
    assert p.nurture is None and p.empty["nurture"]


def test_gaps_of_a_record_without_calls(corpus):
    from dataclasses import replace

    from analysis.context import DraftContext

    only_mail = replace(corpus.record, sources=corpus.record.sources[1:2])
    ctx = DraftContext(
        replace(corpus, record=only_mail), None, evidence_draft(replace(corpus, record=only_mail))
    )
    assert "There is no call in the record: nobody is heard, only read." in gaps.draft(ctx)


class Babbler:
    """An LLM that obeys the shape and nothing else: every id, and names and numbers that nobody said."""

    name, context, calls = "babbler", 8192, ()
    NONSENSE = "Salesforce of Tokyo cut the price by 77% on 31 December, you should have known."

    def structured(self, prompt, schema, *, max_tokens=400):
        return schema.model_construct(
            **{n: self._fill(n, f.annotation) for n, f in schema.model_fields.items()}
        )

    def yes(self, prompt):
        return 0.99

    def _fill(self, name, kind):
        inner = getattr(kind, "__args__", ())
        if name == "ids":
            return ["E1", "E99"]
        if name == "id":
            return "E1"
        if getattr(kind, "__origin__", None) is list:
            return [self._fill("", inner[0])]
        if hasattr(kind, "model_fields"):
            return kind.model_construct(
                **{n: self._fill(n, f.annotation) for n, f in kind.model_fields.items()}
            )
        if kind is str:
            return self.NONSENSE
        if kind is bool:
            return True
        if kind in (int, float):
            return kind(1)
        return next((a for a in inner if a is not type(None)), None)


def test_whatever_a_model_says_nothing_unsupported_is_shown(corpus):
    p = draft(corpus, Babbler())
    text = p.model_dump_json()
    assert "Tokyo" not in text and "Salesforce" not in text and "77%" not in text
    assert "you should have" not in text
    assert all(verify(corpus.record, q) for c in claims_of(p) for q in c.citations)
    assert all(c.citations for c in claims_of(p))
    assert p.drafted_by.prompts
    assert not [why for why in p.empty.values() if "could not be drafted" in why]
