"""The nouns of the record: what every parser, transcriber and the people resolver speak.

All values are frozen. Times are seconds (float) from the start of the recording; dates are timezone-aware
where the source says so. Text is verbatim with white space folded to single blanks; nothing is corrected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class SourceKind(StrEnum):
    CALL = "call"  # a recording or a transcript of one
    MAIL = "mail"  # one e-mail message
    EVENT = "event"  # a calendar invitation


class Side(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    PARTNER = "partner"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


class UtteranceKind(StrEnum):
    """What an utterance is. Only SPEECH, BODY and FORWARDED are evidence; the rest is kept, not cited."""

    SPEECH = "speech"
    BODY = "body"  # a mail paragraph that the sender wrote in this mail
    FORWARDED = "forwarded"  # somebody else wrote it, first seen here; ``speaker`` is its real author
    QUOTED = "quoted"  # a mail paragraph that stands in another mail of the deal
    SIGNATURE = "signature"
    BOILERPLATE = "boilerplate"  # disclaimers, unsubscribe lines, meeting-join blocks


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word. ``start`` and ``end`` in seconds; ``probability`` 0..1, None where the engine gave none."""

    start: float
    end: float
    text: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """The smallest thing that can be quoted: a transcript cue or sentence, or a mail paragraph.

    ``ordinal`` is the position within the source, from 0, without holes. ``speaker`` is the label as the
    source has it ("Dana Whitfield", "Speaker 1", "dana@northwind.example", "S2"), None when the source names
    nobody. ``start``/``end`` are None where the source carries no times.
    """

    ordinal: int
    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()
    kind: UtteranceKind = UtteranceKind.SPEECH
    written_at: datetime | None = None  # forwarded text: when its author wrote it, where the forward says so


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody whom a source lists: a speaker, an addressee, an invitee. ``label`` is what utterances carry in
    ``speaker`` when this participant talks (None for people who are only listed)."""

    name: str | None
    email: str | None = None
    title: str | None = None
    role: Literal["speaker", "from", "to", "cc", "bcc", "organizer", "attendee", "listed"] = "listed"
    affiliation: Literal["internal", "external"] | None = None  # internal: the selling company (Gong's word)
    label: str | None = None


@dataclass(frozen=True, slots=True)
class MailHeader:
    message_id: str | None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    attachments: tuple[str, ...] = ()  # file names, as listed; never opened
    thread: str | None = None  # filled by ``ingest.mail.threads``: the same for all mails of one thread


@dataclass(frozen=True, slots=True)
class Event:
    """A calendar entry: a VEVENT of an .ics file or of a mail's calendar part."""

    uid: str | None
    summary: str
    start: datetime | date | None
    end: datetime | date | None
    location: str | None = None
    organizer: Participant | None = None
    attendees: tuple[Participant, ...] = ()
    status: str | None = None  # CONFIRMED, CANCELLED …


@dataclass(frozen=True, slots=True)
class Source:
    """One call, one mail or one invitation, parsed.

    ``path`` is relative to the deal with forward slashes ("calls/02-demo.vtt"). An mbox gives many sources with
    one path, told apart by ``mail.message_id``; ``key`` is unique within a deal.
    """

    key: str
    path: str
    kind: SourceKind
    title: str
    format: str  # "zoom-vtt", "teams-vtt", "gong-json", "otter-txt", "eml", "recording" …
    when: datetime | date | None = None  # when the call began, or the mail was sent
    participants: tuple[Participant, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    duration: float | None = None  # seconds
    language: str | None = None  # BCP 47, calls only
    engine: str | None = None  # what transcribed a recording: "faster-whisper:base"
    mail: MailHeader | None = None
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()  # what the reader should know: "12 cues had broken times"


@dataclass(frozen=True, slots=True)
class Opportunity:
    """The CRM row. ``cells`` holds every non-empty cell as exported, so that a claim can cite one."""

    id: str | None
    name: str
    account: str | None = None
    amount: float | None = None
    currency: str | None = None
    stage: str | None = None
    outcome: Literal["won", "lost", "open"] = "open"
    created: date | None = None
    close_date: date | None = None
    owner: str | None = None
    owner_email: str | None = None
    type: str | None = None
    lead_source: str | None = None
    competitor: str | None = None
    stated_reason: str | None = None  # the "Closed Lost Reason" field, as typed
    next_step: str | None = None
    description: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()  # what the reader should know: "03/04/2026 was read as 3 April"


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str | None = None
    title: str | None = None
    account: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One human over all sources. ``id`` is stable over imports while the evidence stays ("p-dana-whitfield")."""

    id: str
    name: str
    title: str | None = None
    side: Side = Side.UNKNOWN
    emails: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()  # every other way the record names them
    renamed: bool = False  # a person gave them this name: it holds even where a transcript writes another


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody spoken of. Character offsets into the utterance's text: ``text[start:end]`` names the person.

    ``how`` says why we think so: "full name", "first name, the only one in the deal", "role: our CIO" …
    """

    person_id: str
    source_key: str
    ordinal: int
    start: int
    end: int
    how: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Two names taken for one human, and why. People may undo it; ``id`` is what they undo."""

    id: str
    person_id: str
    left: str  # an alias, address or source label
    right: str
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said about the people of a deal. Applied in order, over and over, on every resolution.

    merge:  ``subject`` and ``value`` are one human       split:  take the alias ``value`` away from ``subject``
    rename: ``subject`` is called ``value``               side:   ``subject`` is on side ``value``
    title:  ``subject`` has the title ``value``
    voice:  ``subject`` (an id, or the name of somebody new) is who speaks as ``value``, "source key:label"
    not_voice: ``subject`` (an id or a name) does not speak as ``value``; it only ends the proposal
    ``subject`` is a person id; for merge ``value`` is another person id.
    """

    kind: Literal["merge", "split", "rename", "side", "title", "voice", "not_voice"]
    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class People:
    """Who is who in a deal.

    ``speakers`` maps (source key, speaker label) to a person id, for every label that could be resolved;
    ``mentions`` are in order of source and place.
    """

    persons: tuple[Person, ...] = ()
    speakers: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    mentions: tuple[Mention, ...] = ()
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one deal: what analysis works on."""

    deal_id: str
    opportunity: Opportunity
    contacts: tuple[Contact, ...] = ()
    sources: tuple[Source, ...] = ()  # in order of time, undated last
    people: People = People()
