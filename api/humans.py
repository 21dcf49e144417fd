"""The people of a deal as people see and correct them."""

from __future__ import annotations

from collections import Counter

from api.errors import BadInput
from api.views import PersonView
from ingest.model import Correction, Record, Side, SourceKind, UtteranceKind

_SAID = (UtteranceKind.SPEECH, UtteranceKind.BODY, UtteranceKind.FORWARDED)


def views(record: Record) -> tuple[PersonView, ...]:
    """Every person with why names were merged and how much they say; who says most comes first."""
    spoke: dict[str, set[str]] = {}
    mails: dict[str, set[str]] = {}
    words: Counter[str] = Counter()
    for source in record.sources:
        for utterance in source.utterances:
            person = record.people.speakers.get((source.key, utterance.speaker or ""))
            if person is None or utterance.kind not in _SAID:
                continue
            words[person] += len(utterance.text.split())
            into = spoke if source.kind is SourceKind.CALL else mails
            into.setdefault(person, set()).add(source.key)
    mentions = Counter(m.person_id for m in record.people.mentions)
    found = [
        PersonView(
            person=person,
            merges=tuple(m for m in record.people.merges if m.person_id == person.id),
            spoke_in=len(spoke.get(person.id, ())),
            words=words[person.id],
            mails=len(mails.get(person.id, ())),
            mentions=mentions[person.id],
        )
        for person in record.people.persons
    ]
    return tuple(sorted(found, key=lambda v: (-v.words, -v.mentions, v.person.name)))


def check(record: Record, correction: Correction) -> None:
    """Raises ``BadInput`` for a correction that names nobody, no side, or no voice."""
    known = {person.id: person for person in record.people.persons}
    if correction.kind in ("voice", "not_voice"):
        _check_voice(record, correction)
        return
    if correction.subject not in known:
        raise BadInput(f"nobody here has the id {correction.subject!r}: `preread people DEAL` lists them")
    if not correction.value.strip():
        raise BadInput(f"{correction.kind} needs a value: what should it be?")
    person = known[correction.subject]
    if correction.kind == "merge" and (
        correction.value not in known or correction.value == correction.subject
    ):
        raise BadInput(f"{correction.value!r} is no other person's id: `preread people DEAL` lists them")
    if correction.kind == "side" and correction.value not in [side.value for side in Side]:
        raise BadInput(f"{correction.value!r} is no side: use {', '.join(side.value for side in Side)}")
    if correction.kind == "split" and correction.value not in (person.name, *person.aliases, *person.emails):
        names = ", ".join((*person.aliases, *person.emails)) or "no other names"
        raise BadInput(f"{person.name} is not called {correction.value!r}: there are {names}")


def _check_voice(record: Record, correction: Correction) -> None:
    if not correction.subject.strip():
        raise BadInput("say who: a person's id, or a name")
    voices = {f"{s.key}:{u.speaker}" for s in record.sources for u in s.utterances if u.speaker}
    if correction.value not in voices:
        raise BadInput(f"nobody speaks as {correction.value!r}: write SOURCE:LABEL as the source has it")
