"""Quality of the drafted judgements on labelled deals, by the definitions of ``score_deals.py``, beside
trivial methods.

    python -m bench.quality ../shared/deals/*/ [--llm embedded] [--reranker NAME] [--show SECTION] [--leave-one-out]
    python -m bench.quality --corpus

The deals are read without their gold.json, drafted in this process, and scored with the measuring tool of
../shared. The shipped heads have seen the five visible deals: ``--leave-one-out`` judges each by heads that have not.
``--corpus`` prints the figures of whole sections on deals put together from the training corpus (``bench/pseudo.py``),
with the heads trained on other industries. The trivial column is what trivial methods reach on the kept-back
deals: for orientation only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from analysis.draft import draft
from analysis.embedders import Embedder, open_embedder
from analysis.llms import LLM
from analysis.rerankers import Reranker
from api.settings import Settings
from bench.held_out import HeldOut
from bench.load import corpus_of, reader_of, scorer
from bench.pseudo import table
from training.labelled import corpus_industries, deals, outcomes

FIGURES = [
    "voices_recall@5",
    "voices_top1",
    "out_of_room_recall@5",
    "loud_kept_out_of_top3",
    "moment_hit@1",
    "moment_hit@3",
    "moment_decoy",
    "factors_recall",
    "factors_recall_heavy",
    "factors_precision",
    "factors_decoy",
    "factors_direction",
    "loss_cause",
    "price_call",
    "meddpicc_status",
    "timeline_dates",
    "value_hit",
    "claims_cited",
    "quotes_verbatim",
]
TRIVIAL = {
    "voices_recall@5": 0.37,
    "voices_top1": 0.38,
    "out_of_room_recall@5": 0.04,
    "loud_kept_out_of_top3": 0.50,
    "moment_hit@3": 0.0,
    "factors_recall_heavy": 0.0,
    "factors_recall": 0.03,
    "factors_precision": 0.02,
    "loss_cause": 0.50,
    "price_call": 0.88,
    "value_hit": 0.0,
    "meddpicc_status": 0.42,
    "timeline_dates": 0.81,
}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("deals", nargs="*", type=Path)
    ask.add_argument("--leave-one-out", action="store_true", help="heads that have not seen the deal")
    ask.add_argument("--corpus", action="store_true", help="deals put together from the training corpus")
    ask.add_argument("--llm", default="none")
    ask.add_argument("--reranker", default=Settings().reranker)
    ask.add_argument("--show", action="append", default=[], help="print these fields of each pre-read")
    given = ask.parse_args()
    settings = Settings()
    embedder = open_embedder("minilm", settings.models)
    if given.corpus:
        print_corpus(embedder)
        return
    llm = _llm(given.llm, settings)
    tool = scorer(given.deals[0])
    roots: list[Path] = [root.resolve() for root in given.deals]
    reader = reader_of(given.reranker, settings.models)
    held = None
    if given.leave_one_out:
        held = HeldOut([*corpus_industries(embedder, reader), *deals(roots, embedder, reader)])
    figures: dict[str, dict[str, float | None]] = {}
    for root in roots:
        with held.without(root.name) if held else nullcontext():
            figures[root.name] = one(root, embedder, reader, llm, tool, given.show)
    print_table(figures)


def print_corpus(embedder: Embedder) -> None:
    """The figures of the pseudo-deals, each with its standard error."""
    held = HeldOut([*corpus_industries(embedder)])
    rows: dict[str, list[float]] = {}
    for part in held.parts:
        with held.without(*held.fold(part.name)):
            for name, values in table([part], outcomes()).items():
                rows.setdefault(name, []).extend(values)
    print("| figure | mean | n |\n| --- | ---: | ---: |")
    for name, values in sorted(rows.items()):
        error = statistics.pstdev(values) / len(values) ** 0.5
        print(f"| {name} | {statistics.mean(values):.3f} ± {error:.3f} | {len(values)} |")


def one(
    root: Path,
    embedder: Embedder,
    reader: Reranker | None,
    llm: LLM | None,
    tool: ModuleType,
    show: list[str],
) -> dict[str, float | None]:
    """The figures of one deal, with the seconds its draft took (windows already embedded)."""
    corpus = corpus_of(root, embedder, reader)
    start = time.perf_counter()
    preread = draft(corpus, llm)
    seconds = time.perf_counter() - start
    document: dict[str, Any] = json.loads(preread.model_dump_json(by_alias=True))
    for name in show:
        print(f"== {root.name} {name}\n{json.dumps(document.get(name), indent=1, ensure_ascii=False)}")
    answers = [
        {"answered": False, "claims": [], "retrieved": []}
        for _ in json.loads((root / "gold.json").read_text())["questions"]
    ]
    figures = tool.score(tool.Deal(root), document, answers)
    return {**{k: figures[k] for k in FIGURES}, "draft_s": seconds}


def _llm(name: str, settings: Settings) -> LLM | None:
    if name == "none":
        return None
    from analysis.llms import open_llm

    return open_llm(name, models=settings.models, state=settings.home / "llm.json", threads=settings.threads)


def print_table(table: dict[str, dict[str, float | None]]) -> None:
    """A Markdown table: a row a figure, a column a deal, the mean, the spread and the trivial method."""
    names = list(table)
    print("| figure | " + " | ".join(n.split("-")[0] for n in names) + " | mean | spread | trivial |")
    print("| --- |" + " ---: |" * (len(names) + 3))
    for figure in (*FIGURES, "draft_s"):
        row = [table[n].get(figure) for n in names]
        known = [v for v in row if v is not None]
        mean = f"{statistics.mean(known):.2f}" if known else "-"
        spread = f"{statistics.pstdev(known):.2f}" if known else "-"
        cells = ["-" if v is None else f"{v:.2f}" for v in row]
        trivial = f"{TRIVIAL[figure]:.2f}" if figure in TRIVIAL else ""
        print(f"| {figure} | " + " | ".join(cells) + f" | {mean} | {spread} | {trivial} |")


if __name__ == "__main__":
    main()
