"""The diarizer seam: sound in, "who spoke when" out. One backend a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from ingest.audio import Audio
from ingest.errors import UnsupportedSource
from ingest.vad import Region


class Cutting(TypedDict):
    min_silence_ms: int
    pad_ms: int


REGIONS: Cutting = {"min_silence_ms": 200, "pad_ms": 50}
"""How speech is cut for voices: closer than for words, so that a window seldom holds two people."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker talks from ``start`` to ``end`` (seconds). Turns of different speakers may overlap."""

    start: float
    end: float
    speaker: str  # "S1", "S2" … in order of first appearance


@dataclass(frozen=True, slots=True)
class Voices:
    """How each short window of some speech sounds, before anybody says who it is. Seconds in the recording."""

    regions: NDArray[np.float64]  # shape (r, 2): start and end of each stretch of speech
    windows: NDArray[np.float64]  # shape (w, 2)
    region: NDArray[np.int64]  # shape (w,): which of the regions a window lies in
    vectors: NDArray[np.float32]  # shape (w, size), unit length

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The fields by name, to be kept and read again."""
        return {name: getattr(self, name) for name in ("regions", "windows", "region", "vectors")}

    def moved(self, seconds: float) -> Voices:
        return Voices(self.regions + seconds, self.windows + seconds, self.region, self.vectors)


def together(parts: Sequence[Voices]) -> Voices:
    """The voices of a recording from those of its chunks, of which there is at least one."""
    before = np.cumsum([0, *(part.regions.shape[0] for part in parts)])
    return Voices(
        np.concatenate([part.regions for part in parts]),
        np.concatenate([part.windows for part in parts]),
        np.concatenate([part.region + shift for part, shift in zip(parts, before, strict=False)]),
        np.concatenate([part.vectors for part in parts if part.vectors.size] or [parts[0].vectors]),
    )


class Diarizer(Protocol):
    """``hear`` a recording chunk by chunk, then tell the ``turns`` of all of it; or ``diarize`` what is in memory.
    All raise ``IngestError`` and nothing else."""

    @property
    def name(self) -> str: ...

    def hear(self, samples: NDArray[np.float32], regions: Sequence[Region]) -> Voices:
        """``samples``: one channel at 16 kHz, shape (n,). ``regions``: its speech, by ``ingest.vad.regions`` with
        ``REGIONS``. Times count from the first sample."""
        ...

    def turns(
        self, voices: Voices, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        """``speakers``: the count where it is known for certain; ``at_most``: no more than that."""
        ...

    def diarize(
        self, audio: Audio, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]: ...


def open_diarizer(name: str, models: Path, *, threads: int = 0) -> Diarizer | None:
    """Load a diarizer: "auto" (by channel where each side has its own, else by voice), "channels", "campplus",
    "pyannote[:FOLDER]" (absolute or in ``models``), "none" (None: one unknown speaker).

    Raises:
        ModelMissing: the weights are not in ``models`` ("auto" then still tells stereo channels apart).
        ExtraMissing: the backend's package is not installed.
        UnsupportedSource: no diarizer is called so.
    """
    engine, _, folder = name.partition(":")
    match name:
        case "none":
            return None
        case "channels":
            from ingest.diarizers.channels import Channels

            return Channels()
        case "campplus":
            from ingest.diarizers.campplus import CamPlusPlus

            return CamPlusPlus(threads=threads)
        case "auto":
            from ingest.diarizers.auto import Auto

            return Auto(models, threads)
        case _ if engine == "pyannote":
            from ingest.diarizers.pyannote import DEFAULT, Pyannote

            return Pyannote.load(models / (folder or DEFAULT), threads)
        case _:
            raise UnsupportedSource(
                f"no diarizer is called {name}; known are auto, channels, campplus, pyannote:FOLDER, none"
            )
