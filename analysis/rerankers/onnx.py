"""A small encoder as an ONNX file with int8 weights, run without torch.

The folder's card.json names the file with the graph and its SHA-256, which is checked. Weights that are too large to ship are
a pulled model's with changes of low rank (``assembly``): then the card names that model, too, and the whole is put together in
the models folder when it is first used.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.embedders import Vectors
from analysis.embedders.minilm import unit
from analysis.errors import ModelUnavailable
from analysis.rerankers.assembly import assembled, place_of

REMEMBERED = 4096
"""Vectors of texts that are kept: a deal has 300 to 700 passages, and questions about one deal meet the same ones again."""


class Base(BaseModel):
    """The pulled model that shipped weights change."""

    model_config = ConfigDict(extra="ignore")
    folder: str
    file: str
    size: int  # bytes; its hash was checked when it was pulled
    changes: str  # sha256 of changes.safetensors


class Card(BaseModel):
    """card.json, as far as the program reads it."""

    model_config = ConfigDict(extra="ignore")
    name: str
    sha256: str  # of model.onnx
    tokens: int = 128  # a text is cut to this many
    floor: float = -1.0  # see the seam; -1 refuses nothing
    likeness: float = 0.25
    ahead: bool = False
    upon: Base | None = None


class OnnxReranker:
    """``folder`` holds ``model.onnx``, ``tokenizer.json`` and ``card.json``. ``threads``: 0 for all cores."""

    def __init__(self, folder: Path, models: Path, *, threads: int = 0) -> None:
        card = _card(folder)
        self.name, self.floor, self.ahead = card.name, card.floor, card.ahead
        self.key, self.likeness = _key(card), card.likeness
        graph = _whole(folder, card, models)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # one thread a text and texts side by side, as in analysis.embedders.minilm
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._workers = threads or os.cpu_count() or 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ModelUnavailable(f"{graph} cannot be loaded ({error}): install Preread again") from error
        self._tokenizer.enable_truncation(card.tokens)
        self._tokenizer.no_padding()
        self._inputs = [str(given.name) for given in self._session.get_inputs()]
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Shape (n, d): unit means of the token states."""
        missing = [t for t in dict.fromkeys(texts) if t not in self._kept]
        found = {t: self._kept.pop(t) for t in dict.fromkeys(texts) if t in self._kept}
        for done, (text, vector) in enumerate(zip(missing, self._run(missing), strict=True), 1):
            found[text] = vector
            on_progress(done)
        self._kept.update(found)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return np.stack([found[t] for t in texts]) if texts else np.zeros((0, 0), np.float32)

    def _run(self, texts: Sequence[str]) -> Iterator[Vectors]:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        if len(texts) == 1:
            yield self._one(tokens[0])
            return
        with ThreadPoolExecutor(self._workers) as pool:
            yield from pool.map(self._one, tokens)

    def _one(self, ids: Sequence[int]) -> Vectors:
        """One text at a time: on a processor that is as fast as a batch, and dynamic quantisation, which takes its scale
        from the whole batch, then gives a text the same vector in any company."""
        line = np.array([ids], np.int64)
        given = {
            "input_ids": line,
            "attention_mask": np.ones_like(line),
            "token_type_ids": np.zeros_like(line),
        }
        try:
            states = self._session.run(None, {n: given[n] for n in self._inputs})[0]
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise ModelUnavailable(f"{self.name} failed: {error}") from error
        return unit(np.asarray(states, np.float32).mean(1))[0]


def at_hand(folder: Path, models: Path) -> bool:
    """Whether the shipped weights in a folder can be used: they are whole, or were put together, or can be. Raises
    ``ModelUnavailable`` where the folder is broken."""
    card = _card(folder, check=False)
    if card.upon is None:
        return True
    base = models / card.upon.folder / card.upon.file
    if (place_of(folder, base, card.name, card.sha256 + card.upon.changes) / "model.onnx").is_file():
        return True
    return base.is_file() and base.stat().st_size == card.upon.size and os.access(base.parent, os.W_OK)


def key_of(folder: Path) -> str:
    """What tells the vectors of these weights from all others, those of an older version of the same name, too."""
    return _key(_card(folder, check=False))


def _key(card: Card) -> str:
    made_of = card.sha256 + (card.upon.changes if card.upon else "")
    return f"{card.name}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"


def _whole(folder: Path, card: Card, models: Path) -> Path:
    """The graph with all its weights."""
    if card.upon is None:
        return folder / "model.onnx"
    base = models / card.upon.folder / card.upon.file
    return assembled(folder, base, card.name, card.sha256, card.upon.changes)


def _card(folder: Path, *, check: bool = True) -> Card:
    try:
        card = Card.model_validate_json((folder / "card.json").read_bytes())
        found = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest() if check else card.sha256
    except (OSError, ValidationError) as error:
        raise ModelUnavailable(f"{folder} cannot be read ({error}): install Preread again") from error
    if found != card.sha256:
        raise ModelUnavailable(f"{folder / 'model.onnx'} is not what was shipped: install Preread again")
    return card
