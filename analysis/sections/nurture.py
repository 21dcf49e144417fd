"""Nurture: when the buyer can buy next, and what held them back. None for a deal that was won."""

from __future__ import annotations

import re
from dataclasses import replace

from analysis.chains import Pick, choose, picked
from analysis.claims import checked, claim, shorten
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.dates import dates
from analysis.documents import Citation, Claim, Factor, Nurture
from analysis.evidence import cite, sentences
from analysis.ranking import Candidate, CueSet, rank
from analysis.reading import merged
from ingest.model import Side

_OTHERS = {
    Side.BUYER: 0.05,
    Side.PARTNER: 0.03,
    Side.THIRD_PARTY: 0.03,
    Side.UNKNOWN: 0.0,
    Side.SELLER: -0.05,
}
_WHEN = CueSet.of(
    period=(
        r"\b(?:next (?:year|budget|round|quarter|spring|autumn|fall|summer|january|april)|fiscal"
        r"|financial year|budgets?|"
        r"renew\w*|expir\w*|notice|break (?:clause|at|after|option)|term|contract|agreement|ceiling"
        r"|templates?)\b",
        0.05,
    ),
    again=(r"\b(?:again|another look|come back|revisit|reconsider|talk to us|call us|check in|then)\b", 0.03),
    dated=(
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|20\d\d|"
        r"(?:two|three|four|five|\d+)[- ]years?|(?:two|three|six|\d+) months)\b",
        0.05,
    ),
)
_AGAINST = CueSet.of(
    no=(
        r"(?:\b(?:not|no|never|cannot|nothing|without|unless|only|must|ha(?:s|ve) to|problem|worry)\b"
        r"|n['’]t\b)",
        0.04,
    ),
)
_FLOOR = 0.32
_AHEAD = 0.12  # a cosine's worth: a date beyond the close outweighs one more word of time
_MOST_OBJECTIONS = 4


def draft(ctx: DraftContext) -> Nurture | None:
    corpus = ctx.corpus
    if corpus.record.opportunity.outcome == "won":
        ctx.say_empty("nurture", "The deal was won.")
        return None
    window, window_claims = _window(ctx)
    said = {q.quote for c in window_claims for q in c.citations}
    objections, objection_claims = _objections(ctx, said)
    if not window and not objections:
        return None
    return Nurture(next_window=window, objections=objections, claims=[*window_claims, *objection_claims])


def _window(ctx: DraftContext) -> tuple[str | None, list[Claim]]:
    """The likeliest utterances about the next budget round, renewal or review; late ones weigh more, "
    "as plans change."""
    corpus = ctx.corpus
    found = windows(corpus, ctx.room)
    kept = [c for c in found if c.score > _FLOOR and {"period", "dated"} & set(c.signals)]
    kept = list(merged(ctx, "nurture", kept, 6) or kept)
    answer = choose(ctx, "nurture", kept[: 5 if ctx.small else None], Pick, max_tokens=120)
    chosen = list(picked(answer.ids, kept)) if answer else []
    phrase = answer.phrase if answer and chosen else ""
    best = chosen or [*kept[:1], *(c for c in kept[1:2] if _ahead(corpus, c))]
    claims = [made for c in best if (made := _claim(corpus, c, "Next window"))]
    if not claims:
        return None, []
    cites = [x for made in claims for x in made.citations]
    return checked(phrase, cites, corpus) or shorten(_telling(cites[0].quote), 30), claims


def windows(corpus: Corpus, k: int) -> tuple[Candidate, ...]:
    """Where the record speaks of the next time to buy, best first; late words weigh more, as plans change."""
    found = rank(corpus, "nurture_window", sides=_OTHERS, k=2 * k, cues=_WHEN, late=0.12, context=0.2)
    ranked = [replace(c, score=c.score + (_AHEAD if _ahead(corpus, c) else 0.0)) for c in found]
    return tuple(sorted(ranked, key=lambda c: -c.score)[:k])


def _ahead(corpus: Corpus, c: Candidate) -> bool:
    """Whether a day or year is named that comes after the deal was closed: only then can it be the next window."""
    close = corpus.record.opportunity.close_date or max(
        (d for s in corpus.record.sources if (d := corpus.when(s.key))), default=None
    )
    said_on = corpus.when(*c.place)
    if close is None or said_on is None:
        return False
    text = " ".join(corpus.utterance(c.key, o).text for o in c.ordinals)
    years = (int(y) for y in re.findall(r"\b20\d\d\b", text))
    return any(y > close.year for y in years) or any(m.day > close for m in dates(text, said_on, "future"))


def objections(corpus: Corpus, k: int) -> tuple[Candidate, ...]:
    """What buyers say stands in the way, best first."""
    sides = {Side.BUYER: 0.05, Side.PARTNER: 0.0, Side.THIRD_PARTY: 0.0}
    return rank(corpus, "objection", sides=sides, k=k, cues=_AGAINST, context=0.3, min_words=8)


def _objections(ctx: DraftContext, said: set[str]) -> tuple[list[str], list[Claim]]:
    """What decided against us where that is known, else what the buyer says stands in the way; not what
    was ``said`` of the window already."""
    factors = [f for f in ctx.so_far.deciding_factors if f.direction == "against_us" and f.claims]
    factors = [f for f in factors if f.claims[0].citations[0].quote not in said]
    if factors:
        ids = [_reused(f.claims[0]) for f in factors[:_MOST_OBJECTIONS]]
        return [_whole(f) for f in factors[:_MOST_OBJECTIONS]], ids
    found = objections(ctx.corpus, _MOST_OBJECTIONS)
    claims = [
        made
        for c in found
        if c.score > 0.4 and "no" in c.signals and (made := _claim(ctx.corpus, c, "Held back by"))
    ]
    return [shorten(c.citations[0].quote, 24) for c in claims], claims


def _whole(factor: Factor) -> str:
    """The factor's name, or where that is a clipped quote, the whole sentence it was clipped from."""
    clipped = factor.factor.rstrip('”"').removesuffix("…").strip(' “"')
    if clipped == factor.factor:
        return factor.factor
    quote = factor.claims[0].citations[0].quote
    return shorten(next((s for s in sentences(quote) if clipped[:30] in s), quote), 28)


def _reused(claim_: Claim) -> Claim:
    """A factor's claim with its first citation only, under an id of its own."""
    return claim_.model_copy(update={"id": f"{claim_.id}-n", "citations": claim_.citations[:1]})


def _claim(corpus: Corpus, c: Candidate, lead: str) -> Claim | None:
    citation: Citation | None = cite(corpus, c.key, c.ordinals)
    return (
        claim(corpus, "nurture", f"{lead}: “{shorten(_telling(citation.quote), 28)}”", [citation])
        if citation
        else None
    )


def _telling(quote: str) -> str:
    """The sentences of a quote from the one with most cues of time on."""
    parts = sentences(quote)
    best = max(range(len(parts)), key=lambda i: (sum(_WHEN.score(parts[i]).values()), -i), default=0)
    return " ".join(parts[best:]) or quote
