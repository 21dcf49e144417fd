"""People of labelled deals: who is found, sides, titles, voices, and how long it takes.

    python -m bench.people ../shared/deals/*/ [--names]

Gold names: the influential and loud people of gold.json, and everybody quoted as evidence. A person matches by
the rule of the measuring tools: same name, or one of the aliases, and matching only one gold name. Who is
invented cannot be told from gold.json: read the people that ``--names`` prints. A second table has what ``bench.voices``
measures: names for voices, with the speakers' names hidden.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

from bench.load import record_of, scorer
from ingest import crm
from ingest.model import Contact, Opportunity, People, Person, Source
from ingest.people import presence, resolve


@dataclass(frozen=True, slots=True)
class Row:
    deal: str
    gold: int
    found: int
    sides: int
    titles: int
    titled: int
    voices: tuple[int, int]
    persons: int
    mentions: int
    seconds: float
    missed: tuple[str, ...]


def load(root: Path) -> tuple[Opportunity, tuple[Contact, ...], tuple[Source, ...]]:
    """The record of a deal folder whose calls are transcripts."""
    opportunity, sources = record_of(root)
    return opportunity, crm.parse_contacts("contacts.csv", (root / "contacts.csv").read_bytes()), sources


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deals", nargs="+", type=Path)
    parser.add_argument("--names", action="store_true", help="print every person found")
    options = parser.parse_args()
    same_person = scorer(options.deals[0]).same_person
    rows = [_measure(root.resolve(), same_person, options.names) for root in options.deals]
    print(
        "| deal | gold people | found | side right | title right | voices told | persons | mentions | seconds | missed |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for r in rows:
        print(
            f"| {r.deal} | {r.gold} | {r.found} | {r.sides} | {r.titles}/{r.titled} | {r.voices[0]}/{r.voices[1]} | {r.persons} "
            f"| {r.mentions} | {r.seconds:.2f} | {', '.join(r.missed) or '-'} |"
        )
    from bench.voices import table

    print()
    table(options.deals)


def _measure(root: Path, same_person, names: bool) -> Row:
    opportunity, contacts, sources = load(root)
    started = time.perf_counter()
    people = resolve(opportunity, contacts, sources)
    seconds = time.perf_counter() - started
    gold = json.loads((root / "gold.json").read_text())
    labelled = {v["name"]: v for v in gold["influential_voices"]}
    known = list(dict.fromkeys([*labelled, *gold["loud_but_not_influential"], *_quoted(gold)]))
    match = {n: [p for p in people.persons if same_person(n, _as_dict(p))] for n in known}
    good = {
        n: ps[0]
        for n, ps in match.items()
        if len(ps) == 1 and sum(same_person(k, _as_dict(ps[0])) for k in known) == 1
    }
    titled = [n for n in good if n in labelled and labelled[n].get("title")]
    voices = [
        (s.key, u)
        for s in sources
        for u in dict.fromkeys(x.speaker for x in s.utterances)
        if u and u.startswith("Speaker ")
    ]
    if names:
        _show(people, sources, good, labelled)
    return Row(
        root.name, len(known), len(good), sum(good[n].side == labelled[n]["side"] for n in good if n in labelled),
        sum(_title_fits(good[n].title, labelled[n]["title"]) for n in titled), len(titled),
        (sum(v in people.speakers for v in voices), len(voices)), len(people.persons), len(people.mentions), seconds,
        tuple(n for n in known if n not in good),
    )  # fmt: skip


def _as_dict(person: Person) -> dict[str, object]:
    return {"name": person.name, "aliases": list(person.aliases)}


def _quoted(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["speaker"]] if "quote" in value and "speaker" in value else []
        return own + [n for v in value.values() for n in _quoted(v)]
    return [n for v in value for n in _quoted(v)] if isinstance(value, list) else []


def _title_fits(found: str | None, gold: str) -> bool:
    """Half of the label's words stand in the title that was found."""
    words = {w for w in gold.lower().replace(",", " ").split() if len(w) > 2}
    return bool(found) and 2 * sum(w in found.lower() for w in words) >= len(words)


def _show(
    people: People,
    sources: tuple[Source, ...],
    good: dict[str, Person],
    labelled: dict[str, dict[str, object]],
) -> None:
    gold = {p.id: n for n, p in good.items()}
    seen = presence(people, sources)
    for p in people.persons:
        s = seen[p.id]
        label = f"= {gold[p.id]} ({labelled.get(gold[p.id], {}).get('side', '-')})" if p.id in gold else ""
        print(
            f"{p.id:26} {p.name:24} {p.side:12} {p.title or '-':40} {'; '.join(p.aliases):40} "
            f"calls {s.calls} words {s.words} sent {s.mails_sent} cc {s.mails_cc} spoken of {s.mentions} {label}"
        )
    for m in people.merges:
        print("   ", m.left, "+", m.right, "-", m.why)
    print("   ", {k: v for k, v in people.speakers.items() if k[1].startswith("Speaker")})


if __name__ == "__main__":
    main()
