"""The reranker seam: an encoder that was trained so that a question lies near the passage that answers it. One backend a file;
``open_reranker`` loads one by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from analysis.embedders import Vectors
from analysis.errors import ModelUnavailable

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
"""Weights that come with the program, a folder each: card.json, tokenizer.json and what the card names."""

BEST, LIGHT = "mpnet-answers", "minilm-answers"


class Reranker(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str:
        """The name under which vectors are kept: another one for another version of the weights."""
        ...

    @property
    def floor(self) -> float:
        """If the cosines of the first places lie by less than this above their cosines with the question (of the embedder), the
        record is about the subject and does not answer: a reranker is trained to tell these apart. Chosen on held-out data;
        how it is applied: ``analysis.answers.retrieve.with_lead``."""
        ...

    @property
    def likeness(self) -> float:
        """What the cosine of the embedder counts beside this one's. Chosen on held-out data."""
        ...

    @property
    def ahead(self) -> bool:
        """Whether the passages of a deal are to be read when it is indexed: this one is too slow to read them when
        somebody waits for an answer."""
        ...

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Unit vectors of questions and of passages; the cosine of two says how well the one answers the other. A text has the
        same vector whatever it comes with. Raises ``ModelUnavailable`` and nothing else."""
        ...


def chosen(name: str, models: Path, folder: Path = WEIGHTS) -> str:
    """Which reranker a name means: "auto" is the best one where the model that it builds upon lies in ``models`` and the two can
    be put together, else the light one."""
    if name != "auto":
        return name
    from analysis.rerankers.onnx import at_hand

    return BEST if at_hand(folder / BEST, models) else LIGHT


def version(name: str, models: Path, folder: Path = WEIGHTS) -> str:
    """The ``key`` that the reranker of a name would have, without loading it."""
    if name in ("none", ""):
        return "none"
    from analysis.rerankers.onnx import key_of

    return key_of(_place(chosen(name, models, folder), folder))


def open_reranker(name: str, models: Path, *, threads: int = 0, folder: Path = WEIGHTS) -> Reranker | None:
    """ "none" for no reranking; "auto"; else the name of a folder in ``folder``, or the path of one. ``models``: the folder that
    ``preread models pull`` fills. ``threads``: 0 for all cores. Raises ``ModelUnavailable``."""
    if name in ("none", ""):
        return None
    wanted = chosen(name, models, folder)
    place = _place(wanted, folder)
    if not (place / "card.json").is_file():
        shipped = sorted(p.parent.name for p in folder.glob("*/card.json"))
        raise ModelUnavailable(f"no reranker is called {wanted}: use {', '.join([*shipped, 'auto', 'none'])}")
    from analysis.rerankers.onnx import OnnxReranker

    return OnnxReranker(place, models, threads=threads)


def _place(name: str, folder: Path) -> Path:
    return Path(name) if Path(name).is_absolute() else folder / name
