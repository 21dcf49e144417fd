"""Labelled deals, each read with heads that have not seen it.

What is learnt over the heads would trust them too much if they had been trained on the deal that they read. Such heads lie
in a folder of the deal's name, beside those of the other deals.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from analysis import heads
from analysis.cards import Encoders
from analysis.corpus import Corpus
from analysis.embedders import Embedder, open_embedder
from analysis.embedders.remembered import Remembered
from analysis.rerankers import Reranker
from api.settings import Settings
from bench.held_out import HeldOut
from bench.load import corpus_of, reader_of
from training.labelled import corpus_industries, deals
from training.train_heads import compared, fit, save

GROUPS = 10
"""Deals are left out in so many groups: a fit for each of sixty would take half an hour."""


def train_missing(
    roots: Sequence[Path], folder: Path, embedder: Remembered, reader: Reranker | None = None
) -> None:
    """Heads without each deal (and some others), in a folder of its name; those that are there stay."""
    encoders = Encoders(embedder.name, reader.key if reader else "")
    places = {r.name: encoders.folder(folder / r.name) for r in roots}
    missing = [name for name, place in places.items() if not (place / "heads.npz").exists()]
    if not missing:
        return
    held = HeldOut([*corpus_industries(embedder, reader), *deals(roots, embedder, reader)])
    for first in range(min(GROUPS, len(missing))):
        group = missing[first::GROUPS]
        seen = np.array([p.name not in group for p in held.parts])[held.table.part]
        fitted = fit(held.table, seen, compared())
        for name in group:
            save(fitted, places[name], encoders.card())


def read(
    roots: Sequence[Path], folder: Path | None, embedder: Embedder, reader: Reranker | None = None
) -> Iterator[tuple[Path, Corpus]]:
    """Each deal while its own heads of ``folder`` are in use, so look at one before taking the next; without a folder the
    shipped heads are in use. The last ones stay so."""
    for root in roots:
        heads.use(folder / root.name if folder else heads.WEIGHTS)
        yield root, corpus_of(root, embedder, reader)


def asked_for(description: str | None, shipped: Path) -> tuple[Iterator[tuple[Path, Corpus]], Encoders, Path]:
    """The deals of the command line ``FOLDER... [--heads FOLDER] [--reranker NAME] [--out FOLDER]``, read, by which models, and
    the folder to write to, else that in ``shipped``."""
    ask = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("folders", nargs="+", type=Path)
    ask.add_argument("--heads", type=Path, help="a folder of heads, one for each deal, trained without it")
    ask.add_argument("--reranker", default="none", help="judge by what it has read ahead, too")
    ask.add_argument("--out", type=Path, default=shipped)
    given = ask.parse_args()
    settings = Settings()
    embedder = Remembered(open_embedder("minilm", settings.models), settings.home / "examples")
    reader = reader_of(given.reranker, settings.models)
    encoders = Encoders(embedder.name, reader.key if reader else "")
    return read(given.folders, given.heads, embedder, reader), encoders, encoders.folder(given.out)
