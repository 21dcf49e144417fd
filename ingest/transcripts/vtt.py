"""WebVTT as Zoom (``Name: text``), Teams (``<v Name>text</v>``) and others write it."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator

from ingest.plaintext import fold
from ingest.transcripts.blocks import Block, Blocks, read_blocks
from ingest.transcripts.build import check_count
from ingest.transcripts.content import Content
from ingest.transcripts.cue import Cue, Draft
from ingest.transcripts.names import name_speakers

_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?(?:[ \t\n]([^<>]{0,1200}))?>")
# Only what the WebVTT standard knows as tags: speech may hold "a < b" and "<3".
_TAG = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang|font|span)(?:[.\s][^<>]{0,200})?>|<\d[\d:.]{3,15}>")


def matches(content: Content) -> bool:
    return content.text[:200].lstrip("\ufeff \t\r\n").startswith("WEBVTT")


def parse(content: Content, known: Collection[str] = ()) -> Draft:
    return draft_of_blocks(content.path, read_blocks(content.lines), "vtt", known)


def draft_of_blocks(path: str, blocks: Blocks, form: str, known: Collection[str]) -> Draft:
    """The draft of a cue file: ``form`` becomes "zoom-…" or "teams-…" by how its speakers are written.

    Raises ``LimitExceeded`` above 200,000 cues.
    """
    check_count(path, len(blocks.cues))
    voices = any(_VOICE.search(block.payload) for block in blocks.cues)
    cues = tuple(cue for block in blocks.cues for cue in _cues(block))
    named = name_speakers(cues, known)
    if voices:
        form = f"teams-{form}"
    elif form == "vtt" and any(cue.speaker for cue in named):
        form = f"zoom-{form}"
    skipped = {"had broken times": blocks.broken, "had no times": blocks.untimed}
    return Draft(format=form, cues=named, skipped=skipped)


def _cues(block: Block) -> Iterator[Cue]:
    """One cue a voice: Teams puts several speakers into one block when they talk at once."""
    pieces = _VOICE.split(block.payload)
    for speaker, text in zip([None, *pieces[1::2]], pieces[::2], strict=True):
        clean = fold(html.unescape(_TAG.sub("", text)))
        if clean:
            name = fold(html.unescape(fold(speaker).strip("\"'"))) if speaker else None
            yield Cue(clean, name or None, block.start, block.end)
