from ingest.model import Contact, Opportunity, Participant, Source, SourceKind, Utterance, UtteranceKind
from ingest.vocabulary import MOST, vocabulary

DEAL = Opportunity(None, "Deal", account="Harbour Clinics", competitor="Tallyforge", owner="Fraser Dunn")


def mail(text: str, *names: str, kind: UtteranceKind = UtteranceKind.BODY) -> Source:
    people = tuple(Participant(n, f"{n[0]}@x.example") for n in names)
    return Source(
        "m",
        "emails/m.eml",
        SourceKind.MAIL,
        "m",
        "eml",
        participants=people,
        utterances=(Utterance(0, "A", text, kind=kind),),
    )


def test_people_then_companies_then_words() -> None:
    words = vocabulary(
        DEAL,
        [Contact("Orla Mulvey")],
        [mail("we went to Ballymoy on Friday, then back to Ballymoy", "Noreen Cad", "Orla Mulvey")],
    )
    assert words == ("Fraser Dunn", "Orla Mulvey", "Noreen Cad", "Harbour Clinics", "Tallyforge", "Ballymoy")


def test_common_words_signatures_and_addresses_are_left_out() -> None:
    words = vocabulary(
        DEAL,
        [],
        [
            mail("we saw the Board and the board", "a@b.example"),
            mail("down in Galway", kind=UtteranceKind.SIGNATURE),
        ],
    )
    assert words == ("Fraser Dunn", "Harbour Clinics", "Tallyforge")


def test_bounded_and_never_empty_words() -> None:
    many = [Contact(f"Person{chr(65 + i % 26)}{'x' * (i // 26)} Name") for i in range(90)]
    words = vocabulary(DEAL, [*many, Contact(" "), Contact("y" * 500)], [])
    assert len(words) == MOST
    assert all(w.strip() and len(w) <= 60 for w in words)
