"""A transcript written out: VTT, SRT, text and Word (``layout``), and JSON ("transcript/1").

What is written here reads back through ``parse_transcript`` as the same utterances: speakers, words and, as far as the
format holds them, times. Speakers are never dropped: who is not known is written "Unknown Speaker".
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.crosstalk import overlapping
from ingest.model import Source, Utterance, Word
from ingest.plaintext import fold
from ingest.transcripts import srt
from ingest.transcripts.clock import write_clock
from ingest.transcripts.content import Content
from ingest.transcripts.cue import UNKNOWN_SPEAKER, is_unknown
from ingest.transcripts.layout import Page, as_text, page

_WORDS_A_SECOND = 2.5  # 150 words a minute, for utterances without an end

Names = Mapping[str, str]
"""Speaker label -> the name to write, for labels that have been resolved to people."""

Format = Literal["vtt", "srt", "txt", "docx", "json"]


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    text: str
    start: float
    end: float


def export(source: Source, names: Names, format: Format) -> bytes:
    """The bytes of a file of that format. ``names``: speaker label -> name, for labels that were resolved."""
    if format == "docx":
        from ingest.transcripts.export_docx import as_docx

        return as_docx(_page(source, names))
    return WRITERS[format](source, names).encode("utf-8", "replace")


def to_vtt(source: Source, names: Names | None = None) -> str:
    """WebVTT with a voice tag a cue, as in Teams: names may hold colons. Untimed text gets rough times."""
    blocks = [
        f"{write_clock(cue.start)} --> {write_clock(cue.end)}\n{_voiced(cue)}</v>\n"
        for cue in _cues(source, names or {})
    ]
    return "\n".join(("WEBVTT\n", *blocks))


def to_srt(source: Source, names: Names | None = None) -> str:
    """SubRip with ``Name: text``. A cue whose name or words would not read back so (a colon in a name, "-->" in the
    words) is written as in VTT, with a voice tag."""
    cues = list(_cues(source, names or {}))
    plain = [f"{cue.name}: {cue.text}" for cue in cues]
    voiced = [_voiced(cue) for cue in cues]
    again = _read_srt(cues, plain)
    if len(again) != len(cues):
        return _srt(cues, voiced)
    wanted = [(None if is_unknown(cue.name) else cue.name, cue.text) for cue in cues]
    mixed = [p if ok else v for p, v, ok in zip(plain, voiced, map(_same, again, wanted), strict=True)]
    return _srt(cues, mixed if _all_same(_read_srt(cues, mixed), wanted) else voiced)


def to_txt(source: Source, names: Names | None = None) -> str:
    """``layout``: a block a turn, ``[h:mm:ss]`` before each utterance."""
    return as_text(_page(source, names or {}))


def to_json(source: Source, names: Names | None = None) -> str:
    """The contract's "transcript/1"; a segment in which two people talk at once has ``"overlap": true`` besides. Times
    are null where the source has none."""
    both = overlapping(source.utterances)
    document = {
        "schema": "transcript/1",
        "duration": source.duration,
        "language": source.language,
        "engine": source.engine,
        "segments": [
            _segment(item, names or {}) | ({"overlap": True} if item.ordinal in both else {})
            for item in source.utterances
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


WRITERS: Mapping[str, Callable[[Source, Names | None], str]] = {
    "vtt": to_vtt,
    "srt": to_srt,
    "txt": to_txt,
    "json": to_json,
}


def _segment(item: Utterance, names: Names) -> dict[str, object]:
    return {
        "start": item.start,
        "end": item.end,
        "speaker": names.get(item.speaker, item.speaker) if item.speaker else None,
        "text": item.text,
        "words": [_word(word) for word in item.words],
    }


def _word(word: Word) -> dict[str, object]:
    return {"start": word.start, "end": word.end, "word": word.text, "probability": word.probability}


def _cues(source: Source, names: Names) -> Iterator[_Cue]:
    """Utterances with times: those without follow the one before, at the pace of speech."""
    clock = 0.0
    for item in source.utterances:
        start = item.start if item.start is not None else clock
        lasts = len(item.text.split()) / _WORDS_A_SECOND
        end = item.end if item.end is not None else start + lasts
        clock = max(clock, end)
        yield _Cue(_name(item, names), item.text, start, max(start, end))


def _page(source: Source, names: Names) -> Page:
    return page(source, ((_name(item, names), item.start, item.text) for item in source.utterances))


def _name(item: Utterance, names: Names) -> str:
    name = names.get(item.speaker, item.speaker) if item.speaker else None
    return fold(name or "")[:200].strip() or UNKNOWN_SPEAKER


def _voiced(cue: _Cue) -> str:
    """``<v Name>words``, everything escaped. Quotation marks at a name's edges too: some tools put names into them, and
    readers take those off."""
    name = html.escape(cue.name, quote=False)
    for mark in ("'", '"'):
        if name.startswith(mark):
            name = f"&#{ord(mark)};{name[1:]}"
        if name.endswith(mark):
            name = f"{name[:-1]}&#{ord(mark)};"
    return f"<v {name}>{html.escape(cue.text, quote=False)}"


def _srt(cues: list[_Cue], payloads: list[str]) -> str:
    return "\n".join(
        f"{number}\n{write_clock(cue.start, mark=',')} --> {write_clock(cue.end, mark=',')}\n{payload}\n"
        for number, (cue, payload) in enumerate(zip(cues, payloads, strict=True), 1)
    )


def _read_srt(cues: list[_Cue], payloads: list[str]) -> list[tuple[str | None, str]]:
    """(name, text) as ``srt`` reads what is written."""
    content = Content("", _srt(cues, payloads).encode("utf-8", "replace"))
    return [(cue.speaker, fold(cue.text)) for cue in srt.parse(content).cues]


def _same(again: tuple[str | None, str], wanted: tuple[str | None, str]) -> bool:
    name = None if again[0] is None or is_unknown(again[0]) else again[0]
    return (name, again[1]) == wanted


def _all_same(again: list[tuple[str | None, str]], wanted: list[tuple[str | None, str]]) -> bool:
    return len(again) == len(wanted) and all(map(_same, again, wanted))
