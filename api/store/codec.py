"""Our dataclasses as versioned JSON, and back.

Every stored document opens with ``"schema": "source/1"``. A document of an older schema is lifted by the
functions of
``_LIFTS`` when it is read; one of a newer schema is refused. Fields that a document lacks take their
defaults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from api.errors import Unavailable
from ingest.editing import TranscriptEdit
from ingest.model import Contact, Correction, Mention, Merge, Opportunity, Participant, People, Person, Source

T = TypeVar("T")
Raw = dict[str, Any]  # a document between JSON and dataclass, here only

_SCHEMAS: Mapping[type, tuple[str, int]] = {Source: ("source", 1), Opportunity: ("opportunity", 1)}
# (schema, version) -> the function that lifts a document of that version to the next
_LIFTS: dict[tuple[str, int], Callable[[Raw], Raw]] = {}

_SOURCE = TypeAdapter(Source)
_OPPORTUNITY = TypeAdapter(Opportunity)
_CONTACTS = TypeAdapter(tuple[Contact, ...])
_PERSONS = TypeAdapter(tuple[Person, ...])
_MENTIONS = TypeAdapter(tuple[Mention, ...])
_MERGES = TypeAdapter(tuple[Merge, ...])
_SPEAKERS = TypeAdapter(tuple[tuple[str, str, str], ...])


def _dump(adapter: TypeAdapter[T], value: T, schema: str) -> str:
    body = adapter.dump_json(value, exclude_defaults=True).decode()
    return f'{{"schema":"{schema}",' + (body[1:] if body != "{}" else "}")


def lift(text: str, name: str, newest: int) -> Raw:
    """The document with its schema lifted to the newest."""
    raw = cast(Raw, json.loads(text))
    kind, _, number = str(raw.pop("schema", f"{name}/{newest}")).partition("/")
    if kind != name or int(number) > newest:
        raise Unavailable(f"a stored {name} has the schema {kind}/{number}: update Preread to read it")
    for version in range(int(number), newest):
        raw = _LIFTS[name, version](raw)
    return raw


def _load(adapter: TypeAdapter[T], text: str, name: str, newest: int) -> T:
    try:
        # JSON once more and not validate_python: dates and tuples are strings and lists here
        return adapter.validate_json(json.dumps(lift(text, name, newest)))
    except ValidationError as error:
        raise Unavailable(
            f"a stored {name} is damaged ({error.error_count()} fields): import its file again"
        ) from None


def dump_source(source: Source) -> str:
    return _dump(_SOURCE, source, "source/1")


def load_source(text: str) -> Source:
    if text.startswith('{"schema":"source/1",'):  # the usual case without a second pass over the text
        return _SOURCE.validate_json("{" + text[len('{"schema":"source/1",') :])
    return _load(_SOURCE, text, "source", 1)


def dump_opportunity(opportunity: Opportunity) -> str:
    return _dump(_OPPORTUNITY, opportunity, "opportunity/1")


def load_opportunity(text: str) -> Opportunity:
    return _load(_OPPORTUNITY, text, "opportunity", 1)


def dump_contacts(contacts: tuple[Contact, ...]) -> str:
    return _CONTACTS.dump_json(contacts).decode()


def load_contacts(text: str) -> tuple[Contact, ...]:
    return _CONTACTS.validate_json(text)


def dump_people(people: People) -> str:
    """``speakers`` has pairs for keys, which JSON has not: a list of (source, label, person)."""
    speakers = sorted((source, label, person) for (source, label), person in people.speakers.items())
    return json.dumps(
        {
            "schema": "people/1",
            "persons": _PERSONS.dump_python(people.persons, mode="json"),
            "speakers": speakers,
            "mentions": _MENTIONS.dump_python(people.mentions, mode="json"),
            "merges": _MERGES.dump_python(people.merges, mode="json"),
        }
    )


def load_people(text: str) -> People:
    raw = lift(text, "people", 1)
    speakers = _SPEAKERS.validate_json(json.dumps(raw["speakers"]))
    return People(
        persons=_PERSONS.validate_json(json.dumps(raw["persons"])),
        speakers={(source, label): person for source, label, person in speakers},
        mentions=_MENTIONS.validate_json(json.dumps(raw["mentions"])),
        merges=_MERGES.validate_json(json.dumps(raw["merges"])),
    )


_CORRECTION = TypeAdapter(Correction)
_TRANSCRIPT_EDIT = TypeAdapter(TranscriptEdit)


def dump_transcript_edit(edit: TranscriptEdit) -> str:
    return _dump(_TRANSCRIPT_EDIT, edit, "transcript-edit/1")


def load_transcript_edit(text: str) -> TranscriptEdit:
    return _load(_TRANSCRIPT_EDIT, text, "transcript-edit", 1)


def correction(kind: str, subject: str, value: str) -> Correction:
    return _CORRECTION.validate_python({"kind": kind, "subject": subject, "value": value})


def by_time(source: Source) -> tuple[bool, str, str]:
    """Sort key: in order of time, undated last, then by key."""
    when = source.when
    if isinstance(when, datetime):
        when = when.astimezone(UTC) if when.tzinfo else when
    return (when is None, when.isoformat() if when else "", source.key)


_PARTICIPANTS = TypeAdapter(tuple[Participant, ...])


def dump_participants(participants: tuple[Participant, ...]) -> str:
    return _PARTICIPANTS.dump_json(participants, exclude_defaults=True).decode()


def load_participants(text: str) -> tuple[Participant, ...]:
    return _PARTICIPANTS.validate_json(text)
