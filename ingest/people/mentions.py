"""Finding people who are spoken of, and settling who is meant; what cannot be settled stays unresolved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.model import Mention, Side, Source, Utterance
from ingest.people import lexicon
from ingest.people.context import Clues, clues, is_addressed
from ingest.people.directory import Directory
from ingest.people.draft import Draft
from ingest.people.lexicon import fold
from ingest.people.names import Name, same_given
from ingest.people.spans import Run, Token, Vocabulary, cited, runs

_INITIAL = re.compile(
    r"(?<![\w.])(?P<one>[A-Z])\.(?:(?P<two>[A-Z])\.)?(?=,? (?:asks?|asked|says?|said|wants?|wanted|"
    r"thinks?|has|is|was|will|would|needs?|and I|told|agrees?|signed|decides?)\b)"
)
_BY_INITIALS = re.compile(r"(?<![\w.-])(?P<both>[A-Z]{2,3})(?![\w.-])")


@dataclass(frozen=True, slots=True)
class Found:
    """A mention with what stands around it, and the word by which the person was called."""

    mention: Mention
    called: str
    clues: Clues
    speaker_side: Side
    kind: str  # "full", "first", "nickname", "surname", "initials"


@dataclass(frozen=True, slots=True)
class _Reading:
    """One name in the text and everybody it can mean."""

    start: int
    end: int
    called: str
    fits: tuple[Draft, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Here:
    """The situation of an utterance: who speaks, and who is present (speakers, listed, sender,
    addressees).
    """

    source: Source
    speaker: Draft | None
    present: frozenset[Draft]


def find_mentions(
    sources: Sequence[Source],
    directory: Directory,
    speakers: dict[tuple[str, str], Draft],
    vocabulary: Vocabulary,
) -> list[Found]:
    """Every mention of a known person by name, in order of source and place.

    People naming themselves are left out.
    """
    found: list[Found] = []
    for source in sources:
        present = frozenset(d for d in directory.drafts if source.key in d.sources)
        for utterance in cited(source):
            here = Here(source, speakers.get((source.key, utterance.speaker or "")), present)
            found += _in_utterance(utterance, here, directory, vocabulary)
    return found


def _in_utterance(
    utterance: Utterance, here: Here, directory: Directory, vocabulary: Vocabulary
) -> list[Found]:
    text = utterance.text
    readings = [r for run in runs(text) for r in _read_run(run, text, directory, vocabulary)]
    readings += _by_initials(text, here, directory, readings)
    found: list[Found] = []
    for reading in sorted(readings, key=lambda r: r.start):
        seen = clues(text, reading.start, reading.end)
        if seen.kin:
            continue
        chosen = _settle(reading, here, seen)
        if chosen:
            person, how = chosen
            mention = Mention(person.id, here.source.key, utterance.ordinal, reading.start, reading.end, how)
            side = here.speaker.side if here.speaker else Side.UNKNOWN
            found.append(Found(mention, reading.called, seen, side, reading.kind))
    return found


def _read_run(run: Run, text: str, directory: Directory, vocabulary: Vocabulary) -> list[_Reading]:
    readings: list[_Reading] = []
    i, tokens = 0, run.tokens
    while i < len(tokens):
        reading, used = _read_at(tokens, i, text, directory, vocabulary)
        if reading:
            readings.append(reading)
        i += used
    return readings


def _read_at(
    tokens: Sequence[Token], i: int, text: str, directory: Directory, vocabulary: Vocabulary
) -> tuple[_Reading | None, int]:
    token = tokens[i]
    if token.folded in lexicon.HONORIFICS and i + 1 < len(tokens):
        return _read_titled(tokens, i, directory)
    for width in (3, 2):
        reading = _read_full(tokens[i : i + width], directory) if i + width <= len(tokens) else None
        if reading:
            return reading, width
    if _stranger(tokens, i, directory, vocabulary):
        return None, 2
    return _read_single(tokens, i, text, directory, vocabulary), 1


def _read_titled(tokens: Sequence[Token], i: int, directory: Directory) -> tuple[_Reading | None, int]:
    honorific, name = tokens[i], tokens[i + 1]
    if i + 2 < len(tokens) and (full := _read_full(tokens[i + 1 : i + 3], directory)):
        return full, 3
    # "Mrs Dorota", "Doctor Fe": many languages put the first name after the honorific
    fits = directory.by_last(name.folded) or directory.called(name.folded)
    called = f"{honorific.text} {name.text}"
    return (_Reading(honorific.start, name.end, called, tuple(fits), "surname") if fits else None), 2


def _read_full(tokens: Sequence[Token], directory: Directory) -> _Reading | None:
    if any(t.cut for t in tokens[:-1]):
        return None
    first, last = tokens[0], tokens[-1]
    fits = directory.by_name(Name(first.text, "", last.text))
    if not fits and len(tokens) == 3:
        fits = directory.by_name(Name(first.text, "", f"{tokens[1].text} {last.text}"))
    called = " ".join(t.text for t in tokens)
    return _Reading(first.start, last.end, called, tuple(fits), "full") if fits else None


def _stranger(tokens: Sequence[Token], i: int, directory: Directory, vocabulary: Vocabulary) -> bool:
    """ "Dan Brown" where the only Dan of the deal is Dan Whitfield: somebody else, so no mention of Dan."""
    if i + 1 >= len(tokens) or tokens[i].cut or not directory.by_first(tokens[i].folded):
        return False
    after = tokens[i + 1].folded
    known = (
        after in lexicon.first_names()
        or after in lexicon.FUNCTION_WORDS
        or after in lexicon.CALENDAR
        or tokens[i + 1].text.isupper()
    )
    return not known and not vocabulary.ordinary(after) and len(after) > 2 and not directory.by_first(after)


def _read_single(
    tokens: Sequence[Token], i: int, text: str, directory: Directory, vocabulary: Vocabulary
) -> _Reading | None:
    token = tokens[i]
    folded = token.folded
    if len(folded) < 2 or (not directory.knows_word(folded) and folded not in lexicon.first_names()):
        return None
    if token.text.isupper() and len(token.text) <= 4:
        return None
    first = directory.by_first(folded)
    fits = first or directory.by_last(folded)
    if not fits or not _is_used_as_name(token, tokens, i, text, vocabulary, bool(first)):
        return None
    if first:
        exact = any(folded == n.first for d in first for n in d.forms())
        kind = "first" if exact else "nickname"
    else:
        kind = "surname"
    return _Reading(token.start, token.end, token.text, tuple(fits), kind)


def _is_used_as_name(
    token: Token, tokens: Sequence[Token], i: int, text: str, vocabulary: Vocabulary, first: bool
) -> bool:
    """Whether a word that can also be something else ("Will", "May", "Grant", a company) stands for a
    person here.
    """
    folded = token.folded
    before = text[max(0, token.start - 5) : token.start].lower()
    if re.search(r"\b(?:the|a|an) $", before):
        return False
    if folded in vocabulary.companies and (not first or i + 1 < len(tokens)):
        return False
    if (
        folded in lexicon.CALENDAR
        or folded in lexicon.FUNCTION_WORDS
        or _opens_like_a_word(token, vocabulary)
    ):
        # "with June" may be the month and "to March" too, so a month needs more than a preposition.
        enough = 0.5 if not token.opens and folded not in lexicon.CALENDAR else 1.0
        weight = clues(text, token.start, token.end).weight
        return is_addressed(text, token.start, token.end) or weight >= enough or token.cut
    return not (folded in lexicon.places() and re.search(r"\b(?:in|at|to|from|near) $", before))


def _opens_like_a_word(token: Token, vocabulary: Vocabulary) -> bool:
    return token.opens and vocabulary.word_like(token.folded)


def _settle(reading: _Reading, here: Here, seen: Clues) -> tuple[Draft, str] | None:
    """The one person meant, and why; None when several could be, or when the speaker names themself."""
    fits = list(reading.fits)
    if here.speaker in fits:
        fits.remove(here.speaker)
    if not fits:
        return None
    if len(fits) == 1:
        return fits[0], _how(
            reading,
            fits[0],
            "the only one in the deal" if len(reading.fits) == 1 else "nobody else here can be meant",
        )
    side = _side_meant(seen, here)
    for scope, narrowed in (
        ("the only one in this call or mail", [d for d in fits if d in here.present]),
        ("the only one on that side", [d for d in fits if side is not None and d.side is side]),
    ):
        if len(narrowed) == 1:
            return narrowed[0], _how(reading, narrowed[0], scope)
    return None


def _side_meant(seen: Clues, here: Here) -> Side | None:
    if here.speaker is None or here.speaker.side not in (Side.BUYER, Side.SELLER):
        return None
    if seen.whose in ("our", "my"):
        return here.speaker.side
    if seen.whose == "your":
        return Side.SELLER if here.speaker.side is Side.BUYER else Side.BUYER
    return None


def _how(reading: _Reading, person: Draft, scope: str) -> str:
    match reading.kind:
        case "full":
            return "full name"
        case "nickname":
            why = next((w for n in person.forms() if (w := same_given(fold(reading.called), n.first))), None)
            return f"{why or f'{reading.called} is how {person.text} signs'}; {scope}"
        case "surname":
            return f"surname, {scope}"
        case "initials":
            return f"initials, {scope}"
        case _:
            return f"first name, {scope}"


def _by_initials(text: str, here: Here, directory: Directory, taken: Sequence[_Reading]) -> list[_Reading]:
    """ "V. asks whether …" among the people of a mail; "JB says" where somebody signs as JB."""
    found: list[_Reading] = []
    for match in _INITIAL.finditer(text):
        one, two = match["one"].lower(), (match["two"] or "").lower()
        fits = [
            d
            for d in here.present
            if any(n.first[:1] == one and (not two or n.last[:1] == two) for n in d.forms())
            and d is not here.speaker
        ]
        if len(fits) == 1:
            found.append(_Reading(match.start(), match.end(), match[0], tuple(fits), "initials"))
    for match in _BY_INITIALS.finditer(text) if any(d.initials for d in directory.drafts) else ():
        fits = [d for d in directory.drafts if match["both"].lower() in d.initials and len(match["both"]) > 1]
        if len(fits) == 1:
            found.append(_Reading(match.start(), match.end(), match[0], tuple(fits), "initials"))
    return [r for r in found if not any(t.start < r.end and r.start < t.end for t in taken)]
