"""Real output of other programs, read where it lies beside the project: all parse, no word is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.transcripts import parse_transcript
from ingest.transcripts.clock import parse_clock


@pytest.fixture
def folder(shared: Path) -> Path:
    path = shared / "data" / "transcripts"
    if not path.is_dir():
        pytest.skip("needs ../shared/data/transcripts")
    return path


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@pytest.mark.parametrize(
    ("name", "form", "speakers"),
    [
        ("aws-call/example-call.json", "aws-call-analytics-json", {"Agent", "Customer"}),
        ("aws-call/example-call.docx", "aws-docx", {"Agent", "Customer"}),
        ("aws-call/pca-testfile.json", "aws-pca-json", {"Agent", "Customer"}),
        ("stt-vendor-json/amazon-transcribe__amazonTranscribe.sample.json", "aws-json", {None}),
        ("stt-vendor-json/amazon-transcribe__todayinfocus.sample.json", "aws-json", {"spk_0", "spk_1"}),
        (
            "stt-vendor-json/bbc-kaldi__bbcKaldiTranscriptWithSpeakerSegments.sample.json",
            "bbc-kaldi-json",
            None,
        ),
        (
            "stt-vendor-json/digital-paper-edit__digitalPaperEdit.sample.json",
            "digital-paper-edit-json",
            {"F_S12", "F_S10"},
        ),
        ("stt-vendor-json/ibm__ibmTedTalkTranscript.sample.json", "ibm-json", {"Speaker 1"}),
        (
            "stt-vendor-json/speechmatics__speechmaticsTedTalkTranscript.sample.json",
            "speechmatics-json",
            None,
        ),
        ("deepgram-json/english_3.raw.json", "deepgram-json", {f"Speaker {number}" for number in range(4)}),
        ("deepgram-json/english_7.raw.json", "deepgram-json", {"Speaker 0"}),
    ],
)
def test_engines(folder: Path, name: str, form: str, speakers: set[str | None] | None) -> None:
    source = parse_transcript(f"calls/{Path(name).name}", (folder / name).read_bytes())
    assert source.format == form
    if speakers is not None:
        assert {item.speaker for item in source.utterances} == speakers
    starts = [item.start for item in source.utterances]
    assert None not in starts and source.duration and source.duration > 20


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("stt-vendor-json/amazon-transcribe__amazonTranscribe.sample.json", ("results", "transcripts")),
        ("stt-vendor-json/amazon-transcribe__todayinfocus.sample.json", ("results", "transcripts")),
        ("deepgram-json/english_3.raw.json", ("results", "channels")),
    ],
)
def test_no_word_is_lost(folder: Path, name: str, keys: tuple[str, str]) -> None:
    data = (folder / name).read_bytes()
    whole = json.loads(data)[keys[0]][keys[1]][0]
    text = whole.get("transcript") or whole["alternatives"][0]["transcript"]
    source = parse_transcript("calls/a.json", data)
    assert words_of(" ".join(item.text for item in source.utterances)) == words_of(text)


def test_otter_exports(folder: Path) -> None:
    for file in sorted((folder / "otter-export").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        source = parse_transcript(file.name, file.read_bytes())
        clocks = re.findall(r"^(?:\*\*.+\*\*\s+|\w+(?: \w+)?  )(\d+:\d\d(?::\d\d)?)", text, re.MULTILINE)
        starts = {item.start for item in source.utterances}
        assert starts == {parse_clock(clock) for clock in clocks}, file.name
        assert len(starts) >= 80
        assert "otter.ai" not in source.utterances[-1].text


def test_captions_good_and_broken(folder: Path) -> None:
    """Cue counts as webvtt-py, whose fixtures these are, has them; what it refuses, we refuse or read."""
    files = {
        file.name: file for file in (folder / "webvtt-py-tests").iterdir() if not file.name.startswith("LIC")
    }
    counts: dict[str, int] = {}
    for name, file in files.items():
        try:
            counts[name] = len(parse_transcript(name, file.read_bytes()).utterances)
        except IngestError as error:
            assert name in str(error)
    expected = {"sample.vtt": 16, "sample.srt": 5, "sample.sbv": 5, "one_caption.srt": 1, "cue_tags.vtt": 3}
    expected |= {"comments.vtt": 3, "styles.vtt": 1, "invalid_timeframe.vtt": 6, "missing_timeframe.vtt": 6}
    assert {name: counts[name] for name in expected} == expected
    assert not counts.keys() & {"empty.vtt", "no_captions.vtt", "invalid_format1.srt", "invalid_format.sbv"}
