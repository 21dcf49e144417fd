"""What a dialect hands over: cues as the file has them, not yet checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from ingest.model import Participant, Word

UNKNOWN_SPEAKER = "Unknown Speaker"
"""How Otter, and our own exports, write that nobody is named."""

_NUMBERED = re.compile(
    r"(?:speaker|spk|channel|voice|participant|person|guest|unknown|s|ch|[mf])[\s_#-]*(?:[a-z]|s?\d{1,4})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """``start``, ``end``: seconds, None where the file gives none. Text as it stands in the file."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """One parsed file, times and bounds unchecked. ``skipped``: what was left out and how often."""

    format: str
    cues: tuple[Cue, ...]
    title: str | None = None
    when: datetime | date | None = None
    duration: float | None = None
    language: str | None = None
    engine: str | None = None
    participants: tuple[Participant, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    notes: tuple[str, ...] = ()


def is_numbered(label: str) -> bool:
    """Whether a label ("Speaker 1", "spk_0", "S2", "F4") is a machine's, not a person's name."""
    return _NUMBERED.fullmatch(label.strip()) is not None


def is_unknown(label: str) -> bool:
    return label.strip().casefold() in {"unknown speaker", "unknown", "speaker", ""}
