"""Commitments: first-person promises with an object, by either side, and what became of them.

A promise is found by its form ("I'll …", "you'll have …", "let me … and get back") and ranked by meaning
against example promises and small talk, so that "I'll share my screen" stays out. Whether it was kept is read
from what comes later: the thing arrives, somebody says it did not, or the record does not say (null).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from analysis.claims import checked, claim, shorten
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.dates import dates
from analysis.documents import Citation, Commitment
from analysis.embedders import Vectors
from analysis.evidence import cite, sentences, words
from analysis.promises import promise_in, task_in
from analysis.ranking import Candidate, nearest, topic_similarity, topic_vectors
from analysis.reading import merged
from analysis.windows import is_question
from ingest.model import Side, SourceKind

_NEVER = re.compile(
    r"\b(?:never (?:got|heard|came|sent|saw|happened|did)|(?:did|has|have|had|was|were|is|are)(?:n['’]t"
    r"| not)|still waiting|"
    r"forgot|slipped|owe you|apolog|sorry|late|not (?:yet|there|ready)|nothing came)",
    re.I,
)
_DONE = re.compile(
    r"\b(?:attached|enclosed|as promised|as asked|as requested|as discussed|as agreed|here (?:is|are"
    r"|'s)|thank(?:s| you) for "
    r"(?:the|your|sending)|(?:I|we)(?:['’]ve| have) (?:now |just |already )?(?:sent|asked|spoken"
    r"|checked|set up|added|"
    r"written|run|confirmed)|came through|have my answer|got (?:the|your))\b",
    re.I,
)
_LATE = re.compile(r"\b(?:sorry|apolog\w+)\b|\blater than\b|\b(?:too|so) late\b", re.I)
_OBJECTLESS = re.compile(r"\b(?:that|it|this|those|them|one)\b", re.I)
_FLOOR = 0.17
"""Ranked score below which a form of promise is only talk; chosen by reading drafts, not measured."""
_MOST = 12


def draft(ctx: DraftContext) -> list[Commitment]:
    """In order of time, at most ``_MOST``, those that look weightiest."""
    corpus = ctx.corpus
    ranked = sorted(promises(corpus), key=lambda c: -c.score)
    read = merged(ctx, "commitments", ranked, _MOST)
    kept = list(ranked[:_MOST] if read is None else read)
    kept.sort(key=lambda c: (corpus.when(c.key) or date.max, c.key, c.ordinals[0]))
    return [made for c in kept if (made := _commitment(corpus, c))]


def promises(corpus: Corpus) -> tuple[Candidate, ...]:
    """Every utterance that promises something, with its score; at most one a turn, the best."""
    rows = [i for i in corpus.rows("utterance") if promise_in(corpus.windows[i].text)]
    if not rows:
        return ()
    score = topic_similarity(corpus, "commitment", rows) - 0.6 * topic_similarity(corpus, "neutral", rows)
    best: dict[tuple[str, int], Candidate] = {}
    for row, value in zip(rows, score, strict=True):
        w = corpus.windows[row]
        said_on = corpus.when(w.source_key, w.ordinals[0])
        due = bool(said_on and dates(w.text, said_on, "future"))
        total = float(value) + (0.08 if due else 0.0)
        turn = corpus.turn(w.source_key, w.ordinals[0])
        place = (w.source_key, turn.ordinals[0] if turn else w.ordinals[0])
        if total >= _FLOOR and (place not in best or total > best[place].score):
            best[place] = Candidate(
                w.source_key, w.ordinals, total, {"topic": float(value), "due": float(due)}
            )
    return tuple(best.values())


def _commitment(corpus: Corpus, c: Candidate) -> Commitment | None:
    key, ordinal = c.place
    text = corpus.utterance(key, ordinal).text
    sentence = promise_in(text) or max(sentences(text), key=len, default="")  # a model knows other forms
    citation = cite(corpus, key, c.ordinals, focus=sentence)
    if citation is None:
        return None
    person = corpus.person_of(key, ordinal)
    said_on = corpus.when(key, ordinal)
    due, due_citation = _due(corpus, c, sentence, said_on)
    kept, outcome = _outcome(corpus, c, sentence)
    asked = _request(corpus, c, sentence)
    cites = [x for x in (citation, asked, due_citation, outcome) if x]
    what = task_in(sentence)
    if len(_content(what) - _TIME) < 2:
        what = shorten(citation.quote, 20)  # the promise lives on what was said around it
        if asked is None and len(_content(what) - _TIME) < 2:
            return None
    made = claim(corpus, "commitments", _says(citation, outcome, kept), cites)
    if made is None:
        return None
    what = checked(what, made.citations, corpus) or shorten(citation.quote, 20)
    return Commitment(who=person.id if person else None, what=what, due=due, kept=kept, claims=[made])


def _says(citation: Citation, outcome: Citation | None, kept: bool | None) -> str:
    who = citation.speaker or "Somebody"
    text = f"{who} promised: “{shorten(citation.quote, 24)}”"
    if outcome is None or kept is None:
        return text
    later = "It was done" if kept else "It was not done"
    return f"{text} {later}: “{shorten(outcome.quote, 20)}”"


def _due(
    corpus: Corpus, c: Candidate, sentence: str, said_on: date | None
) -> tuple[str | None, Citation | None]:
    """The day of the promise itself, else of the speaker's next utterance in the turn."""
    if said_on is None:
        return None, None
    found = dates(sentence, said_on, "future")
    if found:
        return max(found, key=lambda m: m.how == "full").day.isoformat(), None
    after = c.ordinals[-1] + 1
    turn = corpus.turn(*c.place)
    if turn and after in turn.ordinals:
        later = dates(corpus.utterance(c.key, after).text, said_on, "future")
        if later:
            return later[0].day.isoformat(), cite(corpus, c.key, [after])
    return None, None


def _request(corpus: Corpus, c: Candidate, sentence: str) -> Citation | None:
    """What "that" is: the end of the turn before, where the promise names no object of its own."""
    before = corpus.turn_before(*c.place)
    if before is None or len(sentence.split()) > 14 or not _OBJECTLESS.search(sentence):
        return None
    return (
        cite(corpus, c.key, before.ordinals[-2:])
        if before.speaker != corpus.utterance(*c.place).speaker
        else None
    )


def _outcome(corpus: Corpus, c: Candidate, sentence: str) -> tuple[bool | None, Citation | None]:
    """Kept, broken or unknown, with the later words that say so: an utterance of a later source that is near
    in meaning to the promise and has the form of a delivery or of a failure."""
    anchor = _anchor(corpus, c)
    if anchor is None:
        return None, None
    rows = [i for i in corpus.rows("utterance") if _later(corpus, corpus.windows[i].source_key, c.key)]
    if not rows:
        return None, None
    around = [r if r is not None else i for i in rows for r in (_wide(corpus, i),)]
    near = np.maximum(corpus.vectors[rows] @ anchor, 0.9 * (corpus.vectors[around] @ anchor))
    kept_like = nearest(corpus.vectors[rows], topic_vectors(corpus.embedder, "commitment_kept"))
    broken_like = nearest(corpus.vectors[rows], topic_vectors(corpus.embedder, "commitment_broken"))
    best: tuple[float, bool, int] | None = None
    own = _content(sentence) - _TIME
    for j in np.argsort(-near)[:25]:
        text = corpus.windows[rows[j]].text
        shared = len(own & _content(corpus.windows[around[j]].text))
        for like, form, kept in ((kept_like[j], _DONE, True), (broken_like[j], _NEVER, False)):
            score = float(near[j]) + 0.5 * float(like) + 0.05 * min(shared, 3)
            if (
                score > 0.62
                and (shared or near[j] > 0.5)
                and form.search(text)
                and not (kept and _LATE.search(text))
                and not is_question(text)
                and _fits(corpus, c, rows[j], kept)
            ):
                best = max(best or (0.0, kept, rows[j]), (score, kept, rows[j]))
    if best is None:
        return None, None
    w = corpus.windows[best[2]]
    return best[1], cite(corpus, w.source_key, w.ordinals)


def _wide(corpus: Corpus, row: int) -> int | None:
    """The row of the turn, with the question before it, that an utterance stands in: "I never sent it" says only
    there what was never sent."""
    w = corpus.windows[row]
    return corpus.window_row_of(w.source_key, w.ordinals[0])


def _anchor(corpus: Corpus, c: Candidate) -> Vectors | None:
    """The meaning of a promise, shape (d,): itself, its turn, and the words before it, which say what "
    ""that" is."""
    row = corpus.row_of(*c.place)
    if row is None:
        return None
    anchor = corpus.vectors[row].copy()
    wide = corpus.window_row_of(*c.place)
    anchor += corpus.vectors[wide] if wide is not None else 0
    call = corpus.sources[c.key].kind is SourceKind.CALL
    for ordinal in range(max(0, c.ordinals[0] - 6), c.ordinals[0]):
        before = corpus.row_of(c.key, ordinal)
        if before is not None and call and len(corpus.windows[before].text.split()) >= 6:
            anchor += 0.4 * corpus.vectors[before]
    return anchor / max(1e-6, float(np.linalg.norm(anchor)))


def _fits(corpus: Corpus, c: Candidate, row: int, kept: bool) -> bool:
    """A delivery is told by the side that promised it, or thanked for by the other; a failure by anybody."""
    w = corpus.windows[row]
    if not kept:
        return True
    thanks = re.search(r"\b(?:thank|got|came|arrived|received)", w.text, re.I)
    return promise_in(w.text) is None and (w.side == corpus.side_of(*c.place).value or bool(thanks))


def _later(corpus: Corpus, key: str, than: str) -> bool:
    return corpus.position(key) > corpus.position(than)


_COMMON_WORDS = """
i ll we you that the a to and it of in on for have get send will with your my our this so up back by be is
can let
me us just then do at there him her them
"""
_COMMON = frozenset(_COMMON_WORDS.split())


_TIME_WORDS = """
today tonight tomorrow morning afternoon evening week month year end next monday tuesday wednesday thursday friday
saturday sunday day soon then later again
"""
_TIME = frozenset(_TIME_WORDS.split())


def _content(text: str) -> set[str]:
    return {w.removesuffix("s") for w in words(text) if w not in _COMMON and len(w) > 2}


def by_side(corpus: Corpus, commitments: Sequence[Commitment], side: Side) -> list[Commitment]:
    """The commitments that one side made."""
    return [c for c in commitments if c.who and (p := corpus.persons.get(c.who)) and p.side is side]
