"""People who say who they are: "I'm Fraser", "this is Dana", "Dana here", "Bridget Lomas, hello"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.people import lexicon
from ingest.people.lexicon import fold
from ingest.people.names import Name, parse_name
from ingest.people.titles import title_at

_NAME = (
    r"(?P<name>[^\W\d_a-z][\w'’.-]*(?: (?:van |der |den |de |von |di |da |el |al |"
    r"bin )*[^\W\d_a-z][\w'’-]*){0,2})"
)
_MYSELF = re.compile(
    rf"\b(?:I['’]m|I am|[Mm]y name(?:['’]s| is)|[Mm]e, I['’]m|[Cc]all me|[Nn]ame['’]s) (?:also |just |"
    rf"actually )?{_NAME}"
)
_THIS_IS = re.compile(
    rf"(?:^|[.!?,] )(?:[Ii]t['’]s|[Ii]t is|[Tt]his is|[Yy]ou['’]ve got|[Yy]ou have) {_NAME}(?=[,.!]|"
    rf" from\b| at\b| here\b| speaking\b| in\b|$)"
)
_HERE = re.compile(rf"(?:^|[.!?,] ){_NAME}(?: is)?(?: here\b| speaking\b)")
_OPENING = re.compile(
    rf"^(?:[Hh]i|[Hh]ello|[Mm]orning|[Hh]ey)?[, ]*{_NAME}(?:,|\.| -) (?:hello|hi|hey|morning|good|pleased|"
    rf"nice|lovely|I['’]m|I am|I run|I look|I do|I work|I head|I manage)"
)
_I_AM = re.compile(
    r"\bI(?:['’]m| am)(?: also| actually| just| basically)? (?:the |a |an |your |our |"
    r"their )?(?=(?P<rest>.{3,120}))"
)
_I_RUN = re.compile(
    r"\bI (?P<doing>run|head|lead|manage|head up|look after|oversee) (?P<what>(?:the |our |"
    r"all )?[\w&'’ -]{3,60})"
)
_ANOTHER = re.compile(r"^,? (?:our|my|who|she|he|your|the|and (?:she|he))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Introduction:
    """``name`` says the speaker about themself.

    ``sureness`` 1..4: how likely it is that they mean themself.
    """

    name: Name
    sureness: int
    start: int
    end: int


def introductions(text: str, *, early: bool) -> Iterator[Introduction]:
    """Self-introductions in one utterance.

    ``early``: one of the speaker's first, where "this is Dana" is the speaker.
    """
    for match in _MYSELF.finditer(text):
        yield from _named(match, text, 4)
    for match in _HERE.finditer(text):
        if not re.search(r"\b(?:is|['’]s) here", match[0]) or early:
            yield from _named(match, text, 3)
    if early:
        for match in _THIS_IS.finditer(text):
            if not _ANOTHER.match(text[match.end("name") :]):
                yield from _named(match, text, 3)
        opening = _OPENING.match(text)
        if opening:
            yield from _named(opening, text, 2)


def _named(match: re.Match[str], text: str, sureness: int) -> Iterator[Introduction]:
    words = match["name"].rstrip(".,").split()
    while words and not _may_be_name(words):
        words = words[:-1]
    name = parse_name(" ".join(words)) if words else None
    if name and name.given:
        start = match.start("name")
        yield Introduction(name, sureness, start, start + len(" ".join(words)))


def _may_be_name(words: list[str]) -> bool:
    """The first word is a known first name; "I'm Scottish", "I'm Head of IT" and "I'm Finance" are not
    names.
    """
    folded = [fold(w) for w in words]
    if (
        any(w in lexicon.FUNCTION_WORDS or w in lexicon.CALENDAR or w in lexicon.ROLE_HEADS for w in folded)
        or folded[0] in lexicon.places()
    ):
        return False
    if folded[0] in lexicon.first_names():
        return True
    return (
        len(words) > 1
        and not any(w in lexicon.places() or w in lexicon.ORGANISATION_WORDS for w in folded)
        and not any(w.isupper() for w in words)
    )


def own_title(text: str) -> str | None:
    """What the speaker says of their own job: "I'm head of finance at …" -> "head of finance"."""
    for match in _I_AM.finditer(text):
        title = title_at(match["rest"])
        if title:
            return title
    running = _I_RUN.search(text)
    if running:
        what = re.split(r"\b(?:at|for|here|and|so|but|which|who|in|on|with)\b", running["what"])[0].strip()
        if 3 <= len(what) <= 50 and what.split()[-1].lower() not in lexicon.FUNCTION_WORDS:
            verb = fold(running["doing"])
            return f"{verb if verb.endswith('s') else _third(verb)} {what}"
    return None


def _third(verb: str) -> str:
    head, _, rest = verb.partition(" ")
    return f"{head}s {rest}".strip()
