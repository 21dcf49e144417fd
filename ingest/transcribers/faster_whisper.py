"""Whisper through CTranslate2 (https://github.com/SYSTRAN/faster-whisper, MIT): the embedded default.

int8 on a CPU, float16 on CUDA. Without random temperature fallback, so that the same recording gives the
same words every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.audio import Audio
from ingest.errors import ExtraMissing, IngestError, ModelMissing, UnreadableSource, UnsupportedSource
from ingest.model import Word
from ingest.transcribers import Progress, Transcription
from ingest.transcribers.clips import Clip
from ingest.transcribers.guards import Heard
from ingest.transcribers.listening import listen
from ingest.vad import Region

FILES = ("model.bin", "tokenizer.json", "vocabulary.*")  # the large models have a vocabulary.json
LANGUAGE_CLIPS = 3  # clips that vote on the language, where each must be heard once more for it
FRAMES_PER_SECOND = 100  # of Whisper's mel spectrogram
PREPEND = "\"'“¿([{-"  # Whisper's own lists of punctuation that belongs to the word after and before
APPEND = "\"'.。,，!！?？:：”)]}、"
BEAM = {"cpu": 2, "cuda": 5}  # docs/speech.md: on a CPU 5 takes a fifth longer, and its words are no better
HOTWORD_CHARACTERS = 400  # about 100 of the 224 tokens that a Whisper prompt may have


class FasterWhisper:
    """``folder``: a CTranslate2 Whisper model. ``threads``: 0 takes what CTranslate2 thinks right."""

    def __init__(self, folder: Path, model: str, threads: int = 0, beam: int | None = None) -> None:
        self._model_name = model
        self._model = load(folder, threads)
        self._beam = beam or BEAM[self._model.model.device]

    @property
    def name(self) -> str:
        return f"faster-whisper:{self._model_name}"

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        spoken = self._known(language)
        hint = joined(hotwords)

        def ear(clips: Sequence[Clip], *, careful: bool) -> list[Heard]:
            nonlocal spoken
            encoded = self._encode(clips)
            if spoken is None:
                spoken = self._detected(encoded)
            return self._hear(clips, encoded, spoken, None if careful else hint, careful)

        try:
            segments, notes = listen(audio, ear, on_progress, regions=regions)
        except (RuntimeError, ValueError) as error:
            raise UnreadableSource(f"{self.name} failed on the sound: {error}") from error
        return Transcription(segments, spoken or "en", self.name, notes)

    def _known(self, wanted: str | None) -> str | None:
        """The language, None where the sound must tell."""
        if not self._model.model.is_multilingual:
            if wanted not in (None, "en"):
                raise UnsupportedSource(
                    f"{self.name} knows English only, not {wanted}; choose faster-whisper:base"
                )
            return "en"
        if wanted is not None and wanted not in self._model.supported_languages:
            raise UnsupportedSource(f"{self.name} does not know the language {wanted}")
        return wanted

    def _encode(self, clips: Sequence[Clip]) -> Any:
        """One pass of the encoder serves the language, the text and the word times."""
        from faster_whisper.audio import pad_or_trim

        extract = self._model.feature_extractor
        return self._model.encode(np.stack([pad_or_trim(extract(clip.samples)[..., :-1]) for clip in clips]))

    def _detected(self, encoded: Any) -> str:
        """What most of the clips are in, each as sure as the model is of it."""
        votes: Counter[str] = Counter()
        for chances in self._model.model.detect_language(encoded):
            token, probability = chances[0]
            votes[token.strip("<|>")] += probability
        return votes.most_common(1)[0][0]

    def _hear(
        self, clips: Sequence[Clip], encoded: Any, language: str, hint: str | None, careful: bool
    ) -> list[Heard]:
        """As ``BatchedInferencePipeline`` does it, which would encode every clip once more for the language."""
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        model = self._model
        tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language
        )
        prompt = model.get_prompt(tokenizer, [], without_timestamps=True, hotwords=hint)
        results = model.model.generate(
            encoded,
            [prompt] * len(clips),
            beam_size=5 if careful else self._beam,
            repetition_penalty=1.2 if careful else 1.0,
            no_repeat_ngram_size=4 if careful else 0,
            max_length=model.max_length,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, (-1,)),
            return_scores=True,
            return_no_speech_prob=True,
        )
        segments = laid_out(clips, [result.sequences_ids[0] for result in results])
        frames = [int(np.ceil(clip.seconds)) * model.frames_per_second for clip in clips]
        model.add_word_timestamps(segments, tokenizer, encoded, frames, PREPEND, APPEND, 0.0)
        return [
            heard(tokenizer.decode(segment["tokens"]), segment, result)
            for (segment,), result in zip(segments, results, strict=True)
        ]


def laid_out(clips: Sequence[Clip], tokens: Sequence[Sequence[int]]) -> list[list[dict[str, Any]]]:
    """Each clip as the one segment of its window, as if the clips lay end to end: so the words after a pause are
    told from those in the middle of the speech."""
    out: list[list[dict[str, Any]]] = []
    at = 0.0
    for clip, ids in zip(clips, tokens, strict=True):
        seek = int(at * FRAMES_PER_SECOND)
        out.append([{"tokens": list(ids), "seek": seek, "start": at, "end": at + clip.seconds}])
        at += clip.seconds
    return out


def heard(text: str, segment: dict[str, Any], result: Any) -> Heard:
    start = segment["seek"] / FRAMES_PER_SECOND
    words = tuple(
        Word(
            float(word["start"]) - start, float(word["end"]) - start, word["word"], float(word["probability"])
        )
        for word in segment.get("words", ())
    )
    # CTranslate2 gives the mean per token; Whisper's bound counts the end of the text as one more.
    length = len(result.sequences_ids[0])
    return Heard(
        text=text.strip(),
        words=words,
        logprob=float(result.scores[0]) * length / (length + 1),
        no_speech=float(result.no_speech_prob),
    )


def joined(hotwords: Sequence[str]) -> str | None:
    """Names and terms for the model's prompt, as many as fit."""
    text = ""
    for word in dict.fromkeys(" ".join(word.split()) for word in hotwords):
        if word and len(text) + len(word) + 2 <= HOTWORD_CHARACTERS:
            text = f"{text}, {word}" if text else word
    return text or None


def load(folder: Path, threads: int) -> Any:
    for file in FILES:
        if not any(folder.glob(file)):
            raise ModelMissing(f"{folder.name}/{file} is not on this machine; run: preread models pull")
    try:
        import ctranslate2
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise ExtraMissing("faster-whisper", "speech") from error
    device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    try:
        return WhisperModel(
            str(folder),
            device=device,
            compute_type="float16" if device == "cuda" else "int8",
            cpu_threads=threads,
            local_files_only=True,
        )
    except IngestError:
        raise
    except Exception as error:  # CTranslate2 and tokenizers raise whatever a broken file provokes
        raise ModelMissing(
            f"{folder.name} cannot be loaded ({type(error).__name__}); fetch it again: preread models pull"
        ) from error
