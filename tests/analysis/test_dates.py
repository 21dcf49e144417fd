from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dates import dates

SAID = date(2026, 6, 25)  # a Thursday


@pytest.mark.parametrize(
    ("text", "tense", "day"),
    [
        ("the board on the fourteenth of July", "near", "2026-07-14"),
        ("on July 14", "near", "2026-07-14"),
        ("on 14 July 2027", "near", "2027-07-14"),
        ("it starts on 3 January", "future", "2027-01-03"),
        ("you'll have it by the third", "future", "2026-07-03"),
        ("it went out on the tenth, I think", "past", "2026-06-10"),
        ("by Friday", "future", "2026-06-26"),
        ("last Wednesday", "past", "2026-06-24"),
        ("I'll send it tomorrow", "future", "2026-06-26"),
        ("the list went through yesterday", "past", "2026-06-24"),
        ("end of next week", "future", "2026-07-03"),
        ("by the end of the month", "future", "2026-06-30"),
    ],
)
def test_a_day_is_resolved_against_the_day_it_was_said(text, tense, day):
    assert [m.day.isoformat() for m in dates(text, SAID, tense)] == [day]


@pytest.mark.parametrize(
    "text",
    ["for the first time", "on the third floor", "soon, in the summer", "31 February", "it may be 5 of us"],
)
def test_what_is_no_day(text):
    assert dates(text, SAID) == ()


@given(st.text(max_size=200), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_never_fails(text, said_on):
    for m in dates(text, said_on):
        assert text[m.start : m.start + len(m.text)] == m.text
