"""The program's judgement on other people's data, each beside its trivial method.

    python -m bench.public [persuasion gap enron]

PersuasionForGood: a dialogue is read as one call of a seller with a buyer; of the dialogues with a labelled commitment, how
often the statement that ranks first is one. GAP: a decision meeting is read as one call; how often the person that ranks
first is the one to whom the group's choice was nearest (lowest AII). Enron: of pairs of people with titles of different
rank, how often who writes to whom alone puts them in order. Nothing is learnt here.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from analysis.corpus import build_corpus
from analysis.embedders import Embedder, open_embedder
from analysis.influence.graph import edges
from analysis.influence.ranking import rank_people
from analysis.sections.moment import readiness
from analysis.statements import statements
from api.settings import Settings
from bench.answers import DEALS
from ingest.model import Opportunity, People, Person, Record, Side, Source, SourceKind, Utterance

DATA = DEALS.parent / "data"


def rows(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / path).read_text(encoding="utf-8").splitlines()]


def record(name: str, said: Sequence[tuple[str, str]], sides: dict[str, Side]) -> Record:
    """One call; people by the labels of their speakers."""
    lines = tuple(Utterance(i, who, text, 5.0 * i, 5.0 * i + 4) for i, (who, text) in enumerate(said))
    source = Source(name, f"calls/{name}.vtt", SourceKind.CALL, name, "vtt", utterances=lines)
    people = tuple(Person(f"p-{who}", who.title(), side=side) for who, side in sides.items())
    speakers = {(name, who): f"p-{who}" for who in sides}
    return Record(name, Opportunity(None, name), (), (source,), People(people, speakers))


def share(hits: Sequence[bool]) -> str:
    p = statistics.mean(hits)
    return f"{p:.2f} ± {math.sqrt(p * (1 - p) / len(hits)):.2f}"


# -- PersuasionForGood -------------------------------------------------------------------------------------


def persuasion(embedder: Embedder) -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    chances: list[float] = []
    for dialogue in rows("persuasionforgood/annotated.jsonl"):
        units = dialogue["units"]
        gold = {i for i, u in enumerate(units) if "agree-donation" in u["labels"]}
        if not gold:
            continue
        sides = {"persuader": Side.SELLER, "persuadee": Side.BUYER}
        corpus = build_corpus(
            record(dialogue["id"], [(u["speaker"], u["text"]) for u in units], sides), embedder
        )
        said = statements(corpus, min_words=1)
        theirs = [i for i, u in enumerate(units) if u["speaker"] == "persuadee"]
        chances.append(len(gold) / len(theirs))
        ranked = readiness(said, {})
        order = [said.all[i].ordinal for i in np.argsort(-ranked, kind="stable") if said.buyers[i]]
        near = said.near("readiness")
        plain = [said.all[i].ordinal for i in np.argsort(-near, kind="stable") if said.buyers[i]]
        word = [i for i in theirs if "donat" in units[i]["text"].lower()] or theirs
        for name, first in (
            ("ours", order[:1]),
            ("ours, first three", order[:3]),
            ("examples alone", plain[:1]),
        ):
            found[name].append(bool(gold & set(first)))
        found["last to say “donate”"].append(word[-1] in gold)
    print(f"PersuasionForGood, {len(chances)} dialogues, chance {statistics.mean(chances):.2f}")
    _table(found)


# -- GAP ---------------------------------------------------------------------------------------------------


def gap(embedder: Embedder) -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    pairs: dict[str, list[bool]] = defaultdict(list)
    for meeting in rows("gap/meetings.jsonl"):
        turns = [(t["speaker"], t["text"]) for t in meeting["turns"] if t["text"].strip()]
        aii = {m["speaker"]: float(m["AII"]) for m in meeting["members"] if m["AII"] is not None}
        sides = dict.fromkeys(aii, Side.BUYER)
        corpus = build_corpus(record(meeting["id"], turns, sides), embedder)
        said = statements(corpus)
        ours = dict.fromkeys(aii, 0.0) | {r.person.id[2:]: r.score for r in rank_people(said, edges(said))}
        talk = Counter(dict.fromkeys(aii, 0))
        for who, text in turns:
            talk[who] += len(text.split())
        best = min(aii.values())
        for name, score in (("ours", ours), ("most talkative", talk)):
            first = max(aii, key=lambda p, s=score: (s[p], p))
            found[name].append(aii[first] == best)
            pairs[name] += [
                (score[a] > score[b]) == (aii[a] < aii[b])
                for a, b in combinations(aii, 2)
                if aii[a] != aii[b]
            ]
    print(f"\nGAP, {len(found['ours'])} meetings: first is the most influential; then pairs in order")
    _table(found)
    _table(pairs)


# -- Enron -------------------------------------------------------------------------------------------------


def enron(_: Embedder) -> None:
    with (DATA / "enron-roles" / "labels.csv").open(encoding="utf-8") as f:
        level = {r["node"]: int(r["level"]) for r in csv.DictReader(f)}
    with gzip.open(DATA / "enron-roles" / "messages.csv.gz") as f:
        sent = [(r["from"], r["to"], r["type"]) for r in csv.DictReader(io.TextIOWrapper(f))]
    pairs = [(a, b) for a, b in combinations(sorted(level, key=int), 2) if level[a] != level[b]]
    scores = {
        "degree": degree(sent),
        "received": Counter(b for _, b, _ in sent),
        "PageRank": page_rank(sent),
        "ours: PageRank of who writes first-hand, copies counted apart": standing(sent),
    }
    print(f"\nEnron, {len(pairs)} pairs of {len(level)} people")
    for name, score in scores.items():
        print(f"{name}: {statistics.mean(_ordered(score, level, a, b) for a, b in pairs):.3f}")


def degree(sent: Iterable[tuple[str, str, str]]) -> dict[str, float]:
    near: dict[str, set[str]] = defaultdict(set)
    for a, b, _ in sent:
        near[a].add(b)
        near[b].add(a)
    return {p: float(len(n)) for p, n in near.items()}


def page_rank(sent: Iterable[tuple[str, str, str]], damping: float = 0.85) -> dict[str, float]:
    """Standing that is passed on along the logarithm of the mails sent (Page and Brin 1998)."""
    counts = Counter((a, b) for a, b, _ in sent if a != b)
    people = sorted({p for edge in counts for p in edge})
    at = {p: i for i, p in enumerate(people)}
    flow = np.zeros((len(people), len(people)))
    for (a, b), n in counts.items():
        flow[at[a], at[b]] = math.log1p(n)
    out = flow.sum(axis=1, keepdims=True)
    flow = np.divide(flow, out, out=np.full_like(flow, 1 / len(people)), where=out > 0)
    rank = np.full(len(people), 1 / len(people))
    for _ in range(60):
        rank = (1 - damping) / len(people) + damping * rank @ flow
    return dict(zip(people, rank.tolist(), strict=True))


def standing(sent: Sequence[tuple[str, str, str]]) -> dict[str, float]:
    """PageRank of direct mail, times the share of copies among what somebody gets: those above are kept informed."""
    direct = page_rank([m for m in sent if m[2] == "to"])
    got, copied = Counter(b for _, b, _ in sent), Counter(b for _, b, kind in sent if kind != "to")
    return {p: direct.get(p, 0.0) * (1 + copied[p] / got[p]) for p in got}


def _ordered(score: dict[str, float] | Counter[str], level: dict[str, int], a: str, b: str) -> float:
    x, y = score.get(a, 0.0), score.get(b, 0.0)
    return 0.5 if x == y else float((x > y) == (level[a] > level[b]))


def _table(found: dict[str, list[bool]]) -> None:
    for name, hits in found.items():
        print(f"{name}: {share(hits)} (n={len(hits)})")


SETS: dict[str, Callable[[Embedder], None]] = {"persuasion": persuasion, "gap": gap, "enron": enron}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("sets", nargs="*", default=list(SETS), choices=list(SETS))
    settings = Settings()
    embedder = open_embedder(settings.embedder, settings.models, threads=1)
    for name in ask.parse_args().sets:
        SETS[name](embedder)


if __name__ == "__main__":
    main()
