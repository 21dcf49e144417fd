import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.commissives import commissive, refuses_more, takes_back, tells_others


@pytest.mark.parametrize(
    ("firm", "loose"),
    [
        ("If the samples hold I'll sign on Friday.", "If it was up to me I'd sign today."),
        ("We're placing the order this week.", "We're not placing the order this week."),
        ("I've decided to start in June.", "It takes three weeks to start the boiler."),
        ("We'd like it installed by the end of May.", "It was installed by the end of May."),
        ("I'm going to recommend you to the board by Tuesday.", "Somebody might recommend you some day."),
        ("We are not looking at anybody else.", "We looked at a few others and it was fun."),
    ],
)
def test_what_binds_outranks_what_does_not(firm, loose):
    assert commissive(firm) > commissive(loose)


@pytest.mark.parametrize(
    "text", ["That's brilliant, I love it.", "Can you hear me?", "The form has ninety rows.", "", "  "]
)
def test_what_binds_nobody_counts_nothing(text):
    assert commissive(text) == 0.0


def test_of_several_sentences_the_firmest_counts():
    alone = commissive("I'll sign on Friday.")
    assert commissive("It rained all week. I'll sign on Friday. The dog is well.") == alone


@given(st.text(max_size=400))
def test_any_text_is_measured(text):
    assert 0.0 <= commissive(text) <= 4.0


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("We won't sit through another audit like this.", "We will sit through another audit."),
        ("I am not doing that again.", "I did that again, and it's not a problem."),
        ("I don't pay for it twice.", "You don't pay for it twice."),
    ],
)
def test_a_refusal_takes_the_first_person_a_negation_and_a_repetition(yes, no):
    assert refuses_more(yes)
    assert not refuses_more(no)


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Please forget what I said about May.", "Don't forget the keys."),
        ("I got carried away there.", "The box was carried away by the tide."),
        ("I can't stand by that any more.", "He'll stand by the door."),
        ("I should not have promised it.", "It should not have rained."),
    ],
)
def test_taking_back_is_of_ones_own_words(yes, no):
    assert takes_back(yes)
    assert not takes_back(no)


def test_a_word_given_before_others_is_in_the_first_person():
    assert tells_others("I've told the directors that it's this year.")
    assert not tells_others("He told the directors that it's this year.")
