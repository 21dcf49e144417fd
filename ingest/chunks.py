"""A recording in chunks of a few minutes, cut where nobody speaks, each finished and kept by itself.

A chunk holds as many clips as a transcriber hears at once, so that no batch goes out half empty, and what is lost when
the process is killed is one batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.audio import SAMPLE_RATE
from ingest.diarizers import Voices
from ingest.model import Word
from ingest.transcribers import Segment, Transcription
from ingest.transcribers.clips import WINDOW_S, packed, pieces
from ingest.transcribers.listening import BATCH
from ingest.vad import Pause, Read, Region
from ingest.workspace import Workspace

MOST_S = (
    600.0  # between a chunk's first and last word: bounds its samples in memory where there are long pauses
)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a chunk, in seconds of the recording. ``voices`` None: they could not be told, ``trouble`` says why."""

    heard: Transcription
    voices: Voices | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """``regions``: its speech, none longer than a clip, in samples of the recording."""

    number: int
    regions: tuple[Region, ...]

    @property
    def start(self) -> int:
        return self.regions[0].start

    @property
    def end(self) -> int:
        return self.regions[-1].end

    @property
    def offset(self) -> float:
        """Seconds."""
        return self.start / SAMPLE_RATE

    @property
    def seconds(self) -> float:
        """Of speech."""
        return sum(region.seconds for region in self.regions)

    def within(self, regions: Sequence[Region]) -> tuple[Region, ...]:
        """The parts of ``regions`` that lie in this chunk, in samples from its start."""
        return tuple(
            Region(max(r.start, self.start) - self.start, min(r.end, self.end) - self.start)
            for r in regions
            if r.start < self.end and r.end > self.start
        )

    def placed(self, heard: Transcription) -> Transcription:
        """What was heard of this chunk, its times as the recording's."""

        def at(seconds: float) -> float:
            return round(seconds + self.offset, 3)

        segments = tuple(
            Segment(
                at(s.start),
                at(s.end),
                s.text,
                tuple(Word(at(w.start), at(w.end), w.text, w.probability) for w in s.words),
            )
            for s in heard.segments
        )
        return replace(heard, segments=segments)

    def kept(self, space: Workspace, name: str) -> Done | None:
        """None where it must be done (again): not there, unreadable, or cut elsewhere."""
        kept = space.document(name)
        try:
            if kept["span"] != [self.start, self.end]:
                return None
            heard = loaded(kept)
            if not kept["voices"]:
                return Done(heard, None, kept["trouble"])
            arrays = space.arrays(name)
            return None if arrays is None else Done(heard, Voices(**arrays))
        except (TypeError, KeyError, ValueError, IndexError):
            return None

    def keep(self, space: Workspace, name: str, done: Done) -> None:
        """The vectors first: the document says that the chunk is complete."""
        if done.voices is not None:
            space.keep_arrays(name, **done.voices.arrays())
        document = {
            "span": [self.start, self.end],
            "voices": done.voices is not None,
            "trouble": done.trouble,
        }
        space.keep_document(name, document | stored(done.heard))


@dataclass(frozen=True, slots=True)
class Cut:
    """How large a chunk is: so many clips of at most so many seconds of speech."""

    clips: int = BATCH
    window_s: float = WINDOW_S


def plan(
    read: Read, regions: Sequence[Region], by: Cut = Cut(), pause: Pause = lambda start, end: None
) -> tuple[Chunk, ...]:
    """All speech of a channel as chunks: the same ones whenever it is asked for."""
    room = int(by.window_s * SAMPLE_RATE)
    out: list[Chunk] = []
    held: list[Region] = []
    count = 0
    for clip in packed(pieces(read, regions, room), room, pause):
        if held and (count == by.clips or clip[-1].end - held[0].start > MOST_S * SAMPLE_RATE):
            out.append(Chunk(len(out), tuple(held)))
            held, count = [], 0
        held += clip
        count += 1
    return (*out, Chunk(len(out), tuple(held))) if held else tuple(out)


def stored(heard: Transcription) -> dict[str, object]:
    segments = [
        [s.start, s.end, s.text, [[w.start, w.end, w.text, w.probability] for w in s.words]]
        for s in heard.segments
    ]
    return {
        "segments": segments,
        "language": heard.language,
        "engine": heard.engine,
        "notes": list(heard.notes),
    }


def loaded(kept: Mapping[str, Any]) -> Transcription:
    segments = tuple(
        Segment(start, end, text, tuple(Word(*word) for word in words))
        for start, end, text, words in kept["segments"]
    )
    return Transcription(segments, kept["language"], kept["engine"], tuple(kept["notes"]))
