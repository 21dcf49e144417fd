"""Deepgram: words with ``punctuated_word`` and a speaker number, one list a channel."""

from __future__ import annotations

from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.wordstream import Spoken, sentences


def matches(content: Content) -> bool:
    return content.json["results"]["channels"].first()["alternatives"].is_list


def parse(content: Content) -> Draft:
    root = content.json
    channels = list(root["results"]["channels"])
    cues = [
        cue
        for number, channel in enumerate(channels)
        for cue in _channel(channel, number if len(channels) > 1 else None)
    ]
    if len(channels) > 1:
        cues.sort(key=lambda cue: cue.start or 0.0)
    return Draft(
        format="deepgram-json",
        cues=tuple(cues),
        duration=root["metadata"]["duration"].number(),
        language=channels[0]["detected_language"].text(),
    )


def _channel(channel: Node, number: int | None) -> tuple[Cue, ...]:
    best = channel["alternatives"].first()
    words = [_word(item, number) for item in best["words"]]
    if not words and best["transcript"].text():
        return (Cue(best["transcript"].text() or "", None if number is None else f"Channel {number}"),)
    return sentences(words)


def _word(node: Node, channel: int | None) -> Spoken:
    speaker = node["speaker"].text()
    label = f"Speaker {speaker}" if speaker is not None else None
    if channel is not None:
        label = f"Channel {channel}" + (f" {label}" if label and speaker != "0" else "")
    return Spoken(
        text=node["punctuated_word"].text() or node["word"].text() or "",
        start=node["start"].number(),
        end=node["end"].number(),
        speaker=label,
        probability=node["confidence"].number(),
    )
