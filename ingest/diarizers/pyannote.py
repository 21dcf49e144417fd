"""Who speaks when, by pyannote.audio's pipeline from a local folder (https://github.com/pyannote/pyannote-audio, MIT; an extra).

Bredin 2023, "pyannote.audio 2.1 speaker diarization pipeline: principle, benchmark, and recipe", Interspeech. Its models are
behind a gate on the hub: a person accepts the terms, downloads them and names the folder; nothing is fetched here. Each
chunk of a recording goes through the pipeline alone; the voices it finds are then joined over the chunks by
their embeddings, as those of CAM++ are.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE, Audio
from ingest.diarizers import Turn, Voices
from ingest.diarizers.campplus import named, told_apart
from ingest.errors import ExtraMissing, ModelMissing, UnreadableSource, UnsupportedSource
from ingest.vad import Region

DEFAULT = "pyannote-speaker-diarization"  # the folder in the models folder, where none is named
WINDOW_S, HOP_S = 1.5, 0.75  # as for CAM++
LEAST_S = 0.1  # less sound than this holds nobody


class Pyannote:
    """``pipeline``: pyannote's, or anything that is called as it is. ``folder`` is not read again."""

    def __init__(self, pipeline: Any, threads: int = 0) -> None:
        self._pipeline = pipeline
        self._threads = threads

    @classmethod
    def load(cls, folder: Path, threads: int = 0) -> Pyannote:
        """``folder`` holds config.yaml and what it names. Raises ``ModelMissing``, ``ExtraMissing``."""
        return cls(load(folder), threads)

    @property
    def name(self) -> str:
        return "pyannote"

    def hear(self, samples: NDArray[np.float32], regions: Sequence[Region]) -> Voices:
        """Each turn that pyannote finds is a region. Its windows all have the vector of its voice: so a voice weighs as much as
        it speaks when the chunks are joined."""
        spans, vectors = self._run(samples) if regions else ([], nobody().vectors)
        windows: list[tuple[float, float]] = []
        owners: list[int] = []
        for number, (start, end, _) in enumerate(spans):
            for begin in np.arange(start, max(end - WINDOW_S, start) + HOP_S / 2, HOP_S).tolist():
                windows.append((begin, min(begin + WINDOW_S, end)))
                owners.append(number)
        return Voices(
            np.array([span[:2] for span in spans], np.float64).reshape(-1, 2),
            np.array(windows, np.float64).reshape(-1, 2),
            np.array(owners, np.int64),
            vectors[[spans[owner][2] for owner in owners]],
        )

    def turns(
        self, voices: Voices, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        return told_apart(voices, speakers, at_most)

    def diarize(
        self, audio: Audio, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        samples = audio.mono()
        bounds = {"num_speakers": speakers} if speakers else {"max_speakers": at_most} if at_most else {}
        return named(self._run(samples, **bounds)[0])

    def _run(
        self, samples: NDArray[np.float32], **bounds: int
    ) -> tuple[list[tuple[float, float, int]], NDArray[np.float32]]:
        """Spans (start and end in seconds, number of the voice) in order, and a unit vector for each voice."""
        if samples.shape[0] < LEAST_S * SAMPLE_RATE or not samples.any():
            return [], nobody().vectors
        import torch

        if self._threads:
            torch.set_num_threads(self._threads)
        sound = {"waveform": torch.from_numpy(samples[None, :].copy()), "sample_rate": SAMPLE_RATE}
        try:
            found = self._pipeline(sound, **bounds)
            labels: list[str] = found.speaker_diarization.labels()
            tracks = list(found.exclusive_speaker_diarization.itertracks(yield_label=True))
            vectors = np.asarray(found.speaker_embeddings, np.float32)
            length = samples.shape[0] / SAMPLE_RATE
            spans = sorted(
                (max(float(t.start), 0.0), min(float(t.end), length), labels.index(label))
                for t, _, label in tracks
            )
            if vectors.ndim != 2 or vectors.shape[0] < len(labels):
                raise ValueError("no embedding for each voice")
        except (RuntimeError, ValueError, TypeError, AttributeError, IndexError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise UnreadableSource(f"pyannote failed on the sound: {reason}") from error
        vectors = np.nan_to_num(vectors)
        return [s for s in spans if s[1] > s[0]], vectors / np.maximum(
            np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-9)
        )


def nobody() -> Voices:
    return Voices(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros((0, 1), np.float32))


def load(folder: Path) -> Any:
    if not (folder / "config.yaml").is_file():
        raise ModelMissing(
            f"{folder} holds no pyannote pipeline (config.yaml): accept the terms of a pyannote/speaker-diarization "
            "model on huggingface.co, download it, and name its folder: PREREAD_DIARIZER=pyannote:FOLDER"
        )
    try:  # by name: the package is not among those that the checks are run with
        audio: Any = import_module("pyannote.audio")
        telemetry: Any = import_module("pyannote.audio.telemetry")
    except ImportError as error:
        raise ExtraMissing("pyannote.audio", "pyannote") from error
    except OSError as error:
        reason = (str(error).splitlines() or [""])[0]
        raise UnsupportedSource(
            f"pyannote.audio is installed and does not load ({reason}): install a torchaudio of the same build as torch"
        ) from error
    telemetry.set_telemetry_metrics(False)  # it would report each recording's length to its makers
    try:
        return audio.Pipeline.from_pretrained(folder)
    except Exception as error:  # pyannote raises whatever a broken folder provokes
        reason = (str(error).splitlines() or [""])[0]
        raise ModelMissing(
            f"{folder} cannot be loaded by pyannote ({type(error).__name__}: {reason}); download it again"
        ) from error
