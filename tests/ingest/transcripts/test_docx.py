"""Word files, made here with python-docx in the shapes that Teams, Google Meet and Amazon write."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IngestError, LimitExceeded, UnreadableSource, UnsupportedSource
from ingest.model import Source
from ingest.transcripts import parse_transcript


def written(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def said(source: Source) -> list[tuple[str | None, str]]:
    return [(item.speaker, item.text) for item in source.utterances]


def test_teams() -> None:
    data = written(
        "Northwind review-20260701_150000-Meeting Recording",
        "July 1, 2026, 3:00PM",
        "30m 12s",
        "Dana Whitfield started transcription",
        "Dana Whitfield   0:03\nWhere were we?",
        "O'Neill, Sam   0:07\nThe price.\nIt is: high.",
        "Dana Whitfield stopped transcription",
    )
    source = parse_transcript("calls/a.docx", data)
    assert source.format == "teams-docx"
    assert said(source) == [("Dana Whitfield", "Where were we?"), ("O'Neill, Sam", "The price. It is: high.")]
    assert [item.start for item in source.utterances] == [3.0, 7.0]
    assert source.when == date(2026, 7, 1)


@pytest.mark.parametrize("glue", ["\n", None])
def test_older_teams(glue: str | None) -> None:
    cue, more = (
        ("0:0:0.0 --> 0:0:5.320", "Dana Whitfield", "This is a test."),
        ("0:0:6.0 --> 0:0:7.0", "Sam", "Yes."),
    )
    paragraphs = (*cue, *more) if glue is None else (glue.join(cue), glue.join(more))
    source = parse_transcript("calls/a.docx", written(*paragraphs))
    assert said(source) == [("Dana Whitfield", "This is a test."), ("Sam", "Yes.")]
    assert (source.utterances[0].start, source.utterances[0].end) == (0.0, 5.32)


def test_meet() -> None:
    data = written(
        *("Review (2026-07-01 15:00 GMT+1) - Transcript", "Attendees", "Harry Rook, Ana Lima", "Transcript"),
        *("00:00:00", "Harry Rook: All right", "Ana Lima: Good.", "Transcription ended after 00:30:30"),
    )
    source = parse_transcript("calls/a.docx", data)
    assert source.format == "meet-docx"
    assert said(source) == [("Harry Rook", "All right"), ("Ana Lima", "Good.")]
    assert (source.duration, source.title) == (1830.0, "Review")


def test_amazon_table() -> None:
    document = docx.Document()
    table = document.add_table(rows=0, cols=4)
    for row in (
        ("Start", "Dur.", "Speaker", "Transcription"),
        ("0:00:01.5", "2.0s", "Agent", "Hello."),
        ("0:00:04.0", "1.0s", "", "Still me."),
    ):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    out = BytesIO()
    document.save(out)
    source = parse_transcript("calls/a.docx", out.getvalue())
    assert said(source) == [("Agent", "Hello."), ("Agent", "Still me.")]
    assert (source.utterances[0].start, source.utterances[0].end) == (1.5, 3.5)


def test_a_letter_is_no_transcript() -> None:
    with pytest.raises(UnsupportedSource, match=r"calls/a\.docx: a Word file without a transcript"):
        parse_transcript("calls/a.docx", written("Dear Dana,", "thank you for your offer."))


def test_damaged_and_oversized() -> None:
    data = written("Dana Whitfield   0:03\nHello.")
    with pytest.raises(UnreadableSource, match="damaged Word file"):
        parse_transcript("calls/a.docx", data[: len(data) // 2] + b"word/")
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (65 * 1024 * 1024))
    with pytest.raises(LimitExceeded, match="unpacks to 65 MB"):
        parse_transcript("calls/a.docx", out.getvalue())


@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=8))
def test_bytes_changed_somewhere(at: int, junk: bytes) -> None:
    data = WHOLE[:at] + junk + WHOLE[at + len(junk) :]
    try:
        parse_transcript("calls/a.docx", data)
    except IngestError as error:
        assert "calls/a.docx" in str(error)


WHOLE = written("Dana Whitfield   0:03\nHello.")
