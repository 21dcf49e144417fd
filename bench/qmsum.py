"""Finding the evidence in real meetings: QMSum (Zhong et al. 2021), the visible half, beside its trivial baselines.

    python -m bench.qmsum [--data FOLDER] [--part product] [--pool held-out|all] [--questions held-out|all] [--reranker NAME]

A unit is at most 80 words of consecutive turns; a hit is a unit that overlaps a gold span of the question. "within": ranked among
the units of the question's meeting; "pooled": among those of all meetings. The shipped weights were trained on other series of
meetings than the held-out ones, so only questions of those are asked unless told otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.answers.question import parse
from analysis.answers.retrieve import (
    DEPTH,
    KEYWORD_WEIGHT,
    LONG,
    READ_AHEAD,
    READ_STORED,
    RERANKED,
    reciprocal_ranks,
)
from analysis.embedders import Embedder, Vectors, open_embedder
from analysis.indexes import Filter
from analysis.indexes.bm25 import MemoryKeywords
from analysis.rerankers import Reranker, open_reranker
from analysis.windows import Window
from api.settings import Settings
from ingest.model import People
from training.industries import QMSUM, held_out

WORDS = 80
AROUND = 30  # words before and after that a reranker reads, as in analysis.answers.passages


@dataclass(frozen=True, slots=True)
class Unit:
    """At most ``WORDS`` words; ``turns``: the numbers of the turns in it, from the first to the last."""

    meeting: str
    number: int
    turns: tuple[int, int]
    text: str
    passage: str


@dataclass(frozen=True, slots=True)
class Asked:
    meeting: str
    text: str
    spans: tuple[tuple[int, int], ...]  # first and last turn, both included


def units(meeting: str, turns: Sequence[dict[str, str]]) -> list[Unit]:
    """A meeting cut into units: turns follow each other until the next would not fit; a long turn is cut at a word."""
    pieces: list[tuple[int, str]] = []
    for number, turn in enumerate(turns):
        words = [w for w in turn["text"].split() if not (w.startswith("{") or w.endswith("}"))]
        for at in range(0, len(words), WORDS):
            pieces.append((number, f"{turn['speaker']}: {' '.join(words[at : at + WORDS])}"))
    groups: list[list[tuple[int, str]]] = []
    held = WORDS + 1
    for number, text in pieces:
        n = len(text.split(": ", 1)[1].split())
        if held + n > WORDS:
            groups.append([])
            held = 0
        groups[-1].append((number, text))
        held += n
    texts = [" ".join(text for _, text in group) for group in groups]
    out: list[Unit] = []
    for i, (group, text) in enumerate(zip(groups, texts, strict=True)):
        before = " ".join(texts[i - 1].split()[-AROUND:]) if i else ""
        after = " ".join(texts[i + 1].split()[:AROUND]) if i + 1 < len(texts) else ""
        passage = " | ".join(part for part in (before, text, after) if part)
        out.append(Unit(meeting, i, (group[0][0], group[-1][0]), text, passage))
    return out


class Meetings:
    """All units with their vectors and a keyword index; ``rank`` orders them for a question."""

    def __init__(self, found: Sequence[Unit], embedder: Embedder, reranker: Reranker | None) -> None:
        self.units, self.embedder, self.reranker = tuple(found), embedder, reranker
        self.vectors: Vectors = embedder.embed([u.text for u in found])
        self.rows = {f"{u.meeting}#{u.number}": row for row, u in enumerate(found)}
        self.keywords = MemoryKeywords()
        self.keywords.upsert([_window(u) for u in found])
        ahead = reranker is not None and reranker.ahead
        self.read = reranker.embed([u.passage for u in found]) if reranker and ahead else None

    def ranked(self, asked: Asked, meeting: str | None) -> dict[str, list[int]]:
        """Rows of units, best first, by each way; of one meeting, or of all where None."""
        question = parse(asked.text, People())
        vectors = self.embedder.embed([question.text, question.statement])
        inside = [row for row, u in enumerate(self.units) if meeting in (None, u.meeting)]
        likeness = self.vectors[inside] @ vectors.T
        by_vector = [inside[i] for i in np.argsort(-likeness[:, 0], kind="stable")]
        by_statement = [inside[i] for i in np.argsort(-likeness[:, 1], kind="stable")]
        where = Filter(deals=(meeting,)) if meeting else Filter()
        hits = self.keywords.query(" ".join(question.terms) or question.text, where, 100)
        by_words = [self.rows[h.window_id] for h in hits]
        weighted = [(1.0, by_vector[:DEPTH]), (0.5, by_statement[:DEPTH]), (1.0, by_words[:DEPTH])]
        fusion = _fused(weighted)
        ways = {"BM25": by_words, "vectors": by_vector, "fusion": fusion}
        if self.reranker:
            of_reranker = self.reranker.embed([asked.text])[0]
            if self.read is not None:
                near = [inside[i] for i in np.argsort(-(self.read[inside] @ of_reranker), kind="stable")]
                ways["encoder"] = near
                fusion = _fused([*weighted, (READ_AHEAD, near[:DEPTH])])
            ways["reranked"] = self._reranked(of_reranker, fusion, by_words, vectors[0])
        return ways

    def _reranked(
        self, of_reranker: Vectors, fusion: list[int], by_words: Sequence[int], asked: Vectors
    ) -> list[int]:
        """As ``analysis.answers.retrieve`` weighs it, as far as meetings have what it weighs."""
        assert self.reranker is not None
        head = fusion[: RERANKED if self.read is None else READ_STORED]
        passages = [self.units[row].passage for row in head]
        read = (self.reranker.embed(passages) if self.read is None else self.read[head]) @ of_reranker
        keyword = {row: KEYWORD_WEIGHT / (10 + rank + 1) for rank, row in enumerate(by_words)}
        long = [min(LONG, len(self.units[row].text.split())) / LONG for row in head]
        score = {
            row: float(s)
            + self.reranker.likeness * float(self.vectors[row] @ asked)
            + keyword.get(row, 0.0)
            + 0.1 * n
            for row, s, n in zip(head, read, long, strict=True)
        }
        return [*sorted(head, key=lambda row: -score[row]), *fusion[len(head) :]]

    def rank(self, asked: Asked, rows: Sequence[int]) -> int:
        """From 0; of the first unit that overlaps a gold span."""
        for place, row in enumerate(rows):
            unit = self.units[row]
            if unit.meeting == asked.meeting and any(
                unit.turns[0] <= last and first <= unit.turns[1] for first, last in asked.spans
            ):
                return place
        return 9999


def _fused(rankings: Sequence[tuple[float, Sequence[int]]]) -> list[int]:
    fused = reciprocal_ranks([(weight, [str(row) for row in rows]) for weight, rows in rankings])
    return [int(row) for row in sorted(fused, key=lambda row: -fused[row])]


def _window(unit: Unit) -> Window:
    return Window(
        id=f"{unit.meeting}#{unit.number}",
        deal_id=unit.meeting,
        source_key=unit.meeting,
        kind="window",
        ordinals=(unit.number,),
        text=unit.text,
        speaker=None,
        person_id=None,
        side="unknown",
        start=None,
        end=None,
        when=None,
    )


def read(path: Path) -> Iterator[tuple[str, str, list[Unit], list[Asked]]]:
    """(meeting, series, its units, its questions) of a file of meetings."""
    for line in path.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        asked = [
            Asked(given["id"], q["query"], tuple((a, b) for a, b in q["spans"]))
            for q in given["specific_queries"]
        ]
        yield given["id"], given["series"], units(given["id"], given["turns"]), asked


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--data", type=Path, default=QMSUM)
    ask.add_argument("--part", default="product")
    ask.add_argument("--pool", choices=["held-out", "all"], default="held-out")
    ask.add_argument("--questions", choices=["held-out", "all"], default="held-out")
    ask.add_argument("--reranker", default=Settings().reranker)
    given = ask.parse_args()
    found = list(read(given.data / f"{given.part}.jsonl"))
    pool = [u for _, series, us, _ in found if given.pool == "all" or held_out(series) for u in us]
    asked = [q for _, series, _, qs in found if given.questions == "all" or held_out(series) for q in qs]
    embedder = open_embedder("minilm", Settings().models)
    meetings = Meetings(pool, embedder, open_reranker(given.reranker, Settings().models))
    held = sorted({u.meeting for u in pool})
    print(f"{len(asked)} questions; pool: {len(held)} meetings, {len(pool)} units\n")
    print("| ranking | " + " | ".join(f"{w} hit@1 | hit@5 | MRR" for w in ("within:", "pooled:")) + " |")
    print("| --- |" + " ---: |" * 6)
    table: dict[str, dict[str, list[int]]] = {}
    for q in asked:
        for where, meeting in (("within", q.meeting), ("pooled", None)):
            for way, rows in meetings.ranked(q, meeting).items():
                table.setdefault(way, {}).setdefault(where, []).append(meetings.rank(q, rows))
    for way, both in table.items():
        cells: list[str] = []
        for where in ("within", "pooled"):
            r = np.array(both[where])
            cells += [f"{(r < 1).mean():.3f}", f"{(r < 5).mean():.3f}", f"{(1 / (1 + r)).mean():.3f}"]
        print(f"| {way} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    sys.exit(main())
