"""Who an unnamed voice may be: the right person first, nobody invented, a "no" remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.model import (
    Contact,
    Correction,
    Event,
    Opportunity,
    Participant,
    People,
    Source,
    SourceKind,
    Utterance,
)
from ingest.people import resolve
from ingest.people.matching import NOBODY, shares
from ingest.people.proposals import Heard, Proposal, propose, sample
from ingest.people.talk import seller_like

OPPORTUNITY = Opportunity(
    "1", "Quarry Lane looms", account="Quarry Lane", owner="Sam Okoro", owner_email="sam@loomworks.example"
)
CONTACTS = (
    Contact("Rita Fenwick", "rita@quarrylane.example", "Head of Dyeing"),
    Contact("Piet Marais", "piet@quarrylane.example", "Finance Director"),
)
GUESTS = tuple(
    Participant(n, e, role="attendee")
    for n, e in [("Sam Okoro", "sam@loomworks.example"), *((c.name, c.email) for c in CONTACTS)]
)


def call(*said: tuple[str, str], guests: tuple[Participant, ...] = GUESTS) -> Source:
    utterances = tuple(
        Utterance(n, label, text, n * 5.0, n * 5.0 + 4) for n, (label, text) in enumerate(said)
    )
    return Source(
        "calls/1.wav", "calls/1.wav", SourceKind.CALL, "Call", "recording", None, guests, utterances
    )


def asked(source: Source, **options: object) -> tuple[People, tuple[Proposal, ...]]:
    people = resolve(OPPORTUNITY, CONTACTS, [source])
    return people, propose(source, people, **options)  # type: ignore[arg-type]


CALL = call(
    ("S1", "Thanks for the time. How do you plan the dye house now, and what would it cost to stop it?"),
    ("S2", "My lads have always done it by hand. I run the dye house, every morning, and nobody else has the book."),
    ("S1", "And the money, Piet, is that something you could help us with?"),
    ("S3", "It has to go to the board, and they've never bought anything in August."),
    ("S1", "What would you need from us? We could show you the planner."),
)  # fmt: skip


def test_the_right_people_come_first_with_a_reason_to_hear() -> None:
    people, found = asked(CALL)
    names = {p.id: p.name for p in people.persons}
    first = {p.label: p for p in reversed(found)}
    told = {label: who for (_, label), who in people.speakers.items()}
    who = {label: names[told[label]] if label in told else first[label].name for label in ("S1", "S2", "S3")}
    assert who == {"S1": "Sam Okoro", "S2": "Rita Fenwick", "S3": "Piet Marais"}
    assert all(0 < p.confidence <= 1 and p.reason for p in found)


def test_addressed_before_answering_is_said_with_its_time() -> None:
    people = replace(resolve(OPPORTUNITY, CONTACTS, [CALL]), speakers={})
    found = next(p for p in propose(CALL, people) if p.label == "S3")
    assert (found.name, found.start) == ("Piet Marais", 10.0)
    assert "speaks next after “And the money, Piet" in found.reason


def test_nobody_is_invented() -> None:
    lone = call(("S1", "This is Gertrud Maier from the bank, hello."), ("S2", "Hello."))
    people, found = asked(lone)
    assert {p.person_id for p in found} <= {p.id for p in people.persons}


def test_no_is_remembered() -> None:
    people = replace(resolve(OPPORTUNITY, CONTACTS, [CALL]), speakers={})
    piet = next(p for p in people.persons if p.name == "Piet Marais")
    found = propose(CALL, people, denied=[("S3", piet.id)])
    assert ("S3", piet.id) not in {(p.label, p.person_id) for p in found}
    older = propose(
        CALL,
        replace(
            people,
            persons=tuple(
                replace(p, id="p-piet-older", aliases=("Piet Marais",)) if p is piet else p
                for p in people.persons
            ),
        ),
        denied=[("S3", piet.id)],
    )
    assert ("S3", "p-piet-older") not in {(p.label, p.person_id) for p in older}
    assert ("S3", piet.id) in {(p.label, p.person_id) for p in propose(CALL, people)}


def test_whoever_speaks_under_a_name_here_is_not_proposed() -> None:
    source = call(("Rita Fenwick", "Morning, all."), ("S2", "Morning. My budget has gone."))
    _, found = asked(source)
    assert "Rita Fenwick" not in {p.name for p in found if p.label == "S2" and p.confidence > 0.2}


def test_an_invitation_counts_as_a_list() -> None:
    event = Event("u", "Call", None, None, attendees=GUESTS)
    people = replace(resolve(OPPORTUNITY, CONTACTS, [CALL]), speakers={})
    bare = replace(CALL, participants=(), events=(event,))
    assert [p.name for p in propose(bare, people)] == [p.name for p in propose(CALL, people)]


def test_a_voice_from_an_earlier_call_is_proposed_and_never_told() -> None:
    source = call(("S1", "Mm."), ("S2", "Yes."), guests=())
    heard = [
        Heard("S1", "Rita Fenwick", "rita@quarrylane.example", 0.71, "calls/0.wav of Quarry Lane"),
        Heard("S2", "Ola Berg", "ola@other.example", 0.66, "calls/9.wav of Other"),
    ]
    people, found = asked(source, heard=heard)
    first = {p.label: p for p in reversed(found)}
    assert first["S1"].person_id == "p-rita-fenwick" and "sounds like Rita Fenwick" in first["S1"].reason
    assert (first["S2"].person_id, first["S2"].name) == (None, "Ola Berg")
    assert not people.speakers


def test_mail_and_named_calls_get_no_proposals() -> None:
    people = resolve(OPPORTUNITY, CONTACTS, [CALL])
    assert propose(replace(CALL, kind=SourceKind.MAIL), people) == ()
    assert asked(call(("Rita Fenwick", "Hi.")))[1] == ()


def test_a_no_does_not_change_who_is_who() -> None:
    plain = resolve(OPPORTUNITY, CONTACTS, [CALL])
    no = Correction("not_voice", "p-piet-marais", "calls/1.wav:S3")
    assert resolve(OPPORTUNITY, CONTACTS, [CALL], [no]) == plain


def test_shares_give_each_person_at_most_one_voice() -> None:
    found = shares(["a", "b"], {("a", "x"): 4.0, ("b", "x"): 3.0, ("b", "y"): 1.0}, nobody=0.0)
    assert found["a", "x"] > 0.7 > found["b", "x"]
    assert found["a", "x"] + found["b", "x"] <= 1.001
    assert sum(found["b", who] for who in ("x", "y", NOBODY)) == pytest.approx(1.0)


def test_sides_talk_apart() -> None:
    assert seller_like(["What would you need to see? We can show you how it would work."]) > 0
    assert seller_like(["My boss says nobody has ever bought it twice, and he has the money."]) < 0


def test_the_sample_is_long_clear_and_not_talked_into() -> None:
    said = [
        Utterance(0, "S1", "Short.", 0.0, 1.0),
        Utterance(1, "S1", "The longest of all, but somebody talks into it.", 2.0, 8.0),
        Utterance(2, "S1", "A fine long sentence to know a voice by.", 9.0, 14.0),
        Utterance(
            3, "S1", "So long that nobody wants to hear it to its end, minutes on end. " * 9, 20.0, 99.0
        ),
    ]
    best = sample(said, frozenset({1}))
    assert best is not None and best.ordinal == 2
    assert sample([]) is None
