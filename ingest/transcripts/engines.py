"""JSON of more speech engines: Google, IBM Watson, Speechmatics, BBC Kaldi, digital-paper-edit."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.transcripts.content import Content, Node
from ingest.transcripts.cue import Draft
from ingest.transcripts.wordstream import Spoken, Stretch, sentences, speakers_of


def matches(content: Content) -> bool:
    return _kind(content.json) is not None


def parse(content: Content) -> Draft:
    root = content.json
    readers = {
        "google-json": _google,
        "ibm-json": _ibm,
        "speechmatics-json": _speechmatics,
        "bbc-kaldi-json": _kaldi,
        "digital-paper-edit-json": _paper_edit,
    }
    kind = _kind(root) or ""
    words = readers[kind](root) if kind in readers else []
    language = root["job"]["lang"].text() or root["metadata"]["transcription_config"]["language"].text()
    return Draft(format=kind, cues=sentences(words), language=language)


def _kind(root: Node) -> str | None:
    first = _google_results(root).first()["alternatives"].first()["words"].first()
    if first.has("word") and (first.has("startTime") or first.has("endTime") or first.has("startOffset")):
        return "google-json"
    if root["results"].first()["results"].first()["alternatives"].is_list or _is_ibm(root):
        return "ibm-json"
    if root["results"].first().has("start_time", "alternatives", "type"):
        return "speechmatics-json"
    if root["words"].first().has("name", "time") and root["speakers"].is_list:
        return "speechmatics-json"
    if _kaldi_root(root)["words"].first().has("punct", "start"):
        return "bbc-kaldi-json"
    if root["words"].first().has("text", "start") and root["paragraphs"].is_list:
        return "digital-paper-edit-json"
    return None


def _google_results(root: Node) -> Node:
    return root["response"]["results"] or root["results"]


def _google(root: Node) -> list[Spoken]:
    """With diarization, the last result repeats all words with their speakers: then only that one counts."""
    lists = [list(result["alternatives"].first()["words"]) for result in _google_results(root)]
    if lists and any(word["speakerTag"] for word in lists[-1]):
        lists = lists[-1:]
    return [
        Spoken(
            text=word["word"].text() or "",
            start=(word["startTime"] or word["startOffset"]).number(),
            end=(word["endTime"] or word["endOffset"]).number(),
            speaker=_speaker(word["speakerTag"] or word["speakerLabel"]),
            probability=word["confidence"].number(),
        )
        for words in lists
        for word in words
    ]


def _is_ibm(root: Node) -> bool:
    return root["results"].first()["alternatives"].first()["timestamps"].is_list


def _ibm(root: Node) -> list[Spoken]:
    blocks = [root] if _is_ibm(root) else list(root["results"])
    words: list[Spoken] = []
    for block in blocks:
        spoken = [
            Spoken(text=cells[0].text() or "", start=cells[1].number(), end=cells[2].number())
            for result in block["results"]
            for cells in (list(item) for item in result["alternatives"].first()["timestamps"])
            if len(cells) >= 3
        ]
        words += speakers_of(spoken, _stretches(block["speaker_labels"], "from", "to"))
    return words


def _speechmatics(root: Node) -> list[Spoken]:
    if root["results"].is_list:
        return [_speechmatics_item(item) for item in root["results"]]
    words = [
        Spoken(
            text=word["name"].text() or "",
            start=word["time"].number(),
            end=_sum(word["time"], word["duration"]),
            probability=word["confidence"].number(),
            glue=word["name"].text() in (".", ",", "?", "!"),
        )
        for word in root["words"]
    ]
    return speakers_of(words, _lasting(root["speakers"], "time", "name"))


def _speechmatics_item(item: Node) -> Spoken:
    best = item["alternatives"].first()
    return Spoken(
        text=best["content"].text() or "",
        start=item["start_time"].number(),
        end=item["end_time"].number(),
        speaker=_speaker(best["speaker"]),
        probability=best["confidence"].number(),
        glue=item["type"].text() == "punctuation",
    )


def _kaldi_root(root: Node) -> Node:
    return root["retval"] or root


def _kaldi(root: Node) -> list[Spoken]:
    words = [
        Spoken(
            text=word["punct"].text() or word["word"].text() or "",
            start=word["start"].number(),
            end=word["end"].number(),
            probability=word["confidence"].number(),
        )
        for word in _kaldi_root(root)["words"]
    ]
    segments = (_kaldi_root(root)["segmentation"] or root["segmentation"])["segments"]
    return speakers_of(words, _lasting(segments, "start", "@id"))


def _paper_edit(root: Node) -> list[Spoken]:
    words = [
        Spoken(text=word["text"].text() or "", start=word["start"].number(), end=word["end"].number())
        for word in root["words"]
    ]
    return speakers_of(words, _stretches(root["paragraphs"], "start", "end"))


def _stretches(items: Node, start: str, end: str) -> Iterator[Stretch]:
    for item in items:
        begins, ends, speaker = item[start].number(), item[end].number(), _speaker(item["speaker"])
        if begins is not None and ends is not None and speaker:
            yield Stretch(begins, ends, speaker)


def _lasting(items: Node, start: str, name: str) -> Iterator[Stretch]:
    """Stretches given by start and duration; the speaker's name here or one level down."""
    for item in items:
        begins, ends = item[start].number(), _sum(item[start], item["duration"])
        speaker = item["speaker"][name].text() or item[name].text()
        if begins is not None and ends is not None and speaker:
            yield Stretch(begins, ends, speaker)


def _sum(start: Node, duration: Node) -> float | None:
    begins, lasts = start.number(), duration.number()
    return None if begins is None or lasts is None else begins + lasts


def _speaker(node: Node) -> str | None:
    """Engines that number their speakers: "Speaker 1"; names and letters as they are."""
    label = node.text()
    return f"Speaker {label}" if label is not None and label.isdigit() else label
