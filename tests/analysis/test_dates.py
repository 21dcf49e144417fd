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
        ("read on the 10th between ten and eleven", "past", "2026-06-10"),
        ("the night of the 8th was bad", "past", "2026-06-08"),
        ("they had it for Friday the fourth", "near", "2026-09-04"),
        ("it was the Thursday before last", "past", "2026-06-11"),
        ("the offer is with you Friday week", "future", "2026-07-03"),
        ("on Monday of last week", "past", "2026-06-15"),
        ("we lost the main Tuesday morning", "past", "2026-06-23"),
        ("approved last night, all five", "past", "2026-06-24"),
        ("that was three days ago", "past", "2026-06-22"),
        ("they were four hundred on Easter Monday", "past", "2026-04-06"),
        ("since Boxing Day", "past", "2025-12-26"),
        ("it shuts on New Year's Eve", "future", "2026-12-31"),
        ("it was the last of July", "near", "2026-07-31"),
        ("see you Wednesday 1 July", "future", "2026-07-01"),
    ],
)
def test_a_day_is_resolved_against_the_day_it_was_said(text, tense, day):
    assert [m.day.isoformat() for m in dates(text, SAID, tense)] == [day]


@pytest.mark.parametrize(
    "text",
    [
        "ask me on a Tuesday",
        "every Friday",
        "only 2 may come",
        "on the second landing",
        "for the first time",
        "on the third floor",
        "soon, in the summer",
        "31 February",
        "it may be 5 of us",
    ],
)
def test_what_is_no_day(text):
    assert dates(text, SAID) == ()


def test_both_ends_of_a_span_are_days():
    assert [m.day.isoformat() for m in dates("Sanita is with you 24-26 August.", SAID)] == [
        "2026-08-24",
        "2026-08-26",
    ]
    assert [m.day.isoformat() for m in dates("the 9th and 10th of December", SAID)] == [
        "2026-12-09",
        "2026-12-10",
    ]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_weekday_with_its_number_falls_on_that_weekday(day, said_on):
    text = f"it goes to {day:%A} the {day.day}th"
    assert all(m.day.weekday() == day.weekday() and m.day.day == day.day for m in dates(text, said_on))


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_easter_monday_is_a_monday_in_spring(said_on):
    (found,) = dates("on Easter Monday", said_on)
    assert found.day.weekday() == 0
    assert date(found.day.year, 3, 23) <= found.day <= date(found.day.year, 4, 26)


@given(st.text(max_size=200), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_never_fails(text, said_on):
    for m in dates(text, said_on):
        assert text[m.start : m.start + len(m.text)] == m.text
