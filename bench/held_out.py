"""Heads that have not seen what they are measured on: trained for the run, used, and put away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from analysis import heads
from training.labelled import Labelled
from training.train_heads import FOLDS, Table, compared, fit, save, tabulate


@dataclass(frozen=True)
class HeldOut:
    """``parts``: every industry of the corpus and every deal that heads may be trained on."""

    parts: Sequence[Labelled]

    @cached_property
    def table(self) -> Table:
        labels = sorted({label for p in self.parts for own in p.labels for label in own})
        return tabulate(self.parts, labels, compared())

    def fold(self, name: str) -> frozenset[str]:
        """The industries that are left out together with one."""
        names = [p.name for p in self.parts if not p.deal]
        return frozenset(n for i, n in enumerate(names) if i % FOLDS == names.index(name) % FOLDS)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Within, the sections judge by heads that were trained without these industries or deals."""
        seen = np.array([p.name not in names for p in self.parts])[self.table.part]
        with tempfile.TemporaryDirectory() as folder:
            trained = fit(self.table, seen, compared())
            encoders = self.parts[0].found.corpus.encoders
            save(trained, encoders.folder(Path(folder)), encoders.card())
            heads.use(Path(folder))
            try:
                yield
            finally:
                heads.use(heads.WEIGHTS)
