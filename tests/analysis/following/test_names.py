"""Renamed, merged and named people in a document that was written before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.context import person_ref
from analysis.corpus import Corpus
from analysis.documents import (
    Answer,
    Claim,
    Commitment,
    DealHeader,
    DraftedBy,
    Factor,
    PreRead,
    TimelineEntry,
    Voice,
)
from analysis.evidence import cite, verify
from analysis.following import Names, follow_names, follow_names_in_answer
from analysis.walk import claims_of
from ingest.model import Correction, People, Person, Record


def cited(corpus: Corpus, text: str, key: str, ordinal: int, origin: str = "model") -> Claim:
    citation = cite(corpus, key, [ordinal])
    assert citation is not None
    return Claim.model_validate(
        {
            "id": f"c-{key}-{ordinal}",
            "text": text,
            "origin": origin,
            "citations": [citation],
            "verified": True,
        }
    )


@pytest.fixture
def document(corpus: Corpus, record: Record) -> PreRead:
    dana = cited(corpus, "Dana Whitfield put it so: “Our clerks lose two hundred and eighty hours”", "c1", 2)
    amrit = cited(corpus, "Amrit Gill tests with the sandbox.", "c1", 7)
    people = [person_ref(p) for p in record.people.persons]
    return PreRead(
        deal=DealHeader(id="northwind", name="Northwind"),
        drafted_by=DraftedBy(llm="none", embeddings="x"),
        value_articulation=[dana],
        went_well=[amrit, cited(corpus, "Dana Whitfield told us early.", "c1", 4, "human")],
        influential_voices=[
            Voice(rank=1, person=people[2], in_room=False, score=0.9, claims=[dana]),
            Voice(rank=2, person=people[0], in_room=True, score=0.5, claims=[amrit]),
        ],
        deciding_factors=[Factor(factor="What Dana Whitfield asked for", direction="for_us", claims=[dana])],
        timeline=[
            TimelineEntry(date="2026-06-10", event="Mail from Dana Whitfield: form", people=["p-dana"])
        ],
        commitments=[Commitment(who="p-cole", what="send Dana Whitfield the letters", claims=[amrit])],
        questions_for_the_room=["Did Dana Whitfield know of “Dana Whitfield, Manager”?"],
        people=people,
    )


def renamed(record: Record, person_id: str, name: str) -> People:
    persons = tuple(
        replace(p, name=name, renamed=True) if p.id == person_id else p for p in record.people.persons
    )
    return replace(record.people, persons=persons)


def test_nothing_changes_while_nobody_is_renamed(document: PreRead, record: Record) -> None:
    assert follow_names(document, Names(record.people)) == document


def test_a_new_name_shows_everywhere_but_in_people_s_words(document: PreRead, record: Record) -> None:
    people = renamed(record, "p-dana", "Daniela Okafor")
    out = follow_names(document, Names(people))
    assert out.value_articulation[0].text.startswith("Daniela Okafor put it so: “Our clerks")
    assert out.value_articulation[0].citations[0].speaker == "Daniela Okafor"
    assert out.went_well[1].text == "Dana Whitfield told us early."
    assert out.went_well[1].citations[0].speaker == "Daniela Okafor"
    assert out.influential_voices[1].person.name == "Daniela Okafor"
    assert out.deciding_factors[0].factor == "What Daniela Okafor asked for"
    assert out.timeline[0].event == "Mail from Daniela Okafor: form"
    assert out.commitments[0].what == "send Daniela Okafor the letters"
    assert out.questions_for_the_room == ["Did Daniela Okafor know of “Dana Whitfield, Manager”?"]
    assert "Dana Whitfield" not in [p.name for p in out.people]
    after = replace(record, people=people)
    assert all(verify(after, c) for claim in claims_of(out) for c in claim.citations)


def test_taking_it_back_shows_the_old_name(document: PreRead, record: Record) -> None:
    follow_names(document, Names(renamed(record, "p-dana", "Daniela Okafor")))
    assert follow_names(document, Names(record.people)) == document


def test_a_voice_given_to_somebody_else_is_theirs_at_once(document: PreRead, record: Record) -> None:
    speakers = {**record.people.speakers, ("c1", "Speaker 1"): "p-viv"}
    out = follow_names(document, Names(replace(record.people, speakers=speakers)))
    assert out.went_well[0].citations[0].speaker == "Vivienne Asare"
    assert out.went_well[0].text == "Vivienne Asare tests with the sandbox."
    assert out.influential_voices[1].claims[0].text == "Vivienne Asare tests with the sandbox."


def test_an_unnamed_voice_keeps_its_label(document: PreRead, record: Record) -> None:
    speakers = {k: v for k, v in record.people.speakers.items() if k != ("c1", "Speaker 1")}
    nobody = follow_names(document, Names(replace(record.people, speakers=speakers)))
    assert nobody.went_well[0].citations[0].speaker == "Speaker 1"
    assert nobody.went_well[0].text == "Speaker 1 tests with the sandbox."


def test_merged_people_are_one_voice_and_one_entry(document: PreRead, record: Record) -> None:
    persons = tuple(p for p in record.people.persons if p.id != "p-dana")
    speakers = {k: "p-viv" if v == "p-dana" else v for k, v in record.people.speakers.items()}
    people = replace(record.people, persons=persons, speakers=speakers)
    out = follow_names(document, Names(people, [Correction("merge", "p-viv", "p-dana")]))
    assert [v.person.id for v in out.influential_voices] == ["p-viv"]
    assert len(out.influential_voices[0].claims) == 2
    assert out.timeline[0].people == ["p-viv"]
    assert out.timeline[0].event == "Mail from Vivienne Asare: form"


def test_two_people_may_swap_names(document: PreRead, record: Record) -> None:
    swap = {"p-dana": "Cole Brandvold", "p-cole": "Dana Whitfield"}
    persons = tuple(replace(p, name=swap.get(p.id, p.name)) for p in record.people.persons)
    document.gaps = ["Dana Whitfield and Cole Brandvold met alone."]
    out = follow_names(document, Names(replace(record.people, persons=persons)))
    assert out.gaps == ["Cole Brandvold and Dana Whitfield met alone."]


def test_a_name_that_grows_is_not_doubled(document: PreRead) -> None:
    people = People((Person("p-dana", "Dana Whitfield"),))
    document.people = [person_ref(Person("p-dana", "Dana"))]
    document.gaps = ["Dana never answered.", "Dana Whitfield never answered."]
    assert follow_names(document, Names(people)).gaps == ["Dana Whitfield never answered."] * 2


def test_an_answer_follows_too(corpus: Corpus, record: Record) -> None:
    claim = cited(corpus, "Dana Whitfield counts 280 hours.", "c1", 2)
    retrieved = claim.citations[0].model_copy(update={"deal": "northwind"})
    answer = Answer(
        question="How many?", answered=True, answer="Dana Whitfield says 280.", claims=[claim],
        deals=["northwind"], retrieved=[retrieved],
    )  # fmt: skip
    out = follow_names_in_answer(answer, {"northwind": Names(renamed(record, "p-dana", "Daniela Okafor"))})
    assert out.answer == "Daniela Okafor says 280."
    assert out.claims[0].text == "Daniela Okafor counts 280 hours."
    assert out.retrieved[0].speaker == "Daniela Okafor"
