"""Invitations: who called whom together, when, and who accepted."""

# ruff: noqa: E501, RUF015 - samples in line

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.calendar import events, parse_ics
from ingest.errors import LimitExceeded, UnreadableSource
from ingest.mail import parse_mail
from ingest.model import SourceKind, UtteranceKind

INVITE = Path(__file__).parents[1] / "samples" / "mail" / "invite.ics"


def test_invitation() -> None:
    source = parse_ics("emails/invite.ics", INVITE.read_bytes())
    assert (source.kind, source.title, source.duration) == (SourceKind.EVENT, "Line stop, planning", 3600.0)
    assert isinstance(source.when, datetime) and source.when.isoformat() == "2026-04-20T10:00:00+01:00"
    assert [(p.role, p.name) for p in source.participants] == [
        ("organizer", "Ellie Marsh"),
        ("attendee", "Petra Holm"),
        ("attendee", "Adler, Jürgen"),
    ]
    notes = " / ".join(source.notes)
    assert "Petra Holm accepted" in notes and "Adler, Jürgen declined, optional" in notes
    assert "recurring" in notes and "cancelled: Site visit" in notes
    assert [(u.text, u.kind) for u in source.utterances][0] == (
        "Please bring the August plan.",
        UtteranceKind.BODY,
    )


def test_all_day_and_cancelled() -> None:
    second = events(INVITE.read_bytes())[1]
    assert (second.start, second.status) == (date(2026, 5, 10), "CANCELLED")


def test_calendar_part_of_a_mail() -> None:
    head = b"From: Ellie Marsh <ellie.marsh@tollard.example>\nSubject: Invitation\nContent-Type: text/calendar; charset=utf-8\n\n"
    source = parse_mail("a.eml", head + INVITE.read_bytes())
    assert [e.summary for e in source.events] == ["Line stop, planning", "Site visit"]
    assert "petra.holm@northgate.example" in {p.email for p in source.participants}


@pytest.mark.parametrize("data", [b"", b"hello", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"])
def test_bad_files_are_named(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match=r"x\.ics: "):
        parse_ics("x.ics", data)
    with pytest.raises(LimitExceeded):
        parse_ics("x.ics", b"x" * 5_000_001)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(
    ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "DTSTART:xx", "DTSTART:20260101T100000Z", "SUMMARY:a", "DURATION:P9999999D",
     'ATTENDEE;CN="a', "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@y.example", "RRULE:FREQ=SECONDLY", "ORGANIZER:", "DESCRIPTION:b"]), max_size=20))  # fmt: skip
def test_damaged_calendars_never_raise(lines: list[str]) -> None:
    assert isinstance(events("\n".join(lines).encode()), tuple)
