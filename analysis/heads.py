"""Heads: small linear judges over what is known of a statement, one a label, learnt on ``training/corpus``.

Ridge regression (Hoerl and Kennard 1970) on the statement's vector, the vector of its turn with the question
before it, its nearness to each file of example sentences, its ``signs`` and, where passages are read ahead, the reading of its
passage by the larger encoder of the answers. They are trained and measured by ``training/train_heads.py`` on industries and
deals held out whole (docs/quality.md) and belong to one embedder, or one with one reader; with another one the sections fall
back to the example sentences alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import cards
from analysis.embedders import Vectors

WEIGHTS = Path(__file__).resolve().parent / "weights" / "heads"

EXAMPLES_OF: Mapping[str, str] = {
    "loud": "authority_not",
    "price_reason": "price_as_reason",
    "decision": "decision_message",
    "factor_decoy": "polite_enthusiasm",
    "seller_hope": "seller_push",
    "price_decided": "price_as_reason",
    "decides": "authority",
    **{
        f"cause:{c}": f"cause_{c}"
        for c in ("existing_relationship", "product_fit", "price", "timing", "process", "no_decision")
    },
}
"""The example file of a label, where it has another name."""


@dataclass(frozen=True, slots=True)
class Features:
    """``own``, ``around``: unit vectors, shape (n, d); ``near``: (n, topics); ``signs``: (n, signs); ``read``: (n, e), e is 0
    without a reader."""

    own: Vectors
    around: Vectors
    near: NDArray[np.float64]
    signs: NDArray[np.float64]
    read: Vectors

    def matrix(self) -> NDArray[np.float64]:
        """All side by side, shape (n, 2 d + topics + signs + e)."""
        blocks = [self.own, self.around, self.near, self.signs, self.read]
        return np.concatenate(blocks, axis=1, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Heads:
    """``weights``: shape (features, labels); ``bias``: (labels,); ``topics``: the example files compared with."""

    labels: tuple[str, ...]
    topics: tuple[str, ...]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def scores(self, features: Features) -> NDArray[np.float64]:
        """Shape (n, labels); higher is more, comparable over deals."""
        return features.matrix() @ self.weights + self.bias


_chosen = [WEIGHTS]


def use(folder: Path) -> None:
    """Read heads from another folder from now on: for measurements that leave a deal out."""
    _chosen[0] = folder


def open_heads(encoders: cards.Encoders) -> Heads | None:
    """The heads that were trained for these models; None where there are none. Raises ``ModelUnavailable``
    where the files are broken."""
    return _read(_chosen[0], encoders)


@lru_cache(maxsize=8)
def _read(weights: Path, encoders: cards.Encoders) -> Heads | None:
    folder = encoders.folder(weights)
    what = f"the heads in {folder}"

    def made(card: Any) -> Heads:
        weights, bias = cards.arrays(folder / "heads.npz", "weights", "bias")
        heads = Heads(tuple(card["labels"]), tuple(card["topics"]), weights, bias)
        if weights.shape[1:] != bias.shape or bias.shape != (len(heads.labels),):
            raise cards.misfit(f"{what} do not fit their card")
        return heads

    return cards.read_for(encoders.card(), what, folder / "heads.json", made)
