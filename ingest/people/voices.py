"""Anonymous labels ("Speaker 1", "S2") -> people.

Evidence, strongest first: the voice says who it is; somebody is addressed by name and this voice answers, or
has just spoken ("Thanks, Stu"); it is the only voice and the only listed participant left. A voice that names
somebody is not that person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.model import Source, Utterance
from ingest.people import lexicon
from ingest.people.context import is_addressed
from ingest.people.directory import Directory
from ingest.people.draft import Draft
from ingest.people.introductions import introductions
from ingest.people.names import Name
from ingest.people.sightings import voices_of
from ingest.people.spans import runs

EARLY = 8  # a voice's first utterances, in which "it's Tamsin" is an introduction
SURE = 2.5  # evidence that a voice needs
STATED = (
    0.6  # of the weight of a question, for whoever spoke before and after a statement with a name called out
)
LEAD = 1.5  # and by how much it must lead over the next person


@dataclass(frozen=True, slots=True)
class Voice:
    """One label resolved: ``person`` when known from elsewhere, else only the ``name`` it gave itself."""

    source_key: str
    path: str
    label: str
    name: Name
    person: Draft | None
    why: str


@dataclass(slots=True)
class _Case:
    weight: float = 0.0
    reasons: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    name: Name | None = None

    def add(self, weight: float, reason: str, name: Name) -> None:
        self.weight += weight
        self.reasons.append((weight, reason))
        if self.name is None or (name.full and not self.name.full):
            self.name = name


def resolve_voices(source: Source, directory: Directory) -> list[Voice]:
    """Every anonymous label of the call that can be told."""
    labels = voices_of(source)
    if not labels:
        return []
    cases = _cases(source, set(labels), directory)
    found = _choose(source, labels, cases)
    return found + _eliminate(source, labels, found, directory)


def _cases(source: Source, labels: set[str], directory: Directory) -> dict[tuple[str, Draft | str], _Case]:
    cases: dict[tuple[str, Draft | str], _Case] = defaultdict(_Case)
    heard: dict[str, int] = defaultdict(int)
    utterances = source.utterances
    for i, utterance in enumerate(utterances):
        speaker = utterance.speaker or ""
        heard[speaker] += 1
        own: list[tuple[int, int]] = []
        if speaker in labels:
            for intro in introductions(utterance.text, early=heard[speaker] <= EARLY):
                key = _person(intro.name, source, directory)
                cases[speaker, key].add(intro.sureness, f"says “{utterance.text[:80]}”", intro.name)
                own.append((intro.start, intro.end))
        _addressees(cases, utterances, i, labels, source, directory, own)
    return cases


def _person(name: Name, source: Source, directory: Directory) -> Draft | str:
    fits = directory.by_name(name)
    if len(fits) > 1:
        fits = [d for d in fits if source.key in d.sources]
    return fits[0] if len(fits) == 1 else name.key


def _addressees(
    cases: dict[tuple[str, Draft | str], _Case],
    utterances: Sequence[Utterance],
    i: int,
    labels: set[str],
    source: Source,
    directory: Directory,
    own: Sequence[tuple[int, int]],
) -> None:
    """A name in an utterance: called out, it points at the next or the last speaker; anyhow it is not the
    speaker.
    """
    text, speaker = utterances[i].text, utterances[i].speaker or ""
    for run in runs(text):
        for token in run.tokens[:2]:
            folded = token.folded
            if (
                not directory.knows_word(folded) and folded not in lexicon.first_names()
            ) or folded in lexicon.FUNCTION_WORDS:
                continue
            if any(start <= token.start < end for start, end in own):
                continue
            name = Name(token.text)
            key = _person(name, source, directory)
            if isinstance(key, str):
                continue
            if speaker in labels:
                cases[speaker, key].add(-1.0, "names somebody else", name)
            if is_addressed(text, token.start, token.end):
                _point(cases, utterances, i, labels, key, name, text, token.start, source)
            break


def _point(
    cases: dict[tuple[str, Draft | str], _Case],
    utterances: Sequence[Utterance],
    i: int,
    labels: set[str],
    key: Draft | str,
    name: Name,
    text: str,
    start: int,
    source: Source,
) -> None:
    speaker = utterances[i].speaker
    thanks = any(
        word in text[max(0, start - 20) : start].lower()
        for word in ("thank", "cheers", "brilliant", "lovely", "great")
    )
    before, after = reversed(utterances[max(0, i - 3) : i]), utterances[i + 1 : i + 4]
    last, coming = _other(before, speaker), _other(after, speaker)
    asked = text.rstrip().endswith("?") or "over to you" in text.lower()
    listed = 0.4 if isinstance(key, Draft) and source.key in key.sources else 0.0
    shown = f"“{text[:60]}”"
    if thanks:
        pointed = [(last, 1.0 + listed, f"has just spoken when somebody says {shown}")]
    elif asked:
        pointed = [(coming, 1.4 + listed, f"speaks next after {shown}")]
    else:  # "You send them in writing, Benno." answers Benno as often as it calls him
        pointed = [
            (coming, (1.0 + listed) * STATED, f"speaks next after {shown}"),
            (last, (1.0 + listed) * STATED, f"has just spoken when somebody says {shown}"),
        ]
    for other, weight, why in pointed:
        if other in labels:
            cases[other, key].add(weight, why, name)


def _other(utterances: Iterable[Utterance], speaker: str | None) -> str:
    """Who speaks first in ``utterances`` and is not ``speaker``."""
    return next((u.speaker for u in utterances if u.speaker and u.speaker != speaker), "")


def _choose(
    source: Source, labels: Sequence[str], cases: dict[tuple[str, Draft | str], _Case]
) -> list[Voice]:
    """The best person of each voice, best pairs first; each person once."""
    found: list[Voice] = []
    ranked = sorted(
        cases.items(),
        key=lambda c: (-c[1].weight, labels.index(c[0][0]) if c[0][0] in labels else 0, str(c[1].name)),
    )
    done: set[str] = set()
    used: set[Draft | str] = set(_named_here(cases, source))
    for (label, key), case in ranked:
        if label in done or key in used or case.weight < SURE or case.name is None:
            continue
        rival = max(
            (c.weight for (other, k), c in cases.items() if other == label and k != key and k not in used),
            default=0.0,
        )
        if case.weight < rival + LEAD:
            continue
        why = max(case.reasons)[1]
        person = key if isinstance(key, Draft) else None
        if person is None and case.name.first not in lexicon.first_names() and not case.name.full:
            continue
        found.append(
            Voice(source.key, source.path, label, case.name, person, f"{label} in {source.path} {why}")
        )
        done.add(label)
        used.add(key)
    return found


def _named_here(cases: dict[tuple[str, Draft | str], _Case], source: Source) -> list[Draft]:
    """People who already speak under their own name in this source."""
    people = {key for _, key in cases if isinstance(key, Draft)}
    return [d for d in people if any(source_key == source.key for source_key, _ in d.labels)]


def _eliminate(
    source: Source, labels: Sequence[str], found: Sequence[Voice], directory: Directory
) -> list[Voice]:
    """The last voice is the last listed participant, where exactly one of each is left."""
    left = [label for label in labels if not any(v.label == label for v in found)]
    taken = {v.person for v in found if v.person}
    listed = [
        d
        for d in directory.drafts
        if source.key in d.sources and d not in taken and not any(k == source.key for k, _ in d.labels)
    ]
    named_strangers = [v for v in found if v.person is None]
    if len(left) != 1 or len(listed) != 1 or named_strangers or listed[0].name is None:
        return []
    only = f"{listed[0].text} is the only listed participant left"
    why = f"{left[0]} is the only voice in {source.path} not yet told, and {only}"
    return [Voice(source.key, source.path, left[0], listed[0].name, listed[0], why)]
