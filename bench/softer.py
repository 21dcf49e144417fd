"""Detection in the softer sections, on training/corpus: which turns promise, keep, break, praise, miss, tell the next window.

    python -m bench.softer [--all]

One industry is read as one deal, as in ``bench.answers``; without ``--all`` only the held-out industries. Nothing here is
learnt, but examples and cues were written by people who could read the other industries. R-precision: of as many first
places as there are gold turns, how many are gold; ``chance`` is the share of gold turns.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable, Mapping

from analysis.corpus import Corpus, build_corpus
from analysis.embedders import open_embedder
from analysis.promises import promise_in
from analysis.ranking import Candidate, rank
from analysis.sections import commitments, nurture, retro
from api.settings import Settings
from training.industries import CORPUS, Industry, held_out, industries

Place = tuple[str, int]
_WILL = re.compile(r"\b(?:I|we)(?:['’]ll| will)\b", re.I)


def gold_of(industry: Industry) -> Mapping[str, set[Place]]:
    out: dict[str, set[Place]] = {}
    for line in (CORPUS / f"{industry.name}.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            given = json.loads(line)
            for label in given["labels"]:
                out.setdefault(label["label"], set()).add((given["id"], label["turn"]))
    return out


def turns_of(industry: Industry) -> int:
    return sum(len(s.utterances) for s in industry.record.sources)


def r_precision(ranked: list[Place], gold: set[Place]) -> float:
    return sum(p in gold for p in ranked[: len(gold)]) / len(gold)


def _places(found: tuple[Candidate, ...] | list[Candidate]) -> list[Place]:
    return [(c.key, o) for c in found for o in c.ordinals]


RANKINGS: Mapping[str, Callable[[Corpus], list[Place]]] = {
    "went_well": lambda c: _places(retro.praised(c, 60)),
    "could_go_better": lambda c: _places(retro.slips(c, 60)),
    "nurture_window": lambda c: _places(nurture.windows(c, 60)),
    "objection": lambda c: _places(nurture.objections(c, 60)),
    "commitment": lambda c: _places(sorted(commitments.promises(c), key=lambda x: -x.score)),
}


def topics(corpus: Corpus, label: str) -> list[Place]:
    """By example sentences alone, the trivial method."""
    return _places(rank(corpus, label, k=400, join=False, min_words=1))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument(
        "--all", action="store_true", help="every industry, also those open to who wrote the rules"
    )
    given = ask.parse_args()
    embedder = open_embedder("minilm", Settings().models, threads=1)
    chosen = [i for i in industries() if given.all or held_out(i.name)]
    rows: dict[str, list[tuple[float, float, float]]] = {}
    forms: list[tuple[int, int, int]] = []
    plain: list[tuple[int, int, int]] = []
    for industry in chosen:
        corpus, gold = build_corpus(industry.record, embedder), gold_of(industry)
        for label, ranking in RANKINGS.items():
            if own := gold.get(label):
                figures = (
                    r_precision(ranking(corpus), own),
                    r_precision(topics(corpus, label), own),
                    len(own) / turns_of(industry),
                )
                rows.setdefault(label, []).append(figures)
        forms.append(_form(industry, gold, lambda t: promise_in(t) is not None))
        plain.append(_form(industry, gold, lambda t: bool(_WILL.search(t))))
    print(
        f"{len(chosen)} industries\n\n| label | ours | examples alone | chance |\n| --- | ---: | ---: | ---: |"
    )
    for label, found in rows.items():
        print(
            f"| {label} | "
            + " | ".join(f"{statistics.mean(column):.2f}" for column in zip(*found, strict=True))
            + " |"
        )
    for name, counts in (("form of a promise", forms), ("“I'll”, “we'll”", plain)):
        hit, told, there = (sum(c[i] for c in counts) for i in range(3))
        print(f"{name}: precision {hit / max(1, told):.2f}, recall {hit / there:.2f}")


def _form(
    industry: Industry, gold: Mapping[str, set[Place]], is_one: Callable[[str], bool]
) -> tuple[int, int, int]:
    own = gold.get("commitment", set())
    told = {(s.key, u.ordinal) for s in industry.record.sources for u in s.utterances if is_one(u.text)}
    return len(own & told), len(told), len(own)


if __name__ == "__main__":
    main()
