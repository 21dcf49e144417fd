"""Answers to questions over past deals: verified findings first, then retrieval; cited, or a refusal.

``answered`` is false when the record does not hold the answer, or when the question rests on something that the
record contradicts; then the correcting quote stands in ``claims``. Without a large model the two are not told apart:
``claims`` then holds what the record says nearest to the question, and the answer says that it is no more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis.answers.findings import findings, sections_asked
from analysis.answers.judge import CITED, Judgement, judge
from analysis.answers.question import Question, parse
from analysis.answers.refusal import open_refusal
from analysis.answers.retrieve import Library, Place, retrieve
from analysis.claims import checked, claim
from analysis.corpus import Corpus
from analysis.documents import Answer, Citation, Claim
from analysis.embedders import Embedder
from analysis.evidence import cite, sentences, verify, words
from analysis.indexes import KeywordIndex, VectorIndex
from analysis.llms import LLM
from analysis.rerankers import Reranker

RETRIEVED = 10


def answer(
    text: str,
    library: Library,
    *,
    deals: Sequence[str] = (),
    vectors: VectorIndex,
    keywords: KeywordIndex,
    embedder: Embedder,
    llm: LLM | None = None,
    reranker: Reranker | None = None,
    readings: VectorIndex | None = None,
    on_retrieved: Callable[[Sequence[Citation]], None] = lambda citations: None,
) -> Answer:
    """Answer a question over ``deals`` (all where empty). ``readings``: what the reranker has read ahead of them.
    ``on_retrieved`` is called with the citations before the LLM is asked, so that they can be shown at once. Raises
    ``IndexUnavailable`` or ``ModelUnavailable``."""
    chosen = tuple(deals) or library.deals()
    if not chosen:
        return Answer(
            question=text, answered=False, answer="There are no deals to ask yet: import one first."
        )
    question = _parse(text, library, chosen)
    asked = sections_asked(text, embedder)
    found = [(d, c) for d in chosen if (p := library.preread(d)) for c in findings(p, asked)] if asked else []
    refusal = open_refusal(embedder.name, reranker.name) if reranker else None
    places = retrieve(
        question,
        library,
        chosen,
        vectors=vectors,
        keywords=keywords,
        embedder=embedder,
        findings=found,
        reranker=reranker,
        readings=readings,
        pairing=refusal.pairing if refusal else None,
    )
    pairs = _cited(question, places, library)
    citations = [c for _, c in pairs][:RETRIEVED]
    on_retrieved(citations)
    judgement = judge(question, [p for p, _ in pairs], [c for _, c in pairs], llm, refusal)
    return _document(question, judgement, pairs, library, chosen)


def _parse(text: str, library: Library, deals: Sequence[str]) -> Question:
    """People are looked up in the deals that are asked, up to a few: over many deals names are left to retrieval."""
    question: Question | None = None
    for deal in deals[:3]:
        parsed = parse(text, library.corpus(deal).record.people)
        question = (
            parsed if question is None else replace(question, persons=(*question.persons, *parsed.persons))
        )
    assert question is not None
    return question


def _cited(question: Question, places: Sequence[Place], library: Library) -> list[tuple[Place, Citation]]:
    """Each place with its quote; what cannot be quoted or verified is left out."""
    pairs: list[tuple[Place, Citation]] = []
    for place in places:
        corpus = library.corpus(place.deal_id)
        citation = cite(corpus, place.window.source_key, place.window.ordinals, focus=question.text)
        if citation and verify(corpus.record, citation) and all(citation.quote != c.quote for _, c in pairs):
            citation.deal = place.deal_id
            pairs.append((place, citation))
        if len(pairs) == 2 * RETRIEVED:
            break
    return pairs


def _document(
    question: Question,
    judgement: Judgement,
    pairs: Sequence[tuple[Place, Citation]],
    library: Library,
    deals: Sequence[str],
) -> Answer:
    chosen = [pairs[i] for i in judgement.chosen][:CITED]
    made = [_claim(place, citation, library.corpus(place.deal_id)) for place, citation in chosen]
    claims = [c for c in made if c is not None]
    hit = tuple(dict.fromkeys(p.deal_id for p, _ in pairs))
    return Answer(
        question=question.text,
        answered=judgement.verdict == "answered",
        answer=_text(judgement, chosen, claims, library, near=bool(pairs)),
        claims=claims if judgement.verdict != "not_in_record" else [],
        deals=list(hit or deals),
        retrieved=[c for _, c in pairs][:RETRIEVED],
    )


def _claim(place: Place, citation: Citation, corpus: Corpus) -> Claim | None:
    said = f"{citation.speaker or 'The record'}: {_key_sentence(citation.quote)}"
    return claim(corpus, f"answer:{place.deal_id}", said, [citation])


def _key_sentence(quote: str, most: int = 30) -> str:
    """The quote's longest sentence of at most ``most`` words, else its opening."""
    fitting = [s for s in sentences(quote) if len(words(s)) <= most]
    return max(fitting, key=len) if fitting else " ".join(quote.split()[:most]) + " …"


def _text(
    judgement: Judgement,
    chosen: Sequence[tuple[Place, Citation]],
    claims: Sequence[Claim],
    library: Library,
    *,
    near: bool,
) -> str:
    """The model's reply where its numbers and names stand in its quotes, else a template."""
    if judgement.verdict == "not_in_record":
        return "The record does not say. " + (
            "The nearest places are listed, but none of them answers this."
            if near
            else "Nothing in it comes near this question."
        )
    reply = judgement.reply.strip()
    said = (
        checked(reply, [c for _, c in chosen], library.corpus(chosen[0][0].deal_id))
        if reply and chosen
        else None
    )
    said = said or " ".join(c.text for c in claims[:2])
    if judgement.verdict == "answered":
        return said
    if judgement.verdict == "unconfirmed":
        return f"Nothing in the record answers this as it is asked. The nearest it says: {said}"
    # without words of a large model it is a doubt, not a finding
    return (
        f"The record says otherwise. {said}"
        if reply
        else f"The record does not confirm this. It says: {said}"
    )
