import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.commissives import commissive


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
