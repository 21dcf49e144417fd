"""Words that a person pasted, found in the record: the citation of a claim that people write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from analysis.documents import Citation
from analysis.evidence import fold, speaker_name, verify
from analysis.windows import CITABLE
from api.errors import BadInput
from ingest.model import Record, Source, SourceKind, Utterance

_OUTER = "\"'“”‘’« »"


def find_quote(record: Record, pasted: str) -> Citation:
    """Verbatim, white space folded, by one speaker in a row or in one mail paragraph. Raises ``BadInput``."""
    quote = fold(pasted).strip(_OUTER)
    for source in record.sources:
        for run in _runs(source):
            text = " ".join(fold(u.text) for u in run)
            if quote and quote in text:
                citation = _citation(record, source, run, text, quote)
                if verify(record, citation):
                    return citation
    raise BadInput(
        f"“{quote[:60]}” does not stand in the record word for word, by one speaker, in 3 to 80 words: "
        "copy it from the transcript or mail"
    )


def _runs(source: Source) -> Iterator[list[Utterance]]:
    citable = [u for u in source.utterances if u.kind in CITABLE]
    if source.kind is not SourceKind.CALL:
        yield from ([u] for u in citable)
        return
    for _, run in groupby(citable, key=lambda u: u.speaker):
        yield list(run)


def _citation(record: Record, source: Source, run: list[Utterance], text: str, quote: str) -> Citation:
    first, last = text.find(quote), text.find(quote) + len(quote)
    within: list[Utterance] = []
    at = 0
    for utterance in run:
        end = at + len(fold(utterance.text))
        if at < last and end > first:
            within.append(utterance)
        at = end + 1
    label = run[0].speaker
    person_id = record.people.speakers.get((source.key, label)) if label else None
    person = next((p for p in record.people.persons if p.id == person_id), None)
    when = within[0].written_at or source.when
    return Citation(
        source=source.path,
        speaker=speaker_name(person, label, source),
        start=within[0].start,
        end=within[-1].end,
        message_id=source.mail.message_id if source.mail else None,
        quote=quote,
        key=source.key,
        ordinals=[u.ordinal for u in within],
        label=label,
        when=(when.date() if isinstance(when, datetime) else when).isoformat() if when else None,
    )
