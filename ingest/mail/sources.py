"""From a message to a Source: utterances with their speakers, participants, calendar entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ingest.calendar import events
from ingest.mail.headers import Address, aware, fold
from ingest.mail.lines import Line
from ingest.mail.message import Body, Message
from ingest.mail.paragraphs import paragraphs, wrap_width
from ingest.mail.quotes import Segment, segments
from ingest.mail.signatures import Part, parts
from ingest.model import Event, MailHeader, Participant, Source, SourceKind, Utterance, UtteranceKind

MAX_UTTERANCES = 5_000
MAX_LEVELS = 5  # messages attached to messages


_Split = dict[int, tuple[Segment, ...]]


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance before it has its place."""

    speaker: str | None
    text: str
    kind: UtteranceKind
    when: datetime | None = None


def to_source(path: str, key: str, message: Message, form: str) -> Source:
    """The message as a Source. Without From the speaker is None and a note says so."""
    split = _split(message, 0)
    said = list(_limited(_all_said(message, split, 0)))
    notes = list(message.notes)
    if not message.sender:
        notes.append("the mail names no sender (no From field)")
    if len(said) == MAX_UTTERANCES:
        notes.append(f"only the first {MAX_UTTERANCES} paragraphs were taken")
    found = _events(message)
    return Source(
        key=key,
        path=path,
        kind=SourceKind.MAIL,
        title=message.subject or "(no subject)",
        format=form,
        when=message.date,
        participants=tuple(_participants(message, found, said, split)),
        utterances=tuple(
            Utterance(n, s.speaker, s.text, kind=s.kind, written_at=s.when) for n, s in enumerate(said)
        ),
        mail=MailHeader(
            message_id=message.message_id,
            in_reply_to=message.in_reply_to,
            references=message.references,
            subject=message.subject,
            attachments=message.attachments,
        ),
        events=found,
        notes=tuple(notes),
    )


def _split(message: Message, level: int) -> _Split:
    """Every body's segments, by the body's identity: they are asked for twice and cost the most."""
    found = {id(body): segments(body.lines, message.subject) for body in message.bodies}
    for inner in message.embedded if level < MAX_LEVELS else ():
        found |= _split(inner, level + 1)
    return found


def _limited(said: Iterator[_Said]) -> Iterator[_Said]:
    for count, item in enumerate(said):
        if count >= MAX_UTTERANCES:
            return
        yield item


def _events(message: Message) -> tuple[Event, ...]:
    return tuple(event for data in message.calendars[:20] for event in events(data))


def _all_said(message: Message, split: _Split, level: int) -> Iterator[_Said]:
    """The message's own text parts, then those of attached messages, which are forwarded."""
    sender = message.sender[0] if message.sender else None
    for body in message.bodies:
        yield from _body_said(body, split[id(body)], message, sender)
    for inner in message.embedded if level < MAX_LEVELS else ():
        for said in _all_said(inner, split, level + 1):
            kind = UtteranceKind.FORWARDED if said.kind is UtteranceKind.BODY else said.kind
            yield _Said(said.speaker, said.text, kind, said.when or inner.date)


def _body_said(
    body: Body, found: tuple[Segment, ...], message: Message, sender: Address | None
) -> Iterator[_Said]:
    last = max((n for n, s in enumerate(found) if _own(s) and not s.blank), default=-1)
    for number, segment in enumerate(found):
        author = sender if segment.owner.kind is UtteranceKind.BODY else segment.owner.author
        speaker = author.label if author else None
        when = aware(segment.owner.when, message.date)
        if segment.head:
            text = [" ".join(fold(line.text) for line in segment.lines if not line.blank)]
            texts = text if len(text[0].split()) <= 80 else list(paragraphs(segment.lines, 0))
            yield from (_Said(None, text, UtteranceKind.BOILERPLATE) for text in texts if text)
            continue
        ends = number >= last or not _own(segment)
        for kind, lines in _runs(segment, speaker, ends):
            width = wrap_width(segment.lines) if body.wrapped and kind is not UtteranceKind.SIGNATURE else 0
            yield from (_Said(speaker, text, kind, when) for text in paragraphs(lines, width))


def _own(segment: Segment) -> bool:
    return segment.owner.kind is UtteranceKind.BODY and not segment.head


def _runs(segment: Segment, name: str | None, last: bool) -> Iterator[tuple[UtteranceKind, list[Line]]]:
    """Neighbouring lines of one kind."""
    kinds = {
        Part.SAID: segment.owner.kind,
        Part.CLOSING: UtteranceKind.SIGNATURE,
        Part.FOOTER: UtteranceKind.SIGNATURE,
        Part.BOILERPLATE: UtteranceKind.BOILERPLATE,
    }
    labelled = zip(parts(segment.lines, name, last=last), segment.lines, strict=True)
    for kind, run in groupby(labelled, key=lambda pair: kinds[pair[0]]):
        yield kind, [line for _, line in run]


def _participants(
    message: Message, found: Sequence[Event], said: Sequence[_Said], split: _Split
) -> Iterator[Participant]:
    seen: set[tuple[str, str]] = set()
    for person in _everybody(message, found):
        mark = ((person.email or "").lower(), "" if person.email else (person.name or "").lower())
        if mark not in seen:
            seen.add(mark)
            yield person
    labels = {s.speaker for s in said if s.speaker and s.kind is UtteranceKind.FORWARDED}
    for address in _authors(message, split):
        mark = ((address.email or "").lower(), "" if address.email else (address.name or "").lower())
        if mark not in seen:
            seen.add(mark)
            label = address.label if address.label in labels else None
            yield Participant(address.name, address.email, role="listed", label=label)


def _everybody(message: Message, found: Sequence[Event]) -> Iterator[Participant]:
    for address in message.sender[:1]:
        yield Participant(address.name, address.email, role="from", label=address.label)
    for address in message.sender[1:]:
        yield Participant(address.name, address.email, role="from")
    for address in message.to:
        yield Participant(address.name, address.email, role="to")
    for address in message.cc:
        yield Participant(address.name, address.email, role="cc")
    for address in message.bcc:
        yield Participant(address.name, address.email, role="bcc")
    for event in found:
        if event.organizer:
            yield event.organizer
        yield from event.attendees


def _authors(message: Message, split: _Split, level: int = 0) -> Iterator[Address]:
    """People named inside: authors and addressees of forwarded and quoted mail, senders of attached
    messages."""
    for body in message.bodies:
        for segment in split[id(body)]:
            if segment.owner.author:
                yield segment.owner.author
            yield from segment.listed
    for inner in message.embedded if level < MAX_LEVELS else ():
        yield from (*inner.sender, *inner.to, *inner.cc)
        yield from _authors(inner, split, level + 1)
