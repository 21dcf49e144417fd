"""Speech cut into clips that fit a Whisper window, and the way back from a clip's time to the recording's.

A clip is some stretches of speech laid end to end, without the silence between them: silence is where Whisper invents
words, and it costs as much to decode as speech does. All backends work on the same clips, so they hear the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE
from ingest.vad import Pause, Read, Region, speech_regions

WINDOW_S = 29.0  # Whisper hears 30 s at once; a little room is left for rounding
LEAST = 2 * SAMPLE_RATE  # samples: what is parted from a region is worth a listener's while
QUIETEST_S = 0.05  # the stretch whose loudness is compared when a long region must be cut


@dataclass(frozen=True, slots=True)
class Clip:
    """``samples``: float32, one channel at 16 kHz: the ``regions`` of the recording, end to end."""

    samples: NDArray[np.float32]
    regions: tuple[Region, ...]

    @property
    def start(self) -> float:
        """Seconds in the recording."""
        return self.regions[0].start / SAMPLE_RATE

    @property
    def end(self) -> float:
        return self.regions[-1].end / SAMPLE_RATE

    @property
    def seconds(self) -> float:
        """Of speech: the silence between the regions is not in the clip."""
        return self.samples.shape[0] / SAMPLE_RATE

    def halves(self) -> tuple[Clip, Clip]:
        """The clip in two, at the join of two regions or the quietest place near its middle."""
        total = self.samples.shape[0]
        joins = np.cumsum([region.end - region.start for region in self.regions])[:-1]
        cut = total // 4 + quietest(self.samples[total // 4 : total - total // 4])
        for join in joins:
            if abs(int(join) - total // 2) < total // 4:
                cut = int(join)
        return self._part(0, cut), self._part(cut, total)

    def _part(self, start: int, end: int) -> Clip:
        kept: list[Region] = []
        before = 0
        for region in self.regions:
            low = max(start, before)
            before += region.end - region.start
            high = min(end, before)
            if high > low:
                kept.append(Region(region.end - (before - low), region.end - (before - high)))
        return Clip(self.samples[start:end], tuple(kept))

    def restore(self, start: float, end: float) -> tuple[float, float]:
        """A span of the clip (seconds) as a span of the recording, kept inside the region that holds its middle."""
        middle = (start + end) / 2 * SAMPLE_RATE
        before = 0
        region = self.regions[-1]
        for candidate in self.regions:
            length = candidate.end - candidate.start
            if middle < before + length or candidate is region:
                region = candidate
                break
            before += length
        shift = (region.start - before) / SAMPLE_RATE
        low, high = region.start / SAMPLE_RATE, region.end / SAMPLE_RATE
        begin = min(max(start + shift, low), high)
        return round(begin, 3), round(min(max(end + shift, begin), high), 3)


def speech_clips(
    samples: NDArray[np.float32], window_s: float = WINDOW_S, regions: Sequence[Region] | None = None
) -> Iterator[Clip]:
    """All speech of one channel, in clips of at most ``window_s`` seconds. Made one by one: never all in memory.
    ``regions``: where it is known already."""
    room = int(window_s * SAMPLE_RATE)
    found = speech_regions(samples) if regions is None else regions
    for held in packed(pieces(lambda start, end: samples[start:end], found, room), room):
        yield clip(samples, held)


def packed(
    regions: Iterable[Region], room: int, pause: Pause = lambda start, end: None
) -> Iterator[list[Region]]:
    """Regions of at most ``room`` samples each, as many together as fit into ``room``. Where the next one does not fit it
    is parted at a ``pause``, if it has one: a window half full costs a model as much as a full one."""
    held: list[Region] = []
    length = 0
    for region in regions:
        rest = region
        left = room - length
        if held and rest.end - rest.start > left:
            cut = pause(rest.start + LEAST, rest.start + left) if left > 2 * LEAST else None
            if cut is not None:
                held.append(Region(rest.start, cut))
                rest = Region(cut, rest.end)
            yield held
            held, length = [], 0
        held.append(rest)
        length += rest.end - rest.start
    if held:
        yield held


def clip(samples: NDArray[np.float32], regions: Sequence[Region]) -> Clip:
    parts = [samples[region.start : region.end] for region in regions]
    return Clip(np.concatenate(parts).astype(np.float32, copy=False), tuple(regions))


def pieces(read: Read, regions: Iterable[Region], room: int) -> Iterator[Region]:
    """The regions, those longer than ``room`` cut at their quietest places."""
    for region in regions:
        start = region.start
        while region.end - start > room:
            low = start + room // 2
            cut = low + quietest(read(low, start + room))
            yield Region(start, cut)
            start = cut
        yield Region(start, region.end)


def quietest(samples: NDArray[np.float32]) -> int:
    """The middle of the quietest short stretch of ``samples``."""
    step = int(QUIETEST_S * SAMPLE_RATE)
    count = samples.shape[0] // step
    if count < 1:
        return samples.shape[0]
    power = np.square(samples[: count * step], dtype=np.float32).reshape(count, step).mean(axis=1)
    return int(power.argmin()) * step + step // 2
