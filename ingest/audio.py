"""Decoded sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hz. Whisper, Silero VAD and CAM++ all want 16 kHz."""


@dataclass(frozen=True, slots=True)
class Audio:
    """``samples``: float32, shape (channels, n), -1..1, at 16 kHz. Do not write to it."""

    samples: NDArray[np.float32]
    notes: tuple[str, ...] = ()  # what the decoder had to say: "breaks off at 12:31 of 40:00"

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.samples.shape[1] / SAMPLE_RATE

    def mono(self) -> NDArray[np.float32]:
        """The mean of all channels, shape (n,)."""
        if self.samples.shape[0] == 1:
            return self.samples[0]
        return self.samples.mean(axis=0, dtype=np.float32)

    def channel(self, number: int) -> Audio:
        """One channel as a recording of its own; its samples lie side by side in memory."""
        return Audio(np.ascontiguousarray(self.samples[number : number + 1]))
