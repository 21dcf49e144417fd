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
from analysis.corpus import Corpus
from analysis.embedders import Embedder, open_embedder
from analysis.embedders.remembered import Remembered
from api.settings import Settings
from bench.held_out import HeldOut
from bench.load import corpus_of
from training.labelled import corpus_industries, deals
from training.train_heads import compared, fit, save


def train_missing(roots: Sequence[Path], folder: Path, embedder: Remembered) -> None:
    """Heads without each deal, in a folder of its name; those that are there stay."""
    missing = [r.name for r in roots if not (folder / r.name / "heads.npz").exists()]
    if not missing:
        return
    held = HeldOut([*corpus_industries(embedder), *deals(roots, embedder)])
    for name in missing:
        seen = np.array([p.name != name for p in held.parts])[held.table.part]
        save(fit(held.table, seen, compared()), folder / name, {"embedder": embedder.name})


def read(roots: Sequence[Path], folder: Path | None, embedder: Embedder) -> Iterator[tuple[Path, Corpus]]:
    """Each deal while its own heads of ``folder`` are in use, so look at one before taking the next; without a folder the
    shipped heads are in use. The last ones stay so."""
    for root in roots:
        heads.use(folder / root.name if folder else heads.WEIGHTS)
        yield root, corpus_of(root, embedder)


def asked_for(description: str | None, shipped: Path) -> tuple[Iterator[tuple[Path, Corpus]], Path]:
    """The deals of the command line ``FOLDER... [--heads FOLDER] [--out FILE]``, read, and the file to write, else
    ``shipped``."""
    ask = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("folders", nargs="+", type=Path)
    ask.add_argument("--heads", type=Path, help="a folder of heads, one for each deal, trained without it")
    ask.add_argument("--out", type=Path, default=shipped)
    given = ask.parse_args()
    settings = Settings()
    embedder = Remembered(open_embedder("minilm", settings.models), settings.home / "examples")
    return read(given.folders, given.heads, embedder), given.out
