"""The transcriber seam: sound in, words with times out. One backend a file; ``open_transcriber`` loads one by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingest.audio import Audio
from ingest.errors import UnsupportedSource
from ingest.model import Word
from ingest.vad import Region


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech. Seconds from the start of the recording."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcription:
    segments: tuple[Segment, ...]
    language: str
    engine: str  # "faster-whisper:base"
    notes: tuple[str, ...] = ()  # one for each thing that happened; equal ones are counted when shown


Progress = Callable[[float], None]
"""Called with the seconds of audio done so far; may raise to stop the work."""


class Transcriber(Protocol):
    @property
    def name(self) -> str: ...

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        """Transcribe one channel or a mix of all. Raises ``IngestError`` and nothing else.

        ``regions``: where somebody speaks, if that is known already; it is found out otherwise.
        """
        ...


def open_transcriber(
    name: str,
    models: Path,
    *,
    threads: int = 0,
    endpoint: str | None = None,
    api_key: str | None = None,
) -> Transcriber:
    """Load the backend ``engine[:model]``; nothing is downloaded here.

    Engines: "auto" (faster-whisper with the best weights for this machine), "faster-whisper:base",
    "openai-whisper:tiny.en" and "transformers:tiny.en" (the same weights), "transformers:FOLDER",
    "openai-http:MODEL" (any server with ``/v1/audio/transcriptions`` at ``endpoint``).
    ``models`` is the folder that ``preread models pull`` fills; ``threads`` 0 takes all cores.

    Raises:
        ModelMissing: the weights are not in ``models``.
        ExtraMissing: the backend's package is not installed.
        UnsupportedSource: no engine is called so.
    """
    engine, _, model = name.partition(":")
    match engine:
        case "auto" if not model:
            from ingest.transcribers.auto import open_auto

            return open_auto(models, threads)
        case "faster-whisper":
            from ingest.transcribers.faster_whisper import FasterWhisper

            return FasterWhisper(models / f"faster-whisper-{model or 'base'}", model or "base", threads)
        case "openai-whisper":
            from ingest.transcribers.openai_whisper import OpenAIWhisper

            return OpenAIWhisper(models, model or "base", threads)
        case "openai-http":
            from ingest.transcribers.openai_http import OpenAIHttp

            return OpenAIHttp(model or "whisper-1", endpoint, api_key)
        case "transformers":
            from ingest.transcribers.transformers_asr import TransformersASR

            return TransformersASR(models, model, threads)
        case _:
            raise UnsupportedSource(
                f"no transcriber is called {name}; known are auto, and faster-whisper, openai-whisper, openai-http, "
                "transformers, each followed by :MODEL"
            )
