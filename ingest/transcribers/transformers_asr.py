"""Hugging Face speech recognition through transformers' pipeline (an optional extra): any model in a local folder, or
Whisper on the weights that faster-whisper uses.

The pipeline tells no probabilities, so the guards against inventions that need them do not work here: text over noise is
kept out by voice activity detection alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.audio import SAMPLE_RATE, Audio
from ingest.errors import ExtraMissing, IngestError, ModelMissing, UnreadableSource, UnsupportedSource
from ingest.model import Word
from ingest.transcribers import Progress, Transcription
from ingest.transcribers.clips import Clip
from ingest.transcribers.guards import Heard
from ingest.transcribers.listening import listen
from ingest.vad import Region


class TransformersASR:
    """``model``: a folder, absolute or within ``models``, or a Whisper size ("tiny.en") whose CTranslate2 folder lies there.
    Nothing is fetched from a hub. Hot words are not used: not every model has a prompt."""

    def __init__(self, models: Path, model: str, threads: int = 0) -> None:
        self._model_name = model
        self._pipeline = load(models, model)
        self._threads = threads

    @property
    def name(self) -> str:
        return f"transformers:{self._model_name}"

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        import torch

        if self._threads:
            torch.set_num_threads(self._threads)
        spoken = self._known(language)

        def ear(clips: Sequence[Clip], *, careful: bool) -> list[Heard]:
            nonlocal spoken
            if spoken is None and self._multilingual:
                spoken = self._detected(clips)
            return [self._hear(clip, spoken) for clip in clips]

        try:
            segments, notes = listen(audio, ear, on_progress, regions=regions)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise UnreadableSource(f"{self.name} failed on the sound: {error}") from error
        return Transcription(segments, spoken or "und", self.name, notes)

    def _known(self, wanted: str | None) -> str | None:
        """The language, None where the sound must tell. Models other than Whisper are taken at the user's word."""
        if self._pipeline.model.config.model_type != "whisper":
            return wanted
        if not self._multilingual:
            if wanted not in (None, "en"):
                raise UnsupportedSource(
                    f"{self.name} knows English only, not {wanted}; choose transformers:base"
                )
            return "en"
        if wanted is not None and f"<|{wanted}|>" not in self._pipeline.model.generation_config.lang_to_id:
            raise UnsupportedSource(f"{self.name} does not know the language {wanted}")
        return wanted

    @property
    def _multilingual(self) -> bool:
        return bool(getattr(self._pipeline.model.generation_config, "is_multilingual", False))

    def _detected(self, clips: Sequence[Clip]) -> str:
        """What most of the clips are in, as Whisper hears it."""
        extract, model = self._pipeline.feature_extractor, self._pipeline.model
        votes: Counter[int] = Counter()
        for clip in clips:
            features = extract(clip.samples, sampling_rate=SAMPLE_RATE, return_tensors="pt").input_features
            votes[int(model.detect_language(features)[0])] += 1
        token = votes.most_common(1)[0][0]
        tokens: dict[str, int] = model.generation_config.lang_to_id
        return next(name for name, number in tokens.items() if number == token).strip("<|>")

    def _hear(self, clip: Clip, language: str | None) -> Heard:
        options = {"language": language, "task": "transcribe"} if self._multilingual else {}
        answer: dict[str, Any] = self._pipeline(
            {"raw": clip.samples, "sampling_rate": SAMPLE_RATE},
            return_timestamps="word",
            generate_kwargs=options,
        )
        words: list[Word] = []
        last = 0.0
        for chunk in answer.get("chunks") or []:
            start, end = chunk["timestamp"]
            start = last if start is None else float(start)
            last = max(start, start if end is None else float(end))
            words.append(Word(start, last, " " + str(chunk["text"]).strip()))
        return Heard(str(answer["text"]).strip(), tuple(words), logprob=0.0, no_speech=0.0)


def load(models: Path, model: str) -> Any:
    """The pipeline. Raises ``ModelMissing``, ``ExtraMissing``."""
    folder, converted = models / model, models / f"faster-whisper-{model}"
    ours = not (folder / "config.json").is_file()
    if ours and not all(
        (converted / file).is_file() for file in ("model.bin", "config.json", "tokenizer.json")
    ):
        raise ModelMissing(
            f"neither {folder.name} (a transformers model: config.json, weights, tokenizer) nor {converted.name} is "
            f"in {models}; save one there or run: preread models pull"
        )
    try:
        from transformers import pipeline
        from transformers.utils import logging

        from ingest.transcribers.hf_whisper import parts
    except ImportError as error:
        raise ExtraMissing("transformers", "transformers") from error
    logging.set_verbosity_error()  # it warns of settings that the model itself brings
    try:
        given: dict[str, Any] = parts(converted) if ours else {"model": str(folder), "local_files_only": True}
        return pipeline("automatic-speech-recognition", **given)
    except IngestError:
        raise
    except Exception as error:  # transformers raises whatever a broken folder provokes
        name = converted.name if ours else folder.name
        reason = (str(error).splitlines() or [""])[0]
        raise ModelMissing(
            f"{name} cannot be loaded by transformers ({type(error).__name__}: {reason}); fetch it again"
        ) from error
