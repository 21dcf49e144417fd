"""Finding the places of the record that bear on a question.

Hybrid: windows by vector and by keyword over all chosen deals, the single utterances by vector, and the verified
findings of the pre-reads, fused by reciprocal rank (Cormack, Clarke and Büttcher 2009, k = 60). The best are then
looked at one by one: does the place hold the kind of thing that is asked for, and does it name whom the question names?
A reranker, where there is one, judges the best with what stands around them; one that has read the deals ahead also brings
what it thinks nearest. Last, places side by side are one place: the second steps back behind the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from analysis.answers.question import Question, Wants, could_answer, terms_of
from analysis.answers.readings import reading, scores, window_of
from analysis.corpus import Corpus
from analysis.documents import Citation, PreRead
from analysis.embedders import Embedder, Vectors
from analysis.indexes import Filter, Hit, KeywordIndex, VectorIndex
from analysis.rerankers import Reranker
from analysis.windows import Window, is_question

K = 60
DEPTH = 80  # windows taken from each ranking
RERANKED = 60
"""Places that a reranker reads when it is asked: in time for citations within two seconds on one core (docs/quality.md)."""
READ_STORED = 120  # places that it judges where most of them were read ahead
READ_NOW = 40  # places that are read at once where a deal was not read ahead yet: a second on one core
READ_AHEAD = 2.5  # weight of its own ranking then: what it thinks nearest is judged, whatever the others say


class Library(Protocol):
    """The deals that may be asked. ``corpus`` may be slow on first use; it is asked for deals that are hit only."""

    def deals(self) -> tuple[str, ...]: ...
    def corpus(self, deal_id: str) -> Corpus: ...
    def preread(self, deal_id: str) -> PreRead | None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A window that may hold the answer. ``score`` is comparable within one question; ``similarity`` (cosine of the question
    with the best utterance in it) and ``coverage`` (share of the question's content words in it) over all."""

    deal_id: str
    window: Window
    score: float
    similarity: float
    coverage: float
    fits: bool  # holds the kind of thing that is asked for
    near: float = 0.0  # cosine of the question with the window
    read: float | None = None  # the reranker's score; None where it did not read the place
    pair: float | None = (
        None  # what a judge of pairs of question and passage says (``refusal.Refusal.pairing``)
    )
    lead: float | None = None  # of the whole ranking, see ``with_lead``; None where there is no reranker


def reciprocal_ranks(rankings: Sequence[tuple[float, Sequence[str]]], k: int = K) -> dict[str, float]:
    """Fused scores by id from (weight, ids best first)."""
    fused: dict[str, float] = {}
    for weight, ids in rankings:
        for rank, key in enumerate(ids):
            fused[key] = fused.get(key, 0.0) + weight / (k + rank + 1)
    return fused


def retrieve(
    question: Question,
    library: Library,
    deals: tuple[str, ...],
    *,
    vectors: VectorIndex,
    keywords: KeywordIndex,
    embedder: Embedder,
    findings: Sequence[tuple[str, Citation]] = (),
    reranker: Reranker | None = None,
    readings: VectorIndex | None = None,
    pairing: Vectors | None = None,
) -> tuple[Place, ...]:
    """The places of the record that bear on the question, best first. ``findings``: (deal id, citation) of verified findings
    that speak to the question, best first; their windows come in with the rest. ``readings``: what the reranker has read
    ahead. ``pairing``: weights of the components by which a judge of refusals compares a question and a passage, shape (d,).
    Raises ``IndexUnavailable`` or ``ModelUnavailable``."""
    asked = embedder.embed([question.text, question.statement])
    of_reranker = reranker.embed([question.text]) if reranker else None
    rankings: list[tuple[float, Sequence[str]]] = []
    hit_deals: set[str] = set()

    def take(weight: float, hits: Sequence[Hit], window: Callable[[str], str] = str) -> None:
        hit_deals.update(hit.deal_id for hit in hits)
        rankings.append((weight, [window(hit.window_id) for hit in hits]))

    where = Filter(deals=deals)
    take(1.0, vectors.query(asked[:1], where, DEPTH))
    take(0.5, vectors.query(asked[1:], where, DEPTH))
    take(1.0, keywords.query(" ".join(question.terms) or question.text, where, DEPTH))
    if readings and of_reranker is not None:
        take(READ_AHEAD, readings.query(of_reranker, where, DEPTH), window_of)
    spoken = vectors.query(asked[:1], Filter(deals=deals, kind="utterance"), DEPTH)
    corpora = {
        deal: library.corpus(deal)
        for deal in hit_deals | {h.deal_id for h in spoken} | {d for d, _ in findings}
    }
    windows = {w.id: w for corpus in corpora.values() for w in corpus.windows}
    said = [windows[h.window_id] for h in spoken if h.window_id in windows]
    rankings.append((0.7, _holders(corpora, [(w.deal_id, w.source_key, w.ordinals) for w in said])))
    found = [(deal, c.key, tuple(c.ordinals)) for deal, c in findings if c.key]
    rankings.append((1.0, _holders(corpora, found)))
    fused = {key: value for key, value in reciprocal_ranks(rankings).items() if key in windows}
    places = [
        _look(question, windows[key], value, corpora[windows[key].deal_id], asked[0])
        for key, value in fused.items()
    ]
    places = sorted(places, key=lambda p: (-p.score, p.window.id))
    if reranker and of_reranker is not None:
        head = places[: READ_STORED if readings else RERANKED]
        passages = [reading(corpora[p.deal_id], p.window) for p in head]
        compared = of_reranker if pairing is None else np.concatenate([of_reranker, of_reranker * pairing])
        read = scores(readings, reranker, compared, passages, READ_NOW if readings else RERANKED)
        strong = reciprocal_ranks(
            [(KEYWORD_WEIGHT, rankings[KEYWORDS][1]), (KEYWORD_WEIGHT, rankings[-1][1])], k=10
        )
        likeness = reranker.likeness
        places = [*_reranked(question, head, read, likeness, corpora, strong), *places[len(head) :]]
    places = spread(places)
    return with_lead(places, reranker.floor) if reranker else places


KEYWORDS = 2  # which of the rankings
KEYWORD_WEIGHT = 0.55  # of reciprocal ranks by keywords (and of findings) beside it


def _reranked(
    question: Question,
    places: Sequence[Place],
    read: Vectors,
    likeness: float,
    corpora: Mapping[str, Corpus],
    strong: Mapping[str, float],
) -> list[Place]:
    """Places in the order of the reranker (``read``: its scores, and those of a judge of pairs, where there is one; shape (n, 1)
    or (n, 2)) and of what else tells evidence; those without a score behind them. ``strong``: what keywords and findings say
    for a window, by id."""
    judged = [
        replace(
            p,
            score=float(s[0])
            + likeness * p.near
            + strong.get(p.window.id, 0.0)
            + _tells(question, p, corpora),
            read=float(s[0]),
            pair=float(s[1]) if len(s) > 1 else None,
        )
        for p, s in zip(places, read, strict=True)
        if not np.isnan(s[0])
    ]
    unread = [p for p, s in zip(places, read, strict=True) if np.isnan(s[0])]
    return [*sorted(judged, key=lambda p: (-p.score, p.window.id)), *unread]


FIRST = 4  # places that an answer shows


def with_lead(places: Sequence[Place], floor: float) -> tuple[Place, ...]:
    """The places, with how much more the reranker thinks of the first ones than mere likeness does: the mean of its scores over
    the first ``FIRST``, less the cosines of the question (of the embedder) with the same places and with the nearest place,
    half each, less ``floor``. Below zero the record speaks about the subject and most likely does not answer."""
    read = [p for p in places if p.read is not None]
    if not read:
        return tuple(places)
    first = read[:FIRST]
    likeness = (max(p.near for p in read) + sum(p.near for p in first) / len(first)) / 2
    lead = sum(p.read or 0.0 for p in first) / len(first) - likeness - floor
    return tuple(replace(p, lead=lead) for p in places)


LONG = 30  # words from which a place counts as long


def _tells(question: Question, place: Place, corpora: Mapping[str, Corpus]) -> float:
    """What a place has in its favour besides its meaning: it is of some length, asks nothing itself, holds a number or a
    time where one is asked for, or is said by somebody whom the question names. The weights were chosen on held-out
    industries of the training corpus (docs/quality.md)."""
    corpus, window = corpora[place.deal_id], place.window
    said = [corpus.utterance(window.source_key, o).text for o in window.ordinals]
    length = min(LONG, sum(len(text.split()) for text in said)) / LONG
    exact = place.fits and question.wants in {Wants.NUMBER, Wants.TIME}
    speaks = window.person_id is not None and window.person_id in question.persons
    return 0.1 * length - 0.05 * is_question(said[-1]) + 0.04 * exact + 0.1 * speaks


def spread(places: Sequence[Place]) -> tuple[Place, ...]:
    """The same places; each that touches a better one (the next turn or paragraph of the same source) stands behind those
    that do not: one place shows the reader what is around it."""
    taken: dict[tuple[str, str], list[tuple[int, int]]] = {}
    first, later = list[Place](), list[Place]()
    for place in places:
        spans = taken.setdefault((place.deal_id, place.window.source_key), [])
        a, b = place.window.ordinals[0], place.window.ordinals[-1]
        if any(a <= high + 1 and low <= b + 1 for low, high in spans):
            later.append(place)
        else:
            spans.append((a, b))
            first.append(place)
    return (*first, *later)


def _holders(corpora: Mapping[str, Corpus], places: Sequence[tuple[str, str, tuple[int, ...]]]) -> list[str]:
    """The ids of the windows that hold these utterances (deal, source key, ordinals), in order, each once."""
    out: dict[str, None] = {}
    for deal, key, ordinals in places:
        for ordinal in ordinals:
            row = corpora[deal].window_row_of(key, ordinal)
            if row is not None:
                out[corpora[deal].windows[row].id] = None
    return list(out)


def _look(question: Question, window: Window, fused: float, corpus: Corpus, asked: Vectors) -> Place:
    text = " ".join(corpus.utterance(window.source_key, o).text for o in window.ordinals)
    about = {m.person_id for o in window.ordinals for m in corpus.mentions(window.source_key, o)}
    if window.person_id:
        about.add(window.person_id)
    inside = set(terms_of(window.text)) | {t for p in about for t in terms_of(corpus.persons[p].name)}
    coverage = sum(_in(term, inside) for term in question.terms) / max(1, len(question.terms))
    rows = [row for o in window.ordinals if (row := corpus.row_of(window.source_key, o)) is not None]
    best = max((float(x) for x in corpus.vectors[rows] @ asked), default=0.0)
    fits = could_answer(question.wants, text, len(about - set(question.persons)))
    row = corpus.window_row_of(window.source_key, window.ordinals[0])
    near = float(corpus.vectors[row] @ asked) if row is not None else 0.0
    score = fused * (1.0 if fits else 0.75) * (1.15 if set(question.persons) & about else 1.0)
    score *= 1.0 + 0.25 * max(0.0, best)
    return Place(window.deal_id, window, score, best, coverage, fits, near)


def _in(term: str, words: set[str]) -> bool:
    """Whether a word stands among others, inflection aside (a shared stem of four letters or more)."""
    stem = term if len(term) < 5 else term[: max(4, len(term) - 3)]
    return term in words or (len(stem) >= 4 and any(w.startswith(stem) for w in words))
