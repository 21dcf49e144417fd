"""People of small made-up deals: one rule of resolution a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import (
    Contact,
    Correction,
    MailHeader,
    Opportunity,
    Participant,
    People,
    Person,
    Side,
    Source,
    SourceKind,
    Utterance,
    UtteranceKind,
)
from ingest.people import in_room, presence, resolve, undo
from ingest.people.titles import tidy

DEAL = Opportunity(
    id="1",
    name="Northmoor Tiles - kiln planning",
    account="Northmoor Tiles Ltd",
    owner="Ines Falk",
    owner_email="ines.falk@softkiln.example",
    competitor="Ashworks",
)
DANA = Contact("Dana Whitfield", "dana.whitfield@northmoor.example", "Plant Manager", "Northmoor Tiles Ltd")
ROBERT = Contact(
    "Robert Okafor", "robert.okafor@northmoor.example", "Finance Director", "Northmoor Tiles Ltd"
)


def call(key: str, *said: tuple[str | None, str], people: Sequence[Participant] = ()) -> Source:
    utterances = tuple(Utterance(i, who, text, float(i), i + 0.9) for i, (who, text) in enumerate(said))
    return Source(
        key, key, SourceKind.CALL, key, "zoom-vtt", participants=tuple(people), utterances=utterances
    )


def mail(
    key: str,
    sender: str,
    *paragraphs: str,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    signature: Sequence[str] = (),
) -> Source:
    name, _, address = sender.rstrip(">").rpartition("<")
    people = [Participant(name.strip() or None, address, role="from", label=sender)]
    people += [_addressee(t, "to") for t in to] + [_addressee(c, "cc") for c in cc]
    texts = [(t, UtteranceKind.BODY) for t in paragraphs] + [(t, UtteranceKind.SIGNATURE) for t in signature]
    return Source(
        key,
        key,
        SourceKind.MAIL,
        key,
        "eml",
        when=datetime(2026, 5, 1, tzinfo=UTC),
        participants=tuple(people),
        utterances=tuple(Utterance(i, sender, t, kind=k) for i, (t, k) in enumerate(texts)),
        mail=MailHeader(f"<{key}>"),
    )


def _addressee(text: str, role: str) -> Participant:
    name, _, address = text.rstrip(">").rpartition("<")
    return Participant(name.strip() or None, address or text, role=role)  # type: ignore[arg-type]


def person(people: People, name: str) -> Person:
    return next(p for p in people.persons if p.name == name)


def names(people: People) -> set[str]:
    return {p.name for p in people.persons}


def spoken_of(people: People, person_id: str, sources: Sequence[Source]) -> list[str]:
    texts = {(s.key, u.ordinal): u.text for s in sources for u in s.utterances}
    found = [m for m in people.mentions if m.person_id == person_id]
    return [texts[m.source_key, m.ordinal][m.start : m.end] for m in found]


def test_one_human_over_crm_call_label_and_mail_address() -> None:
    sources = [
        call("calls/1.vtt", ("Dana Whitfield", "We fire at night."), ("Ines Falk", "I see.")),
        mail("emails/1.eml", "dana.whitfield@northmoor.example", "Thanks for the call."),
    ]
    people = resolve(DEAL, [DANA], sources)
    assert names(people) == {"Dana Whitfield", "Ines Falk"}
    dana = person(people, "Dana Whitfield")
    assert (dana.id, dana.side, dana.title) == ("p-dana-whitfield", Side.BUYER, "Plant Manager")
    assert people.speakers["emails/1.eml", "dana.whitfield@northmoor.example"] == dana.id
    assert people.speakers["calls/1.vtt", "Dana Whitfield"] == dana.id
    assert person(people, "Ines Falk").side is Side.SELLER


def test_display_names_in_every_order_and_dress() -> None:
    said = "We fire at night."
    labels = [
        "Whitfield, Dana",
        "WHITFIELD Dana",
        "Dana Whitfield (Northmoor)",
        "Dana Whitfield | Northmoor",
        "Dana Whitfield, CPA",
        "Ms. Dana Whitfield",
        "Dana Whitfield's iPhone",
    ]
    sources = [call(f"calls/{i}.vtt", (label, said)) for i, label in enumerate(labels)]
    people = resolve(DEAL, [DANA], sources)
    assert names(people) == {"Dana Whitfield", "Ines Falk"}
    assert {people.speakers[s.key, label] for s, label in zip(sources, labels, strict=True)} == {
        "p-dana-whitfield"
    }


def test_accents_and_letters_that_do_not_decompose() -> None:
    contact = Contact("Paweł Sørby", "pawel.sorby@northmoor.example")
    people = resolve(DEAL, [contact], [call("calls/1.vtt", ("Pawel Sorby", "Good morning everybody."))])
    assert names(people) == {"Paweł Sørby", "Ines Falk"}


def test_nickname_with_the_same_surname_is_one_human_and_says_why() -> None:
    people = resolve(DEAL, [ROBERT], [call("calls/1.vtt", ("Bob Okafor", "What does it cost?"))])
    assert names(people) == {"Robert Okafor", "Ines Falk"}
    assert any("Bob is short for Robert" in m.why for m in people.merges)


def test_address_that_spells_a_name() -> None:
    speaker = call("calls/1.vtt", ("Marta Quiroga", "I run the glaze line."))
    people = resolve(
        DEAL, [DANA], [speaker, mail("emails/1.eml", "mquiroga@northmoor.example", "See attached.")]
    )
    marta = person(people, "Marta Quiroga")
    assert marta.emails == ("mquiroga@northmoor.example",)
    assert marta.side is Side.BUYER


def test_changed_surname_at_the_same_address_and_at_a_new_one() -> None:
    sources = [
        mail(
            "emails/1.eml",
            "Anna Berg <anna.berg@northmoor.example>",
            "Hello.",
            signature=["Anna Berg", "Glaze Buyer"],
        ),
        mail("emails/2.eml", "Anna Lindqvist <anna.berg@northmoor.example>", "Hello again."),
    ]
    people = resolve(DEAL, [DANA], sources)
    assert len([p for p in people.persons if p.name.startswith("Anna")]) == 1
    listed = [
        Contact("Anna Berg", "anna.berg@northmoor.example", "Glaze Buyer"),
        Contact("Anna Lindqvist", "anna.lindqvist@northmoor.example", "Glaze Buyer"),
        Contact("Anna Moss", "anna.moss@northmoor.example", "Chemist"),
    ]
    people = resolve(DEAL, listed, [])
    assert len([p for p in people.persons if p.name.startswith("Anna")]) == 2
    assert any("changed surname" in m.why for m in people.merges)


def test_two_people_of_one_first_name_stay_apart_and_bare_mentions_stay_open() -> None:
    contacts = [DANA, Contact("Dana Price", "dana.price@northmoor.example", "Buyer")]
    sources = [call("calls/1.vtt", ("Ines Falk", "I'll ask Dana about the kiln."))]
    people = resolve(DEAL, contacts, sources)
    assert {"Dana Whitfield", "Dana Price"} <= names(people)
    assert people.mentions == ()
    assert all("Dana" not in p.aliases for p in people.persons)


def test_the_call_settles_which_of_two_is_meant() -> None:
    contacts = [DANA, Contact("Dana Price", "dana.price@northmoor.example", "Buyer")]
    listed = [Participant("Dana Price", "dana.price@northmoor.example")]
    sources = [call("calls/1.vtt", ("Ines Falk", "I'll ask Dana about the kiln."), people=listed)]
    people = resolve(DEAL, contacts, sources)
    assert [m.person_id for m in people.mentions] == ["p-dana-price"]


def test_same_full_name_in_two_companies_stays_two_people() -> None:
    contacts = [DANA]
    sources = [mail("emails/1.eml", "Dana Whitfield <dana.whitfield@softkiln.example>", "From the vendor.")]
    people = resolve(DEAL, contacts, sources)
    assert sorted(p.side for p in people.persons if p.name == "Dana Whitfield") == [Side.BUYER, Side.SELLER]


def test_speaker_labels_by_introduction_address_and_elimination() -> None:
    listed = [
        Participant("Ines Falk", "ines.falk@softkiln.example"),
        Participant(None, "dana.whitfield@northmoor.example"),
        Participant(None, "robert.okafor@northmoor.example"),
    ]
    source = call(
        "calls/1.txt",
        ("Speaker 1", "Hello, this is Ines from Softkiln."),
        ("Speaker 2", "Hi Ines."),
        ("Speaker 1", "Morning. Over to you, Dana?"),
        ("Speaker 2", "So we fire at night."),
        ("Speaker 1", "And what about the roof, Dana?"),
        ("Speaker 2", "It leaks."),
        ("Speaker 3", "And it costs us."),
        people=listed,
    )
    people = resolve(DEAL, [DANA, ROBERT], [source])
    told = {label: person_id for (_, label), person_id in people.speakers.items()}
    assert told == {
        "Speaker 1": "p-ines-falk",
        "Speaker 2": "p-dana-whitfield",
        "Speaker 3": "p-robert-okafor",
    }


def test_a_voice_that_nobody_tells_stays_open() -> None:
    source = call("calls/1.txt", ("Speaker 1", "It is raining."), ("Speaker 2", "Yes, it is."))
    people = resolve(DEAL, [DANA, ROBERT], [source])
    assert people.speakers == {}


def test_stranger_who_introduces_themself() -> None:
    source = call(
        "calls/1.txt",
        ("Speaker 1", "Hi, I'm Marguerite Oyelaran, I'm the head of procurement at Northmoor."),
        ("Speaker 2", "Hello."),
    )
    people = resolve(DEAL, [], [source])
    marguerite = person(people, "Marguerite Oyelaran")
    assert marguerite.title == "head of procurement"
    assert people.speakers["calls/1.txt", "Speaker 1"] == marguerite.id


def test_people_only_spoken_of() -> None:
    sources = [
        call(
            "calls/1.vtt",
            ("Dana Whitfield", "It goes to Noreen, the head nurse, and then to my boss Judith."),
            ("Dana Whitfield", "And Mrs. Doerksen of Loon Prairie, she is their privacy officer, came by."),
            ("Dana Whitfield", "Patrick Lamont signs anything over ten thousand."),
            ("Ines Falk", "Understood."),
        )
    ]
    people = resolve(DEAL, [DANA], sources)
    assert {"Noreen", "Judith", "Patrick Lamont", "Mrs Doerksen"} <= names(people)
    assert person(people, "Noreen").title == "head nurse"
    assert person(people, "Judith").side is Side.BUYER
    assert person(people, "Mrs Doerksen").side is Side.THIRD_PARTY
    assert person(people, "Mrs Doerksen").title == "privacy officer"


def test_an_honorific_before_a_first_name_is_the_person_of_that_name() -> None:
    sources = [
        call(
            "calls/1.vtt",
            ("Ines Falk", "Mrs Dana showed me the kiln. Doctor Robert was there too."),
            ("Ines Falk", "And Madame Stoeckel writes by hand."),
        )
    ]
    people = resolve(DEAL, [DANA, ROBERT], sources)
    assert names(people) == {"Dana Whitfield", "Robert Okafor", "Ines Falk", "Madame Stoeckel"}
    assert spoken_of(people, "p-dana-whitfield", sources) == ["Mrs Dana"]
    assert spoken_of(people, "p-robert-okafor", sources) == ["Robert"]


def test_a_first_name_of_no_list_counts_where_it_is_often_used_like_a_person() -> None:
    said = [
        "I asked Zorbin about it and Zorbin said no.",
        "You should talk to Zorbin, and Zorbin wants to see the kiln.",
        "I told Zorbin that we wait.",
        "I met Zorbin, and Zorbin says it again.",
    ]
    once = resolve(DEAL, [DANA], [call("calls/1.vtt", ("Dana Whitfield", said[0]))])
    often = resolve(DEAL, [DANA], [call("calls/1.vtt", *[("Dana Whitfield", text) for text in said])])
    place = [*said, "It rained in Zorbin."]
    there = resolve(DEAL, [DANA], [call("calls/1.vtt", *[("Dana Whitfield", text) for text in place])])
    assert "Zorbin" not in names(once)
    assert "Zorbin" in names(often)
    assert "Zorbin" not in names(there)


def test_nothing_is_invented() -> None:
    said = [
        "We went to Victoria Park in Austin on Monday, and in May it rained.",
        "The Jackson Street site uses Oracle and Microsoft Teams, Will Power permitting.",
        "My wife Karen and our dog Max say hello. Ashworks said no.",
        "God knows, Christmas is in December. Excel said so. Harry Potter would know.",
        "Will you grant access? Mark that down. Bill them in June. Grace Period applies.",
        "I'm Scottish. It's Friday. This is Northmoor. Thanks, team.",
    ]
    people = resolve(DEAL, [DANA], [call("calls/1.vtt", *[("Dana Whitfield", text) for text in said])])
    assert names(people) == {"Dana Whitfield", "Ines Falk"}
    assert people.mentions == ()


def test_a_name_that_is_a_word_needs_a_call_or_an_act() -> None:
    will = Contact("Will Marsh", "will.marsh@northmoor.example", "Kiln Lead", "Northmoor Tiles Ltd")
    sources = [
        call(
            "calls/1.vtt",
            ("Ines Falk", "Will that work? Will it fire? We will see."),
            ("Ines Falk", "Will, can you show us?"),
            ("Ines Falk", "I asked Will yesterday."),
        )
    ]
    people = resolve(DEAL, [will], sources)
    assert [(m.ordinal, m.start) for m in people.mentions] == [(1, 0), (2, 8)]


def test_mentions_say_where_and_why() -> None:
    sources = [
        call(
            "calls/1.vtt",
            ("Ines Falk", "Did Bob's team see it? Mr Okafor should."),
            ("Dana Whitfield", "Our finance director has seen it, Ines."),
        )
    ]
    people = resolve(DEAL, [DANA, ROBERT], sources)
    assert spoken_of(people, "p-robert-okafor", sources) == ["Bob", "Mr Okafor", "Our finance director"]
    hows = [m.how for m in people.mentions if m.person_id == "p-robert-okafor"]
    assert "Bob is short for Robert" in hows[0]
    assert hows[1].startswith("surname")
    assert hows[2].startswith("role: “Our finance director”")


def test_a_role_of_two_people_names_nobody() -> None:
    contacts = [ROBERT, Contact("Lia Moss", "lia.moss@northmoor.example", "Finance Director")]
    sources = [call("calls/1.vtt", ("Ines Falk", "Has your finance director seen it?"))]
    assert resolve(DEAL, contacts, sources).mentions == ()


def test_signature_gives_title_and_short_name() -> None:
    sources = [
        mail(
            "emails/1.eml",
            "Warren Tull <warren.tull@northmoor.example>",
            "Send it over.",
            signature=["Waz", "Warren Tull | General Manager Operations", "+61 7 5550 1234"],
        ),
        call("calls/1.vtt", ("Dana Whitfield", "It says as per Waz.")),
    ]
    people = resolve(DEAL, [DANA], sources)
    warren = person(people, "Warren Tull")
    assert warren.title == "General Manager Operations"
    assert "Waz" in warren.aliases
    assert spoken_of(people, warren.id, sources) == ["Waz"]


def test_title_before_the_company_and_not_the_company() -> None:
    signature = [
        "Dana Whitfield",
        "Manager, Tile Operations, Northmoor Tiles Ltd",
        "dana.whitfield@northmoor.example",
    ]
    sources = [
        mail("emails/1.eml", "Dana Whitfield <dana.whitfield@northmoor.example>", "Yes.", signature=signature)
    ]
    people = resolve(DEAL, [Contact("Dana Whitfield", "dana.whitfield@northmoor.example")], sources)
    assert person(people, "Dana Whitfield").title == "Manager, Tile Operations"


def test_only_in_cc_is_a_person_and_a_desk_is_not() -> None:
    sources = [
        mail(
            "emails/1.eml",
            "Dana Whitfield <dana.whitfield@northmoor.example>",
            "For visibility.",
            to=["Ines Falk <ines.falk@softkiln.example>"],
            cc=[
                "Hugo Wray <hugo.wray@pelham.example>",
                "accounts@northmoor.example",
                "IT Helpdesk <it-desk@northmoor.example>",
            ],
        ),
        call("calls/1.vtt", ("Dana Whitfield", "Everything goes via Pelham.")),
    ]
    people = resolve(DEAL, [DANA], sources)
    assert names(people) == {"Dana Whitfield", "Ines Falk", "Hugo Wray"}
    hugo = person(people, "Hugo Wray")
    assert hugo.side is Side.PARTNER
    seen = presence(people, sources)
    assert seen[hugo.id].only_cc and not seen[hugo.id].in_room
    assert in_room(people, sources, "p-dana-whitfield")


def test_the_parent_company_is_the_buyer_and_a_consultant_is_not() -> None:
    contacts = [DANA, Contact("Ulf Brandt", "ulf@brandt-advice.example", "Consultant", "Northmoor Tiles Ltd")]
    sources = [
        mail("emails/1.eml", "Kaori Sato <k.sato@shirakawa.example>", "The budget is closed."),
        call("calls/1.vtt", ("Dana Whitfield", "Shirakawa is our parent, they own the budget.")),
    ]
    people = resolve(DEAL, contacts, sources)
    assert person(people, "Kaori Sato").side is Side.BUYER
    assert person(people, "Ulf Brandt").side is Side.THIRD_PARTY


def test_free_mail_is_nobodys_company() -> None:
    contacts = [DANA, Contact("Rosa Lind", "rosa.lind@gmail.com", "Owner", "Northmoor Tiles Ltd")]
    people = resolve(DEAL, contacts, [mail("emails/1.eml", "Tom Bright <tom.bright@gmail.com>", "Hello.")])
    assert person(people, "Rosa Lind").side is Side.BUYER
    assert person(people, "Tom Bright").side is not Side.SELLER


def test_corrections_merge_split_rename_side_title_and_undo() -> None:
    sources = [
        call(
            "calls/1.vtt",
            ("Dana Whitfield", "Bonnie said no. Ask Bonnie. I told Bonnie."),
            ("Bob Okafor", "Yes, I see."),
        ),
    ]
    first = resolve(DEAL, [DANA, ROBERT], sources)
    assert {"Bonnie", "Robert Okafor"} <= names(first)
    merged = resolve(DEAL, [DANA, ROBERT], sources, [Correction("merge", "p-dana-whitfield", "p-bonnie")])
    assert "Bonnie" not in names(merged)
    assert any("team said" in m.why for m in merged.merges)
    nickname = next(m for m in first.merges if "Bob" in m.right)
    apart = resolve(DEAL, [DANA, ROBERT], sources, [undo(nickname)])
    assert {"Robert Okafor", "Bob Okafor"} <= names(apart)
    assert apart.speakers["calls/1.vtt", "Bob Okafor"] == "p-bob-okafor"
    assert {p.id for p in first.persons} < {p.id for p in apart.persons}
    changed = resolve(
        DEAL,
        [DANA, ROBERT],
        sources,
        [
            Correction("rename", "p-bonnie", "Bonnie Lake"),
            Correction("side", "p-bonnie", "third_party"),
            Correction("title", "p-bonnie", "Broker"),
            Correction("title", "p-nobody", "Ghost"),
        ],
    )
    bonnie = next(p for p in changed.persons if p.id == "p-bonnie")
    assert (bonnie.name, bonnie.side, bonnie.title) == ("Bonnie Lake", Side.THIRD_PARTY, "Broker")


def test_corrections_hold_when_a_name_grows() -> None:
    sources = [call("calls/1.vtt", ("Priya", "Hello, good to meet you all."), ("Ines Falk", "Hi."))]
    assert "p-priya" in {p.id for p in resolve(DEAL, [], sources).persons}
    fix = [Correction("title", "p-priya", "Chemist")]
    later = resolve(DEAL, [Contact("Priya Raman", "priya.raman@northmoor.example")], sources, fix)
    assert [(p.id, p.title) for p in later.persons if p.name == "Priya Raman"] == [
        ("p-priya-raman", "Chemist")
    ]


def test_every_mention_lies_inside_its_text_and_result_is_repeatable() -> None:
    sources = [
        call("calls/1.vtt", ("Dana Whitfield", "Robert, ask Ines."), ("Robert Okafor", "Dana's right."))
    ]
    people = resolve(DEAL, [DANA, ROBERT], sources)
    assert people == resolve(DEAL, [DANA, ROBERT], sources)
    assert spoken_of(people, "p-robert-okafor", sources) == ["Robert"]
    assert spoken_of(people, "p-dana-whitfield", sources) == ["Dana"]


def test_an_empty_deal() -> None:
    assert resolve(Opportunity(id=None, name=""), [], []) == People()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.text(max_size=30)), st.text(max_size=120)), max_size=6),
    st.one_of(st.none(), st.text(max_size=40)),
    st.text(max_size=30),
)
def test_any_text_resolves(said: list[tuple[str | None, str]], address: str | None, name: str) -> None:
    source = call("calls/x.vtt", *said, people=[Participant(name, address, title=name, role="to")])
    people = resolve(DEAL, [DANA, Contact(name, address, name, name, name)], [source])
    lengths = {u.ordinal: len(u.text) for u in source.utterances}
    assert all(0 <= m.start < m.end <= lengths[m.ordinal] for m in people.mentions)
    ids = [p.id for p in people.persons]
    assert len(ids) == len(set(ids))
    assert set(people.speakers.values()) <= set(ids)


def test_a_person_may_say_whose_voice_it_is() -> None:
    said = call("calls/a.m4a", ("S1", "Hello there, can you hear us?"), ("S2", "Yes, loud and clear."))
    first = Correction("voice", "p-dana-whitfield", "calls/a.m4a:S1")
    people = resolve(DEAL, [DANA], [said], [first])
    assert people.speakers["calls/a.m4a", "S1"] == "p-dana-whitfield"
    assert ("calls/a.m4a", "S2") not in people.speakers
    people = resolve(DEAL, [DANA], [said], [first, Correction("voice", "Noreen Cadogan", "calls/a.m4a:S1")])
    told = next(p for p in people.persons if p.id == people.speakers["calls/a.m4a", "S1"])
    assert told.name == "Noreen Cadogan"
    assert person(people, "Dana Whitfield").id == "p-dana-whitfield"


def test_a_comma_after_no_word_is_no_name() -> None:
    assert resolve(DEAL, [], [call("calls/a.vtt", ("0,A", "Hello."))]).speakers.keys() <= {
        ("calls/a.vtt", "0,A")
    }


def test_half_a_sentence_is_no_title() -> None:
    assert tidy("she's head") is None
    assert tidy("Head of Nursing") == "Head of Nursing"
