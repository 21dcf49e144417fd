"""Whisper's family: openai-whisper, faster-whisper, WhisperX, whisper.cpp, and our own "transcript/1"."""

from __future__ import annotations

from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.wordstream import Spoken, timed

OURS = "transcript/1"


def matches(content: Content) -> bool:
    root = content.json
    if root["schema"].text() == OURS or root["transcription"].first().has("offsets", "text"):
        return True
    first = root["segments"].first()
    return first.has("text") and first.has("start")


def parse(content: Content) -> Draft:
    root = content.json
    if root["transcription"].is_list:
        cues = tuple(_cpp_cue(item) for item in root["transcription"])
        return Draft(format="whisper-cpp-json", cues=cues, language=root["result"]["language"].text())
    return Draft(
        format=_format(root),
        cues=tuple(_cue(segment) for segment in root["segments"]),
        duration=root["duration"].number(),
        language=root["language"].text(),
        engine=root["engine"].text(),
    )


def _format(root: Node) -> str:
    if root["schema"].text() == OURS:
        return "transcript-json"
    return "whisperx-json" if root["word_segments"].is_list else "whisper-json"


def _cue(segment: Node) -> Cue:
    """WhisperX leaves ``speaker`` out where it is unsure: then the words' speaker, if they agree."""
    words = [_word(item) for item in segment["words"]]
    speakers = {word.speaker for word in words if word.speaker}
    speaker = segment["speaker"].text() or (speakers.pop() if len(speakers) == 1 else None)
    start, end = segment["start"].number(), segment["end"].number()
    return Cue(segment["text"].text() or "", speaker, start, end, timed(words, start, end))


def _word(node: Node) -> Spoken:
    probability = node["probability"] or node["score"]
    return Spoken(
        text=node["word"].text() or "",
        start=node["start"].number(),
        end=node["end"].number(),
        speaker=node["speaker"].text(),
        probability=probability.number(),
    )


def _cpp_cue(item: Node) -> Cue:
    start, end = item["offsets"]["from"].number(), item["offsets"]["to"].number()
    return Cue(
        item["text"].text() or "",
        item["speaker"].text(),
        None if start is None else start / 1000,
        None if end is None else end / 1000,
    )
