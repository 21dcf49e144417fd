"""Names for voices, measured: the speakers' names of labelled transcripts hidden, and proposed again.

    python -m bench.voices DEAL... [--show]

Each call's labels become S1, S2 …; who was listed stays listed. "one": the names of one call are hidden at a time, as when one
recording is imported into a deal; "all": those of all calls. A voice counts as right when the person applied, else the first
proposal, is the speaker. Prints a Markdown table and asserts nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.people import load
from ingest.model import People, Person, Source, SourceKind
from ingest.people import resolve
from ingest.people.proposals import propose


@dataclass(slots=True)
class Tally:
    voices: int = 0
    applied: int = 0
    applied_wrong: int = 0
    proposed: int = 0
    proposed_right: int = 0
    sure: int = 0  # proposed with at least 0.7
    sure_right: int = 0
    shown: list[str] = field(default_factory=list[str])

    def row(self, name: str, hidden: str) -> str:
        right = (self.applied - self.applied_wrong + self.proposed_right) / max(1, self.voices)
        return (
            f"| {name} | {hidden} | {self.voices} | {self.applied} | {self.applied_wrong} | {self.proposed} "
            f"| {self.proposed_right} | {self.sure_right}/{self.sure} | {right:.2f} |"
        )


def hidden(source: Source) -> tuple[Source, dict[str, str]]:
    """The call with its speakers as S1, S2 …, and the label that each was."""
    labels = list(dict.fromkeys(u.speaker for u in source.utterances if u.speaker))
    new = {label: f"S{n}" for n, label in enumerate(labels, 1)}
    people = tuple(
        replace(p, label=None, role="attendee") if p.name != p.label or " " in (p.name or "") else p
        for p in source.participants
    )
    said = tuple(replace(u, speaker=new[u.speaker] if u.speaker else None) for u in source.utterances)
    return replace(source, participants=people, utterances=said), {s: label for label, s in new.items()}


def same(one: Person | None, other: Person | None) -> bool:
    if one is None or other is None:
        return False
    return bool(set(one.emails) & set(other.emails)) or one.name.casefold() == other.name.casefold()


def measure(root: Path, every: bool) -> Tally:
    opportunity, contacts, sources = load(root)
    truth = resolve(opportunity, contacts, sources)
    calls = [s for s in sources if s.kind is SourceKind.CALL]
    tally = Tally()
    groups = [calls] if every else [[call] for call in calls]
    for group in groups:
        masked = {call.key: hidden(call) for call in group}
        changed = [masked[s.key][0] if s.key in masked else s for s in sources]
        found = resolve(opportunity, contacts, changed)
        for key, (source, labels) in masked.items():
            _count(tally, source, labels, found, truth, key)
    return tally


def _count(
    tally: Tally, source: Source, labels: dict[str, str], found: People, truth: People, key: str
) -> None:
    by_id, true_id = {p.id: p for p in found.persons}, {p.id: p for p in truth.persons}
    proposals = propose(source, found)
    for label, was in labels.items():
        speaker = true_id.get(truth.speakers.get((key, was), ""))
        if speaker is None:
            continue
        tally.voices += 1
        applied = by_id.get(found.speakers.get((key, label), ""))
        first = next((p for p in proposals if p.label == label), None)
        if applied is not None:
            tally.applied += 1
            tally.applied_wrong += not same(applied, speaker)
            tally.shown.append(f"{key} {label}: applied {applied.name}, is {speaker.name}")
        elif first is not None:
            right = same(by_id.get(first.person_id or ""), speaker)
            tally.proposed += 1
            tally.proposed_right += right
            tally.sure += first.confidence >= 0.7
            tally.sure_right += right and first.confidence >= 0.7
            mark = "right" if right else "WRONG"
            tally.shown.append(f"{key} {label}: {mark} {first}, is {speaker.name}")
        else:
            tally.shown.append(f"{key} {label}: nobody, is {speaker.name}")


def table(deals: Sequence[Path], show: bool = False) -> None:
    print(
        "| deal | hidden | voices | applied | of them wrong | proposed | first is right | right at 0.7 and more | right in all |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for every in (False, True):
        for root in deals:
            tally = measure(root.resolve(), every)
            print(tally.row(root.resolve().name, "all" if every else "one"), flush=True)
            if show:
                print("\n".join(tally.shown))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deals", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print every voice")
    options = parser.parse_args()
    table(options.deals, options.show)


if __name__ == "__main__":
    main()
