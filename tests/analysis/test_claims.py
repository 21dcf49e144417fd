import pytest

from analysis.claims import checked, claim, claim_id, supported
from analysis.evidence import cite


@pytest.mark.parametrize(
    ("text", "ordinal", "bad"),
    [
        ("The clerks lose 280 hours a month.", 2, ()),
        ("The clerks lose 340 hours a month.", 2, ("340",)),
        ("The clerks lose 280 dollars a month.", 2, ("280",)),
        ("They lose 28% of their hours.", 2, ("28",)),
        ("Dana Whitfield counts two hundred and eighty hours.", 2, ()),
        ("Cole Brandvold counts the hours.", 2, ("Cole", "Brandvold")),
        ("The board decides on 14 July.", 5, ()),
        ("The board decides on 15 July.", 5, ("15",)),
        ("The board decides in September.", 5, ("September",)),
        ("The decision is Vivienne Asare's, the CIO.", 4, ()),
        ("The decision is Gord's.", 4, ("Gord",)),
        ("Sablecourt was chosen.", 4, ("Sablecourt",)),
        ("Tallyforge was chosen.", 4, ("Tallyforge",)),
        ("They lose hours every month and want that to end.", 2, ()),
    ],
)
def test_numbers_dates_and_names_must_stand_in_the_quotes(corpus, text, ordinal, bad):
    assert supported(text, [cite(corpus, "c1", [ordinal])], corpus) == bad


def test_a_claim_that_adds_something_is_told_by_its_template(corpus):
    c = cite(corpus, "c1", [2])
    assert (
        claim(corpus, "value", "They lose 999 hours.", [c], template="They lose 280 hours.").text
        == "They lose 280 hours."
    )
    assert claim(corpus, "value", "They lose 999 hours.", [c]).text.startswith("Dana Whitfield: “Our clerks")


def test_no_citation_no_claim(corpus):
    false = cite(corpus, "c1", [2]).model_copy(update={"quote": "never said by anybody here"})
    assert claim(corpus, "value", "They lose hours.", [false, None]) is None


def test_ids_are_of_the_evidence(corpus):
    a, b = cite(corpus, "c1", [2]), cite(corpus, "c1", [4])
    assert claim_id("value", [a, b]) == claim_id("value", [b, a]) != claim_id("champion", [a, b])


def test_blame_becomes_we(corpus):
    c = cite(corpus, "c2", [1])
    assert checked("You should have sent the letters.", [c], corpus) == "We should have sent the letters."
    assert checked("Cole forgot the letters.", [c], corpus) == "We forgot the letters."


def test_markup_of_a_model_is_taken_off(corpus):
    c = cite(corpus, "c1", [2])
    assert checked("**They lose hours** (E1)", [c], corpus) == "They lose hours ( )"
