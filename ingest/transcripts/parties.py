"""Who takes part, as Gong's parties file says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.errors import UnreadableSource
from ingest.model import Participant
from ingest.plaintext import decode_text
from ingest.transcripts.content import Node, parse_json

MAX_PARTIES = 2_000


@dataclass(frozen=True, slots=True)
class Party:
    speaker_id: str | None
    person: Participant


def read_parties(path: str, data: bytes) -> Node:
    """The JSON of a parties file. Raises ``UnreadableSource``."""
    node = parse_json(path, decode_text(data))
    if not list(find_parties(node)):
        raise UnreadableSource('no parties in it: expected {"parties": [{"speakerId", "name"}]}', file=path)
    return node


def find_parties(node: Node, call_id: str | None = None) -> tuple[Party, ...]:
    """Parties in any of Gong's shapes: a list, {"parties": […]}, or {"calls": [{"metaData", "parties"}]}."""
    if node.is_list:
        items = node
    elif node["parties"].is_list:
        items = node["parties"]
    else:
        calls = list(node["calls"])
        same = [call for call in calls if call_id and call["metaData"]["id"].text() == call_id]
        items = (same or calls or [Node()])[0]["parties"]
    parties = (_party(item) for item in list(items)[:MAX_PARTIES])
    return tuple(party for party in parties if party is not None)


def labels_by_id(parties: tuple[Party, ...]) -> dict[str, str]:
    """Speaker id -> label. Two people of one name: "Name", "Name (2)"; two ids of one person: one label."""
    labels: dict[str, str] = {}
    owners: dict[str, str] = {}  # label -> who has it
    for party in parties:
        name = party.person.name or party.person.email
        if party.speaker_id is None or name is None or party.speaker_id in labels:
            continue
        who = party.person.email or party.speaker_id
        label, number = name, 1
        while owners.get(label, who) != who:
            number += 1
            label = f"{name} ({number})"
        owners[label] = who
        labels[party.speaker_id] = label
    return labels


def _party(node: Node) -> Party | None:
    speaker, name, email = node["speakerId"].text(), node["name"].text(), node["emailAddress"].text()
    if not (speaker or name or email):
        return None
    person = Participant(
        name=name,
        email=email,
        title=node["title"].text(),
        affiliation=_affiliation(node["affiliation"].text()),
    )
    return Party(speaker, person)


def _affiliation(word: str | None) -> Literal["internal", "external"] | None:
    known: dict[str, Literal["internal", "external"]] = {"internal": "internal", "external": "external"}
    return known.get((word or "").casefold())
