"""Kinds of points: what a strength or a slip is about, told by example sentences, with the words for it.

A kind leads a point in the retro without an LLM and gives change candidates their options: proposals for
people to decide on, which hold no fact of the deal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.corpus import Corpus
from analysis.embedders import Vectors
from analysis.ranking import Candidate, nearest, topic_vectors


@dataclass(frozen=True, slots=True)
class Kind:
    """``topic``: the example sentences. ``lead``: what a claim of this kind says before its quote. "
    "``problem`` and
    ``options``: for change candidates."""

    topic: str
    lead: str
    problem: str = ""
    options: tuple[str, ...] = ()


WENT_WELL = (
    Kind("went_proof", "Proof on the customer's own ground landed"),
    Kind("went_straight", "A straight answer was noticed"),
    Kind("went_kept", "We delivered what we had said"),
    Kind("went_users", "The people who would use it were won over"),
    Kind("went_open", "We kept a relation in which the customer spoke openly"),
)

TO_CHANGE = (
    Kind(
        "change_promises",
        "We left a promise open",
        "Promises to the customer had no owner and no date on our side",
        (
            "Keep one list of promises per deal, each with an owner and a date, and open every call with it",
            "End each call by reading our promises back, and send them in writing the same day",
        ),
    ),
    Kind(
        "change_access",
        "We learned late how, or by whom, this is decided",
        "We did not speak with those who decide, or learned late how they decide",
        (
            "Ask on the first call who else must agree, up to what amount, and when they meet",
            "Before the proposal, ask for half an hour with each person whose word others wait for",
        ),
    ),
    Kind(
        "change_product",
        "A need that our product did not meet stayed without a plan",
        "A need of the customer was outside our product and we had no plan for it",
        (
            "Ask for the conditions that cannot be waived before the demo, and decide then whether to go on",
            "Bring the gap to product with this evidence, and give the customer a dated answer, also "
            "when it is no",
        ),
    ),
    Kind(
        "change_paper",
        "Paperwork or an approval took time that we had not planned",
        "Contract, security or approval steps cost time that we had not planned",
        (
            "Ask for the supplier set-up and signature steps when the proposal goes out, and plan back "
            "from the date",
            "Have our own contract pack and approvals ready before the customer says yes",
        ),
    ),
    Kind(
        "change_price",
        "We named a figure before we knew what they could commit",
        "Our figure or terms did not fit what the customer was free to commit",
        (
            "Ask what the customer may commit, over which term, before a figure is named",
            "Offer two scopes with the proposal, one of them within the limit",
        ),
    ),
    Kind(
        "change_proof",
        "Proof was asked for, or promised, and stayed open",
        "The proof that the customer needed was not there when they needed it",
        (
            "Line up a reference of the same kind before the evaluation begins",
            "Measure on the customer's own data in the first weeks, with somebody on our side who owns it",
        ),
    ),
    Kind(
        "change_urgency",
        "We took goodwill for a date",
        "We took goodwill for urgency: nothing made the customer act by a date",
        (
            "Forecast only what a person with the budget has tied to a date",
            "Ask what happens if nothing is decided this year, and who would mind",
        ),
    ),
)


_SURE = (
    0.27  # cosine with a kind's sentences from which its words may lead a claim; below it they would guess
)


def kind_of(
    corpus: Corpus, candidate: Candidate, kinds: Sequence[Kind], *, sure: float = _SURE
) -> Kind | None:
    """The kind whose example sentences are nearest to a candidate, its turn with the question before it
    counting half; None where none is near."""
    if kinds is TO_CHANGE and _awaited(corpus, candidate):
        return TO_CHANGE[0]  # said in so many words: something that was to come did not
    rows = [r for o in candidate.ordinals if (r := corpus.row_of(candidate.key, o)) is not None]
    if not rows:
        return None
    wide = corpus.window_row_of(*candidate.place)
    own = corpus.vectors[rows]
    around = corpus.vectors[[wide]] if wide is not None else own
    near = [_near(corpus, own, k) + 0.5 * _near(corpus, around, k) for k in kinds]
    best = kinds[int(np.argmax(near))]
    return best if max(_near(corpus, own, best), _near(corpus, around, best)) >= sure else None


def _awaited(corpus: Corpus, candidate: Candidate) -> bool:
    text = " ".join(corpus.utterance(candidate.key, o).text for o in candidate.ordinals)
    return "waiting" in candidate.signals or ("theirs" in candidate.signals and bool(_PROMISED.search(text)))


_PROMISED = re.compile(
    r"\b(?:sen[dt]|got? back|c[ao]me? back|call|rang|bring|brought|promise\w*|ever|said you)\b", re.I
)


def _near(corpus: Corpus, vectors: Vectors, kind: Kind) -> float:
    return float(nearest(vectors, topic_vectors(corpus.embedder, kind.topic)).max())
