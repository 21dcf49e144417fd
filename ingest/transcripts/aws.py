"""Amazon Transcribe's three JSON shapes: transcription, call analytics, post-call analytics."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.wordstream import Spoken, Stretch, sentences, speakers_of


def matches(content: Content) -> bool:
    root = content.json
    return (
        root["results"]["items"].first().has("alternatives", "type")
        or root["Transcript"].first().has("Content", "ParticipantRole")
        or root["SpeechSegments"].first().has("SegmentSpeaker")
    )


def parse(content: Content) -> Draft:
    root = content.json
    if root["Transcript"].is_list:
        return Draft(
            format="aws-call-analytics-json",
            cues=tuple(_analytics(item) for item in root["Transcript"]),
            language=root["LanguageCode"].text(),
        )
    if root["SpeechSegments"].is_list:
        return _post_call(root)
    return _transcription(root["results"])


def _analytics(item: Node) -> Cue:
    role = item["ParticipantRole"].text()
    words = [_analytics_word(word) for word in item["Items"]]
    timed_words = sentences(words)
    return Cue(
        item["Content"].text() or "",
        role.capitalize() if role else None,
        _seconds(item["BeginOffsetMillis"]),
        _seconds(item["EndOffsetMillis"]),
        tuple(word for cue in timed_words for word in cue.words),
    )


def _analytics_word(item: Node) -> Spoken:
    return Spoken(
        text=item["Content"].text() or "",
        start=_seconds(item["BeginOffsetMillis"]),
        end=_seconds(item["EndOffsetMillis"]),
        probability=item["Confidence"].number(),
        glue=item["Type"].text() == "punctuation",
    )


def _post_call(root: Node) -> Draft:
    about = root["ConversationAnalytics"]
    names = {item["Speaker"].text(): item["DisplayText"].text() for item in about["SpeakerLabels"]}
    cues = tuple(
        Cue(
            item["DisplayText"].text() or item["OriginalText"].text() or "",
            names.get(item["SegmentSpeaker"].text()) or item["SegmentSpeaker"].text(),
            item["SegmentStartTime"].number(),
            item["SegmentEndTime"].number(),
        )
        for item in root["SpeechSegments"]
    )
    return Draft(
        format="aws-pca-json",
        cues=cues,
        language=about["LanguageCode"].text(),
        duration=about["Duration"].number(),
    )


def _transcription(results: Node) -> Draft:
    labels = results["speaker_labels"]["segments"]
    channels = results["channel_labels"]["channels"]
    if channels.is_list:
        cues = [
            cue
            for channel in channels
            for cue in sentences(_items(channel["items"], channel["channel_label"].text()))
        ]
        return Draft(format="aws-json", cues=tuple(sorted(cues, key=lambda cue: cue.start or 0.0)))
    words = list(_items(results["items"], None))
    stretches = [*_stretches(labels)]
    if stretches and not any(word.speaker for word in words):
        words = speakers_of(words, stretches)
    return Draft(format="aws-json", cues=sentences(words), language=results["language_code"].text())


def _items(items: Node, channel: str | None) -> Iterator[Spoken]:
    for item in items:
        best = item["alternatives"].first()
        yield Spoken(
            text=best["content"].text() or "",
            start=item["start_time"].number(),
            end=item["end_time"].number(),
            speaker=channel or item["speaker_label"].text(),
            probability=best["confidence"].number(),
            glue=item["type"].text() == "punctuation",
        )


def _stretches(segments: Node) -> Iterator[Stretch]:
    for segment in segments:
        start, end = segment["start_time"].number(), segment["end_time"].number()
        speaker = segment["speaker_label"].text()
        if start is not None and end is not None and speaker:
            yield Stretch(start, end, speaker)


def _seconds(node: Node) -> float | None:
    milliseconds = node.number()
    return None if milliseconds is None else milliseconds / 1000
