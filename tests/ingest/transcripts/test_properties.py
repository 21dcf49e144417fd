"""Whatever comes in: an ``IngestError`` or a sane source, never anything else."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.model import Source
from ingest.plaintext import fold
from ingest.transcripts import is_transcript, parse_transcript
from ingest.transcripts.clock import MAX_SECONDS

CLOCKS = st.from_regex(r"-?\d{0,3}:\d{1,3}(:\d{1,3})?([.,]\d{0,4})?", fullmatch=True)
LINES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "WEBVTT",
            "",
            "",
            "NOTE x",
            "STYLE",
            "1",
            "<v Dana>",
            "</v>",
            "Attendees",
            "Transcript",
            "Dana Whitfield: yes",
        ]
    ),
    st.builds("{} --> {}".format, CLOCKS, CLOCKS),
    st.builds("{},{}".format, CLOCKS, CLOCKS),
    st.builds("{}  {}".format, st.text(max_size=12), CLOCKS),
    st.builds("<v {}>{}</v>".format, st.text(max_size=12), st.text(max_size=20)),
    st.builds("{}: {}".format, st.text(max_size=12), st.text(max_size=20)),
)
KEYS = st.sampled_from(
    [
        *(
            "callTranscripts",
            "transcript",
            "sentences",
            "parties",
            "speakerId",
            "name",
            "start",
            "end",
            "text",
        ),
        *(
            "segments",
            "words",
            "word",
            "results",
            "items",
            "alternatives",
            "channels",
            "Transcript",
            "Content",
        ),
        *("ParticipantRole", "SpeechSegments", "SegmentSpeaker", "utterances", "speaker", "start_time"),
        *(
            "end_time",
            "speaker_name",
            "transcription",
            "offsets",
            "from",
            "to",
            "type",
            "content",
            "punct",
            "retval",
        ),
        *(
            "paragraphs",
            "timestamps",
            "schema",
            "data",
            "date",
            "duration",
            "time",
            "speakers",
            "calls",
            "metaData",
        ),
    ]
)
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("transcript/1")
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=30,
)


def check(data: bytes) -> Source | None:
    try:
        source = parse_transcript("calls/a.txt", data, parties=data)
    except IngestError as error:
        assert "calls/a.txt" in str(error)
        assert "\n" not in str(error)
        return None
    assert [item.ordinal for item in source.utterances] == list(range(len(source.utterances)))
    for item in source.utterances:
        assert item.text and item.text == fold(item.text)
        item.text.encode()
        (item.speaker or "").encode()
        assert item.start is None or 0 <= item.start <= MAX_SECONDS
        assert item.end is None or (item.start is not None and item.start <= item.end <= MAX_SECONDS)
        for word in item.words:
            assert 0 <= word.start <= word.end <= MAX_SECONDS
    labels = {item.speaker for item in source.utterances if item.speaker}
    assert {person.label for person in source.participants if person.label} == labels
    return source


@given(st.binary(max_size=400))
@example(b"PK\x03\x04word/")
@example(b"{" * 20_000)
@example(b'{"a":' * 20_000)
@example(b"[" * 20_000)
@example(b'{"segments": [{"text": "x", "start": 1e999, "end": NaN}]}')
@example(b'{"segments": [{"text": "\\ud800\\u0000 x", "start": 1, "end": -3}]}')
@example(
    b'{"callTranscripts": [{"transcript": [{"sentences": [{"text": "x", "start": ' + b"9" * 5000 + b"}]}]}]}"
)
def test_bytes(data: bytes) -> None:
    check(data)
    is_transcript("a.txt", data)


@given(st.lists(LINES, max_size=25))
def test_lines(lines: list[str]) -> None:
    check("\n".join(lines).encode("utf-8", "replace"))
    check(("WEBVTT\n\n" + "\n".join(lines)).encode("utf-8", "replace"))


@given(JSON)
def test_json(document: object) -> None:
    check(json.dumps(document).encode())


@given(st.sampled_from(["segments", "callTranscripts", "sentences", "utterances", "results", "words"]), JSON)
def test_json_that_begins_like_a_dialect(key: str, document: object) -> None:
    check(json.dumps({key: document, "transcript": [document], "text": "x"}).encode())


def test_hostile_text_is_quick() -> None:
    """Shapes on which a careless pattern needs minutes; the suite's time limit is the judge."""
    for line in (
        "<" * 90_000,
        "<v " * 30_000,
        "(" * 90_000,
        "a:" * 40_000,
        "**" * 40_000,
        " " * 90_000 + "0:00",
    ):
        check(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{line}\n".encode())
        check(f"{line}\n".encode() * 3)
        check((f"{line}\n" * 2 + "Dana Whitfield: a\nDana Whitfield: b\n").encode())
