"""One small file a dialect: who, when, and the exact words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ingest.errors import LimitExceeded, UnreadableSource, UnsupportedSource
from ingest.model import Participant, Source
from ingest.transcripts import is_transcript, parse_transcript

SAMPLES = Path(__file__).parents[2] / "samples" / "transcripts"


def read(name: str, parties: str | None = None) -> Source:
    sidecar = (SAMPLES / parties).read_bytes() if parties else None
    return parse_transcript(f"calls/{name}", (SAMPLES / name).read_bytes(), parties=sidecar)


def said(source: Source) -> list[tuple[str | None, str]]:
    return [(item.speaker, item.text) for item in source.utterances]


def times(source: Source) -> list[tuple[float | None, float | None]]:
    return [(item.start, item.end) for item in source.utterances]


def test_zoom_names_colons_and_unnamed_cues() -> None:
    source = read("zoom.vtt")
    assert source.format == "zoom-vtt"
    assert said(source) == [
        ("Dana Whitfield", "Right, so the way I see it: three sites, one ledger."),
        ("Dana Whitfield", "and nobody owns it."),
        ("joão", "Example: we paid the same invoice twice."),
        ("joão", "In March, that was."),
        ("Dr. Mei-Ling O'Hara (she/her)", "Look at https://ledger.example: it's at 10:30."),
    ]
    assert times(source)[0] == (3.21, 7.9)
    assert source.duration == 18.0
    assert [person.label for person in source.participants] == [
        "Dana Whitfield",
        "joão",
        "Dr. Mei-Ling O'Hara (she/her)",
    ]


def test_zoom_with_names_in_parentheses() -> None:
    assert said(read("zoom-parentheses.vtt")) == [
        (None, "(laughs) who is there?"),
        ("Samson Ode", "gotcha, it's me."),
        ("Samson Ode", "(laughs) still recording."),
        ("Yuki Wang", "Yes."),
    ]


def test_teams_with_all_its_oddities() -> None:
    source = read("teams.vtt")
    assert source.format == "teams-vtt"
    assert said(source) == [
        ("Dana Whitfield", "Profit & loss is < 3%, I said that twice."),
        ("O'Neill, Sam", "No closing tag here"),
        ("Dana Whitfield", "Yes."),
        ("O'Neill, Sam", "No."),
        ("Dana Whitfield", "One thought, after a gap."),
    ]
    assert times(source)[:2] == [(0.0, 5.32), (5.5, 9.75)]
    assert source.notes == ("1 cue had broken times and were left out",)


def test_srt_without_blank_lines_and_with_broken_times() -> None:
    source = read("call.srt")
    assert said(source) == [
        ("Dana Whitfield", "We start on Monday."),
        ("Sam O'Neill", "Do we?"),
        ("Dana Whitfield", "7 people said so."),
    ]
    assert times(source)[-1] == (9.0, 9.0)
    assert source.notes == ("1 cue had broken times and were left out", "1 cue ended before they began")


def test_sbv() -> None:
    source = read("call.sbv")
    assert source.format == "sbv"
    assert said(source) == [("Dana Whitfield", "We start on Monday."), ("Sam O'Neill", "Do we?")]


def test_gong_milliseconds_parties_and_missing_speakers() -> None:
    source = read("gong.json", "gong.parties.json")
    assert said(source) == [
        ("Dana Whitfield", "Hello there."),
        ("Dana Whitfield", "Is it on?"),
        ("Sam O'Neill", "It is."),
        (None, "Mm."),
        (None, "Hm."),
        ("Speaker 1", "Sorry I am late."),
    ]
    assert times(source)[0] == (0.3, 1.22)
    sam = next(person for person in source.participants if person.label == "Sam O'Neill")
    assert (sam.affiliation, sam.email, sam.title, sam.role) == (
        "external",
        "sam@buyer.example",
        "CFO",
        "speaker",
    )
    listed = next(person for person in source.participants if person.name == "Listed Only")
    assert listed.label is None
    assert next(person.name for person in source.participants if person.label == "Speaker 1") is None


def test_gong_with_parties_in_the_same_file() -> None:

    whole = json.loads((SAMPLES / "gong.json").read_text()) | json.loads(
        (SAMPLES / "gong.parties.json").read_text()
    )
    source = parse_transcript("calls/a.json", json.dumps(whole).encode())
    assert said(source) == said(read("gong.json", "gong.parties.json"))


def test_gong_with_a_broken_parties_file_keeps_the_words() -> None:
    data = (SAMPLES / "gong.json").read_bytes()
    source = parse_transcript("calls/a.json", data, parties=b"{")
    assert said(source)[0] == ("Speaker 1", "Hello there.")
    assert any("parties file could not be read" in note for note in source.notes)


def test_gong_with_two_calls_says_what_to_do() -> None:
    data = b'{"callTranscripts": [{"callId": "1", "transcript": []}, {"callId": "2", "transcript": []}]}'
    with pytest.raises(UnsupportedSource, match="one file per call"):
        parse_transcript("calls/a.json", data)


def test_two_people_of_one_name_stay_two() -> None:
    data = b"""{"parties": [{"speakerId": "1", "name": "Chris Hall", "emailAddress": "a@x.example"},
      {"speakerId": "2", "name": "Chris Hall", "emailAddress": "b@y.example"},
      {"speakerId": "3", "name": "Chris Hall", "emailAddress": "b@y.example"}],
      "callTranscripts": [{"transcript": [
      {"speakerId": "1", "sentences": [{"text": "one", "start": 0, "end": 1}]},
      {"speakerId": "2", "sentences": [{"text": "two", "start": 2, "end": 3}]},
      {"speakerId": "3", "sentences": [{"text": "three", "start": 4, "end": 5}]}]}]}"""
    source = parse_transcript("calls/a.json", data)
    assert [item.speaker for item in source.utterances] == ["Chris Hall", "Chris Hall (2)", "Chris Hall (2)"]
    assert [person.email for person in source.participants] == ["a@x.example", "b@y.example"]


def test_fireflies_dates_durations_and_numbers_in_strings() -> None:
    source = read("fireflies.json")
    assert said(source) == [("Dana Whitfield", "It slipped."), ("Speaker 1", "By how much?")]
    assert times(source) == [(0.16, 1.4), (1.5, 2.2)]
    assert (source.title, source.duration) == ("Weekly with Northwind", 150.0)
    assert source.when is not None and source.when.isoformat() == "2026-06-09T12:00:00+00:00"
    assert len(source.participants) == 2  # the attendee is the speaker; her address is listed once


def test_otter_ends_hours_unknown_speakers_and_the_credit() -> None:
    source = read("otter.txt")
    assert said(source) == [
        ("Dana Whitfield", "Thanks for making the time."),
        (None, "No problem. We meet at 10:30 then."),
        (None, "And one more thing."),
        ("Dana Whitfield", "Still here."),
    ]
    assert times(source) == [(3.0, 7.0), (7.0, 3602.0), (7.0, 3602.0), (3602.0, None)]


def test_google_meet_text() -> None:
    source = read("meet.txt")
    assert said(source) == [
        ("Harry Rook", "All right, I think that everybody is here."),
        ("Ana Lima", "Note: I have to go at ten."),
        ("Ana Lima", "Bye."),
    ]
    assert times(source) == [(0.0, None), (None, None), (300.0, None)]
    assert (source.title, source.when, source.duration) == ("Northwind review", date(2026, 7, 1), 1830.0)
    assert {person.name for person in source.participants} >= {"Harry Rook", "Ana Lima"}


def test_lines_of_name_and_text() -> None:
    source = read("named.txt")
    assert said(source) == [
        ("Dana Whitfield", "Where were we?"),
        ("Sam", "The price. Note: he said it twice."),
        ("Dana Whitfield", "Right."),
    ]
    assert times(source) == [(5.0, None), (None, None), (65.0, None)]


def test_zoom_saved_text_counts_from_the_first_line() -> None:
    source = read("zoom-saved.txt")
    assert said(source) == [("Dana Whitfield", "Hello."), ("Sam O'Neill", "Hi.")]
    assert times(source) == [(0.0, 10.0), (10.0, None)]


def test_whisperx_words_without_times_and_segments_without_speakers() -> None:
    source = read("whisperx.json")
    assert said(source) == [("SPEAKER_00", "It costs $91,500 a year."), (None, "Unsure.")]
    price = source.utterances[0].words[2]
    assert (price.text, price.start, price.end, price.probability) == ("$91,500", 1.0, 2.1, None)


def test_our_own_transcript_document() -> None:
    source = read("transcript.json")
    assert said(source) == [("S1", "Hello there."), (None, "Hm.")]
    assert (source.engine, source.language, source.duration) == ("faster-whisper:base", "en", 9.5)
    assert source.utterances[0].words[0].text == "Hello"
    assert source.utterances[1].start is None
    assert source.participants[0].name is None


def test_assemblyai_turns_are_cut_into_sentences() -> None:
    source = read("assemblyai.json")
    assert said(source) == [
        ("Speaker A", "Hello there."),
        ("Speaker A", "Is it on?"),
        ("Speaker B", "It is."),
    ]
    assert times(source) == [(0.3, 1.22), (1.3, 2.5), (2.6, 4.0)]


def test_deepgram_channels() -> None:
    assert said(read("deepgram.json")) == [("Channel 0", "Hello there."), ("Channel 1", "Hi.")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("aws.json", [("spk_0", "Hello, there."), ("spk_1", "Hi.")]),
        ("google.json", [("Speaker 1", "Hello there."), ("Speaker 2", "Hi.")]),
        ("speechmatics.json", [("S1", "Hello."), ("S2", "Hi")]),
    ],
)
def test_engines_that_give_words(name: str, expected: list[tuple[str | None, str]]) -> None:
    source = read(name)
    assert said(source) == expected
    for item in source.utterances:
        assert " ".join(word.text for word in item.words) == item.text


def test_what_calls_csv_says_goes_first() -> None:
    dana = Participant("Dana Whitfield", "dana@vendor.example", role="attendee")
    data = (SAMPLES / "zoom.vtt").read_bytes()
    source = parse_transcript(
        "calls/02-demo.vtt", data, when=date(2026, 1, 2), title="Demo", participants=(dana,)
    )
    assert (source.title, source.when, source.key) == ("Demo", date(2026, 1, 2), "calls/02-demo.vtt")
    first = source.participants[0]
    assert (first.label, first.email, first.role) == ("Dana Whitfield", "dana@vendor.example", "speaker")
    assert parse_transcript("calls/02-product-demo.vtt", data).title == "Product demo"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_charsets(encoding: str) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nPaweł Zięba: Já, größer, déjà vu.\n"
    source = parse_transcript("calls/a.vtt", text.encode(encoding))
    assert said(source) == [("Paweł Zięba", "Já, größer, déjà vu.")]


def test_latin_one() -> None:
    lines = "".join(
        f"\n\n00:{n:02}.000 --> 00:{n:02}.900\nJoël Beaudry: Voilà, c'est déjà réglé à Québec."
        for n in range(9)
    )
    source = parse_transcript("calls/a.vtt", f"WEBVTT{lines}".encode("latin-1"))
    assert said(source)[0] == ("Joël Beaudry", "Voilà, c'est déjà réglé à Québec.")


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf", b"\0\0"])
def test_empty_files(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match=r"calls/a\.vtt: the file is empty"):
        parse_transcript("calls/a.vtt", data)


def test_no_usable_cue_names_the_place_and_the_cure() -> None:
    with pytest.raises(UnreadableSource, match=r"calls/a\.vtt, line 1: no cue.*1 cue had broken times"):
        parse_transcript("calls/a.vtt", b"WEBVTT\n\n00:xx --> 00:01.000\nhello\n")


def test_broken_json_names_the_line() -> None:
    with pytest.raises(UnreadableSource, match=r"line 2: broken JSON"):
        parse_transcript("calls/a.json", b'{"callTranscripts": [\n')


def test_unknown_text_names_what_we_read() -> None:
    with pytest.raises(UnsupportedSource, match=r"Zoom and Teams VTT.*Otter"):
        parse_transcript("calls/notes.txt", b"Just some notes.\nNothing else in here, really.\n")


@pytest.mark.parametrize(
    "text",
    [
        "name: preread\nversion: 1\nlicense: MIT\n",
        "From: a@x.example\nTo: b@x.example\nSubject: Hi\n\nSee you\n",
    ],
)
def test_other_files_with_colons_are_no_transcripts(text: str) -> None:
    assert not is_transcript("a.txt", text.encode())


def test_limits() -> None:
    long = b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"word " * 30_000
    with pytest.raises(LimitExceeded, match=r"calls/a\.vtt, cue 1"):
        parse_transcript("calls/a.vtt", long)
    many = b"WEBVTT\n" + b"\n00:01.000 --> 00:02.000\nx\n" * 200_001
    with pytest.raises(LimitExceeded, match="200,000"):
        parse_transcript("calls/a.vtt", many)
    with pytest.raises(LimitExceeded, match="50 MB"):
        parse_transcript("calls/a.vtt", b"x" * (50 * 1024 * 1024 + 1))


def test_times_that_go_back_are_kept_and_noted() -> None:
    data = b"WEBVTT\n\n00:05.000 --> 00:06.000\nA\n\n00:01.000 --> 00:02.000\nB\n"
    source = parse_transcript("calls/a.vtt", data)
    assert [item.text for item in source.utterances] == ["A", "B"]
    assert source.notes == ("1 cue began before the one above",)


def test_captions_without_names_stay_nobodys() -> None:
    data = (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nThe question: who pays?\n\n00:02.000 --> 00:03.000\nThey do.\n"
    )
    assert [item.speaker for item in parse_transcript("calls/a.vtt", data).utterances] == [None, None]


def test_names_in_small_letters_count_where_every_cue_has_one() -> None:
    data = (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\ndana whitfield: Hi.\n\n00:02.000 --> 00:03.000\nSam: So: yes.\n"
    )
    source = parse_transcript("calls/a.vtt", data)
    assert said(source) == [("dana whitfield", "Hi."), ("Sam", "So: yes.")]
