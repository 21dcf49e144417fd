"""Calendar invitations (RFC 5545): who called whom together, when, who was asked and who accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from icalendar import Calendar
from icalendar.cal import Component

from ingest.errors import LimitExceeded, UnreadableSource
from ingest.model import Event, Participant, Source, SourceKind, Utterance, UtteranceKind

MAX_BYTES = 5_000_000
MAX_EVENTS = 200
MAX_ATTENDEES = 500
MAX_TEXT = 20_000  # characters of a description

_ANSWERS = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "DELEGATED": "delegated",
    "NEEDS-ACTION": "no answer",
}


def parse_ics(path: str, data: bytes) -> Source:
    """An .ics file as one source: ``when`` is the first event's start, attendees are participants.

    Raises UnreadableSource for a file that is empty, damaged or without an event; LimitExceeded above 5 MB.
    """
    if not data.strip():
        raise UnreadableSource("is empty; export the invitation again", file=path)
    if len(data) > MAX_BYTES:
        raise LimitExceeded(
            "is larger than 5 MB; export the one event instead of the whole calendar", file=path
        )
    found = events(data)
    if not found:
        raise UnreadableSource(
            "holds no event that can be read; export the invitation as .ics again", file=path
        )
    first = found[0]
    return Source(
        key=path,
        path=path,
        kind=SourceKind.EVENT,
        title=first.summary or "(no title)",
        format="ics",
        when=first.start,
        participants=_participants(found),
        utterances=tuple(_utterances(data, found)),
        duration=_seconds(first),
        events=found,
        notes=tuple(_notes(data, found)),
    )


def events(data: bytes) -> tuple[Event, ...]:
    """The VEVENTs in order of start, at most 200; what cannot be read is left out. Never raises.

    A recurring event is one event (its first occurrence); later entries with the same UID and a
    RECURRENCE-ID are
    changed occurrences and stay events of their own.
    """
    if len(data) > MAX_BYTES:
        return ()
    found: list[Event] = []
    for component in _components(data):
        event = _event(component)
        if event is not None:
            found.append(event)
        if len(found) >= MAX_EVENTS:
            break
    return tuple(sorted(found, key=lambda e: _sortable(e.start)))


def _components(data: bytes) -> Iterator[Component]:
    text = data.decode("utf-8-sig", errors="replace").replace("\x00", "")
    method = re.search(r"^METHOD:(\w+)", text, re.MULTILINE | re.IGNORECASE)
    for block in _blocks(text):
        try:
            calendar = Calendar.from_ical(block)
            for component in calendar.walk("VEVENT"):
                if method and "status" not in component and method.group(1).upper() == "CANCEL":
                    component.add("status", "CANCELLED")
                yield component
        except Exception:  # icalendar raises bare errors of many kinds; a broken entry costs only itself
            continue


def _blocks(text: str) -> Iterator[str]:
    """Every VEVENT in a calendar of its own, with the time zones beside it: one damaged event spoils no
    other."""
    zones = "".join(
        re.findall(r"^BEGIN:VTIMEZONE\b.*?^END:VTIMEZONE\s*$\n?", text, re.MULTILINE | re.DOTALL)[:10]
    )
    for count, match in enumerate(
        re.finditer(r"^BEGIN:VEVENT\b.*?^END:VEVENT", text, re.MULTILINE | re.DOTALL)
    ):
        if count >= MAX_EVENTS:
            return
        head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//preread//EN\r\n"
        yield f"{head}{zones}\r\n{match.group()}\r\nEND:VCALENDAR\r\n"


def _event(component: Component) -> Event | None:
    start = _moment(component, "DTSTART")
    end = _moment(component, "DTEND") or _after(component, start)
    summary = _text(component, "SUMMARY")
    organizer = _list(component, "ORGANIZER")
    attendees = _list(component, "ATTENDEE")[:MAX_ATTENDEES]
    if start is None and not summary and not attendees:
        return None
    return Event(
        uid=_text(component, "UID") or None,
        summary=summary,
        start=start,
        end=end,
        location=_text(component, "LOCATION") or None,
        organizer=_participant(organizer[0], "organizer") if organizer else None,
        attendees=tuple(p for value in attendees if (p := _participant(value, "attendee"))),
        status=_text(component, "STATUS").upper() or None,
    )


def _get(component: Component, name: str) -> Any:
    try:
        return component.get(name)
    except Exception:
        return None


def _list(component: Component, name: str) -> list[Any]:
    value = _get(component, name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _attribute(value: Any, name: str) -> Any:
    try:
        return getattr(value, name, None)
    except Exception:
        return None


def _text(component: Component, name: str) -> str:
    values = _list(component, name)
    return " ".join(str(values[0]).split())[:MAX_TEXT] if values else ""


def _moment(component: Component, name: str) -> datetime | date | None:
    values = _list(component, name)
    value = _attribute(values[0], "dt") if values else None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return value if isinstance(value, date) else None


def _after(component: Component, start: datetime | date | None) -> datetime | date | None:
    values = _list(component, "DURATION")
    length = _attribute(values[0], "dt") if values else None
    if start is None or not isinstance(length, timedelta):
        return None
    try:
        return start + length
    except OverflowError:
        return None


def _participant(value: Any, role: Literal["organizer", "attendee"]) -> Participant | None:
    params: Any = _attribute(value, "params") or {}
    address = re.sub(r"^mailto:", "", str(value).strip(), flags=re.IGNORECASE)
    email = address if "@" in address else str(params.get("EMAIL", "")) or None
    name = " ".join(str(params.get("CN", "")).strip("\"' ").split()) or None
    if name and email and name.lower() == email.lower():
        name = None
    if str(params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE") or not (name or email):
        return None
    return Participant(name=name, email=email, role=role)


def _participants(found: Iterable[Event]) -> tuple[Participant, ...]:
    people: dict[str, Participant] = {}
    for event in found:
        for person in (*([event.organizer] if event.organizer else []), *event.attendees):
            people.setdefault((person.email or person.name or "").lower(), person)
    return tuple(people.values())


def _utterances(data: bytes, found: tuple[Event, ...]) -> Iterator[Utterance]:
    """The descriptions, as the organizer's words; join blocks and dial-in numbers are boilerplate."""
    ordinal = 0
    seen: set[str] = set()
    for component in _components(data):
        organizer = _list(component, "ORGANIZER")
        who = _participant(organizer[0], "organizer") if organizer else None
        values = _list(component, "DESCRIPTION")
        for line in (str(values[0])[:MAX_TEXT].splitlines() if values else [])[:200]:
            text = " ".join(line.split())
            if not any(c.isalnum() for c in text) or text in seen:
                continue
            seen.add(text)
            words = text.split(" ")
            for at in range(0, len(words), 80):
                kind = UtteranceKind.BOILERPLATE if _JOIN.search(text) else UtteranceKind.BODY
                speaker = (who.name or who.email) if who else None
                yield Utterance(ordinal, speaker, " ".join(words[at : at + 80]), kind=kind)
                ordinal += 1


_JOIN = re.compile(
    r"https?://|meeting id|passcode|dial[ -]in|conference id|"
    r"join (?:zoom|microsoft|the) |microsoft teams|one tap|find (?:a|your) local number|\+\d[\d ,#-]{8,}",
    re.IGNORECASE,
)


def _notes(data: bytes, found: tuple[Event, ...]) -> Iterator[str]:
    for event in found:
        if event.status == "CANCELLED":
            yield f"cancelled: {event.summary or event.uid or 'event'}"
    repeats = data.upper().count(b"\nRRULE")
    if repeats:
        yield f"{repeats} recurring: only the first occurrence is listed"
    answers = tuple(_answers(data))
    if answers:
        yield "answers: " + "; ".join(answers[:50])


def _answers(data: bytes) -> Iterator[str]:
    for component in _components(data):
        for value in _list(component, "ATTENDEE")[:MAX_ATTENDEES]:
            params: Any = _attribute(value, "params") or {}
            person = _participant(value, "attendee")
            answer = _ANSWERS.get(str(params.get("PARTSTAT", "")).upper())
            optional = str(params.get("ROLE", "")).upper() == "OPT-PARTICIPANT"
            if person and (answer or optional):
                parts = ", ".join(part for part in (answer, "optional" if optional else None) if part)
                yield f"{person.name or person.email} {parts}"


def _seconds(event: Event) -> float | None:
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        seconds = (event.end - event.start).total_seconds()
        return seconds if seconds >= 0 else None
    return None


def _sortable(moment: datetime | date | None) -> float:
    if isinstance(moment, datetime):
        try:
            return moment.timestamp()
        except (OverflowError, ValueError):
            return float("inf")
    if moment is not None:
        return float(moment.toordinal() - date(1970, 1, 1).toordinal()) * 86_400
    return float("inf")
