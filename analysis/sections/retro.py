"""What went well, what could go better, and how our own group worked together: as a team, with the "
"quote, without blame."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, Field

from analysis.chains import choose, confirmed, picked
from analysis.claims import claim, said, shorten
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.documents import Citation, Claim
from analysis.evidence import cite
from analysis.kinds import TO_CHANGE, WENT_WELL, Kind, kind_of
from analysis.ranking import Candidate, CueSet, rank, topic_similarity
from analysis.reading import Topic, merged
from analysis.sections.commitments import by_side
from ingest.model import Side, SourceKind

_OTHERS = {Side.BUYER: 0.06, Side.PARTNER: 0.04, Side.THIRD_PARTY: 0.04, Side.UNKNOWN: 0.0}
_US = r"\b(?:you|your|yours|yourselves)(?:['’](?:ve|re|d|ll))?\b"
_PRAISE = CueSet.of(
    thanks=(
        r"\b(?:appreciat\w+|impress\w+|convinc\w+|confiden\w+|lov(?:e|ed)|brilliant|excellent|fair play)\b",
        0.05,
    ),
    first=(r"\b(?:you first|first (?:time|one|vendor)|nobody else|only ones?|better than|the best)\b", 0.06),
    us=(_US, 0.06),
    nothing_of_us=(rf"^(?!.*{_US})(?!.*\bif it (?:was|were) (?:just )?up to me)", -0.08),
    no=(r"\b(?:not|n['’]t|but|however|unfortunately|sorry|wrong|problem)\b", -0.05),
)
_OWN = (
    r"\b(?:I|we)(?: just)? (?:should(?:['’]ve| have)|ought to have|forgot|missed|assumed|took it|"
    r"never|did(?:n['’]t| not))\b"
)
_SORRY = r"\b(?:(?<!no )apolog\w+|my fault|that (?:was|is|one['’]s) on (?:me|us|our side)|hindsight|slipped|too late|owe you)\b"
_SLIP = CueSet.of(
    ours=(_OWN, 0.05),
    sorry=(_SORRY, 0.09),
    theirs=(
        r"\b(?:you(?! did(?:n['’]t| not) (?:get|hear) (?:this|that|it) from)|your (?:\w+ )?(?:team"
        r"|people|fellow|guy|guys|lot|colleague|rep)) (?:guys )?(?:ever "
        r"|just )?"
        r"(?:never|did(?:n['’]t| not)|have(?:n['’]t| not)|were(?:n['’]t| not)|ever|could(?:n['’]t| not)"
        r"|kept)\b",
        0.1,
    ),
    waiting=(
        r"\b(?:still (?:waiting|open|no)|never (?:got|came|heard|sent|spoke|happened)"
        r"|wasn['’]t (?:there|ready))\b",
        0.06,
    ),
)
_ASIDE = CueSet.of(
    later=(
        r"\b(?:later|nearer the time|at the end|come to that|park|formality|not a (?:blocker|problem"
        r"|worry))\b",
        0.06,
    ),
    never=(
        r"\b(?:never been|usually fine|won['’]t be (?:an issue|a problem)|no worries|don['’]t worry)\b",
        0.06,
    ),
)
_TEAM = re.compile(
    r"\b(?:our|the|with|to|from|by) (?:\w+ )?(?:product|engineering|legal|finance|pricing|reference|deal|security|support|"
    r"implementation|delivery|marketing|sales|solutions?|onboarding|approvals?)(?: (?:team|desk|people|folks|side|lot|guys))?\b"
    r"|\b(?:my|our) (?:manager|boss|director|colleague|engineer|team|vp)\b|\binternal(?:ly)?\b|\bbetween us\b",
    re.I,
)
_COUNTED = 0.3
"""Similarity to the examples of what went well from which a factor in our favour is told as such."""
_MOST = 4


class Point(BaseModel):
    ids: list[str] = Field(default_factory=list[str], max_length=2)
    sentence: str = Field(default="", max_length=200)


class Points(BaseModel):
    points: list[Point] = Field(default_factory=list[Point], max_length=3)


def draft(ctx: DraftContext) -> dict[str, list[Claim]]:
    return {
        "went_well": went_well(ctx),
        "could_go_better": could_go_better(ctx),
        "worked_together": worked_together(ctx),
    }


def went_well(ctx: DraftContext) -> list[Claim]:
    """Promises that we kept, and what others say to our credit."""
    found = praised(ctx.corpus, ctx.room)
    sure = [c for c in found if c.score > (0.32 if {"thanks", "first"} & set(c.signals) else 0.39)]
    claims = _points(ctx, "went_well", sure, WENT_WELL, "What did we do in this deal that went well?")
    found_out = [*claims, *_kept(ctx)]
    return (found_out if len(found_out) > 1 else [*found_out, *_counted(ctx)])[: _MOST + 1]


def praised(corpus: Corpus, k: int) -> tuple[Candidate, ...]:
    """What is said to our credit, best first."""
    return rank(corpus, "went_well", sides={**_OTHERS, Side.SELLER: -0.02}, k=k, cues=_PRAISE)


def could_go_better(ctx: DraftContext) -> list[Claim]:
    """Promises that were not kept, hints that were put aside, and what either side says was missing."""
    broken = _broken(ctx)
    found = slips(ctx.corpus, ctx.room)
    claims = _points(ctx, "could_go_better", found, TO_CHANGE, "What could we do better next time?")
    seen = {(q.key, o) for c in broken for q in c.citations for o in q.ordinals}
    fresh = [c for c in claims if not seen & {(q.key, o) for q in c.citations[:1] for o in q.ordinals}]
    return [*broken, *fresh][: _MOST + 1]


def slips(corpus: Corpus, k: int) -> list[Candidate]:
    """Where something was late, open, put aside or not done on our side, best first."""
    said = rank(corpus, "could_go_better", sides={**_OTHERS, Side.SELLER: 0.05}, k=3 * k, cues=_SLIP)
    aside = rank(corpus, "unasked", sides=(Side.SELLER,), k=3, cues=_ASIDE, min_words=4, context=0.1)
    aside = tuple(c for c in aside if c.score > 0.36 and _hint(corpus, c))
    # of a buyer's words only those about us: their own mishaps are not ours
    own_slip = {"ours", "sorry"}
    about_us = [
        c
        for c in said
        if _names_us(corpus, c) or (corpus.side_of(*c.place) is Side.SELLER and own_slip & set(c.signals))
    ]
    both = [c for c in about_us if c.score > 0.26] + list(aside)
    return sorted({c.place: c for c in both}.values(), key=lambda c: -c.score)[:k]


def worked_together(ctx: DraftContext) -> list[Claim]:
    """What is said inside our own team; where the record holds none, what sellers say of their own house."""
    corpus = ctx.corpus
    inside = internal(corpus)
    found: tuple[Candidate, ...] = ()
    if inside:
        found = rank(corpus, "worked_together", sides=(Side.SELLER,), k=3 * _MOST, sources=inside)
    spoken = rank(corpus, "worked_together", sides=(Side.SELLER,), k=3 * _MOST, contrast=0.7)
    kept = [c for c in found if c.score > 0.15] + [c for c in spoken if c.score > 0.3]
    kept = [c for c in kept if _of_colleagues(corpus, c, c.key in inside)]
    chosen = merged(ctx, "worked_together", kept, _MOST)
    kept = kept if chosen is None else list(chosen)
    out: list[Claim] = []
    for c in {c.place: c for c in kept}.values():
        made = claim(
            corpus,
            "worked_together",
            f"Inside our team: “{_short(corpus, c)}”",
            [cite(corpus, c.key, c.ordinals)],
        )
        out += [made] if made else []
    return out[:_MOST]


def _of_colleagues(corpus: Corpus, c: Candidate, inside: bool) -> bool:
    """Whether a seller speaks of another of us, or of a team of ours, doing something: not of the customer, and in a
    call or mail with others not to them."""
    text = " ".join(corpus.utterance(c.key, o).text for o in c.ordinals)
    if not inside and (
        re.search(_US, text, re.I) or re.match(r"(?:thank|attached|please|dear|hi)\b", text, re.I)
    ):
        return False
    speaker = corpus.person_of(*c.place)
    spoken_of = (corpus.persons.get(m.person_id) for o in c.ordinals for m in corpus.mentions(c.key, o))
    other = any(p and p.side is Side.SELLER and p != speaker for p in spoken_of)
    return other or bool(_TEAM.search(text)) or (inside and bool(re.search(_US, text, re.I)))


def internal(corpus: Corpus) -> tuple[str, ...]:
    """The keys of the sources in which only sellers speak and are addressed."""
    by_email = {e.lower(): p for p in corpus.persons.values() for e in p.emails}
    out: list[str] = []
    for source in corpus.record.sources:
        people = [by_email.get((p.email or "").lower()) for p in source.participants if p.email]
        people += [corpus.speaker(source.key, u.speaker) for u in source.utterances[:1]]
        if (
            source.kind is not SourceKind.EVENT
            and people
            and all(p and p.side is Side.SELLER for p in people)
        ):
            out.append(source.key)
    return tuple(out)


def _counted(ctx: DraftContext) -> list[Claim]:
    """What decided for us: where nobody says it to our credit, it still went well."""
    out: list[Claim] = []
    for factor in ctx.so_far.deciding_factors:
        if factor.direction == "for_us" and factor.claims and not factor.is_price:
            cites = factor.claims[0].citations[:1]
            if not _praises(ctx.corpus, cites[0]):
                continue
            new = claim(ctx.corpus, "went_well", f"It counted for us: “{shorten(cites[0].quote, 24)}”", cites)
            out += [new] if new else []
    return out[:3]


def _praises(corpus: Corpus, citation: Citation) -> bool:
    rows = [
        r for o in citation.ordinals if citation.key and (r := corpus.row_of(citation.key, o)) is not None
    ]
    near = topic_similarity(corpus, "went_well", rows) - 0.5 * topic_similarity(corpus, "problem_talk", rows)
    return bool(rows) and float(near.max()) > _COUNTED


def _kept(ctx: DraftContext) -> list[Claim]:
    out: list[Claim] = []
    for made in by_side(ctx.corpus, ctx.so_far.commitments, Side.SELLER):
        if made.kept and made.claims and len(made.claims[0].citations) > 1:
            cites = [made.claims[0].citations[0], made.claims[0].citations[-1]]
            new = claim(
                ctx.corpus,
                "went_well",
                f"We delivered what we had said: “{shorten(cites[0].quote, 24)}”",
                cites,
            )
            out += [new] if new else []
    return out[:2]


def _broken(ctx: DraftContext) -> list[Claim]:
    out: list[Claim] = []
    for made in by_side(ctx.corpus, ctx.so_far.commitments, Side.SELLER):
        if made.kept is False and made.claims:
            cites = made.claims[0].citations
            text = f"We promised “{shorten(cites[0].quote, 20)}”, and it stayed open."
            new = claim(ctx.corpus, "could_go_better", text, cites, template=_lead(TO_CHANGE[0], cites[0]))
            out += [new] if new else []
    return out[:2]


def _points(
    ctx: DraftContext, section: Topic, found: Sequence[Candidate], kinds: tuple[Kind, ...], question: str
) -> list[Claim]:
    """A large LLM's choice and words where there is one, then the best of the rest by template."""
    corpus = ctx.corpus
    out: list[Claim] = []
    used: set[tuple[str, int]] = set()
    read = merged(ctx, section, found, 2 * _MOST)
    found = found if read is None else read
    for chosen, sentence in _worded(ctx, found, question):
        if not used & {c.place for c in chosen}:
            used |= {c.place for c in chosen}
            out += _claim(corpus, section, chosen, sentence, kinds)
    per_kind: dict[str, int] = {}
    for c in found:
        kind = kind_of(corpus, c, kinds)
        topic = kind.topic if kind else ""
        if c.place in used or per_kind.get(topic, 0) >= 2 or len(out) >= _MOST:
            continue
        per_kind[topic] = per_kind.get(topic, 0) + 1
        out += _claim(corpus, section, [c], "", kinds)
    return out


def _worded(
    ctx: DraftContext, found: Sequence[Candidate], question: str
) -> list[tuple[tuple[Candidate, ...], str]]:
    """Points in the words of a large LLM, as far as its second look supports them. A small one is not asked: it gave
    advice that no line holds (docs/quality.md)."""
    values = {"question": question}
    answer = choose(ctx, "retro_points", found, Points, values=values, max_tokens=300) if ctx.roomy else None
    points = [(picked(p.ids, found), p.sentence) for p in answer.points] if answer else []
    points = [(chosen, sentence) for chosen, sentence in points if chosen]
    said_of = [(s, [x for c in chosen if (x := cite(ctx.corpus, c.key, c.ordinals))]) for chosen, s in points]
    good = confirmed(ctx, said_of)
    return [(chosen, s if ok else "") for (chosen, s), ok in zip(points, good, strict=True)]


def _claim(
    corpus: Corpus, section: str, chosen: Sequence[Candidate], text: str, kinds: tuple[Kind, ...]
) -> list[Claim]:
    cites = [cite(corpus, c.key, c.ordinals) for c in chosen]
    cites += [_hint(corpus, chosen[0])] if corpus.side_of(*chosen[0].place) is Side.SELLER else []
    first = next((x for x in cites if x), None)
    if first is None:
        return []
    made = claim(corpus, section, text, cites, template=_lead(kind_of(corpus, chosen[0], kinds), first))
    return [made] if made else []


def _lead(kind: Kind | None, citation: Citation) -> str:
    return f"{kind.lead}: “{shorten(citation.quote, 24)}”" if kind else said(citation, 28)


def _names_us(corpus: Corpus, c: Candidate) -> bool:
    """Whether another side speaks to us or of one of our people, and of something missing."""
    text = " ".join(corpus.utterance(c.key, o).text for o in c.ordinals)
    spoken_of = (corpus.persons.get(m.person_id) for o in c.ordinals for m in corpus.mentions(c.key, o))
    ours = re.search(_US, text, re.I) or any(p and p.side is Side.SELLER for p in spoken_of)
    return bool(ours and {"waiting", "theirs"} & set(c.signals))


def _short(corpus: Corpus, c: Candidate) -> str:
    citation = cite(corpus, c.key, c.ordinals)
    return shorten(citation.quote, 28) if citation else ""


def _hint(corpus: Corpus, c: Candidate) -> Citation | None:
    """What the other side had just said before a seller put it aside."""
    before = corpus.turn_before(*c.place)
    if before is None or corpus.side_of(c.key, before.ordinals[0]) is Side.SELLER:
        return None
    if len(re.findall(r"\w+", before.text)) < 6:
        return None
    return cite(corpus, c.key, before.ordinals[-3:])
