"""OpenAI's own Whisper (https://github.com/openai/whisper, MIT) in torch, on its own checkpoint or faster-whisper's weights.

Slower than faster-whisper by half and without quantisation: the reference to compare with, and the backend for a machine
on which CTranslate2 does not run. The tensors of faster-whisper are converted in memory when the model is loaded.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.audio import SAMPLE_RATE, Audio
from ingest.errors import ExtraMissing, IngestError, ModelMissing, UnreadableSource, UnsupportedSource
from ingest.model import Word
from ingest.transcribers import Progress, Transcription
from ingest.transcribers.clips import Clip, speech_clips
from ingest.transcribers.ct2_weights import read_tensors, whisper_state
from ingest.transcribers.faster_whisper import LANGUAGE_CLIPS, joined
from ingest.transcribers.guards import Heard
from ingest.transcribers.listening import listen
from ingest.vad import Region

PREPEND = "\"'“¿([{-"
APPEND = "\"'.。,，!！?？:：”)]}、"


class OpenAIWhisper:
    """``models``: the models folder. ``model``: a size. ``threads``: 0 leaves torch's choice."""

    def __init__(self, models: Path, model: str, threads: int = 0) -> None:
        self._model_name = model
        self._model = load(models, model)
        self._threads = threads

    @property
    def name(self) -> str:
        return f"openai-whisper:{self._model_name}"

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
        hint = joined(hotwords)
        try:
            spoken = self._language(audio, language)

            def ear(clips: Sequence[Clip], *, careful: bool) -> list[Heard]:
                return self._hear(clips, spoken, None if careful else hint, careful)

            segments, notes = listen(audio, ear, on_progress, regions=regions, batch=4)
        except RuntimeError as error:
            raise UnreadableSource(f"{self.name} failed on the sound: {error}") from error
        return Transcription(segments, spoken, self.name, notes)

    def _language(self, audio: Audio, wanted: str | None) -> str:
        from whisper.tokenizer import LANGUAGES

        if not self._model.is_multilingual:
            if wanted not in (None, "en"):
                raise UnsupportedSource(
                    f"{self.name} knows English only, not {wanted}; choose openai-whisper:base"
                )
            return "en"
        if wanted is not None:
            if wanted not in LANGUAGES:
                raise UnsupportedSource(f"{self.name} does not know the language {wanted}")
            return wanted
        votes: Counter[str] = Counter()
        for number, clip in enumerate(speech_clips(audio.mono())):
            if number == LANGUAGE_CLIPS:
                break
            _, chances = self._model.detect_language(mels([clip], self._model.dims.n_mels))
            code = max(chances[0], key=chances[0].__getitem__)
            votes[code] += chances[0][code]
        return votes.most_common(1)[0][0] if votes else "en"

    def _hear(self, clips: Sequence[Clip], language: str, hint: str | None, careful: bool) -> list[Heard]:
        import torch
        from whisper import DecodingOptions

        sound = mels(clips, self._model.dims.n_mels)
        options = DecodingOptions(
            language=language,
            temperature=0.0,
            beam_size=5 if careful else None,
            without_timestamps=True,
            prompt=hint,
            fp16=False,
        )
        with torch.inference_mode():
            results = self._model.decode(sound, options)
        return [
            Heard(
                text=result.text.strip(),
                words=self._words(clip, mel, result.tokens, language),
                logprob=float(result.avg_logprob),
                no_speech=float(result.no_speech_prob),
            )
            for clip, mel, result in zip(clips, sound, results, strict=True)
        ]

    def _words(self, clip: Clip, mel: Any, tokens: Sequence[int], language: str) -> tuple[Word, ...]:
        """Word times by aligning the text with the cross attention, as Whisper's own ``word_timestamps`` does."""
        from whisper.timing import add_word_timestamps
        from whisper.tokenizer import get_tokenizer

        if not tokens:
            return ()
        tokenizer = get_tokenizer(
            self._model.is_multilingual,
            num_languages=self._model.num_languages,
            language=language,
            task="transcribe",
        )
        seconds = clip.samples.shape[0] / SAMPLE_RATE
        segment: dict[str, Any] = {"seek": 0, "start": 0.0, "end": seconds, "tokens": list(tokens)}
        add_word_timestamps(
            segments=[segment],
            model=self._model,
            tokenizer=tokenizer,
            mel=mel,
            num_frames=int(seconds * 100),
            prepend_punctuations=PREPEND,
            append_punctuations=APPEND,
            last_speech_timestamp=0.0,
        )
        return tuple(
            Word(float(w["start"]), float(w["end"]), str(w["word"]), float(w["probability"]))
            for w in segment.get("words", [])
        )


def mels(clips: Sequence[Clip], bands: int) -> Any:
    """Shape (clips, bands, 3000): 80 bands, 128 for large-v3."""
    import torch
    from whisper import log_mel_spectrogram, pad_or_trim

    sounds = (pad_or_trim(torch.from_numpy(clip.samples)) for clip in clips)
    return torch.stack([log_mel_spectrogram(sound, n_mels=bands) for sound in sounds])


def load(models: Path, size: str) -> Any:
    """OpenAI's checkpoint where it was fetched, else the weights of faster-whisper. Raises ``ModelMissing``,
    ``ExtraMissing``."""
    checkpoint, folder = models / f"openai-whisper-{size}" / "model.pt", models / f"faster-whisper-{size}"
    lacking = [file for file in ("model.bin", "config.json") if not (folder / file).is_file()]
    if lacking and not checkpoint.is_file():
        raise ModelMissing(
            f"{folder.name}/{lacking[0]} is not on this machine; run: preread models pull, or for another size "
            f"preread models pull --transcriber {size}"
        )
    try:
        import torch
        import whisper
    except ImportError as error:
        raise ExtraMissing("openai-whisper", "whisper") from error
    source = checkpoint.parent if checkpoint.is_file() else folder
    try:
        if source == folder:
            dimensions, tensors = whisper_state(read_tensors(folder / "model.bin"))
            given, state = (
                asdict(dimensions),
                {name: torch.from_numpy(value) for name, value in tensors.items()},
            )
            heads = json.loads((folder / "config.json").read_text(encoding="utf-8"))["alignment_heads"]
        else:
            found = torch.load(checkpoint, map_location="cpu", weights_only=True)
            given, state, heads = found["dims"], found["model_state_dict"], None
        model = whisper.model.Whisper(whisper.model.ModelDimensions(**given))
        # Which heads align text and sound is not a weight; it is set just below.
        model.load_state_dict(state, strict=True)
        if heads is None:
            model.set_alignment_heads(vars(whisper)["_ALIGNMENT_HEADS"][size])  # private, and nowhere else
        else:
            model.register_buffer("alignment_heads", mask(given, heads).to_sparse(), persistent=False)
    except IngestError:
        raise
    except Exception as error:  # torch raises whatever a broken file provokes
        raise ModelMissing(
            f"{source.name} cannot be loaded ({type(error).__name__}); fetch it again: preread models pull"
        ) from error
    return model.eval()


def mask(dimensions: dict[str, int], heads: Sequence[tuple[int, int]]) -> Any:
    """True at each (layer, head) of ``heads``."""
    import torch

    out = torch.zeros(dimensions["n_text_layer"], dimensions["n_text_head"], dtype=torch.bool)
    for layer, head in heads:
        out[layer, head] = True
    return out
