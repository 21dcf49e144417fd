from __future__ import annotations

from datetime import UTC, date, datetime

from ingest.attendees import most_speakers
from ingest.model import Event, Participant, Source, SourceKind

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def who(*names: str, affiliation: str | None = None) -> tuple[Participant, ...]:
    return tuple(Participant(name, affiliation=affiliation) for name in names)  # type: ignore[arg-type]


def invitation(start: datetime | date, *names: str, status: str | None = None) -> Source:
    event = Event(
        "1", "Demo", start, None, organizer=Participant("Ines"), attendees=who(*names), status=status
    )
    return Source("a.ics", "a.ics", SourceKind.EVENT, "Demo", "ics", events=(event,))


def test_the_list_of_the_call_counts() -> None:
    assert most_speakers(who("Ana", "Bo", "Cy", "bo")) == 4
    assert most_speakers(who("Ana")) is None
    assert most_speakers(()) is None


def test_an_invitation_to_the_same_time_counts() -> None:
    meeting = invitation(AT, "Ana", "Bo")
    assert most_speakers((), [meeting], AT.replace(minute=20)) == 4
    assert most_speakers((), [meeting], AT.replace(hour=14)) is None
    assert most_speakers((), [meeting], None) is None
    assert most_speakers((), [invitation(AT, "Ana", "Bo", status="CANCELLED")], AT) is None


def test_the_longest_list_counts() -> None:
    assert most_speakers(who("Ana", "Bo"), [invitation(AT, "Ana", "Bo", "Cy")], AT, who("Ana", "Di")) == 5


def test_only_the_day_is_known() -> None:
    day = date(2026, 3, 2)
    assert most_speakers((), [invitation(AT, "Ana", "Bo")], day) == 4
    assert most_speakers((), [invitation(AT, "Ana", "Bo"), invitation(AT, "Cy")], day) is None
    assert most_speakers((), [invitation(AT, "Ana")], AT.replace(tzinfo=None)) == 3


def test_a_list_of_one_side_bounds_nothing() -> None:
    assert most_speakers(who("Ana", "Bo", affiliation="external")) is None
    assert (
        most_speakers((*who("Ana", "Bo", affiliation="external"), *who("Ines", affiliation="internal"))) == 4
    )
