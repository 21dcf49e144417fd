"""Log mel filter banks as Kaldi computes them, in numpy: what speaker embedding networks were trained on.

Povey et al. 2011, "The Kaldi Speech Recognition Toolkit"; the figures are Kaldi's defaults, as
``torchaudio.compliance.kaldi.fbank(num_mel_bins=80, dither=0)`` has them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE

FRAME = 400  # samples, 25 ms
SHIFT = 160  # samples, 10 ms
FFT = 512
MELS = 80
LOW_HZ = 20.0
PREEMPHASIS = 0.97
BLOCK = 3000  # frames at once
FLOOR = np.float32(np.finfo(np.float32).eps)

Features = NDArray[np.float32]


def fbank(samples: NDArray[np.float32]) -> Features:
    """``samples``: one channel at 16 kHz, -1..1. Returns shape (frames, 80), a frame each 10 ms; none for less than
    25 ms."""
    count = max(0, 1 + (samples.shape[0] - FRAME) // SHIFT)
    out = np.empty((count, MELS), dtype=np.float32)
    for start in range(0, count, BLOCK):
        stop = min(count, start + BLOCK)
        piece = samples[start * SHIFT : (stop - 1) * SHIFT + FRAME]
        out[start:stop] = block(np.ascontiguousarray(piece))
    return out


def block(samples: NDArray[np.float32]) -> Features:
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::SHIFT]
    centred = frames - frames.mean(axis=1, keepdims=True)
    previous = np.concatenate([centred[:, :1], centred[:, :-1]], axis=1)
    windowed = (centred - PREEMPHASIS * previous) * povey()
    power = np.square(np.abs(np.fft.rfft(windowed, FFT, axis=1))).astype(np.float32)
    return np.log(np.maximum(power[:, : FFT // 2] @ mel_banks(), FLOOR))


@cache
def povey() -> NDArray[np.float32]:
    return (np.hanning(FRAME) ** 0.85).astype(np.float32)


@cache
def mel_banks() -> NDArray[np.float32]:
    """Triangles, evenly spaced in mel, shape (256, 80)."""
    edges = np.linspace(mel(LOW_HZ), mel(SAMPLE_RATE / 2), MELS + 2)
    bins = mel(np.arange(FFT // 2) * SAMPLE_RATE / FFT)[:, None]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def mel(hertz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0)
