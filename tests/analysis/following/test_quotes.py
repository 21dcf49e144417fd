"""Citations after their utterances were corrected, split, merged or given to somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.corpus import Corpus
from analysis.documents import Claim, DealHeader, DraftedBy, Factor, PreRead, TimelineEntry
from analysis.evidence import cite, verify
from analysis.following import follow_quotes, reads_the_same, renumber
from analysis.following.quotes import NOT_COVERED, QUOTE_CHANGED, SPEAKER_CHANGED
from analysis.walk import claims_of
from ingest.editing import TranscriptEdit, UnfitEdit, apply, correct, merge, reassign, split
from ingest.model import Record, Utterance

HOURS = "Our clerks lose two hundred and eighty hours a month on corrections."
Make = Callable[[tuple[Utterance, ...]], TranscriptEdit]


def edited(record: Record, *makes: Make, key: str = "c1") -> Record:
    sources = list(record.sources)
    at = next(n for n, s in enumerate(sources) if s.key == key)
    for make in makes:
        utterances = sources[at].utterances
        sources[at] = replace(sources[at], utterances=apply(utterances, [make(utterances)]).utterances)
    return replace(record, sources=tuple(sources))


@pytest.fixture
def document(corpus: Corpus) -> PreRead:
    hours, board = cite(corpus, "c1", [2]), cite(corpus, "c1", [5])
    assert hours is not None and board is not None and hours.quote == HOURS
    return PreRead(
        deal=DealHeader(id="northwind", name="Northwind"),
        drafted_by=DraftedBy(llm="none", embeddings="x"),
        value_articulation=[
            Claim(id="c-1", text=f"Dana Whitfield put it so: “{HOURS}”", citations=[hours], verified=True),
            Claim(id="c-2", text="They lose 280 hours.", citations=[hours], verified=True),
            Claim(id="c-3", text="We knew of the 280 hours.", origin="human", citations=[hours], verified=True),
        ],
        deciding_factors=[
            Factor(factor="lose two hundred and eighty hours …", direction="for_us", claims=[
                Claim(id="c-4", text="Hours are lost.", citations=[hours], verified=True)])
        ],
        timeline=[TimelineEntry(date="2026-07-14", event="Dana Whitfield: “The board meets on the fourteenth”",
                                source="calls/01-intro.vtt")],
        went_well=[Claim(id="c-5", text="The board decides in July.", citations=[board], verified=True)],
    )  # fmt: skip


def claim(document: PreRead, claim_id: str) -> Claim:
    return next(c for c in claims_of(document) if c.id == claim_id)


def test_a_corrected_word_is_in_the_quote_and_in_what_repeats_it(document: PreRead, record: Record) -> None:
    now = HOURS.replace("clerks", "nurses")
    after = edited(record, lambda u: correct(u, 2, now))
    out = follow_quotes(document, record, after)
    first = claim(out, "c-1")
    assert first.citations[0].quote == now
    assert first.text == f"Dana Whitfield put it so: “{now}”"
    assert first.verified and first.note is None
    assert claim(out, "c-3").text == "We knew of the 280 hours."
    assert claim(out, "c-3").citations[0].quote == now
    assert all(verify(after, c) for x in claims_of(out) for c in x.citations)
    assert claim(out, "c-5") == claim(document, "c-5")


def test_a_corrected_number_flags_the_claim_that_says_the_old_one(document: PreRead, record: Record) -> None:
    after = edited(record, lambda u: correct(u, 2, HOURS.replace("two hundred", "four hundred")))
    out = follow_quotes(document, record, after)
    flagged = claim(out, "c-2")
    assert (flagged.note, flagged.verified) == (NOT_COVERED, False)
    assert flagged.citations[0].quote == HOURS.replace("two hundred", "four hundred")
    assert claim(out, "c-1").note is None
    assert out.deciding_factors[0].factor == "lose four hundred and eighty hours …"


def test_taking_the_correction_back_restores_the_claims(document: PreRead, record: Record) -> None:
    after = edited(record, lambda u: correct(u, 2, "Nothing of the kind was ever said by anybody here."))
    out = follow_quotes(document, record, after)
    assert claim(out, "c-2").note == QUOTE_CHANGED
    assert not claim(out, "c-2").verified
    back = follow_quotes(out, after, record)
    assert [claim(back, c.id) for c in claims_of(document)] == claims_of(document)


def test_a_split_keeps_the_longer_part_of_a_quote_in_place(document: PreRead, record: Record) -> None:
    after = edited(record, lambda u: split(u, 2, 4))
    out = follow_quotes(document, record, after)
    assert claim(out, "c-1").citations[0].quote == HOURS, "one speaker in a row: the quote stays whole"
    assert claim(out, "c-1").citations[0].ordinals == [2, 3]
    assert claim(out, "c-5").citations[0].ordinals == [6]
    assert reads_the_same(document, out)


def test_half_a_quote_given_to_somebody_else(document: PreRead, record: Record) -> None:
    after = edited(record, lambda u: split(u, 2, 3), lambda u: reassign(u, [2], "Cole Brandvold"))
    quote = claim(follow_quotes(document, record, after), "c-1").citations[0]
    assert quote.quote == "two hundred and eighty hours a month on corrections."
    assert quote.speaker == "Dana Whitfield"
    assert quote.start == after.sources[0].utterances[3].start
    assert verify(after, quote)


def test_the_speaker_follows_and_the_other_side_is_pointed_out(document: PreRead, record: Record) -> None:
    after = edited(record, lambda u: reassign(u, [2], "Cole Brandvold"))
    moved = claim(follow_quotes(document, record, after), "c-1")
    assert moved.citations[0].speaker == "Cole Brandvold"
    assert moved.text.startswith("Cole Brandvold put it so")
    assert (moved.note, moved.verified) == (SPEAKER_CHANGED, False)
    same_side = edited(record, lambda u: reassign(u, [2], "Speaker 1"))
    moved = claim(follow_quotes(document, record, same_side), "c-1")
    assert (moved.citations[0].speaker, moved.note, moved.verified) == ("Amrit Gill", None, True)


def test_a_merge_moves_the_places_only(document: PreRead, record: Record) -> None:
    after = edited(record, lambda u: merge(u, 2))
    out = follow_quotes(document, record, after)
    assert reads_the_same(document, out)
    assert claim(out, "c-1").citations[0].ordinals == [1]
    assert renumber(document, record, after) == out


def test_a_source_that_stays_costs_nothing(document: PreRead, record: Record) -> None:
    assert follow_quotes(document, record, record) is document


def test_the_timeline_quotes_the_corrected_words(document: PreRead, record: Record) -> None:
    after = edited(
        record, lambda u: correct(u, 5, "The board meets on the fifteenth of July and decides about it.")
    )
    out = follow_quotes(document, record, after)
    assert out.timeline[0].event == "Dana Whitfield: “The board meets on the fifteenth”"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_any_edits_every_quote_stands_and_taking_all_back_restores(
    data: st.DataObject, document: PreRead, record: Record
) -> None:
    """Whatever people do to a call: what is cited is there word for word, what could not be kept says so, and undoing
    step by step ends with every quote that was there."""
    steps = [record]
    for _ in range(data.draw(st.integers(1, 5))):
        utterances = steps[-1].sources[0].utterances
        at = data.draw(st.integers(0, len(utterances) - 1))
        words = utterances[at].text.split()
        place = data.draw(st.integers(0, len(words) - 1))
        changed = [
            *words[:place],
            *data.draw(st.lists(st.sampled_from(["five", "the", "Vivienne,", "280"]), max_size=4)),
        ]
        try:
            match data.draw(st.sampled_from(["text", "split", "merge", "speaker"])):
                case "text":
                    edit = correct(utterances, at, " ".join([*changed, *words[place + 1 :]]))
                case "split":
                    edit = split(utterances, at, place)
                case "merge":
                    edit = merge(utterances, at)
                case _:
                    edit = reassign(
                        utterances, [at], data.draw(st.sampled_from(["Speaker 1", "Dana Whitfield"]))
                    )
        except UnfitEdit:
            continue
        steps.append(edited(steps[-1], lambda u, edit=edit: edit))
    out = document
    for before, after in pairwise(steps):
        out = follow_quotes(out, before, after)
        for x in claims_of(out):
            assert all(verify(after, c) for c in x.citations)
            assert x.verified == (bool(x.citations) and x.note is None)
            assert x.citations or x.note
    for after, before in pairwise(reversed(steps)):
        out = follow_quotes(out, after, before)
    for x in claims_of(document):
        assert claim(out, x.id) == x
