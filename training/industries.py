"""The training corpus as records: one industry is read as if it were one deal, so that the program's own windows, passages and
retrieval run on it. Held-out industries are fixed by the hash of their names, so that a new industry moves no other."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.answers.passages import passage
from analysis.corpus import unembedded
from analysis.windows import Window
from ingest.model import (
    Opportunity,
    People,
    Person,
    Record,
    Side,
    Source,
    SourceKind,
    Utterance,
    UtteranceKind,
)

CORPUS = Path(__file__).resolve().parent / "corpus"
QMSUM = Path(__file__).resolve().parents[2] / "shared" / "data" / "qmsum"
_SIDES = {
    "buyer": Side.BUYER,
    "seller": Side.SELLER,
    "partner": Side.PARTNER,
    "third_party": Side.THIRD_PARTY,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the corpus; ``gold``: (source key, ordinal) of the turns that answer or contradict it."""

    text: str
    kind: str
    source_key: str
    gold: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Industry:
    name: str
    record: Record
    questions: tuple[Asked, ...]


def held_out(name: str, share: int = 4) -> bool:
    """Whether an industry (or a series of meetings) is kept for validation: one in ``share``, by the hash of its name."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % share == 0


def industries(folder: Path = CORPUS) -> Iterator[Industry]:
    """Every industry of the corpus. A line that cannot be read is named on stderr and left out."""
    for path in sorted(folder.glob("*.jsonl")):
        try:
            yield _industry(path)
        except (ValueError, KeyError) as error:
            print(f"{path.name} is left out: {error}", file=sys.stderr)


def _industry(path: Path) -> Industry:
    people: dict[str, Person] = {}
    speakers: dict[tuple[str, str], str] = {}
    sources: list[Source] = []
    questions: list[Asked] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        given = json.loads(line)
        call = given["medium"] == "call"
        for turn in given["turns"]:
            person = "p-" + turn["who"].lower().replace(" ", "-")
            people.setdefault(
                person, Person(person, turn["who"], side=_SIDES.get(turn["side"], Side.UNKNOWN))
            )
            speakers[given["id"], turn["who"]] = person
        sources.append(_source(given["id"], call, given["turns"]))
        for asked in given.get("questions", []):
            gold = tuple((given["id"], turn) for turn in asked["turns"])
            questions.append(Asked(asked["q"], asked["kind"], given["id"], gold))
    record = Record(
        path.stem,
        Opportunity(None, path.stem),
        (),
        tuple(sources),
        People(tuple(people.values()), speakers),
    )
    return Industry(path.stem, record, tuple(questions))


def _source(key: str, call: bool, turns: list[dict[str, str]]) -> Source:
    said = tuple(
        Utterance(
            i,
            turn["who"],
            " ".join(turn["text"].split()),
            start=10.0 * i if call else None,
            end=10.0 * i + 9 if call else None,
            kind=UtteranceKind.SPEECH if call else UtteranceKind.BODY,
        )
        for i, turn in enumerate(turns)
    )
    return Source(key, key, SourceKind.CALL if call else SourceKind.MAIL, "", "x", utterances=said)


# -- examples for training -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the passages that answer it (indices into its pool's passages), those that are near it but do not, and
    those that must not count as wrong. ``kind`` as in the corpus; of QMSum "meeting"."""

    question: str
    kind: str
    pool: str
    right: tuple[int, ...]
    near: tuple[int, ...]  # of the same excerpt, far enough from what is right
    spared: tuple[int, ...]


@dataclass(frozen=True)
class Pool:
    """All passages of an industry or a meeting."""

    name: str
    group: str  # what is held out together
    passages: tuple[str, ...]
    examples: tuple[Example, ...]


def pool(industry: Industry) -> Pool:
    corpus = unembedded(industry.record)
    windows = [w for w in corpus.windows if w.kind == "window"]
    passages = tuple(passage(corpus, w) for w in windows)
    return Pool(
        industry.name,
        industry.name,
        passages,
        tuple(_example(a, industry.name, windows) for a in industry.questions),
    )


def _example(asked: Asked, name: str, windows: list[Window]) -> Example:
    right, near, spared = list[int](), list[int](), list[int]()
    gold = {ordinal for _, ordinal in asked.gold}
    for i, w in enumerate(windows):
        if w.source_key != asked.source_key:
            continue
        if gold & set(w.ordinals):
            right.append(i)
        elif min((abs(a - b) for a in gold for b in w.ordinals), default=9) <= 1:
            spared.append(i)
        else:
            near.append(i)
    return Example(asked.text, asked.kind, name, tuple(right), tuple(near), tuple(spared))


# -- QMSum ---------------------------------------------------------------------------------------------------

_MOST_WORDS = 400  # of a question's spans: longer ones are summaries of half a meeting
_UNIT = 80


def meetings(folder: Path = QMSUM) -> Iterator[Pool]:
    """The visible QMSum meetings as pools; nothing where the folder is missing. Series of meetings are held out whole."""
    for part in ("product", "other"):
        path = folder / f"{part}.jsonl"
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                yield _meeting(json.loads(line))


def _meeting(given: dict[str, object]) -> Pool:
    turns: list[dict[str, str]] = given["turns"]  # type: ignore[assignment]
    units = _units(turns)
    texts = [_unit_text(turns, a, b) for a, b in units]
    examples: list[Example] = []
    for query in given["specific_queries"]:  # type: ignore[attr-defined]
        spans = [(a, b) for a, b in query["spans"]]
        words = sum(len(turns[i]["text"].split()) for a, b in spans for i in range(a, min(b + 1, len(turns))))
        right = tuple(i for i, (a, b) in enumerate(units) if any(a <= d and c <= b for c, d in spans))
        if right and words <= _MOST_WORDS * 3:
            examples.append(Example(query["query"], "meeting", str(given["id"]), right, (), ()))
    return Pool(str(given["id"]), str(given["series"]), tuple(texts), tuple(examples))


def _units(turns: list[dict[str, str]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    begin, words = 0, 0
    for i, turn in enumerate(turns):
        n = len(turn["text"].split())
        if i > begin and words + n > _UNIT:
            out.append((begin, i - 1))
            begin, words = i, 0
        words += n
    out.append((begin, len(turns) - 1))
    return out


def _unit_text(turns: list[dict[str, str]], first: int, last: int) -> str:
    said = [
        f"{t['speaker']}: {text}"
        for t in turns[first : last + 1]
        if (text := " ".join(w for w in t["text"].split() if not w.startswith("{") and not w.endswith("}")))
        and len(text) > 3
    ]
    return " ".join(" ".join(said).split()[: 2 * _UNIT])


__all__ = [
    "Asked",
    "Example",
    "Industry",
    "Pool",
    "held_out",
    "industries",
    "meetings",
    "pool",
]
