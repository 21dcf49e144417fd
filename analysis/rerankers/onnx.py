"""A small model as an ONNX file with int8 weights that scores passages for a question.

The folder's card.json says which of two shapes it has: "encoder" (question and passage each become a vector, the score is their
cosine) or "cross" (both are read together, the score is one number). It also holds the SHA-256 of the weights, which is checked.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.embedders import Vectors
from analysis.embedders.minilm import mean_of_tokens, unit
from analysis.errors import ModelUnavailable
from analysis.rerankers import Scores

REMEMBERED = 4096
"""Vectors of passages that are kept: a deal has 300 to 700, and questions about one deal meet the same ones again."""


class Card(BaseModel):
    """card.json, as far as the program reads it."""

    model_config = ConfigDict(extra="ignore")
    name: str
    shape: Literal["encoder", "cross"]
    sha256: str
    tokens: int = 128  # question and passage are cut to this many
    floor: float = -1.0  # see the seam; -1 refuses nothing


class OnnxReranker:
    """``folder`` holds ``model.onnx``, ``tokenizer.json`` and ``card.json``. ``threads``: 0 for all cores."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        self._card = _card(folder)
        self.name, self.floor = self._card.name, self._card.floor
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ModelUnavailable(f"{folder} cannot be loaded ({error}): install Preread again") from error
        self._tokenizer.enable_truncation(self._card.tokens)
        self._tokenizer.no_padding()
        self._inputs = [str(given.name) for given in self._session.get_inputs()]
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """Shape (n,) for n passages."""
        if not passages:
            return np.zeros(0, np.float32)
        if self._card.shape == "cross":
            return self._run([(question, passage) for passage in passages])[:, 0]
        asked = unit(self._run([question]))[0]
        return (self._vectors(passages) @ asked).astype(np.float32)

    def _vectors(self, passages: Sequence[str]) -> Vectors:
        missing = [p for p in dict.fromkeys(passages) if p not in self._kept]
        fresh = dict(zip(missing, unit(self._run(missing)), strict=True)) if missing else {}
        found = np.stack([fresh[p] if p in fresh else self._kept[p] for p in passages])
        self._kept.update(fresh)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return found

    def _run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> Vectors:
        """Shape (n, d): means of the token states, or (n, 1): scores. One text at a time: on a processor that is as fast
        as a batch, and a text has the same vector whatever it comes with (dynamic quantisation takes its scale from
        the whole batch)."""
        return np.concatenate(
            [self._one(e.ids, e.type_ids) for e in self._tokenizer.encode_batch(list(texts))]
        )

    def _one(self, ids: Sequence[int], types: Sequence[int]) -> Vectors:
        line = np.array([ids], np.int64)
        mask = np.ones_like(line)
        given = {"input_ids": line, "attention_mask": mask, "token_type_ids": np.array([types], np.int64)}
        try:
            out = np.asarray(self._session.run(None, {n: given[n] for n in self._inputs})[0], np.float32)
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise ModelUnavailable(f"{self.name} failed: {error}") from error
        return mean_of_tokens(out, mask.astype(np.float32)) if self._card.shape == "encoder" else out


def _card(folder: Path) -> Card:
    try:
        card = Card.model_validate_json((folder / "card.json").read_bytes())
        found = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    except (OSError, ValidationError) as error:
        raise ModelUnavailable(f"{folder} cannot be read ({error}): install Preread again") from error
    if found != card.sha256:
        raise ModelUnavailable(f"{folder / 'model.onnx'} is not what was shipped: install Preread again")
    return card
