"""Every export, imported again, gives the same utterances, whatever stands in names and words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.model import Participant, Source, SourceKind, Utterance, Word
from ingest.plaintext import fold
from ingest.transcripts import parse_transcript
from ingest.transcripts.cue import is_unknown
from ingest.transcripts.export import Format, export, to_srt, to_txt

SAMPLES = Path(__file__).parents[2] / "samples" / "transcripts"
FORMATS: tuple[Format, ...] = get_args(Format)
AWKWARD_NAMES = st.sampled_from(
    [
        *(None, "Dana Whitfield", "O'Neill, Sam", "S1", "Speaker 2", "Zoë <Q> & Co", "Room 4: Boston", "a:b: c"),
        *("Note", "42", "12:30", "[0:00:03] Dana", "Speaker: [0:00:03] D"),
        *("00:00:01,000 --> 00:00:02,000", "WEBVTT", "דנה כהן", "🎧 Mia"),
        *("'Lex'", '"Al" Green', "Attendees", "Transcript by Preread", "Q?", "x" * 200, "&amp;", "</v>", "Dana:"),
    ]
)  # fmt: skip
AWKWARD_TEXTS = st.sampled_from(
    [
        *("Hello.", "12", "0:03", "[0:00:03] Hello.", "00:00:01.000 --> 00:00:02.000", "a --> b", "<v Dana>no</v>"),
        *("Dana Whitfield: not me", "Price: 40", "AT&amp;T &lt; 3", "1 < 2 > 0 <i>x</i>", "NOTE this", "WEBVTT", "…"),
        *("שלום, עולם", "👩‍👩‍👧 ok", "Transcript by Preread", "Unknown Speaker", '"quoted"', "word " * 9000, "x" * 5000),
        *("a\u2028b", "\ufeffstart", "-", "{\\an8}up", "(Dana Whitfield) aside", "- dash", "STYLE", "1\n2\n\n3"),
    ]
)  # fmt: skip
NAMES = st.one_of(AWKWARD_NAMES, st.text(max_size=60))
TEXTS = st.one_of(AWKWARD_TEXTS, st.text(min_size=1)).map(fold).filter(bool)
CUES = st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=6)


def named(name: str | None) -> str | None:
    """A name as any parsed source has it."""
    clean = fold(name or "")[:200].strip()
    return None if is_unknown(clean) else clean


def source_of(cues: list[tuple[str | None, str]]) -> Source:
    utterances = tuple(
        Utterance(number, named(speaker), text, number * 4.25, number * 4.25 + 3.5)
        for number, (speaker, text) in enumerate(cues)
    )
    return Source("calls/a.vtt", "calls/a.vtt", SourceKind.CALL, "A", "test", utterances=utterances)


def said(source: Source) -> list[tuple[str | None, str]]:
    return [(item.speaker, item.text) for item in source.utterances]


def again(source: Source, form: Format) -> Source:
    return parse_transcript(f"calls/again.{form}", export(source, {}, form))


@pytest.mark.parametrize("form", ["vtt", "srt"])
@given(cues=CUES)
def test_cue_files_keep_everything(form: Format, cues: list[tuple[str | None, str]]) -> None:
    source = source_of(cues)
    found = again(source, form)
    assert said(found) == said(source)
    assert [(u.start, u.end) for u in found.utterances] == [(u.start, u.end) for u in source.utterances]


@given(cues=CUES)
def test_text_keeps_speakers_words_and_seconds(cues: list[tuple[str | None, str]]) -> None:
    source = source_of(cues)
    found = again(source, "txt")
    assert said(found) == said(source)
    assert [u.start for u in found.utterances] == [int(u.start or 0) for u in source.utterances]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cues=CUES)
def test_word_keeps_speakers_words_and_seconds(cues: list[tuple[str | None, str]]) -> None:
    cues = [((name or "").replace("\ufffe", "").replace("\uffff", ""), text) for name, text in cues]
    cues = [
        c for name, text in cues if (c := (name, fold(text.replace("\ufffe", "").replace("\uffff", ""))))[1]
    ]
    source = source_of(cues or [("Dana", "Hello.")])
    found = again(source, "docx")
    assert said(found) == said(source)
    assert [u.start for u in found.utterances] == [int(u.start or 0) for u in source.utterances]


MILLISECONDS = st.integers(0, 7_200_000).map(lambda ms: round(ms / 1000, 3))
WORDS = st.lists(
    st.tuples(MILLISECONDS, MILLISECONDS, TEXTS, st.none() | st.floats(0, 1, allow_nan=False)), max_size=4
)


@given(st.lists(st.tuples(NAMES, TEXTS, WORDS), min_size=1, max_size=4))
def test_json_keeps_everything_with_words(
    cues: list[tuple[str | None, str, list[tuple[float, float, str, float | None]]]],
) -> None:
    utterances = tuple(
        Utterance(
            *(number, named(name), text, number * 4.25, number * 4.25 + 3.5),
            words=tuple(Word(min(a, b), max(a, b), w, p) for a, b, w, p in words),
        )
        for number, (name, text, words) in enumerate(cues)
    )
    source = Source("a", "a", SourceKind.CALL, "A", "test", utterances=utterances, language="en", engine="e")
    found = again(source, "json")
    assert found.utterances == source.utterances
    assert (found.language, found.engine) == ("en", "e")


@pytest.mark.parametrize(
    "name", ["zoom.vtt", "teams.vtt", "otter.txt", "whisperx.json", "named.txt", "transcript.json"]
)
@pytest.mark.parametrize("form", FORMATS)
def test_samples_round_trip(name: str, form: Format) -> None:
    source = parse_transcript(f"calls/{name}", (SAMPLES / name).read_bytes())
    found = again(source, form)
    assert said(found) == said(source)
    if form in ("txt", "docx", "json"):  # the others have no way to say that a time is not known
        assert [u.start is None for u in found.utterances] == [u.start is None for u in source.utterances]


@pytest.mark.parametrize("form", FORMATS)
def test_names_given_to_speakers_are_written(form: Format) -> None:
    source = source_of([("S1", "Hello."), ("S2", "Hi."), ("S3", "Mm.")])
    found = parse_transcript("a", export(source, {"S1": "Dana Whitfield", "S2": "Room 4: Boston"}, form))
    assert [u.speaker for u in found.utterances] == ["Dana Whitfield", "Room 4: Boston", "S3"]


@pytest.mark.parametrize("form", ["txt", "docx"])
@pytest.mark.parametrize("when", [None, date(2026, 7, 12), datetime(2026, 7, 12, 14, 30, tzinfo=UTC)])
def test_the_page_tells_title_date_and_who(form: Format, when: date | None) -> None:
    listed = (Participant("Priya Raman"), Participant("Dana Whitfield", label="S1", role="speaker"))
    source = Source(
        *("k", "p", SourceKind.CALL, "Demo: part 2", "test", when, listed),
        utterances=(Utterance(0, "S1", "Late.", 3725.9),),
        duration=3730.0,
    )
    data = export(source, {"S1": "Dana Whitfield"}, form)
    found = parse_transcript("x", data)
    assert (found.title, found.when, found.duration) == ("Demo: part 2", when, 3730.0)
    assert {p.name: p.role for p in found.participants} == {
        "Dana Whitfield": "speaker",
        "Priya Raman": "listed",
    }


def test_what_a_person_changes_in_the_text_is_read() -> None:
    text = to_txt(source_of([("Dana", "One."), ("Dana", "Two."), ("Stu", "Three.")]))
    text = text.replace("Two.", "Two,\nand a half.").replace("[0:00:04]", "\n[0:00:04]")
    found = parse_transcript("a.txt", text.encode())
    assert said(found)[:2] == [("Dana", "One."), ("Dana", "Two, and a half.")]


def test_word_has_a_paragraph_a_turn() -> None:
    import docx

    source = source_of([("Dana", "One."), ("Dana", "Two."), ("Stu", "Three.")])
    paragraphs = [p.text for p in docx.Document(BytesIO(export(source, {}, "docx"))).paragraphs]
    assert paragraphs[2:] == ["Dana\n[0:00:00] One.\n[0:00:04] Two.", "Stu\n[0:00:08] Three."]


def test_subtitles_stay_plain_where_they_can() -> None:
    written = to_srt(source_of([("Dana", "AT&T, 1 < 2"), ("Room 4: Boston", "Hello."), ("Stu", "Hi.")]))
    assert "Dana: AT&T, 1 < 2" in written and "<v Room 4: Boston>Hello." in written


def test_json_is_the_contracts_document() -> None:
    document = json.loads(export(source_of([("S1", "Hello.")]), {}, "json"))
    assert document["schema"] == "transcript/1"
    assert document["segments"] == [
        {"start": 0.0, "end": 3.5, "speaker": "S1", "text": "Hello.", "words": []}
    ]


def test_json_marks_who_talks_at_once() -> None:
    utterances = (
        Utterance(0, "S1", "Well,", 0.0, 3.0),
        Utterance(1, "S2", "no.", 2.0, 4.0),
        Utterance(2, "S1", "Ok.", 5.0, 6.0),
    )
    source = Source("k", "p", SourceKind.CALL, "A", "test", utterances=utterances)
    segments = json.loads(export(source, {}, "json"))["segments"]
    assert [segment.get("overlap", False) for segment in segments] == [True, True, False]
