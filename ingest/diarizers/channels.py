"""Stereo calls with one side a channel: the channel says who speaks, better than any model.

Many stereo files are not that: the same sound twice, one dead channel, or a room recorded with two microphones. So the
channels are compared first (``sides``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE, Audio
from ingest.diarizers import Turn, Voices
from ingest.errors import UnsupportedSource
from ingest.vad import Region, speech_regions

FRAME = SAMPLE_RATE // 50  # 20 ms
ACTIVE_DB = -35.0  # below a channel's own loud parts (95th percentile): not speech
DOMINANT_DB = 12.0  # a side's own channel is this much louder than its echo in the other
OWNED_SHARE = 0.6  # of the active frames must clearly belong to one channel
LEAST_SHARE = 0.03  # of the active frames, for the quieter side: less is a dead channel with noise
DEAD_DB = -50.0  # a channel this far below the other holds no side
AT_ONCE = 3000  # frames, a minute
NO_SIDES = "the channels of this recording do not hold one side each"

Samples = NDArray[np.float32]
Owners = NDArray[np.int8]


class Channels:
    """Left is one side, right the other."""

    @property
    def name(self) -> str:
        return "channels"

    def hear(self, samples: NDArray[np.float32], regions: Sequence[Region]) -> Voices:
        """Raises ``UnsupportedSource``: on one channel there is nothing to tell apart by."""
        raise UnsupportedSource(NO_SIDES)

    def turns(
        self, voices: Voices, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        raise UnsupportedSource(NO_SIDES)

    def diarize(
        self, audio: Audio, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        """One speaker a channel; the counts are ignored. Raises ``UnsupportedSource`` unless each side has its
        channel."""
        parted = sides(audio)
        if parted is None:
            raise UnsupportedSource(NO_SIDES)
        spoken = [speech_regions(parted.samples[number]) for number in range(2)]
        return labelled(spoken)


def labelled(spoken: list[tuple[Region, ...]]) -> tuple[Turn, ...]:
    """Turns in order of time; S1 is the channel that speaks first."""
    order = sorted(
        (number for number in range(len(spoken)) if spoken[number]), key=lambda n: spoken[n][0].start
    )
    turns = [
        Turn(region.start / SAMPLE_RATE, region.end / SAMPLE_RATE, f"S{label}")
        for label, number in enumerate(order, start=1)
        for region in spoken[number]
    ]
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))


def sides(audio: Audio) -> Audio | None:
    """Both channels with the other side's echo silenced, or None where the channels do not hold one side each."""
    who = owners(
        audio.samples.shape[0], audio.samples.shape[1], lambda start, end: audio.samples[:, start:end]
    )
    if who is None:
        return None
    parted = [without_echo(audio.samples[number], 0, who, number) for number in range(2)]
    return Audio(np.stack(parted), notes=audio.notes)


def owners(channels: int, frames: int, read: Callable[[int, int], Samples]) -> Owners | None:
    """Which channel clearly holds each 20 ms frame alone: 0, 1, or -1 for neither; None where the channels do not hold
    one side each. ``read(start, end)`` gives samples of shape (channels, n)."""
    if channels != 2 or frames < FRAME:
        return None
    levels = levels_db(frames, read)
    loud = np.percentile(levels, 95, axis=1)
    if abs(float(loud[0] - loud[1])) > -DEAD_DB:
        return None
    # Each channel against its own loud parts: one side's microphone may be far quieter than the other's.
    levels -= loud[:, None].astype(np.float32)
    active = (levels > ACTIVE_DB).any(axis=0)
    count = int(active.sum())
    if not count:
        return None
    difference = levels[0] - levels[1]
    left = active & (difference > DOMINANT_DB)
    right = active & (difference < -DOMINANT_DB)
    owned = int(left.sum()), int(right.sum())
    if sum(owned) < OWNED_SHARE * count or min(owned) < LEAST_SHARE * count:
        return None
    return np.where(left, 0, np.where(right, 1, -1)).astype(np.int8)


def levels_db(frames: int, read: Callable[[int, int], Samples]) -> Samples:
    """The level of each 20 ms frame in dB of full scale, smoothed over 100 ms, shape (2, frames of 20 ms)."""
    count = frames // FRAME
    power = np.empty((2, count), dtype=np.float32)
    for start in range(0, count, AT_ONCE):
        stop = min(count, start + AT_ONCE)
        block = read(start * FRAME, stop * FRAME).reshape(2, stop - start, FRAME)
        power[:, start:stop] = np.square(block).mean(axis=2)
    for channel in power if count >= 5 else ():  # less than 100 ms
        channel[:] = np.convolve(channel, np.full(5, 0.2, dtype=np.float32), mode="same")
    return 10 * np.log10(power + np.float32(1e-10))


def without_echo(samples: Samples, start: int, who: Owners, channel: int) -> Samples:
    """One channel's samples from ``start`` on, silent where the other clearly owns the frame: what is heard there is its
    echo. Shape (n,)."""
    first = start // FRAME
    after = -(-(start + samples.shape[0]) // FRAME)
    mask = np.repeat(who[first:after] == 1 - channel, FRAME)[start - first * FRAME :][: samples.shape[0]]
    out = np.array(samples, dtype=np.float32)
    out[: mask.shape[0]][mask] = 0.0
    return out
