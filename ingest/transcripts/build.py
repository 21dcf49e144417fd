"""From a dialect's draft to a checked ``Source``: bounds, times, ordinals, participants, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePosixPath

from ingest.errors import LimitExceeded, UnreadableSource
from ingest.model import Participant, Source, SourceKind, Utterance, Word
from ingest.plaintext import fold
from ingest.transcripts.clock import usable
from ingest.transcripts.cue import Cue, Draft, is_numbered, is_unknown

MAX_CUES = 200_000
MAX_CUE_CHARACTERS = 100_000


def build_source(path: str, draft: Draft, listed: tuple[Participant, ...] = ()) -> Source:
    """Check ``draft`` and make a ``Source`` of it. ``listed``: people known from beside the file.

    Raises ``LimitExceeded`` (more than 200,000 cues, or one of more than 100,000 characters) and
    ``UnreadableSource`` (no cue with text).
    """
    check_count(path, len(draft.cues))
    utterances = tuple(_utterances(path, draft.cues))
    if not utterances:
        raise UnreadableSource(_why_empty(draft), file=path, place="line 1")
    ends = [time for item in utterances for time in (item.start, item.end) if time is not None]
    return Source(
        key=path,
        path=path,
        kind=SourceKind.CALL,
        title=draft.title or title_of(path),
        format=draft.format,
        when=draft.when,
        participants=_participants(utterances, (*draft.participants, *listed)),
        utterances=utterances,
        duration=max((*ends, usable(draft.duration) or 0.0)) or None,
        language=draft.language,
        engine=draft.engine,
        notes=(*draft.notes, *_notes(draft, utterances)),
    )


def check_count(path: str, cues: int) -> None:
    if cues > MAX_CUES:
        raise LimitExceeded(f"more than {MAX_CUES:,} cues: split the file", file=path)


def title_of(path: str) -> str:
    """A readable title out of a file name: "02-product-demo.vtt" is "Product demo"."""
    name = PurePosixPath(path.replace("\\", "/")).name
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    words = re.sub(r"[-_]+", " ", re.sub(r"^\d{1,3}[-_. ]+", "", stem)).strip() or stem or name
    return words[:1].upper() + words[1:]


def _utterances(path: str, cues: Sequence[Cue]) -> Iterator[Utterance]:
    ordinal = 0
    for number, cue in enumerate(cues, 1):
        text = fold(cue.text)
        if not text:
            continue
        if len(text) > MAX_CUE_CHARACTERS:
            reason = f"a cue of more than {MAX_CUE_CHARACTERS:,} characters: export the transcript with times"
            raise LimitExceeded(reason, file=path, place=f"cue {number}")
        speaker = fold(cue.speaker)[:200] if cue.speaker else None
        start, end = _milliseconds(cue.start), _milliseconds(cue.end)
        if start is not None and end is not None:
            end = max(start, end)
        yield Utterance(
            ordinal=ordinal,
            speaker=None if speaker is None or is_unknown(speaker) else speaker,
            text=text,
            start=start,
            end=end if start is not None else None,
            words=_sane_words(cue.words),
        )
        ordinal += 1


def _milliseconds(seconds: float | None) -> float | None:
    """A usable time, rid of the dust that sums of floats leave."""
    time = usable(seconds)
    return None if time is None else round(time, 3)


def _sane_words(words: tuple[Word, ...]) -> tuple[Word, ...]:
    sane: list[Word] = []
    for word in words:
        start, end = _milliseconds(word.start), _milliseconds(word.end)
        if start is not None and end is not None:
            probability = (
                word.probability if word.probability is not None and 0 <= word.probability <= 1 else None
            )
            sane.append(Word(start, max(start, end), fold(word.text), probability))
    return tuple(sane)


def _participants(utterances: Sequence[Utterance], listed: Sequence[Participant]) -> tuple[Participant, ...]:
    """Everybody who speaks, with what the file says about them; then everybody who is only listed."""
    labels = list(dict.fromkeys(item.speaker for item in utterances if item.speaker))
    people: list[Participant] = []
    for person in listed:
        label = person.label if person.label in labels else _label_of(person, labels)
        if label is not None and not any(other.label == label for other in people):
            people.append(replace(person, role="speaker", label=label))
        elif not _is_listed(person, people):
            people.append(replace(person, label=None))
    taken = {person.label for person in people}
    people += [
        Participant(name=None if is_numbered(label) else label, role="speaker", label=label)
        for label in labels
        if label not in taken
    ]
    return tuple(sorted(people, key=lambda person: person.label is None))


def _label_of(person: Participant, labels: Sequence[str]) -> str | None:
    name = (person.name or "").casefold()
    return next((label for label in labels if label.casefold() == name), None)


def _is_listed(person: Participant, people: Sequence[Participant]) -> bool:
    email = (person.email or "").casefold()
    if email:
        return any((other.email or "").casefold() == email for other in people)
    return any(other.name == person.name for other in people)


def _why_empty(draft: Draft) -> str:
    skipped = [f"{_count(count)} {what}" for what, count in draft.skipped.items() if count]
    found = f" ({', '.join(skipped)})" if skipped else ""
    return f"no cue that could be used{found}: export the transcript again, with times and text"


def _notes(draft: Draft, utterances: Sequence[Utterance]) -> list[str]:
    notes = [f"{_count(count)} {what} and were left out" for what, count in draft.skipped.items() if count]
    starts = [item.start for item in utterances if item.start is not None]
    back = sum(later < earlier for earlier, later in pairwise(starts))
    if back:
        notes.append(f"{_count(back)} began before the one above")
    backwards = sum(
        cue.start is not None and cue.end is not None and cue.end < cue.start for cue in draft.cues
    )
    if backwards:
        notes.append(f"{_count(backwards)} ended before they began")
    if starts and len(starts) < len(utterances) and not draft.format.startswith(("meet", "txt")):
        notes.append(f"{_count(len(utterances) - len(starts))} had no usable times")
    if not starts:
        notes.append("no times: quotes are found by their words")
    return notes


def _count(number: int) -> str:
    return f"{number} cue" if number == 1 else f"{number} cues"
