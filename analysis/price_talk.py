"""Price in a deal: where buyers say that the money was not there, that it was, or what the form says.

Read turn by turn, since "it was cost" and "on paper" are often two sentences of one turn. Near the decision a
denial that nothing answers outweighs what lies near in sense: most losses that are put down to price were no
losses by price (docs/quality.md), so a yes needs a statement that carries it and is neither denial nor excuse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.decision import nearness
from analysis.pricing import denies_price, on_paper, short_of_money
from analysis.statements import Scores, Statements

Mask = NDArray[np.bool_]

_LATE = 0.5
_EXCUSED = 1.0
_SURE = 0.6


@dataclass(frozen=True)
class PriceTalk:
    """Masks over the statements, shape (n,). ``short``: the money is not there. ``denied``: it was not the price.
    ``excused``: the reason as it stands written, or a denial. ``lean``: a reason rather than an excuse, 0 and
    below in other talk. ``late``: buyers' statements near the decision."""

    short: Mask
    denied: Mask
    excused: Mask
    lean: Scores
    late: Mask

    @property
    def places(self) -> int:
        """How many statements near the decision say that the money is not there."""
        return int((self.late & self.short & ~self.excused).sum())

    @property
    def outweighed(self) -> bool:
        """Whether near the decision the price is denied and nobody says that the money is not there."""
        denial = self.denied | (self.excused & (self.lean > -0.3))
        return bool((self.late & denial).any() and not self.places)

    @property
    def carried(self) -> bool:
        """Whether a statement near the decision, no denial and no excuse, tells that the price decided."""
        return bool((self.late & ~self.excused & (self.lean >= _SURE)).any()) and not self.outweighed


def price_talk(found: Statements) -> PriceTalk:
    """The talk of price of a deal."""
    turns = [found.turn_text(i) if found.buyers[i] else "" for i in range(len(found))]
    read = {t: (short_of_money(t), denies_price(t), on_paper(t)) for t in set(turns)}
    short, denied, written = (np.array([read[t][k] for t in turns], bool) for k in range(3))
    lean = found.strength("price_decided")
    return PriceTalk(
        short=short,
        denied=denied,
        excused=denied | (written & (lean < _EXCUSED)),
        lean=lean,
        late=found.buyers & (nearness(found) >= _LATE),
    )
