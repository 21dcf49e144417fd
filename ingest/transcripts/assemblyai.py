"""AssemblyAI: ``utterances`` with speakers "A", "B"; times in milliseconds."""

from __future__ import annotations

from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.wordstream import Spoken, sentences


def matches(content: Content) -> bool:
    root = content.json
    if root["results"] or root["segments"]:
        return False
    return root["utterances"].first().has("text", "start") or (
        root.has("text") and root["words"].first().has("text", "start", "confidence")
    )


def parse(content: Content) -> Draft:
    root = content.json
    if root["utterances"].is_list:
        cues = tuple(cue for item in root["utterances"] for cue in _utterance(item))
    else:
        cues = sentences(_word(word, None) for word in root["words"])
    return Draft(
        format="assemblyai-json",
        cues=cues,
        duration=root["audio_duration"].number(),
        language=root["language_code"].text(),
    )


def _utterance(item: Node) -> tuple[Cue, ...]:
    """An utterance is a whole turn there: cut into sentences, so that quotes get their own second."""
    speaker = _label(item["speaker"].text())
    words = [_word(word, speaker) for word in item["words"]]
    text = item["text"].text() or ""
    if words and " ".join(word.text for word in words) == " ".join(text.split()):
        return sentences(words)
    return (Cue(text, speaker, _seconds(item["start"]), _seconds(item["end"])),)


def _word(word: Node, speaker: str | None) -> Spoken:
    return Spoken(
        text=word["text"].text() or "",
        start=_seconds(word["start"]),
        end=_seconds(word["end"]),
        speaker=speaker or _label(word["speaker"].text()),
        probability=word["confidence"].number(),
    )


def _label(letter: str | None) -> str | None:
    if letter is None:
        return None
    return f"Speaker {letter}" if len(letter) <= 2 else letter


def _seconds(node: Node) -> float | None:
    milliseconds = node.number()
    return None if milliseconds is None else milliseconds / 1000
