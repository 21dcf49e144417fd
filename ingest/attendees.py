"""How many people can speak in a recording at most: those whom the deal's other files name for that call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from ingest.model import Event, Participant, Source

LEAST = 2  # a call has two sides, whatever a list says
UNLISTED = 1  # somebody brought along or passing by: the lists are made before the call, and voices made one cost more
NEAR = timedelta(minutes=30)  # calls begin late and recordings early


def most_speakers(
    listed: Sequence[Participant],
    sources: Iterable[Source] = (),
    when: datetime | date | None = None,
    parties: Sequence[Participant] = (),
) -> int | None:
    """The number of people named for the call and one more; None where nothing names both sides of it.

    ``listed``: from calls.csv; ``parties``: from the parties file; ``sources``: the deal's, of which an invitation to the
    time ``when`` counts. Where several name people the longest list counts: people join without an invitation, and a
    bound that is too high costs less than two people made one.
    """
    invited = [_invited(event) for event in _at(sources, when)]
    counts = [_people(people) for people in (listed, parties, *invited) if not _one_sided(people)]
    known = [count for count in counts if count >= LEAST]
    return max(known) + UNLISTED if known else None


def _people(participants: Sequence[Participant]) -> int:
    names = {(p.email or p.name or "").casefold() for p in participants}
    return len(names - {""})


def _one_sided(participants: Sequence[Participant]) -> bool:
    """Some exports name the buyers only: then who else spoke is not known."""
    sides = {p.affiliation for p in participants if p.affiliation}
    return len(sides) == 1 and all(p.affiliation for p in participants)


def _invited(event: Event) -> tuple[Participant, ...]:
    return (*event.attendees, *((event.organizer,) if event.organizer else ()))


def _at(sources: Iterable[Source], when: datetime | date | None) -> list[Event]:
    """The invitations to that time; where only the day can be compared, the only one of that day."""
    if when is None:
        return []
    events = [event for s in sources for event in s.events if event.start and event.status != "CANCELLED"]
    near = [event for event in events if _close(event.start, when)]
    same_day = [event for event in events if _day(event.start) == _day(when)]
    return near or (same_day if len(same_day) == 1 and not _timed(same_day[0].start, when) else [])


def _timed(one: datetime | date | None, other: datetime | date) -> bool:
    """Whether their clocks can be compared."""
    if not (isinstance(one, datetime) and isinstance(other, datetime)):
        return False
    return (one.tzinfo is None) == (other.tzinfo is None)


def _close(one: datetime | date | None, other: datetime | date) -> bool:
    if not (isinstance(one, datetime) and isinstance(other, datetime)):
        return False
    return _timed(one, other) and abs(one - other) <= NEAR


def _day(moment: datetime | date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
