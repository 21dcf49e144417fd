"""Labelled deals as pools of passages with their questions: those of gold.json, and those of questions.json where there is one.

The passages are those that the program itself reads of a deal of real length, so that a question meets some hundred wrong ones
about the same people and things. Several utterances may answer a question; passages beside one that answers must not count
as wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.answers.passages import passage
from analysis.corpus import unembedded
from analysis.windows import Window
from bench.load import whole_record
from ingest.model import Source
from training.industries import Example, Pool
from training.labelled import folded

DEALS = Path(__file__).resolve().parent / "deals"
BESIDE = 2  # utterances; a citation so near counts as the evidence in the measuring tool, too


def questions(folder: Path) -> list[dict[str, Any]]:
    """Every labelled question of a deal, with "q", "kind" and "evidence"."""
    asked: list[dict[str, Any]] = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["questions"]
    more = folder / "questions.json"
    return [*asked, *(json.loads(more.read_text(encoding="utf-8")) if more.is_file() else [])]


def deal_pools(folders: Iterable[Path]) -> Iterator[Pool]:
    for folder in folders:
        corpus = unembedded(whole_record(folder))
        windows = [w for w in corpus.windows if w.kind == "window"]
        examples = [_example(q, folder.name, windows, corpus.sources.values()) for q in questions(folder)]
        texts = tuple(passage(corpus, w) for w in windows)
        yield Pool(folder.name, folder.name, texts, tuple(examples))


def _example(
    asked: dict[str, Any], deal: str, windows: Sequence[Window], sources: Iterable[Source]
) -> Example:
    said = places(asked["evidence"], sources)
    right, spared = list[int](), list[int]()
    for i, w in enumerate(windows):
        if any((w.source_key, o) in said for o in w.ordinals):
            right.append(i)
        elif any((w.source_key, o + d) in said for o in w.ordinals for d in range(-BESIDE, BESIDE + 1)):
            spared.append(i)
    return Example(asked["q"], asked["kind"], deal, tuple(right), (), tuple(spared))


def places(evidence: Sequence[dict[str, str]], sources: Iterable[Source]) -> set[tuple[str, int]]:
    """(source key, ordinal) of the utterances that hold a quote, or a longer part of one."""
    out: set[tuple[str, int]] = set()
    for source in sources:
        quotes = [folded(e["quote"]) for e in evidence if Path(e["source"]).name == Path(source.path).name]
        for u in source.utterances if quotes else ():
            text = folded(u.text)
            if any(q in text or (len(text) > 25 and text in q) for q in quotes):
                out.add((source.key, u.ordinal))
    return out
