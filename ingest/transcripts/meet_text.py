"""Google Meet's transcript as text: ``Attendees``, a time now and then, ``Harry Rook: All right``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from ingest.model import Participant
from ingest.plaintext import fold
from ingest.transcripts.clock import parse_clock
from ingest.transcripts.content import Content
from ingest.transcripts.cue import Draft
from ingest.transcripts.plain import named_lines, timed_lines

_ENDED = re.compile(
    r"(?:transcription|meeting|transcript) ended after (\d{1,2}:\d{2}:\d{2}).{0,20}", re.IGNORECASE
)
_DISCLAIMER = re.compile(r"this editable transcript was computer[- ]generated.*", re.IGNORECASE)
_DATE = re.compile(r"\(?(\d{4})[-/](\d{2})[-/](\d{2})\b.*")
_HEAD = 60  # lines within which the attendees stand


def matches(content: Content) -> bool:
    head = [fold(line).casefold() for line in content.lines[:_HEAD]]
    if "attendees" in head and any("transcript" in line for line in head):
        return True
    return any(_ENDED.fullmatch(fold(line)) for line in content.lines[-_HEAD:] if len(line) < 100)


def parse(content: Content, known: Collection[str] = ()) -> Draft:
    title, when, attendees, body = _head(content.lines)
    ended = next((match for line in reversed(content.lines) if (match := _ended(line))), None)
    speech = [line for line in body if not _ended(line) and not _DISCLAIMER.fullmatch(fold(line[:400]))]
    names = [*known, *(person.name for person in attendees if person.name)]
    return Draft(
        format="meet-txt",
        cues=named_lines(timed_lines(speech), names),
        title=title,
        when=when,
        duration=parse_clock(ended[1]) if ended else None,
        participants=attendees,
    )


def _ended(line: str) -> re.Match[str] | None:
    return _ENDED.fullmatch(fold(line)) if len(line) < 100 else None


def _head(lines: Sequence[str]) -> tuple[str | None, date | None, tuple[Participant, ...], Sequence[str]]:
    """(title, date, attendees, the lines of speech)."""
    folded = [fold(line[:400]) for line in lines[:_HEAD]]
    lower = [line.casefold() for line in folded]
    if "attendees" not in lower:
        return None, None, (), lines
    listed = lower.index("attendees")
    begins = next((at for at in range(listed + 1, len(lower)) if lower[at] == "transcript"), None)
    if begins is None:
        begins = next((at for at in range(listed + 1, len(lower)) if folded[at]), listed)
        stop = begins + 1
    else:
        stop = begins
    names = [name.strip() for line in folded[listed + 1 : stop] for name in line.split(",")]
    attendees = tuple(Participant(name=name, role="attendee") for name in names if name)
    before = [line for line in folded[:listed] if line]
    when = next((day for line in before if (day := _date(line))), None)
    title = (
        re.sub(r"\s*(?:\(\d{4}.*|[-–—]\s*transcript)$", "", before[0], flags=re.IGNORECASE) if before else ""
    )
    return title or None, when, attendees, lines[begins + 1 :]


def _date(line: str) -> date | None:
    match = _DATE.search(line)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
