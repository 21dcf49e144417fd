"""Which Whisper "auto" takes: the best of those in the models folder that this machine runs at a good pace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.errors import ExtraMissing, ModelMissing
from ingest.transcribers import Transcriber

ON_GPU = (
    "large-v3-turbo", "large-v3", "large-v2", "distil-large-v3.5", "distil-large-v3", "medium", "medium.en",
    "small", "small.en", "base", "base.en", "tiny", "tiny.en",
)  # fmt: skip
ON_CPU = ("base", "base.en", "small", "small.en", "tiny", "tiny.en")
"""In order of preference. Larger ones run on a processor too, slower than people talk: by name only."""
DEFAULT = "base"  # what ``preread models pull`` brings


def choices(models: Path, *, gpu: bool) -> tuple[str, ...]:
    """The Whisper sizes whose weights lie in ``models``, best first; the default where there are none."""
    order = ON_GPU if gpu else ON_CPU
    there = tuple(size for size in order if (models / f"faster-whisper-{size}" / "model.bin").is_file())
    return there or (DEFAULT,)


def open_auto(models: Path, threads: int) -> Transcriber:
    """Raises ``ModelMissing``, ``ExtraMissing``."""
    try:
        import ctranslate2
    except ImportError as error:
        raise ExtraMissing("faster-whisper", "speech") from error
    return first_that_loads(models, choices(models, gpu=ctranslate2.get_cuda_device_count() > 0), threads)


def first_that_loads(models: Path, sizes: Sequence[str], threads: int) -> Transcriber:
    """A model that is damaged, or too large for the graphics card, gives way to the next."""
    from ingest.transcribers.faster_whisper import FasterWhisper

    for size in sizes[:-1]:
        try:
            return FasterWhisper(models / f"faster-whisper-{size}", size, threads)
        except ModelMissing:
            continue
    return FasterWhisper(models / f"faster-whisper-{sizes[-1]}", sizes[-1], threads)
