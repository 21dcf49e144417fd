"""The people of a stored document under the names they have now.

A document keeps ids and the labels of its sources; the names are looked up when it is shown. So a renamed, merged
or newly named person shows at once in every version, and taking a correction back shows the old name again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analysis.context import person_ref
from analysis.documents import Answer, Citation, Claim, PersonRef, PreRead, TimelineEntry, Voice
from analysis.evidence import is_generic, same_name
from analysis.following.texts import outside_quotes, rewrite_texts, rewrite_timeline
from analysis.rejecting import ranked
from analysis.walk import claims_of, rewrite_claims
from ingest.model import Correction, People, Person
from prompts import vocabulary

_MAIL = (".eml", ".mbox", ".msg")


@dataclass(frozen=True)
class Names:
    """Who is who in a deal now. ``corrections``: those in force, for the ids that a merge took away."""

    people: People
    corrections: Sequence[Correction] = field(default_factory=tuple[Correction, ...])

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        return {p.id: p for p in self.people.persons}

    @cached_property
    def _merged(self) -> Mapping[str, str]:
        return {c.value: c.subject for c in self.corrections if c.kind == "merge"}

    def person(self, person_id: str) -> Person | None:
        """Whoever has the id now, or has swallowed whoever had it."""
        seen: set[str] = set()
        while person_id not in self.persons and person_id in self._merged and person_id not in seen:
            seen.add(person_id)
            person_id = self._merged[person_id]
        return self.persons.get(person_id)

    def speaker(self, citation: Citation) -> str | None:
        """How a citation names who speaks, now (the rule of ``analysis.evidence.speaker_name``)."""
        label = citation.label or (citation.speaker if is_generic(citation.speaker or "") else None)
        if citation.key is None or label is None:
            return citation.speaker
        person = self.persons.get(self.people.speakers.get((citation.key, label), ""))
        if person is None:
            return label
        mail = citation.message_id is not None or "@" in label or citation.source.endswith(_MAIL)
        if person.renamed or mail or is_generic(label) or same_name(person.name, label):
            return person.name
        return label


Rename = Callable[[str], str]


def follow_names(document: PreRead, names: Names) -> PreRead:
    """The document with the current names, titles and sides of its people; the given one is not changed.

    Claims that people wrote keep their text; the names of who is quoted in them follow all the same.
    """
    out = document.model_copy(deep=True)
    changed = _changed(out.people, names)
    quotes = tuple(c.quote for claim in claims_of(out) for c in claim.citations)
    rename = renamer(changed)

    def unless_quoted(text: str) -> str:
        words = text.rstrip(" …")
        return text if any(words in quote for quote in quotes) else outside_quotes(text, rename)

    rewrite_claims(out, lambda claims: [_claim(c, names, changed) for c in claims])
    for taken in out.withdrawn:
        taken.claims = [_claim(c, names, changed) for c in taken.claims]
    if changed:
        rewrite_texts(out, unless_quoted)
    rewrite_timeline(out, lambda entry: _entry(entry, names, rename))
    for promise in out.commitments:
        promise.who = _id(promise.who, names)
    out.influential_voices = ranked(_voices(out.influential_voices, names))
    out.people = _people(out.people, names)
    return out


def follow_names_in_answer(answer: Answer, names: Mapping[str, Names]) -> Answer:
    """``names`` by deal id."""
    out = answer.model_copy(deep=True)
    only = out.deals[0] if len(out.deals) == 1 else ""
    changed: dict[str, str] = {}

    def now(citation: Citation) -> Citation:
        known = names.get(citation.deal or only)
        return _citation(citation, known, changed) if known else citation

    def told(claim: Claim) -> Claim:
        cited = [now(c) for c in claim.citations]
        return claim.model_copy(update={"citations": cited})

    rewrite_claims(out, lambda claims: [told(c) for c in claims])
    out.retrieved = [now(c) for c in out.retrieved]
    if changed:
        rename = renamer(changed)
        out.answer = outside_quotes(out.answer, rename)
        rewrite_claims(
            out,
            lambda claims: [
                c.model_copy(update={"text": outside_quotes(c.text, rename)}) if c.origin == "model" else c
                for c in claims
            ],
        )
    return out


def renamer(changed: Mapping[str, str]) -> Rename:
    """Old names as whole words become the new ones, all in one pass, so that two people may swap names. A name that
    is an everyday word ("Will") is left alone where it stands by itself."""
    olds = sorted((o for o in changed if " " in o or o.lower() not in vocabulary()), key=len, reverse=True)
    if not olds:
        return lambda text: text
    pattern = re.compile(rf"(?<![\w@])(?:{'|'.join(re.escape(o) for o in olds)})(?![\w@])")

    def rename(text: str) -> str:
        def one(found: re.Match[str]) -> str:
            new = changed[found[0]]
            grown = text.startswith(new, found.start())  # "Dana" in what says "Dana Shiels" already
            return found[0] if grown else new

        return pattern.sub(one, text)

    return rename


def _changed(people: Sequence[PersonRef], names: Names) -> dict[str, str]:
    """Old name -> new name, of the people who were in the document when it was written. A name that two of them had
    is left out: nobody can tell whom a text means by it."""
    now: dict[str, set[str]] = {}
    for ref in people:
        person = names.person(ref.id)
        now.setdefault(ref.name, set()).add(person.name if person else ref.name)
    return {
        old: new for old, (new, *more) in ((o, tuple(n)) for o, n in now.items()) if not more and new != old
    }


def _claim(claim: Claim, names: Names, changed: Mapping[str, str]) -> Claim:
    mine: dict[str, str] = {}
    citations = [_citation(c, names, mine, changed) for c in claim.citations]
    if claim.origin == "human":
        return claim.model_copy(update={"citations": citations})
    text = outside_quotes(claim.text, renamer({**changed, **mine}))
    return claim.model_copy(update={"citations": citations, "text": text})


def _citation(
    citation: Citation, names: Names, changed: dict[str, str], known: Mapping[str, str] | None = None
) -> Citation:
    """``changed`` gathers what was found; ``known`` is for citations from before labels were kept."""
    speaker = names.speaker(citation)
    if citation.label is None and known:
        speaker = known.get(speaker or "", speaker)
    if speaker == citation.speaker:
        return citation
    if speaker and citation.speaker:
        changed[citation.speaker] = speaker
    return citation.model_copy(update={"speaker": speaker})


def _entry(entry: TimelineEntry, names: Names, rename: Rename) -> TimelineEntry:
    event = outside_quotes(entry.event, rename)
    label, colon, said = event.partition(": “")
    if colon and is_generic(label) and entry.source:
        person = names.persons.get(names.people.speakers.get((entry.source, label), ""))
        event = f"{person.name}{colon}{said}" if person else event
    people = list(dict.fromkeys(_id(p, names) or p for p in entry.people))
    return entry.model_copy(update={"event": event, "people": people})


def _id(person_id: str | None, names: Names) -> str | None:
    person = names.person(person_id) if person_id else None
    return person.id if person else person_id


def _voices(voices: Sequence[Voice], names: Names) -> list[Voice]:
    """Two voices that are one person now are one voice, the stronger one's, with both their claims."""
    out: dict[str, Voice] = {}
    for voice in voices:
        person = names.person(voice.person.id)
        ref = person_ref(person) if person else voice.person
        same = out.get(ref.id)
        if same is None:
            out[ref.id] = voice.model_copy(update={"person": ref})
        else:
            claims = [*same.claims, *voice.claims]
            in_room = same.in_room or voice.in_room
            out[ref.id] = same.model_copy(update={"claims": claims, "in_room": in_room})
    return list(out.values())


def _people(people: Sequence[PersonRef], names: Names) -> list[PersonRef]:
    """Everybody of the deal as of now, then those whom people added to the document."""
    if not names.people.persons:
        return list(people)
    added = [p for p in people if names.person(p.id) is None and p.id.startswith("h-")]
    return [*(person_ref(p) for p in names.people.persons), *added]
