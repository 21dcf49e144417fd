"""The decision in the record: where it is told, and how near to it each statement stands."""

from __future__ import annotations

import numpy as np

from analysis.signs import TELLS
from analysis.statements import Scores, Statements
from ingest.model import Side


def telling(found: Statements) -> Scores:
    """How much each statement tells the decision: near the examples, in the words of deciding, late, by a
    buyer."""
    words = np.array([1.0 if TELLS.search(s.text) else 0.0 for s in found.all])
    mail = np.array([0.5 if s.mail else 0.0 for s in found.all])
    late = np.array([s.position >= 0.5 for s in found.all], bool)
    score = found.carries("decision") + 1.2 * words + mail + found.position
    return np.where(late & found.buyers, score, -9.0)


def decision_mail(found: Statements) -> str | None:
    """The key of the mail by which a buyer tells the decision; None where no mail does."""
    score = telling(found)
    mails = [i for i, s in enumerate(found.all) if s.mail and score[i] > 2.5]
    return found.all[max(mails, key=lambda i: (score[i], -i))].key if mails else None


def nearness(found: Statements) -> Scores:
    """0..1: 1 in the decision mail and in what buyers say after it, falling with the distance before it.
    Where no mail tells the decision, simply how late a statement is."""
    key = decision_mail(found)
    if key is None:
        return found.position
    at = found.corpus.position(key)
    return np.array([1.0 if s.position >= at else max(0.0, 1.0 - 1.5 * (at - s.position)) for s in found.all])


def is_buyer(side: Side) -> bool:
    return side is Side.BUYER
