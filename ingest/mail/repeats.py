"""Each sentence once: paragraphs that stand in another mail of the deal are quotations, whatever their
layout says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.mail.paragraphs import sentences
from ingest.mail.threads import seconds
from ingest.model import Source, Utterance, UtteranceKind

MIN_WORDS = 6  # shorter paragraphs ("Thanks, both.") recur without being quoted
SHARE = 0.8  # of a paragraph's words that must stand in the other mail
SHINGLE = 4  # words; how a quotation that was cut or re-wrapped is recognised
MAX_RESTORED = 5_000  # mails; above it, text quoted from mails that are not in the deal stays a quotation

_WORD = re.compile(r"\w+")


def strip_repeats(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The same sources in the same order with the kinds of their mail paragraphs settled over the whole deal.

    BODY and FORWARDED paragraphs of which at least 80% of the words stand in an earlier mail (for
    FORWARDED: in any
    mail as BODY) become QUOTED. The other way round, a QUOTED paragraph whose author is named and
    whose mail is
    not in the deal becomes FORWARDED in the earliest mail that shows it: otherwise its sentences
    would be stored nowhere.
    """
    order = sorted((n for n, s in enumerate(sources) if s.mail), key=lambda n: (seconds(sources[n].when), n))
    known = _Known.of([sources[n] for n in order])
    ids = {s.mail.message_id for s in sources if s.mail and s.mail.message_id}
    settled = list(sources)
    for rank, n in enumerate(order):
        source = sources[n]
        parent = source.mail.in_reply_to if source.mail else None
        orphan = len(order) <= MAX_RESTORED and (parent is None or parent not in ids)
        said = tuple(_settle(u, rank, known, orphan) for u in source.utterances)
        if said != source.utterances:
            settled[n] = replace(source, utterances=said)
        known.forward(rank, said)
    return tuple(settled)


def _settle(utterance: Utterance, rank: int, known: _Known, orphan: bool) -> Utterance:
    keys = tuple(_keys(utterance.text))
    words = sum(len(key) for key in keys)
    if words < MIN_WORDS:
        return utterance
    if utterance.kind in (UtteranceKind.BODY, UtteranceKind.FORWARDED):
        forwarded = utterance.kind is UtteranceKind.FORWARDED
        stands = sum(len(key) for key in keys if known.elsewhere(key, rank, forwarded))
        return replace(utterance, kind=UtteranceKind.QUOTED) if stands >= SHARE * words else utterance
    if utterance.kind is UtteranceKind.QUOTED and orphan and utterance.speaker and not known.covers(keys):
        return replace(utterance, kind=UtteranceKind.FORWARDED)
    return utterance


Words = tuple[str, ...]


@dataclass(slots=True)
class _Known:
    """Which sentence was written in which mail (by rank in time), and all runs of four words."""

    written: dict[Words, int] = field(default_factory=dict[Words, int])
    forwarded: dict[Words, int] = field(default_factory=dict[Words, int])
    shingles: set[int] = field(default_factory=set[int])

    @classmethod
    def of(cls, mails: Sequence[Source]) -> _Known:
        known = cls()
        for rank, source in enumerate(mails):
            for utterance in source.utterances:
                if utterance.kind is UtteranceKind.BODY:
                    for key in _keys(utterance.text):
                        known.written.setdefault(key, rank)
                        if len(mails) <= MAX_RESTORED:
                            known.shingles.update(_shingles(key))
        return known

    def forward(self, rank: int, said: Sequence[Utterance]) -> None:
        for utterance in said:
            if utterance.kind is UtteranceKind.FORWARDED:
                for key in _keys(utterance.text):
                    self.forwarded.setdefault(key, rank)
                    self.shingles.update(_shingles(key))

    def elsewhere(self, key: Words, rank: int, forwarded: bool) -> bool:
        written = self.written.get(key)
        if written is not None and (written < rank or (forwarded and written != rank)):
            return True
        return forwarded and self.forwarded.get(key, rank) < rank

    def covers(self, keys: Sequence[Words]) -> bool:
        runs = [run for key in keys for run in _shingles(key)]
        return not runs or sum(run in self.shingles for run in runs) >= 0.5 * len(runs)


def _keys(text: str) -> Iterator[Words]:
    for sentence in sentences(text):
        if words := tuple(_WORD.findall(sentence.lower())):
            yield words


def _shingles(words: Words) -> Iterator[int]:
    for at in range(max(1, len(words) - SHINGLE + 1)):
        yield hash(words[at : at + SHINGLE])
