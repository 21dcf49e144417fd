"""Cards: the JSON files in which learnt weights say what they are and for which models they were learnt.

They ship with the program, so whatever is wrong with one has the same cure, and all that reading one can raise becomes
``ModelUnavailable`` here and nowhere else. Who reads a card keeps what was made of it: a card is small, its weights may not be.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelUnavailable

Made = TypeVar("Made")

_CURE = "install the program again"
# the last four: what comes of valid JSON in another shape, and of files of arrays that are empty or none
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile)


class Encoders(NamedTuple):
    """Which models' vectors weights were learnt on: the embedder's of every statement and, where there is one, those of a
    reranker that reads passages ahead (its ``key``; empty without)."""

    embedder: str
    reader: str = ""

    def folder(self, weights: Path) -> Path:
        """Where the weights for these models lie: those with a reader in a folder of their own."""
        return weights / "with-readings" if self.reader else weights

    def card(self) -> dict[str, str]:
        """What a card says of them."""
        return {"embedder": self.embedder} | ({"reader": self.reader} if self.reader else {})


def read(what: str, path: Path, make: Callable[[Any], Made]) -> Made:
    """What ``make`` makes of a card that belongs to no model. ``what`` names the weights to a person. Raises
    ``ModelUnavailable`` where the file is missing or ``make`` cannot use it."""
    with _translated(what):
        return make(_card(path))


def read_for(models: Mapping[str, str], what: str, path: Path, make: Callable[[Any], Made]) -> Made | None:
    """What ``make`` makes of a card that was learnt for these ``models`` (their names by role, as the card has them); None
    where it was learnt for others, or where it or a file that ``make`` opens is missing: such weights can be done without.
    Raises ``ModelUnavailable`` where the card is broken."""
    with _translated(what):
        try:
            card = _card(path)
            return make(card) if {role: card[role] for role in models} == models else None
        except FileNotFoundError:
            return None


def arrays(path: Path, *names: str) -> tuple[NDArray[np.float64], ...]:
    """The arrays beside a card, in the order of ``names``. For ``make``: what this raises is translated there."""
    with np.load(path, allow_pickle=False) as held:
        return tuple(held[name].astype(np.float64) for name in names)


def misfit(what: str) -> ModelUnavailable:
    """To be raised by ``make`` where all can be read and the sizes contradict each other. ``what``: with its verb."""
    return ModelUnavailable(f"{what}: {_CURE}")


def _card(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def _translated(what: str) -> Generator[None]:
    try:
        yield
    except _BROKEN as error:
        raise ModelUnavailable(f"{what} cannot be read ({error}): {_CURE}") from None
