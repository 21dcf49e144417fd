"""One suite through every transcriber: real weights (tiny.en), real speech."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ingest.audio import SAMPLE_RATE, Audio
from ingest.decode import decode
from ingest.errors import ModelMissing, UnreadableSource, UnsupportedSource
from ingest.transcribers import Transcriber, open_transcriber
from ingest.transcribers.ct2_weights import read_tensors, whisper_state

if TYPE_CHECKING:
    from conftest import TranscriptionServer

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"
ON_THE_SAME_WEIGHTS = ["faster-whisper:tiny.en", "openai-whisper:tiny.en", "transformers:tiny.en"]
BACKENDS = [*ON_THE_SAME_WEIGHTS, "openai-http:tiny.en"]


@pytest.fixture(scope="module")
def audio() -> Audio:
    return decode(SAMPLE, file=SAMPLE.name)


@pytest.fixture(scope="module", params=BACKENDS)
def transcriber(request: pytest.FixtureRequest, models_dir: Path) -> Transcriber:
    http = request.param.startswith("openai-http")
    address = request.getfixturevalue("transcription_server").address if http else None
    return open_transcriber(request.param, models_dir, threads=1, endpoint=address, api_key="sesame")


@pytest.mark.models
def test_words_are_heard_where_they_are_spoken(transcriber: Transcriber, audio: Audio) -> None:
    done: list[float] = []
    heard = transcriber.transcribe(audio, on_progress=done.append)
    words = [word for segment in heard.segments for word in segment.words]
    text = " ".join(word.text for word in words).lower()
    assert heard.language == "en" and heard.engine == transcriber.name
    assert "the kettle" in text and "clinic" in text
    kettle = next(word for word in words if word.text.lower().startswith("kettle"))
    assert kettle.start == pytest.approx(10.5, abs=1.0)
    assert all(0 <= w.start <= w.end <= audio.duration + 0.1 for w in words)
    assert [w.start for w in words] == sorted(w.start for w in words)
    assert all(w.text == w.text.strip() and w.text for w in words)
    assert done == sorted(done) and done[-1] == pytest.approx(audio.duration)


@pytest.mark.models
def test_silence_and_noise_give_no_words(transcriber: Transcriber) -> None:
    silence = np.zeros((1, SAMPLE_RATE * 5), np.float32)
    hum = 0.2 * np.sin(2 * np.pi * 50 * np.arange(SAMPLE_RATE * 5) / SAMPLE_RATE, dtype=np.float32)
    for samples in (silence, hum[None, :], silence[:, :0], silence[:, :100]):
        assert transcriber.transcribe(Audio(samples)).segments == ()


@pytest.mark.models
def test_progress_may_stop_the_work(transcriber: Transcriber, audio: Audio) -> None:
    class Stopped(Exception):
        pass

    def stop(seconds: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        transcriber.transcribe(audio, on_progress=stop)


@pytest.mark.models
def test_two_runs_give_the_same_words(models_dir: Path, audio: Audio) -> None:
    engine = open_transcriber("faster-whisper:tiny.en", models_dir, threads=1)
    assert engine.transcribe(audio) == engine.transcribe(audio)


@pytest.mark.models
@pytest.mark.parametrize("name", ON_THE_SAME_WEIGHTS[1:])
def test_the_whispers_agree_on_the_same_weights(models_dir: Path, audio: Audio, name: str) -> None:
    told: list[dict[str, float]] = []
    for engine in (ON_THE_SAME_WEIGHTS[0], name):
        heard = open_transcriber(engine, models_dir, threads=1).transcribe(audio)
        spoken = [word for segment in heard.segments for word in segment.words]
        told.append({re.sub(r"\W", "", word.text.lower()): word.start for word in spoken})
    ours, theirs = told
    both = ours.keys() & theirs.keys()
    # int8 against float32: a few words may differ, most may not; times come from the same attention heads
    assert len(both) / len(ours.keys() | theirs.keys()) > 0.75
    assert float(np.median([abs(ours[word] - theirs[word]) for word in both])) < 0.2


@pytest.mark.models
def test_openais_own_checkpoint_is_taken_where_it_was_fetched(
    tmp_path: Path, models_dir: Path, audio: Audio
) -> None:
    """Written here from the same weights, as OpenAI writes them."""
    import torch

    dimensions, state = whisper_state(read_tensors(models_dir / "faster-whisper-tiny.en" / "model.bin"))
    weights = {name: torch.from_numpy(value) for name, value in state.items()}
    (tmp_path / "openai-whisper-tiny.en").mkdir()
    checkpoint = tmp_path / "openai-whisper-tiny.en" / "model.pt"
    torch.save({"dims": asdict(dimensions), "model_state_dict": weights}, checkpoint)
    name = "openai-whisper:tiny.en"
    heard = [open_transcriber(name, folder, threads=1).transcribe(audio) for folder in (tmp_path, models_dir)]
    assert heard[0] == heard[1] and heard[0].segments
    checkpoint.write_bytes(b"no checkpoint")
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        open_transcriber(name, tmp_path)


@pytest.mark.models
def test_an_english_model_refuses_another_language(models_dir: Path, audio: Audio) -> None:
    for name in ON_THE_SAME_WEIGHTS:
        with pytest.raises(UnsupportedSource, match="English only"):
            open_transcriber(name, models_dir, threads=1).transcribe(audio, language="de")


@pytest.mark.parametrize("name", ["faster-whisper:base", "openai-whisper:base", "transformers:x"])
def test_missing_weights_say_how_to_get_them(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelMissing, match="preread models pull"):
        open_transcriber(name, tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedSource, match="faster-whisper"):
        open_transcriber("parrot", tmp_path)


@pytest.mark.models
def test_the_server_gets_model_language_and_hint(
    transcription_server: TranscriptionServer, audio: Audio
) -> None:
    address = f"{transcription_server.address}/v1/"
    engine = open_transcriber("openai-http:tiny.en", Path(), endpoint=address, api_key="sesame")
    engine.transcribe(audio, hotwords=["Westport"], language="en")
    asked = transcription_server.asked[-1]
    assert (asked["model"], asked["language"], asked["prompt"]) == ("tiny.en", "en", "Westport")
    assert asked["response_format"] == "verbose_json"


@pytest.mark.models
def test_a_server_without_word_times_still_gives_words(
    transcription_server: TranscriptionServer, audio: Audio
) -> None:
    """Times of segments are spread over their words; the same words come out."""
    texts: list[list[str]] = []
    for model in ("tiny.en", "tiny.en-segments"):
        address = transcription_server.address
        engine = open_transcriber(f"openai-http:{model}", Path(), endpoint=address, api_key="sesame")
        heard = engine.transcribe(audio)
        words = [word for segment in heard.segments for word in segment.words]
        assert all(0 <= w.start <= w.end <= audio.duration + 0.1 for w in words)
        texts.append([word.text for word in words])
    assert texts[0] == texts[1] and any(word.endswith("?") for word in texts[0])


@pytest.mark.models
def test_a_wrong_key_is_told_with_its_cure(transcription_server: TranscriptionServer, audio: Audio) -> None:
    address = transcription_server.address
    engine = open_transcriber("openai-http:tiny.en", Path(), endpoint=address, api_key="open")
    with pytest.raises(UnreadableSource, match="PREREAD_TRANSCRIBER_API_KEY"):
        engine.transcribe(audio)
