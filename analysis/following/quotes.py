"""The citations of a pre-read after a transcript was corrected.

A quote becomes the corrected words in the same place, said by whoever says them now, and is verified anew. Where
too few of its words are left, or a claim's own words are no longer covered, the claim stays for people to see, not
verified, with the reason; taking the correction back restores it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from analysis.claims import supported
from analysis.corpus import Corpus
from analysis.documents import Answer, Citation, Claim, PreRead, TimelineEntry
from analysis.embedders import Embedder
from analysis.evidence import speaker_name, verify
from analysis.following.moves import Moves
from analysis.following.names import renamer
from analysis.following.texts import (
    human,
    inside_quotes,
    outside_quotes,
    rewrite_texts,
    rewrite_timeline,
)
from analysis.walk import claims_of, rewrite_claims
from ingest.model import Record, Side, Source, SourceKind

QUOTE_CHANGED = "its quote has changed, look again"
SPEAKER_CHANGED = "somebody else says it now, look again"
NOT_COVERED = "its quote no longer says all of this, look again"
KEPT = 0.5  # of a quote's words: with fewer it is another quote


def follow_quotes(document: PreRead, before: Record, after: Record) -> PreRead:
    """The document over the corrected record; the given one is not changed."""
    moves = moves_between(before, after)
    if not moves:
        return document
    follower = _Follower(moves, before, after)
    out = document.model_copy(deep=True)
    rewrite_claims(out, lambda claims: [follower.claim(c) for c in claims])
    follower.items(out, document)
    for taken in out.withdrawn:
        taken.claims = [follower.claim(c) for c in taken.claims]
    paths = {move.after.source.path: move for move in moves.values()}
    rewrite_timeline(out, lambda entry: _entry(entry, paths))
    rewrite_texts(out, lambda text: inside_quotes(follower.phrase(text), follower.phrase))
    return out


def follow_quotes_in_answer(answer: Answer, before: Record, after: Record) -> Answer:
    """An answer over the corrected record of one of its deals. What it rests on follows; where that is not the same
    any more, it says so; the nearest places that are gone are left out."""
    moves = moves_between(before, after)
    mine = any(c.key in moves for claim in claims_of(answer) for c in claim.citations)
    if not moves or not (mine or any(c.key in moves for c in answer.retrieved)):
        return answer
    follower = _Follower(moves, before, after)
    out = answer.model_copy(deep=True)
    rewrite_claims(out, lambda claims: [follower.claim(c) for c in claims])
    out.answer = inside_quotes(follower.phrase(out.answer), follower.phrase)
    found = [follower.citation(c) for c in out.retrieved]
    out.retrieved = [pair[0] for pair in found if pair is not None]
    return out


def recheck(document: PreRead, record: Record) -> PreRead:
    """An earlier version brought back over a record that was corrected since: what does not verify any more says so."""

    def checked(claim: Claim) -> Claim:
        good = [c for c in claim.citations if verify(record, c)]
        if len(good) == len(claim.citations):
            return claim
        update: dict[str, object] = {"citations": good, "verified": False, "note": QUOTE_CHANGED}
        return claim.model_copy(update={**update, "earlier": claim.earlier or claim})

    out = document.model_copy(deep=True)
    rewrite_claims(out, lambda claims: [checked(c) for c in claims])
    return out


def renumber(document: PreRead, before: Record, after: Record) -> PreRead:
    """The document with the places of its citations as they are counted now; nothing that is read changes."""
    moves = moves_between(before, after)
    out = document.model_copy(deep=True)
    for claim in claims_of(out):
        for citation in claim.citations:
            move = moves.get(citation.key or "")
            if move is not None and (moved := move.ordinals(citation.ordinals)):
                citation.ordinals = moved
    return out


def moves_between(before: Record, after: Record) -> dict[str, Moves]:
    """The calls that are not what they were, by key."""
    old = {s.key: s for s in before.sources if s.kind is SourceKind.CALL}
    return {
        s.key: Moves(old[s.key], s)
        for s in after.sources
        if s.key in old and old[s.key].utterances != s.utterances
    }


class _Follower:
    def __init__(self, moves: Mapping[str, Moves], before: Record, after: Record) -> None:
        self.moves, self.after = moves, after
        self._old, self._new = _lookups(before), _lookups(after)

    def claim(self, claim: Claim) -> Claim:
        if claim.earlier is not None and self._holds(claim.earlier):
            return self._restored(claim, claim.earlier)
        pairs = [(c, self.citation(c)) for c in claim.citations]
        touched = [(old, new) for old, new in pairs if new is None or _differs(old, new[0])]
        if not touched:
            ordinals = {"citations": [new[0] for _, new in pairs if new]}
            return claim.model_copy(update=ordinals)
        cited = [new[0] for _, new in pairs if new is not None]
        text = claim.text if claim.origin == "human" else self._text(claim, touched)
        note = self._note(claim, text, cited, pairs)
        update: dict[str, object] = {
            "citations": cited,
            "text": text,
            "note": note,
            "verified": bool(cited) and note is None,
        }
        update["earlier"] = claim.earlier or claim
        return claim.model_copy(update=update)

    def _restored(self, claim: Claim, earlier: Claim) -> Claim:
        """The claim as it was before the record was corrected, at the places where its quotes stand now."""
        cited: list[Citation] = []
        for citation in earlier.citations:
            move = self.moves.get(citation.key or "")
            near = next((c.ordinals for c in claim.citations if c.key == citation.key), citation.ordinals)
            span = move.after.find(citation.quote, move.ordinals(near)) if move else None
            if move and span:
                places = move.after.utterances[move.after.utterance_at(span.start) :]
                last = move.after.utterance_at(span.end - 1) - move.after.utterance_at(span.start)
                citation = citation.model_copy(update={"ordinals": [u.ordinal for u in places[: last + 1]]})
            cited.append(citation)
        text = claim.text if claim.origin == "human" else earlier.text
        kept = {"origin": claim.origin, "text": text, "citations": cited, "id": claim.id}
        return earlier.model_copy(update={**kept, "verified": True, "note": None, "earlier": None})

    def _holds(self, claim: Claim) -> bool:
        """Whether every quote of an earlier state stands in the record again."""
        return bool(claim.citations) and all(verify(self.after, c) for c in claim.citations)

    def citation(self, citation: Citation) -> tuple[Citation, float] | None:
        """The citation now and how much of its old words it keeps; None where nothing there can be quoted."""
        move = self.moves.get(citation.key or "")
        if move is None or citation.deal not in (None, self.after.deal_id):
            return citation, 1.0
        span = move.before.find(citation.quote, citation.ordinals)
        if span is None:  # from an older transcript than the last: it may stand in the new one again
            return (citation, 1.0) if verify(self.after, citation) else None
        found = move.after.longest_run(move.moved(span))
        if found is None:
            return None
        part, run = found
        kept = part.kept * min(1.0, (part.end - part.start) / max(1, span.end - span.start))
        whole = move.after.said(part)
        label = run[0].speaker
        start, end = move.after.times(part)
        same = whole == move.before.said(span)
        moved = citation.model_copy(
            update={
                "quote": citation.quote if same else whole,
                "ordinals": [u.ordinal for u in run],
                "speaker": self._name(move.after.source, label),
                "label": label,
                "start": citation.start if same else start,
                "end": citation.end if same else end,
            }
        )
        return (moved, kept) if verify(self.after, moved) else None

    def _name(self, source: Source, label: str | None) -> str | None:
        return speaker_name(self._new.speaker(source.key, label), label, source)

    def _text(self, claim: Claim, touched: Sequence[tuple[Citation, tuple[Citation, float] | None]]) -> str:
        """A model's text with the quotes inside it, and who says them, as they are now."""
        names = {
            old.speaker: new[0].speaker
            for old, new in touched
            if new and old.speaker and new[0].speaker and old.speaker != new[0].speaker
        }
        text = inside_quotes(claim.text, self.phrase)
        return outside_quotes(text, renamer(names))

    def phrase(self, text: str) -> str:
        """Words that stood in a corrected transcript, as they stand there now."""
        for move in self.moves.values():
            if (now := move.phrase(text)) is not None:
                return now
        return text

    def _note(
        self,
        claim: Claim,
        text: str,
        cited: Sequence[Citation],
        pairs: Sequence[tuple[Citation, tuple[Citation, float] | None]],
    ) -> str | None:
        """Why a claim has to be looked at again."""
        if any(new is None or new[1] < KEPT for _, new in pairs):
            return QUOTE_CHANGED
        if any(new and self._side(old, self._old) is not self._side(new[0], self._new) for old, new in pairs):
            return SPEAKER_CHANGED
        if claim.origin == "model" and self._lacking(text, cited, claim.text, claim.citations):
            return NOT_COVERED
        return claim.note

    def _side(self, citation: Citation, lookups: Corpus) -> Side | None:
        key, at = citation.key or "", citation.ordinals[:1]
        person = lookups.speaker(key, citation.label)
        if citation.label is None and at and lookups.has(key, at[0]):
            person = lookups.person_of(key, at[0])
        return person.side if person else None

    def _lacking(
        self, text: str, cited: Sequence[Citation], was: str, were: Sequence[Citation]
    ) -> tuple[str, ...]:
        """Numbers and names that the quotes carried before and do not carry now."""
        missed = set(supported(was, were, self._old))
        return tuple(word for word in supported(text, cited, self._new) if word not in missed)

    def items(self, out: PreRead, was: PreRead) -> None:
        """The phrases that stand above claims are checked like claims: where a number in one is no longer covered,
        its first claim says so."""
        for (text, claims), (_, old) in zip(_items(out), _items(was), strict=True):
            if not claims or human(claims) or claims[0].note is not None:
                continue
            cited, were = ([c for claim in x for c in claim.citations] for x in (claims, old))
            if self._lacking(self.phrase(text), cited, text, were):
                claims[0] = claims[0].model_copy(
                    update={"note": NOT_COVERED, "verified": False, "earlier": old[0]}
                )


def _items(document: PreRead) -> list[tuple[str, list[Claim]]]:
    told = [(f.factor, f.claims) for f in document.deciding_factors]
    told += [(c.what, c.claims) for c in document.commitments]
    return told + [(c.problem, c.claims) for c in document.change_candidates]


def _differs(old: Citation, new: Citation) -> bool:
    return (old.quote, old.speaker, old.label or new.label) != (new.quote, new.speaker, new.label)


def reads_the_same(left: PreRead, right: PreRead) -> bool:
    """Whether two documents differ in nothing but the places of their citations."""
    return _placeless(left) == _placeless(right)


def _placeless(document: PreRead) -> PreRead:
    out = document.model_copy(deep=True)
    for claim in claims_of(out):
        for citation in claim.citations:
            citation.ordinals, citation.label = [], None
    return out


def _entry(entry: TimelineEntry, paths: Mapping[str, Moves]) -> TimelineEntry:
    move = paths.get(entry.source or "")
    if move is None:
        return entry
    event = inside_quotes(entry.event, lambda quoted: move.phrase(quoted) or quoted)
    return entry.model_copy(update={"event": event})


def _lookups(record: Record) -> Corpus:
    """A record with the lookups of a corpus and without windows: nothing here asks for a vector."""
    return Corpus(record, (), np.zeros((0, 0), np.float32), cast(Embedder, None))
