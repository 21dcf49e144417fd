"""What the heads learn from: statements with the labels of their turns, from the training corpus and from labelled deals.

A turn of the corpus is cut into sentences, since a deal's transcript is quoted sentence by sentence; every sentence bears the
labels of its turn. Labelled deals (../shared/deals) give what the corpus lacks: hours of talk about other things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.answers.readings import with_readings
from analysis.corpus import build_corpus
from analysis.documents import MEDDPICC
from analysis.embedders import Embedder
from analysis.evidence import sentences
from analysis.rerankers import Reranker
from analysis.statements import Statements, statements
from bench.load import corpus_of
from ingest.model import Record, Source, SourceKind, Utterance
from training.industries import CORPUS, industries

_SHORTEST = 4  # words; a shorter sentence joins its neighbour


@dataclass(frozen=True)
class Labelled:
    """One industry or deal. ``labels[i]``: of statement ``i``; ``turns[i]``: a number for its turn.
    outcome is that of the deal."""

    name: str
    found: Statements
    labels: tuple[frozenset[str], ...]
    turns: NDArray[np.int64]
    deal: bool


def cut(record: Record) -> tuple[Record, dict[tuple[str, int], int]]:
    """The record with the turns of its calls cut into sentences, and the turn of each (source key, new ordinal)."""
    origin: dict[tuple[str, int], int] = {}
    sources: list[Source] = []
    for source in record.sources:
        said: list[Utterance] = []
        for u in source.utterances:
            for part in _parts(u.text) if source.kind is SourceKind.CALL else [u.text]:
                origin[source.key, len(said)] = u.ordinal
                said.append(replace(u, ordinal=len(said), text=part))
        sources.append(replace(source, utterances=tuple(said)))
    return replace(record, sources=tuple(sources)), origin


def _parts(text: str) -> list[str]:
    out: list[str] = []
    for part in sentences(text):
        if out and (len(out[-1].split()) < _SHORTEST or len(part.split()) < _SHORTEST - 1):
            out[-1] += f" {part}"
        else:
            out.append(part)
    return out


def labels_of(folder: Path = CORPUS) -> dict[tuple[str, int], frozenset[str]]:
    """The labels of every turn: by excerpt id and turn."""
    out: dict[tuple[str, int], set[str]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                given = json.loads(line)
                for label in given["labels"]:
                    out.setdefault((given["id"], label["turn"]), set()).add(label["label"])
    return {place: frozenset(found) for place, found in out.items()}


def outcomes(folder: Path = CORPUS) -> dict[str, str]:
    """How the deal of each excerpt ended, by the excerpt's id."""
    lines = (
        line
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    return {given["id"]: given["outcome"] for line in lines if line.strip() for given in [json.loads(line)]}


def corpus_industries(embedder: Embedder, reader: Reranker | None = None) -> Iterator[Labelled]:
    """Every industry of the corpus."""
    labels = labels_of()
    for industry in industries():
        record, origin = cut(industry.record)
        corpus = build_corpus(record, embedder)
        found = statements(with_readings(corpus, reader) if reader else corpus)
        turns = [(s.key, origin[s.place]) for s in found.all]
        number = {turn: i for i, turn in enumerate(dict.fromkeys(turns))}
        yield Labelled(
            industry.name,
            found,
            tuple(labels.get(t, frozenset()) for t in turns),
            np.array([number[t] for t in turns]),
            False,
        )


def deals(folders: Iterable[Path], embedder: Embedder, reader: Reranker | None = None) -> Iterator[Labelled]:
    """Labelled deals: the statements that the gold file quotes, by what it quotes them for."""
    for folder in folders:
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        found = statements(corpus_of(folder, embedder, reader))
        labels: list[set[str]] = [set() for _ in found.all]
        for label, quotes in _quoted(gold):
            for i in _places(found, quotes):
                labels[i].add(label)
        yield Labelled(folder.name, found, tuple(frozenset(x) for x in labels), np.arange(len(found)), True)


def _quoted(gold: dict[str, object]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    g: dict[str, list[dict[str, object]]] = gold  # type: ignore[assignment]
    yield "value", gold["value_articulation"]["evidence"]  # type: ignore[index]
    if gold["moment_of_demand"]["exists"]:  # type: ignore[index]
        yield "readiness", gold["moment_of_demand"]["evidence"]  # type: ignore[index]
    for factor in g["deciding_factors"]:
        yield ("factor_for" if factor["direction"] == "for_us" else "factor_against"), factor["evidence"]  # type: ignore[misc]
        if factor.get("weight") == 3 and gold.get("loss_cause") and factor["direction"] == "against_us":
            yield f"cause:{gold['loss_cause']}", factor["evidence"]  # type: ignore[misc]
    for decoy in g["decoy_factors"]:
        yield "factor_decoy", decoy["evidence"]  # type: ignore[misc]
    for voice in g["influential_voices"]:
        yield "authority", voice["evidence"]  # type: ignore[misc]
    for item in MEDDPICC:
        yield item, gold["meddpicc"].get(item, {}).get("evidence", [])  # type: ignore[attr-defined]
    for label in ("went_well", "could_go_better"):
        for point in g[label]:
            yield label, point["evidence"]  # type: ignore[misc]
    yield "nurture_window", (gold.get("nurture") or {}).get("evidence", [])  # type: ignore[attr-defined]


def _places(found: Statements, quotes: Sequence[dict[str, str]]) -> set[int]:
    out: set[int] = set()
    for quote in quotes:
        text = folded(quote["quote"])
        out |= {
            i
            for i, s in enumerate(found.all)
            if s.key == quote["source"]
            and (text in folded(s.text) or (len(s.text) > 25 and folded(s.text) in text))
        }
    return out


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()
