"""Quality of answers: which places are found, and when an answer is refused, without an LLM.

    python -m bench.answers [--reranker NAME] [--deals FOLDER ...] [--all]

On the held-out industries of training/corpus (one industry is read as one deal; ``--all``: on every industry, also
those that the weights were trained on) a hit is a window over the very turn that answers. Each figure stands with its
standard error. On labelled deals the figures are those of ``score_deals.py``. BM25 and vectors alone, and the fusion of
both, stand beside the reranked order. Without ``--deals``: those of ../shared, where they are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from analysis.answers import answer
from analysis.answers.question import parse
from analysis.answers.readings import to_read
from analysis.answers.retrieve import retrieve
from analysis.corpus import Corpus, build_corpus
from analysis.documents import PreRead
from analysis.embedders import Embedder, open_embedder
from analysis.evidence import cite
from analysis.indexes import Filter, VectorIndex
from analysis.indexes.bm25 import MemoryKeywords
from analysis.indexes.memory import MemoryVectors
from analysis.rerankers import Reranker, open_reranker
from analysis.windows import Window
from api.settings import Settings
from bench.load import scorer
from bench.quality import corpus_of
from training.industries import Asked, held_out, industries

FIGURES = (
    "qa_retrieved@10",
    "qa_evidence_cited",
    "qa_answered",
    "qa_abstains",
    "qa_corrects_premise",
    "qa_cross_source",
)
DEALS = Path(os.environ.get("PREREAD_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "deals"
UNANSWERED = {"unanswerable", "false_premise"}


def read_ahead(corpus: Corpus, reranker: Reranker | None) -> VectorIndex | None:
    """What an index job stores of a deal for a reranker that reads ahead."""
    if reranker is None or not reranker.ahead:
        return None
    readings, ahead = MemoryVectors(), to_read(corpus)
    readings.upsert(ahead, reranker.embed([reading.text for reading in ahead]))
    return readings


class Searched:
    """One deal with its indexes, and the ways to search it."""

    def __init__(self, corpus: Corpus, reranker: Reranker | None) -> None:
        self.of, self.reranker = corpus, reranker
        self.vectors, self.keywords = MemoryVectors(), MemoryKeywords()
        self.vectors.upsert(corpus.windows, corpus.vectors)
        self.keywords.upsert(corpus.windows)
        self.readings = read_ahead(corpus, reranker)
        self.windows = {w.id: w for w in corpus.windows}

    def deals(self) -> tuple[str, ...]:
        return (self.of.record.deal_id,)

    def corpus(self, deal_id: str) -> Corpus:
        return self.of

    def preread(self, deal_id: str) -> PreRead | None:
        return None

    def by_words(self, text: str) -> list[Window]:
        terms = " ".join(parse(text, self.of.record.people).terms)
        return [self.windows[h.window_id] for h in self.keywords.query(terms or text, Filter(), 100)]

    def by_vector(self, text: str) -> list[Window]:
        hits = self.vectors.query(self.of.embedder.embed([text]), Filter(), 100)
        return [self.windows[h.window_id] for h in hits]

    def fused(self, text: str) -> list[Window]:
        return self._places(text, None)

    def reranked(self, text: str) -> list[Window]:
        return self._places(text, self.reranker)

    def _places(self, text: str, reranker: Reranker | None) -> list[Window]:
        places = retrieve(
            parse(text, self.of.record.people),
            self,
            self.deals(),
            vectors=self.vectors,
            keywords=self.keywords,
            embedder=self.of.embedder,
            reranker=reranker,
            readings=self.readings if reranker else None,
        )
        return [p.window for p in places]

    def answer(self, text: str) -> dict[str, Any]:
        found = answer(
            text,
            self,
            vectors=self.vectors,
            keywords=self.keywords,
            embedder=self.of.embedder,
            reranker=self.reranker,
            readings=self.readings,
        )
        return json.loads(found.model_dump_json(by_alias=True))

    def ways(self) -> dict[str, Callable[[str], list[Window]]]:
        ways = {"BM25": self.by_words, "vectors": self.by_vector, "fusion": self.fused}
        return {**ways, "reranked": self.reranked} if self.reranker else ways


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument(
        "--deals", nargs="*", type=Path, default=sorted(p for p in DEALS.glob("*/") if p.is_dir())
    )
    ask.add_argument("--reranker", default=Settings().reranker)
    ask.add_argument("--all", action="store_true")
    given = ask.parse_args()
    embedder = open_embedder("minilm", Settings().models)
    reranker = open_reranker(given.reranker, Settings().models)
    on_industries(embedder, reranker, every=given.all)
    if given.deals:
        roots = [root.resolve() for root in given.deals]
        on_deals(roots, embedder, reranker, scorer(roots[0]))


def on_industries(embedder: Embedder, reranker: Reranker | None, *, every: bool) -> None:
    ranks: dict[str, list[int]] = {}
    answered: dict[str, list[bool]] = {}
    chosen = [i for i in industries() if every or held_out(i.name)]
    for industry in chosen:
        searched = Searched(build_corpus(industry.record, embedder), reranker)
        for asked in industry.questions:
            said = searched.answer(asked.text)
            kind = asked.kind if asked.kind in UNANSWERED else "answerable"
            answered.setdefault(kind, []).append(said["answered"])
            if asked.gold and asked.kind not in UNANSWERED:
                for way, search in searched.ways().items():
                    ranks.setdefault(way, []).append(_rank(search(asked.text), asked))
    print(f"{len(chosen)} industries, {len(next(iter(ranks.values())))} answerable questions\n")
    print("| ranking | hit@1 | hit@5 | hit@10 | hit@40 | MRR |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for way, found in ranks.items():
        r = np.array(found)
        cells = [_mean((r < k).astype(float)) for k in (1, 5, 10, 40)] + [_mean(1 / (1 + r))]
        print(f"| {way} | " + " | ".join(cells) + " |")
    shares = {kind: round(statistics.mean(v), 3) for kind, v in answered.items()}
    print("\nshare answered, by kind of question:", shares, "\n", flush=True)


def _rank(windows: Sequence[Window], asked: Asked) -> int:
    gold = set(asked.gold)
    return next(
        (i for i, w in enumerate(windows) if any((w.source_key, o) in gold for o in w.ordinals)), 9999
    )


def _mean(values: np.ndarray) -> str:
    return f"{values.mean():.3f} ± {values.std() / np.sqrt(len(values)):.3f}"


def on_deals(roots: Sequence[Path], embedder: Embedder, reranker: Reranker | None, tool: ModuleType) -> None:
    """The figures of the measuring tool, and of plain rankings the share of questions with evidence among the first ten."""
    table: dict[str, dict[str, float | None]] = {}
    for root in roots:
        searched = Searched(corpus_of(root, embedder), reranker)
        deal = tool.Deal(root)
        questions = deal.gold["questions"]
        figures = tool.score(deal, {}, [searched.answer(q["q"]) for q in questions])
        table[root.name] = {k: figures[k] for k in FIGURES}
        for way, search in searched.ways().items():
            if way != "reranked":
                table[root.name][f"{way}: retrieved@10"] = _retrieved(searched, search, deal, questions)
    print("| figure | " + " | ".join(name.split("-")[0] for name in table) + " | mean |")
    print("| --- |" + " ---: |" * (len(table) + 1))
    for figure in next(iter(table.values())):
        row = [figures[figure] for figures in table.values()]
        known = [v for v in row if v is not None]
        cells = ["-" if v is None else f"{v:.2f}" for v in row]
        print(f"| {figure} | " + " | ".join(cells) + f" | {statistics.mean(known):.3f} |")


def _retrieved(
    searched: Searched,
    search: Callable[[str], list[Window]],
    deal: Any,
    questions: Sequence[dict[str, Any]],
) -> float:
    found: list[float] = []
    for q in questions:
        if q["kind"] in UNANSWERED:
            continue
        cited = (cite(searched.of, w.source_key, w.ordinals, focus=q["q"]) for w in search(q["q"]))
        first = [c.model_dump() for c in cited if c][:10]
        found.append(float(any(deal.hits(c, e) for c in first for e in q["evidence"])))
    return statistics.mean(found)


if __name__ == "__main__":
    sys.exit(main())
