import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.answers.question import Wants, could_answer, named, parse, terms_of
from ingest.model import People, Person

PEOPLE = People(
    (
        Person("p-1", "Dana Whitfield", aliases=("Dana",)),
        Person("p-2", "Paweł Zięba"),
        Person("p-3", "Dan Price"),
        Person("p-4", "Dan Woods"),
    )
)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("Who had the last word?", Wants.PERSON),
        ("Whose signature did it need?", Wants.PERSON),
        ("How many people were trained?", Wants.NUMBER),
        ("What discount was agreed?", Wants.NUMBER),
        ("By what date must they renew?", Wants.TIME),
        ("When do they renew?", Wants.TIME),
        ("Why did it take so long?", Wants.REASON),
        ("What made them change their mind?", Wants.REASON),
        ("Did they test it?", Wants.YES_NO),
        ("What did the test show?", Wants.FACT),
    ],
)
def test_what_a_question_wants(text: str, wants: Wants) -> None:
    assert parse(text, PEOPLE).wants is wants


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("What did Dana Whitfield want?", ("p-1",)),
        ("What did Whitfield want?", ("p-1",)),
        ("What is Pawel's view?", ("p-2",)),
        ("What did Dan say?", ()),  # there are two
        ("What did Woods say?", ("p-4",)),
        ("What was the danger?", ()),
    ],
)
def test_whom_a_question_names(text: str, ids: tuple[str, ...]) -> None:
    assert named(text, PEOPLE) == ids


def test_terms_are_content_words_once_in_order() -> None:
    assert terms_of("Why did the auditors' auditors reject the sample?") == ("auditors", "reject", "sample")


def test_the_statement_drops_the_asking() -> None:
    assert parse("How much did the lab mix-up cost?", PEOPLE).statement == "the lab mix-up cost"


@pytest.mark.parametrize(
    ("wants", "text", "persons", "fits"),
    [
        (Wants.NUMBER, "It took us ninety days", 0, True),
        (Wants.NUMBER, "It took us ages", 0, False),
        (Wants.TIME, "We start in September", 0, True),
        (Wants.TIME, "We start soon enough", 0, False),
        (Wants.PERSON, "She decides", 0, False),
        (Wants.PERSON, "Vivienne decides", 1, True),
        (Wants.FACT, "anything", 0, True),
    ],
)
def test_what_could_answer(wants: Wants, text: str, persons: int, fits: bool) -> None:
    assert could_answer(wants, text, persons) is fits


@given(st.text(max_size=300))
def test_any_text_can_be_taken_apart(text: str) -> None:
    question = parse(text, PEOPLE)
    assert question.text == text
    assert len(set(question.terms)) == len(question.terms)
