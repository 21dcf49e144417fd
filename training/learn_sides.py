"""Learn how the seller's and the buyer's people talk: weights of words for ``ingest.people.talk``, from ``training/corpus``.

    python -m training.learn_sides [--write]

Naive Bayes over the words and pairs of words of each turn on a call (once a turn, as shares of all that the side says: buyers
talk longer in this corpus), kept only where they occur in many industries, so that what is learnt is how sides talk and
not what they sell. Prints how well excerpts of industries left out
are told; ``--write`` stores the weights of all.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.people import talk

CORPUS = Path(__file__).parent / "corpus"
INDUSTRIES = 12  # in how many a word must occur, of 44
FOLDS = 5
SMOOTHING = 2.0
LEAST = 0.15  # smaller weights are left out


@dataclass(frozen=True, slots=True)
class Voice:
    """One person of one excerpt."""

    industry: str
    side: str
    texts: tuple[str, ...]


def voices() -> list[Voice]:
    found: list[Voice] = []
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            excerpt = json.loads(line)
            if excerpt["medium"] != "call":
                continue
            said: dict[tuple[str, str], list[str]] = defaultdict(list)
            for turn in excerpt["turns"]:
                if turn["side"] in ("buyer", "seller"):
                    said[turn["who"], turn["side"]].append(turn["text"])
            found += [Voice(path.stem, side, tuple(texts)) for (_, side), texts in said.items()]
    return found


def learn(people: Iterable[Voice]) -> dict[str, float]:
    """Word -> log odds of the seller's side."""
    counts = {"seller": Counter[str](), "buyer": Counter[str]()}
    said: Counter[str] = Counter()
    where: dict[str, set[str]] = defaultdict(set)
    for voice in people:
        for text in voice.texts:
            for word in talk.features(text):
                said[voice.side] += 1
                counts[voice.side][word] += 1
                where[word].add(voice.industry)
    weights: dict[str, float] = {}
    for word, industries in where.items():
        if len(industries) < INDUSTRIES:
            continue
        shares = [(counts[s][word] + SMOOTHING) / (said[s] + 2 * SMOOTHING) for s in ("seller", "buyer")]
        weight = math.log(shares[0] / shares[1])
        if abs(weight) >= LEAST:
            weights[word] = round(weight, 2)
    return weights


def told(people: Sequence[Voice], weights: dict[str, float]) -> str:
    """Shares of voices told right, by how much they say."""
    rows: list[str] = []
    for low, high in ((1, 1), (2, 3), (4, 99)):
        group = [v for v in people if low <= len(v.texts) <= high]
        scores = [(talk.seller_like(v.texts, weights), v.side) for v in group]
        sure = [(s, side) for s, side in scores if abs(s) >= 1.0]
        right = sum((s > 0) == (side == "seller") for s, side in scores)
        sure_right = sum((s > 0) == (side == "seller") for s, side in sure)
        rows.append(
            f"| {low}-{high} | {len(group)} | {right / max(1, len(group)):.2f} | {len(sure) / max(1, len(group)):.2f} "
            f"| {sure_right / max(1, len(sure)):.2f} |"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="store the weights")
    options = parser.parse_args()
    people = voices()
    industries = sorted({v.industry for v in people})
    print("| turns a voice | voices | right | sure (1.0 and more) | right where sure |")
    print("| --- | --- | --- | --- | --- |")
    for fold in range(FOLDS):
        out = set(industries[fold::FOLDS])
        weights = learn(v for v in people if v.industry not in out)
        print(told([v for v in people if v.industry in out], weights))
    if options.write:
        weights = learn(people)
        lines = [f"{word}\t{weight}" for word, weight in sorted(weights.items())]
        talk.WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"wrote {len(lines)} weights to {talk.WEIGHTS.name}")


if __name__ == "__main__":
    main()
