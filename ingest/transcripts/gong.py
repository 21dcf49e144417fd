"""Gong's call transcripts: times in milliseconds, speakers by id, names in a parties file or beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ingest.errors import UnsupportedSource
from ingest.model import Participant
from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.parties import find_parties, labels_by_id


def matches(content: Content) -> bool:
    return content.json["callTranscripts"].is_list or bool(
        content.json["transcript"].first()["sentences"].is_list
    )


def parse(content: Content, parties: Node | None = None) -> Draft:
    """Raises ``UnsupportedSource`` when one file holds several calls."""
    calls = list(content.json["callTranscripts"]) or [content.json]
    ids = {call["callId"].text() for call in calls}
    if len(ids) > 1:
        raise UnsupportedSource(f"holds {len(ids)} calls: save one file per call", file=content.path)
    call_id = ids.pop()
    people = find_parties(parties, call_id) if parties is not None else find_parties(content.json, call_id)
    labels = labels_by_id(people)
    strangers: dict[str, str] = {}
    cues = tuple(
        cue for call in calls for turn in call["transcript"] for cue in _turn(turn, labels, strangers)
    )
    notes = (f"{len(strangers)} speakers are in no parties file and are numbered",) if strangers else ()
    listed = tuple(_labelled(party.person, labels.get(party.speaker_id or "")) for party in people)
    meta = _meta(parties) or _meta(content.json) or Node()
    return Draft(
        format="gong-json",
        cues=cues,
        participants=listed,
        notes=notes,
        title=meta["title"].text(),
        when=_when(meta["started"].text()),
        duration=meta["duration"].number(),
    )


def _turn(turn: Node, labels: dict[str, str], strangers: dict[str, str]) -> Iterator[Cue]:
    speaker_id = turn["speakerId"].text()
    label = None
    if speaker_id is not None:
        label = labels.get(speaker_id) or strangers.setdefault(speaker_id, f"Speaker {len(strangers) + 1}")
    for sentence in turn["sentences"]:
        text = sentence["text"].text()
        if text is not None:
            yield Cue(text, label, _seconds(sentence["start"]), _seconds(sentence["end"]))


def _labelled(person: Participant, label: str | None) -> Participant:
    return replace(person, label=label)


def _seconds(node: Node) -> float | None:
    milliseconds = node.number()
    return None if milliseconds is None else milliseconds / 1000


def _meta(node: Node | None) -> Node | None:
    if node is None:
        return None
    return node["metaData"] or node["calls"].first()["metaData"] or None


def _when(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
