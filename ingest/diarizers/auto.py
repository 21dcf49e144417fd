"""The default: by channel where each side of the call has its own, else by voice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.audio import Audio
from ingest.diarizers import Diarizer, Turn, Voices
from ingest.diarizers.channels import Channels, sides
from ingest.vad import Region


class Auto:
    """``models``: the folder with the speaker model, loaded when a recording first needs it."""

    def __init__(self, models: Path, threads: int = 0) -> None:
        self._models = models
        self._threads = threads
        self._voices: Diarizer | None = None

    @property
    def name(self) -> str:
        return "auto"

    def hear(self, samples: NDArray[np.float32], regions: Sequence[Region]) -> Voices:
        return self._by_voice().hear(samples, regions)

    def turns(
        self, voices: Voices, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        return self._by_voice().turns(voices, speakers=speakers, at_most=at_most)

    def diarize(
        self, audio: Audio, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        if sides(audio) is not None:
            return Channels().diarize(audio)
        return self._by_voice().diarize(audio, speakers=speakers, at_most=at_most)

    def _by_voice(self) -> Diarizer:
        if self._voices is None:
            from ingest.diarizers.campplus import CamPlusPlus

            self._voices = CamPlusPlus(threads=self._threads)
        return self._voices
