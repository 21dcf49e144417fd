"""SubRip (SRT) and YouTube's SBV; a VTT that lost its first line reads the same."""

from __future__ import annotations

from collections.abc import Collection

from ingest.transcripts.blocks import ARROW, Blocks, is_times, read_blocks
from ingest.transcripts.content import Content
from ingest.transcripts.cue import Draft
from ingest.transcripts.vtt import draft_of_blocks


def matches(content: Content) -> bool:
    """A line of times that stands first, or directly under a cue number."""
    lines = [line for line in content.lines[:200] if line.strip()][:3]
    return any(is_times(line) for line in lines)


def parse(content: Content, known: Collection[str] = ()) -> Draft:
    arrows = any(ARROW in line for line in content.lines[:200])
    return draft_of_blocks(content.path, _without_stray_numbers(content), "srt" if arrows else "sbv", known)


def _without_stray_numbers(content: Content) -> Blocks:
    """Files without blank lines between cues leave the next number at the end of a text: take it off."""
    lines = content.lines
    kept = [
        "" if line.strip().isdigit() and at + 1 < len(lines) and is_times(lines[at + 1]) else line
        for at, line in enumerate(lines)
    ]
    return read_blocks(kept)
