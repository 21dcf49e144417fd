"""A small record by hand, and an embedder that needs no weights: words hashed into a few hundred buckets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest

from analysis.corpus import Corpus, build_corpus
from analysis.embedders import Vectors
from ingest.model import (
    Event,
    MailHeader,
    Mention,
    Opportunity,
    Participant,
    People,
    Person,
    Record,
    Side,
    Source,
    SourceKind,
    Utterance,
    UtteranceKind,
    Word,
)


class WordHashes:
    """Bags of words: near when they share words. A real, if poor, embedder."""

    name = "word-hashes"
    dimension = 256

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(out, texts, strict=True):
            self.embedded.append(text)
            for word in re.findall(r"\w+", text.lower()):
                row[int(hashlib.md5(word.encode()).hexdigest(), 16) % self.dimension] += 1.0
            row /= max(1e-6, float(np.linalg.norm(row)))
            on_progress(1)
        return out


CALL = (
    ("Cole Brandvold", "Thanks for joining, can you hear me all right?"),
    ("Dana Whitfield", "Yes, fine."),
    ("Dana Whitfield", "Our clerks lose two hundred and eighty hours a month on corrections."),
    ("Cole Brandvold", "Who decides about the budget on your side?"),
    (
        "Dana Whitfield",
        "That's our CIO, Vivienne. She gives the president one name before the end of August.",
    ),
    ("Dana Whitfield", "The board meets on the fourteenth of July and decides about it."),
    ("Cole Brandvold", "I'll send you the reference letters by Friday."),
    ("Speaker 1", "I am Amrit, I do the testing with the sandbox."),
    ("Cole Brandvold", "Okay."),
)
LATER = (
    ("Dana Whitfield", "You never sent the reference letters, and Vivienne asked about it."),
    ("Cole Brandvold", "I forgot, sorry, the reference letters slipped, that was on me."),
    (
        "Dana Whitfield",
        "We signed with them for three years, so talk to us again when the contract ends in 2029.",
    ),
)


def utterances(lines: Sequence[tuple[str, str]]) -> tuple[Utterance, ...]:
    out: list[Utterance] = []
    for i, (who, text) in enumerate(lines):
        tokens = text.split()
        words = tuple(Word(10.0 * i + 0.3 * j, 10.0 * i + 0.3 * j + 0.25, t) for j, t in enumerate(tokens))
        out.append(Utterance(i, who, text, 10.0 * i, words[-1].end, words))
    return tuple(out)


def paragraph(
    i: int, text: str, kind: UtteranceKind = UtteranceKind.BODY, who: str = "dana@northwind.example"
) -> Utterance:
    return Utterance(i, who, text, kind=kind)


MAIL = (
    paragraph(0, "The security form is attached. It has two rows that cannot be waived, 14.2 and 22.6."),
    paragraph(1, "Dana Whitfield, Manager", UtteranceKind.SIGNATURE),
    paragraph(2, "This was written before and stands elsewhere.", UtteranceKind.QUOTED),
    Utterance(
        3,
        "vivienne@northwind.example",
        "Both conditions come from our largest customer and stay.",
        kind=UtteranceKind.FORWARDED,
        written_at=datetime(2026, 6, 20, 9, tzinfo=UTC),
    ),
)


@pytest.fixture(scope="session")
def record() -> Record:
    persons = (
        Person("p-dana", "Dana Whitfield", "Payroll Manager", Side.BUYER, ("dana@northwind.example",)),
        Person("p-cole", "Cole Brandvold", "Account Executive", Side.SELLER, ("cole@ledger.example",)),
        Person("p-viv", "Vivienne Asare", "CIO", Side.BUYER, ("vivienne@northwind.example",)),
        Person("p-amrit", "Amrit Gill", None, Side.BUYER),
    )
    speakers = {
        ("c1", "Dana Whitfield"): "p-dana",
        ("c1", "Cole Brandvold"): "p-cole",
        ("c1", "Speaker 1"): "p-amrit",
        ("c2", "Dana Whitfield"): "p-dana",
        ("c2", "Cole Brandvold"): "p-cole",
        ("m1", "dana@northwind.example"): "p-dana",
        ("m1", "vivienne@northwind.example"): "p-viv",
    }
    text = CALL[4][1]
    mentions = (
        Mention("p-viv", "c1", 4, text.index("our CIO"), text.index("our CIO") + 7, "role: our CIO"),
        Mention("p-viv", "c2", 0, 41, 49, "first name"),
    )
    event = Event("u1", "Steering call", datetime(2026, 8, 3, 9, tzinfo=UTC), None)
    sources = (
        Source(
            "c1",
            "calls/01-intro.vtt",
            SourceKind.CALL,
            "Intro",
            "zoom-vtt",
            datetime(2026, 6, 10, 9, tzinfo=UTC),
            utterances=utterances(CALL),
            duration=95.0,
        ),
        Source(
            "m1",
            "emails/01-form.eml",
            SourceKind.MAIL,
            "Security form",
            "eml",
            datetime(2026, 6, 24, 8, tzinfo=UTC),
            (
                Participant(
                    "Dana Whitfield", "dana@northwind.example", role="from", label="dana@northwind.example"
                ),
            ),
            MAIL,
            mail=MailHeader("<1@northwind.example>", subject="Security form"),
            events=(event,),
        ),
        Source(
            "c2",
            "calls/02-after.vtt",
            SourceKind.CALL,
            "After",
            "zoom-vtt",
            datetime(2026, 10, 6, 9, tzinfo=UTC),
            utterances=utterances(LATER),
        ),
    )
    cells = {"Opportunity Name": "Northwind payroll", "Closed Lost Reason": "Price", "Amount": "152500"}
    opportunity = Opportunity(
        "006",
        "Northwind payroll",
        "Northwind",
        152500.0,
        "CAD",
        "Closed Lost",
        "lost",
        date(2026, 6, 2),
        date(2026, 10, 2),
        "Cole Brandvold",
        competitor="Sablecourt",
        stated_reason="Price",
        cells=cells,
    )
    return Record("northwind", opportunity, (), sources, People(persons, speakers, mentions))


@pytest.fixture(scope="session")
def embedder() -> WordHashes:
    return WordHashes()


@pytest.fixture(scope="session")
def corpus(record: Record, embedder: WordHashes) -> Corpus:
    return build_corpus(record, embedder)
