import pytest

from analysis.pricing import denies_price, on_paper, short_of_money


@pytest.mark.parametrize(
    "said",
    [
        "We've sixty thousand in the pot and your quote is eighty-one.",
        "The grant was cut in March and that was to pay for you.",
        "There's no money left for it this year, I'm sorry.",
        "The ceiling is printed and you were above it.",
        "I don't have the budget, I wish I did.",
        "There is no way to get it under the limit.",
    ],
)
def test_money_that_is_not_there(said):
    assert short_of_money(said)
    assert not denies_price(said)


@pytest.mark.parametrize(
    "said",
    [
        "We have two vans and they are due at five o'clock.",
        "It runs for six hours and we need nine.",
        "Half the quotes came by post, twenty percent were late.",
        "In 2019 we had 3 people on it.",
    ],
)
def test_figures_that_are_no_money(said):
    assert not short_of_money(said)


@pytest.mark.parametrize(
    "said",
    [
        "It was never about the price.",
        "You weren't too dear, nobody thought so.",
        "We had the money set aside since spring.",
        "Cost wasn't the issue at all.",
        "You were within a few percent of the other offer.",
        "It had nothing to do with money.",
        "Even if you had halved it we'd have stayed.",
    ],
)
def test_that_it_was_not_the_price(said):
    assert denies_price(said)
    assert not short_of_money(said)


@pytest.mark.parametrize(
    "said",
    [
        "I put cost on the form.",
        "The letter says price, they all do.",
        "Officially it's the budget.",
        "They'll tell you it was the price.",
        "It will be recorded as too expensive.",
    ],
)
def test_the_reason_that_only_stands_written(said):
    assert on_paper(said)
    assert not short_of_money(said)


def test_an_offer_that_is_read_is_no_excuse():
    assert not on_paper("We looked at the forklift in the yard.")
