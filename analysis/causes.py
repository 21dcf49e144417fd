"""Causes of a loss, weighed over what buyers say of the decision.

Six classes, as a loss audit counts them. Each of the statements that tell most of the decision is judged by weights that
tell the causes from each other, learnt on statements that carry one (``training/train_causes.py``); their mean is set beside
that of other lost deals, since of timing, of paper and of waiting people talk near every decision. Shares come of how far
a cause stands out from what is usual, not from the other causes of the deal. Beside that stands what the deal as a whole
resembles (``analysis/profile.py``): the two agree or neither is sure.
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
from analysis.documents import LossCause
from analysis.factors import deciding
from analysis.price_talk import PriceTalk, price_talk
from analysis.profile import Profile, carried
from analysis.signs import CAUSES, CHOSE
from analysis.statements import Scores, Statements, best, standard

WEIGHTS = Path(__file__).resolve().parent / "weights" / "causes"

PROFILE = ("profile_mean", "profile_spread", "profile_weights", "profile_usual")
"""The arrays of the profile beside the card, in the order of its fields."""
POOLS: tuple[tuple[float, int], ...] = ((0.5, 10), (1.0, 10), (1.0, 20), (1.0, 40), (2.0, 40))
"""Sharpness of the softmax and number of statements of each pool. Their mean is taken: between the pools the causes found
differ by chance (10 to 15 of 22 losses), their mean is as good as the best but one."""
_SHARP = 1.3  # of the shares; chosen by the likelihood of left-out deals
_ALONE = (
    0.65  # share by the statements alone; with .5 to .8 four left-out losses lie above, all of them by price
)
_DOUBT = 0.01  # added to each share before two judges are brought together: neither can rule a cause out
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CauseWeights:
    """``weights``: shape (features, 6), ``bias``: (6,), one column a cause in the order of ``CAUSES``. ``usual``, ``spread``:
    (6,), mean and spread of the pooled scores over lost deals, each judged by weights that have not seen it."""

    topics: tuple[str, ...]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    usual: NDArray[np.float64]
    spread: NDArray[np.float64]
    profile: Profile


_chosen = [WEIGHTS]


def use(folder: Path) -> None:
    """Read weights from another folder from now on: for measurements that leave a deal out."""
    _chosen[0] = folder


@dataclass(frozen=True, slots=True)
class Weighed:
    """``scores``: shares by class; ``evidence``: indices of the statements that carry each class, best first;
    ``alone``: the share of the price by what the statements say, whatever the deal resembles."""

    scores: Mapping[LossCause, float]
    evidence: Mapping[LossCause, tuple[int, ...]]
    price: PriceTalk
    alone: float

    @property
    def cause(self) -> LossCause | None:
        """The heaviest class; None when nothing speaks for any."""
        if not any(self.scores.values()):
            return None
        return max(CAUSES, key=lambda c: self.scores[c])

    @property
    def price_decided(self) -> bool:
        """Whether the price can stand as the real reason: a statement carries it, or hardly anything else speaks."""
        return self.price.carried or self.alone >= _ALONE


def weigh(found: Statements) -> Weighed:
    """The classes weighed over what the buyers say; no share for any where they say nothing."""
    price = price_talk(found)
    if not found.buyers.any():
        return Weighed(dict.fromkeys(CAUSES, 0.0), dict.fromkeys(CAUSES, ()), price, 0.0)
    known = open_causes(found.corpus.encoders)
    judged = _judged(found, known)
    weight = pool_weights(told(found), found.buyers)
    said = shared(weight @ judged)
    shares = together(said, known.profile.shares(carried(found, known.profile.labels))) if known else said
    evidence: dict[LossCause, tuple[int, ...]] = {
        c: _carried(found, weight * judged[:, j], price, about_price=c == "price")
        for j, c in enumerate(CAUSES)
    }
    scores: dict[LossCause, float] = {c: float(s) for c, s in zip(CAUSES, shares, strict=True)}
    return Weighed(scores, evidence, price, float(said[CAUSES.index("price")]))


def shared(scores: Scores) -> Scores:
    """Shares of the six causes, one in all, from their pooled standard scores."""
    raised = np.exp(_SHARP * (scores - scores.max()))
    return raised / raised.sum()


def together(left: Scores, right: Scores) -> Scores:
    """The shares of two judges as one, by their geometric mean."""
    both = np.sqrt((left + _DOUBT) * (right + _DOUBT))
    return both / both.sum()


def told(found: Statements) -> Scores:
    """How much each statement tells what decided, whoever says it, as standard scores within the deal. The weights and what
    is usual were learnt over these scores."""
    return standard(deciding(found, {}))


def pool_weights(score: Scores, allowed: NDArray[np.bool_]) -> Scores:
    """Weights of the statements, one in all, zero outside ``allowed``: the mean over ``POOLS``."""
    total = np.zeros(len(score))
    for sharp, most in POOLS:
        chosen = best(score, allowed, most)
        raised = np.exp(sharp * (score[chosen] - score[chosen[0]]))
        total[chosen] += raised / raised.sum() / len(POOLS)
    return total


def _judged(found: Statements, known: CauseWeights | None) -> Scores:
    """How much each statement speaks for each cause, beside what is usual in lost deals; shape (n, 6). Without
    weights for the embedder what its heads or examples say, beside what is usual in this deal."""
    if known is None:
        return np.stack([standard(found.strength(f"cause:{c}")) for c in CAUSES], axis=1)
    scores = found.features(known.topics).matrix() @ known.weights + known.bias
    return (scores - known.usual) / known.spread


def _carried(found: Statements, carried: Scores, price: PriceTalk, *, about_price: bool) -> tuple[int, ...]:
    """The statements that carry a cause most, best first. What only stands written shows no cause, a denial of the
    price all but that."""
    hidden = price.excused if about_price else price.excused & ~price.denied
    ranked = best(carried, found.buyers & ~hidden, _SHOWN) or best(carried, found.buyers, 1)
    own = [i for i in ranked if carried[i] > 0.0]
    return tuple(own or ranked[:1])


def rival_chosen(found: Statements) -> bool:
    """Whether a buyer says, towards the end, that somebody else was chosen or the present supplier kept."""
    rival = (found.corpus.record.opportunity.competitor or "").split()
    name = rival[0].lower() if rival else ""
    for i, s in enumerate(found.all):
        if not found.buyers[i] or s.position < 0.6 or not CHOSE.search(s.text):
            continue
        if (name and name in s.text.lower()) or found.near("decision_message")[i] > 1.5:
            return True
    return False


def open_causes(encoders: cards.Encoders) -> CauseWeights | None:
    """The weights that were learnt for these models; None where there are none. Raises ``ModelUnavailable`` where the
    files are broken."""
    return _read(_chosen[0], encoders)


@lru_cache(maxsize=4)
def _read(weights: Path, encoders: cards.Encoders) -> CauseWeights | None:
    folder = encoders.folder(weights)
    what = f"the weights of causes in {folder}"

    def made(card: Any) -> CauseWeights:
        file = folder / "causes.npz"
        mean, spread, weights, shares = cards.arrays(file, *PROFILE)
        profile = Profile(tuple(str(x) for x in card["labels"]), mean, spread, weights, shares)
        topics = tuple(str(t) for t in card["topics"])
        known = CauseWeights(
            topics, *cards.arrays(file, "weights", "bias", "usual", "spread"), profile=profile
        )
        sizes = {known.weights.shape[1:], known.bias.shape, known.usual.shape, known.spread.shape}
        labels = {profile.mean.shape, profile.spread.shape, profile.weights.shape[:1]}
        fits = labels == {(len(profile.labels),)} and profile.usual.shape == profile.weights.shape[1:]
        if sizes != {(len(CAUSES),), profile.usual.shape} or not fits:
            raise cards.misfit(f"{what} do not fit")
        return known

    return cards.read_for(encoders.card(), what, folder / "causes.json", made)
