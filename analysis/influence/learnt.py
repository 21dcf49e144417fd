"""What labelled deals taught about influential people: two weights a label of the heads, and one a trait.

The first two say how much a statement of or by somebody looks like those of or by the influential; the last ranks people
by their traits (``analysis/influence/traits.py``). Learnt and measured by ``training/train_influence.py`` with whole deals
left out; the weights belong to the heads of one embedder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import cards

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "influence"
_FAR = 3.0
"""A trait counts for at most so many deviations from the mean over deals."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """``told``, ``telling``: one weight a label (``labels``), for what others say of somebody and for what they say
    themselves, after which comes the bias. ``mean``, ``spread``: of each trait over the people of all labelled deals.
    ``weights``: one a trait, then the bias, for the log odds of being an influential voice."""

    labels: tuple[str, ...]
    told: NDArray[np.float64]
    telling: NDArray[np.float64]
    traits: tuple[str, ...]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]

    def chance(self, traits: NDArray[np.float64]) -> NDArray[np.float64]:
        """0..1 for each row of ``traits``, shape (n, traits); NaN where a trait does not apply."""
        return 1.0 / (1.0 + np.exp(-(self.scaled(traits) @ self.weights[:-1] + self.weights[-1])))

    def scaled(self, traits: NDArray[np.float64]) -> NDArray[np.float64]:
        """The traits as deviations from the mean over deals; 0 for what does not apply."""
        return np.clip(np.nan_to_num((traits - self.mean) / self.spread), -_FAR, _FAR)


_chosen = [WEIGHTS]


def use(folder: Path) -> None:
    """Read the weights from another folder from now on: for measurements that leave a deal out."""
    _chosen[0] = folder


def open_learnt(encoders: cards.Encoders) -> Learnt | None:
    """The weights that fit the heads for these models; None where there are none. Raises ``ModelUnavailable`` where the
    file is broken."""
    return _read(_chosen[0], encoders)


@lru_cache(maxsize=64)
def _read(weights: Path, encoders: cards.Encoders) -> Learnt | None:
    folder = encoders.folder(weights)
    what = f"the weights in {folder}"

    def made(card: Any) -> Learnt:
        parts = {k: np.array(card[k], np.float64) for k in ("told", "telling", "mean", "spread", "weights")}
        found = Learnt(labels=tuple(card["labels"]), traits=tuple(card["traits"]), **parts)
        n, k = len(found.labels), len(found.traits)
        if [len(p) for p in parts.values()] != [n + 1, n + 1, k, k, k + 1]:
            raise cards.misfit(f"{what} do not fit their card")
        return found

    return cards.read_for(encoders.card(), what, folder / "influence.json", made)


def save(learnt: Learnt, folder: Path, card: dict[str, str]) -> None:
    """Write the weights, rounded to four places, with what else ``card`` says of them."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {
        "told": learnt.told,
        "telling": learnt.telling,
        "mean": learnt.mean,
        "spread": learnt.spread,
        "weights": learnt.weights,
    }
    written = {**card, "labels": learnt.labels, "traits": learnt.traits} | {
        k: [round(float(x), 4) for x in v] for k, v in numbers.items()
    }
    (folder / "influence.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
