"""Fireflies: float seconds, ``date`` in epoch milliseconds, ``duration`` in minutes."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.model import Participant
from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Cue, Draft


def matches(content: Content) -> bool:
    first = _root(content)["sentences"].first()
    return first.has("text") and (first.has("speaker_name") or first.has("start_time"))


def parse(content: Content) -> Draft:
    root = _root(content)
    minutes = root["duration"].number()
    return Draft(
        format="fireflies-json",
        cues=tuple(_cue(sentence) for sentence in root["sentences"]),
        title=root["title"].text(),
        when=_when(root["date"]),
        duration=None if minutes is None else minutes * 60,
        participants=_attendees(root),
    )


def _root(content: Content) -> Node:
    """The transcript: alone, in a list (the download), or in the API's ``data.transcript``."""
    root = content.json
    if root.is_list:
        return Node({"sentences": root.value}) if root.first().has("text") else root.first()
    return root["data"]["transcript"] or root["transcript"] if not root["sentences"].is_list else root


def _cue(node: Node) -> Cue:
    speaker = node["speaker_name"].text()
    if speaker is None and node["speaker_id"].text() is not None:
        speaker = f"Speaker {node['speaker_id'].text()}"
    text = node["text"].text() or node["raw_text"].text() or ""
    return Cue(text, speaker, node["start_time"].number(), node["end_time"].number())


def _attendees(root: Node) -> tuple[Participant, ...]:
    people = [
        Participant(name=item["displayName"].text() or item["name"].text(), email=item["email"].text())
        for item in list(root["meeting_attendees"])[:2000]
    ]
    emails = [Participant(name=None, email=item.text()) for item in list(root["participants"])[:2000]]
    return tuple(person for person in (*people, *emails) if person.name or person.email)


def _when(node: Node) -> datetime | None:
    number = node.number()
    try:
        if number is not None:
            return datetime.fromtimestamp(number / 1000, UTC)
        text = node.text()
        return datetime.fromisoformat(text) if text else None
    except (ValueError, OverflowError, OSError):
        return None
