"""The reranker seam: a question and passages in, one score a passage out. One backend a file; ``open_reranker`` loads one by
name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelUnavailable

Scores = NDArray[np.float32]
"""Shape (n,); higher is better. A cosine (-1 to 1) for the shipped weights."""

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
"""Weights that come with the program, a folder each: model.onnx, tokenizer.json, card.json."""


class Reranker(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def floor(self) -> float:
        """If the scores of the first places lie by less than this above their cosines with the question (of the embedder), the
        record is about the subject and does not answer: a reranker is trained to tell these apart. Chosen on held-out data;
        how it is applied: ``analysis.answers.retrieve.with_lead``."""
        ...

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """How well each passage answers the question. Raises ``ModelUnavailable`` and nothing else."""
        ...


def open_reranker(name: str, *, threads: int = 0, folder: Path = WEIGHTS) -> Reranker | None:
    """ "none" for no reranking; else the name of a folder in ``folder``, or the path of one. ``threads``: 0 for all cores.
    Raises ``ModelUnavailable``."""
    if name in ("none", ""):
        return None
    chosen = Path(name) if Path(name).is_absolute() else folder / name
    if not (chosen / "card.json").is_file():
        shipped = sorted(p.parent.name for p in folder.glob("*/card.json"))
        raise ModelUnavailable(f"no reranker is called {name}: use {', '.join([*shipped, 'none'])}")
    from analysis.rerankers.onnx import OnnxReranker

    return OnnxReranker(chosen, threads=threads)
