"""Finding the speaker in front of a line: ``Dana Whitfield: text``, ``(Dana Whitfield) text``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.plaintext import fold
from ingest.transcripts.cue import Cue

_MAX_NAME = 80
_MAX_WORDS = 8
_ALL_NAMED = 0.95  # of cues: then every prefix is a name, in any case and length
_MOSTLY_NAMED = 0.6
_CONTINUES = 0.2  # captions with a name here and there: the others are anybody's
_COLON = re.compile(r"([^:\n]{1,80}?)\s?:(?:\s+|$)(.*)", re.DOTALL)
_PARENTHESES = re.compile(r"[(\[]([^()\[\]:\n]{2,80})[)\]]:?\s+(.*)", re.DOTALL)
_NOT_IN_NAMES = re.compile(r"[?!;\"<>{}=]|\.\s+[a-z]|, (?:and|but|so|or|the|it|we|i)\b|://")
_TITLE_WORD = re.compile(
    r"[^\W\d_a-zß-öø-ÿ].*|\d+|[|/&+-]|(?:von|van|de|del|der|den|da|das|di|do|dos|du|e|la|le|al|el|bin|ibn|of|ten|ter|und|y|zu)"
)
_PRONOUNS = re.compile(r"\s*\([^()]{1,30}\)$")  # "(she/her)", "(Northwind)"
# Words that open a remark with a colon far more often than they name a person.
_DISCOURSE = re.compile(
    r"(?:action|agenda|also|and|answer|attendees|basically|bcc|but|caveat|cc|con|date|"
    r"duration|edit|email|example|first|from|fw|fwd|honestly|http|https|issue|like|"
    r"listen|location|look|meaning|name|no|note|now|ok|okay|option|p\.s|participants|"
    r"phone|plus|point|price|pro|problem|ps|question|quote|re|reason|remember|result|"
    r"right|second|sent|so|speakers|step|subject|summary|third|time|title|to|today|todo|"
    r"tomorrow|topic|transcript|update|warning|well|when|where|yes)"
)
_SOUNDS = re.compile(
    r"(?:laughs|laughter|laughing|inaudible|crosstalk|music|applause|pause|silence|sighs|"
    r"coughs|unintelligible|noise|foreign|beep|background|chuckles|indistinct)(?:\b.*)?"
)


@dataclass(frozen=True, slots=True)
class Named:
    """Text that may begin with a name, taken apart."""

    name: str
    rest: str
    in_parentheses: bool = False


def split_name(text: str) -> Named | None:
    """The name in front of folded ``text``, when it could be one."""
    head = text[: _MAX_NAME + 4]
    if match := _PARENTHESES.match(text) if head[:1] in "([" else None:
        name = match[1].strip()
        if could_be_name(name) and _SOUNDS.fullmatch(name.casefold()) is None and is_title(name):
            return Named(name, match[2], in_parentheses=True)
    if ":" in head and (match := _COLON.match(text)) and could_be_name(match[1]):
        name = match[1].strip()
        return Named(name[1:-1] if name[:1] == "(" and name[-1:] == ")" else name, match[2])
    return None


def name_speakers(cues: Sequence[Cue], known: Collection[str] = ()) -> tuple[Cue, ...]:
    """Cues with the name taken off their text and put into ``speaker``.

    A prefix is a name when the file or the guest list uses it again, when it looks like a full name, or when
    most cues of the file carry one. A cue without a name belongs to the speaker before it (Zoom splits long
    turns so); before the first name, to nobody.
    """
    texts = [fold(cue.text) for cue in cues]
    found = [None if cue.speaker else split_name(text) for cue, text in zip(cues, texts, strict=True)]
    names = accepted_names(found, len(cues), known)
    hits = sum(bool(cue.speaker) or _hit(hit, names) for cue, hit in zip(cues, found, strict=True))
    inherit = hits >= _CONTINUES * len(cues)
    named: list[Cue] = []
    last: str | None = None
    for cue, text, hit in zip(cues, texts, found, strict=True):
        if cue.speaker:
            last = cue.speaker
            named.append(replace(cue, text=text))
        elif hit is not None and _hit(hit, names):
            last = hit.name
            named.append(replace(cue, text=hit.rest, speaker=last))
        else:
            named.append(replace(cue, text=text, speaker=last if inherit else None))
    return tuple(named)


def _hit(hit: Named | None, names: Collection[tuple[str, bool]]) -> bool:
    return hit is not None and (hit.name, hit.in_parentheses) in names


def accepted_names(
    found: Iterable[Named | None], cues: int, known: Collection[str] = ()
) -> frozenset[tuple[str, bool]]:
    """The (name, in parentheses) pairs that are taken for speakers in a file of ``cues`` cues."""
    counts = Counter((hit.name, hit.in_parentheses) for hit in found if hit is not None)
    listed = {name.casefold() for name in known}
    colons = sum(count for (name, inside), count in counts.items() if not inside and not _is_discourse(name))
    share = colons / max(cues, 1)
    return frozenset(
        key
        for key, count in counts.items()
        if key[0].casefold() in listed or _is_speaker(key[0], key[1], count, share)
    )


def _is_speaker(name: str, in_parentheses: bool, count: int, share: float) -> bool:
    """``share``: of the file's cues that begin with something like a name."""
    if _is_discourse(name):
        return False
    words = len(name.split())
    if in_parentheses:
        return is_title(name) and (words >= 2 or count >= 2)
    if share >= _ALL_NAMED or (share >= _MOSTLY_NAMED and (count >= 2 or words == 1)):
        return True
    return is_title(name) and (share >= _MOSTLY_NAMED or 2 <= words <= 4 or count >= 2)


def _is_discourse(name: str) -> bool:
    return _DISCOURSE.fullmatch(name.casefold().rstrip(".")) is not None


def could_be_name(name: str) -> bool:
    """Whether a display name may look so: "Dana's iPhone", "Whitfield, Dana (she/her)", "+44 7700 900123"."""
    name = name.strip()
    return (
        0 < len(name) <= _MAX_NAME
        and len(name.split()) <= _MAX_WORDS
        and _NOT_IN_NAMES.search(name) is None
        and (any(letter.isalpha() for letter in name) or name.startswith("+"))
    )


def is_title(name: str) -> bool:
    """Whether every word begins as the words of names do."""
    return all(_TITLE_WORD.fullmatch(word.lstrip("'\"(")) for word in _PRONOUNS.sub("", name).split())
