"""Where somebody speaks: Silero VAD, as it comes in the faster-whisper wheel (MIT, https://github.com/snakers4/silero-vad).

The network runs once over a recording; transcription and diarization cut their own stretches from the same probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE
from ingest.errors import ExtraMissing, ModelMissing

WINDOW = 512  # samples that one probability stands for, 32 ms; what Silero was trained on
CONTEXT = 64  # samples before each window that Silero sees too
AT_ONCE = 1000  # windows, 32 s: bounds the network's memory
BLOCK_S = WINDOW * 37_500 / SAMPLE_RATE  # 1,200 s: the stretch whose loudness decides on the gain
THRESHOLD = 0.35  # Silero's default of 0.5 loses far and faint voices; a little noise kept costs less than a lost word
HYSTERESIS = 0.15  # Silero's own: speech ends where the probability falls so far below the threshold
LEVEL = (
    0.1  # a block whose 95th percentile is below this is raised to it first (docs/speech.md has the figures)
)
MOST_GAIN = 20.0
BREATH = 5  # windows, 160 ms: the shortest pause at which speech may be parted; within words they are shorter
SILENT = 1e-4  # -80 dB: nothing but noise of the converter, never raised
THINNED = 16  # every so manieth sample is enough to know how loud a block is

Samples = NDArray[np.float32]
Probabilities = NDArray[np.float32]
Pause = Callable[[int, int], int | None]
"""``pause(start, end)``: a sample between the two at which nobody speaks for a moment, None where there is none."""
Read = Callable[[int, int], Samples]
"""``read(start, end)``: samples of one channel at 16 kHz, shape (end - start,)."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch with speech. ``start`` and ``end`` in samples at 16 kHz."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE


def speech_regions(
    samples: Samples, *, min_silence_ms: int = 500, min_speech_ms: int = 100, pad_ms: int = 200
) -> tuple[Region, ...]:
    """``regions`` of ``samples`` (one channel, 16 kHz) in memory. Raises ``ExtraMissing``."""
    found = probabilities(lambda start, end: samples[start:end], samples.shape[0])
    return regions(
        found,
        samples.shape[0],
        min_silence_ms=min_silence_ms,
        min_speech_ms=min_speech_ms,
        pad_ms=pad_ms,
    )


def probabilities(read: Read, frames: int) -> Probabilities:
    """How sure Silero is of speech in each 512 samples of a channel of ``frames`` samples, 0..1; read in slices.

    Raises ``ExtraMissing``.
    """
    out = np.zeros(-(-frames // WINDOW), dtype=np.float32)
    size = round(BLOCK_S * SAMPLE_RATE)
    for offset in range(0, frames, size):
        end = min(offset + size, frames)
        gain = loudness_gain(read, offset, end)
        if gain is not None:
            found = list(silero(read, offset, end, gain))
            out[offset // WINDOW : -(-end // WINDOW)] = np.concatenate(found)
    return out


def slices(start: int, end: int) -> Iterator[tuple[int, int]]:
    step = AT_ONCE * WINDOW
    for at in range(start, end, step):
        yield at, min(at + step, end)


def loudness_gain(read: Read, start: int, end: int) -> float | None:
    """What brings a faint block to ``LEVEL``, at least 1; None where it is silent."""
    peak = 0.0
    thinned: list[Samples] = []
    for low, high in slices(start, end):
        level = np.abs(read(low, high))
        peak = max(peak, float(level.max(initial=0.0)))
        thinned.append(level[::THINNED].copy())
    if peak < SILENT:
        return None
    level = float(np.percentile(np.concatenate(thinned), 95))
    return min(max(LEVEL / max(level, 1e-9), 1.0), MOST_GAIN)


def silero(read: Read, start: int, end: int, gain: float) -> Iterator[Probabilities]:
    """The network over one block, its memory handed from slice to slice."""
    session = network()
    state = cell = np.zeros((1, 1, 128), dtype=np.float32)
    before = np.zeros(CONTEXT, dtype=np.float32)
    for low, high in slices(start, end):
        samples = read(low, high)
        if gain > 1.0:
            samples = np.clip(samples * np.float32(gain), -1.0, 1.0)
        samples = np.pad(samples, (0, -samples.shape[0] % WINDOW)).reshape(-1, WINDOW)
        tails = np.concatenate([before[None, :], samples[:-1, -CONTEXT:]])
        before = samples[-1, -CONTEXT:]
        windows = np.concatenate([tails, samples], axis=1)
        found, state, cell = session.run(None, {"input": windows, "h": state, "c": cell})
        yield np.asarray(found, dtype=np.float32).reshape(-1)


@cache
def network() -> Any:
    try:
        import onnxruntime
        from faster_whisper.utils import get_assets_path
    except ImportError as error:
        raise ExtraMissing("faster-whisper", "speech") from error
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            f"{get_assets_path()}/silero_vad_v6.onnx", options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises whatever a broken file provokes
        raise ModelMissing(
            "the speech detector of faster-whisper cannot be loaded; install the extra speech again"
        ) from error


def longest_pause(found: Probabilities, start: int, end: int) -> int | None:
    """A ``Pause``: the middle of the longest pause that lies whole between two samples."""
    low, high = -(-start // WINDOW), end // WINDOW
    quiet = np.concatenate([[False], found[low:high] < THRESHOLD, [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
    if not edges.size:
        return None
    begin, stop = edges[(edges[:, 1] - edges[:, 0]).argmax()]
    return (low + int(begin + stop) // 2) * WINDOW if stop - begin >= BREATH else None


def regions(
    found: Probabilities,
    frames: int,
    *,
    min_silence_ms: int = 500,
    min_speech_ms: int = 100,
    pad_ms: int = 200,
) -> tuple[Region, ...]:
    """The stretches that hold speech, in order, not overlapping, by Silero's own rules (``get_speech_timestamps``).

    Pauses shorter than ``min_silence_ms`` are bridged, speech shorter than ``min_speech_ms`` is left out; each stretch
    is widened by ``pad_ms`` on both sides where there is room.
    """
    shortest = SAMPLE_RATE * min_speech_ms // 1000
    spoken = [
        r
        for r in stretches(found, frames, SAMPLE_RATE * min_silence_ms // 1000)
        if r.end - r.start > shortest
    ]
    pad = SAMPLE_RATE * pad_ms // 1000
    out: list[Region] = []
    for number, region in enumerate(spoken):
        before = region.start - spoken[number - 1].end if number else 2 * region.start
        after = (
            spoken[number + 1].start - region.end if number + 1 < len(spoken) else 2 * (frames - region.end)
        )
        start, end = region.start - min(pad, before // 2), region.end + min(pad, after // 2)
        if out and start <= out[-1].end:
            out[-1] = Region(out[-1].start, end)
        else:
            out.append(Region(start, end))
    return tuple(out)


def stretches(found: Probabilities, frames: int, min_silence: int) -> Iterator[Region]:
    """From where the probability reaches the threshold to where it falls below the lower one for ``min_silence``
    samples."""
    start: int | None = None
    quiet: int | None = None
    for number in np.flatnonzero((found >= THRESHOLD) | (found < THRESHOLD - HYSTERESIS)):
        at = int(number) * WINDOW
        if found[number] >= THRESHOLD:
            start, quiet = at if start is None else start, None
        elif start is not None:
            quiet = at if quiet is None else quiet
            if at - quiet >= min_silence:
                yield Region(start, quiet)
                start = quiet = None
    if start is not None:
        yield Region(start, frames)
