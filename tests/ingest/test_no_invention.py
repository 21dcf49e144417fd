"""Where nobody speaks there are no words, and speech beside it stays. Real weights; the sounds are made from numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.speech.sounds import SOUNDS
from ingest.audio import Audio
from ingest.decode import decode
from ingest.transcribers import Transcriber, open_transcriber
from ingest.transcribers.guards import MAX_COMPRESSION, compression
from ingest.vad import speech_regions

SPEECH = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"
SUNG = "hold music, sung"  # vowels through formants: Silero takes them for speech
SECONDS = 6.0


@pytest.fixture(scope="module")
def transcriber(models_dir: Path) -> Transcriber:
    return open_transcriber("faster-whisper:tiny.en", models_dir, threads=1)


@pytest.fixture(scope="module")
def speech() -> Audio:
    return decode(SPEECH, file=SPEECH.name)


@pytest.mark.parametrize("level", [1.0, 0.05], ids=["clear", "faint"])
@pytest.mark.parametrize("name", [name for name in SOUNDS if name != SUNG])
def test_no_speech_is_found_in_it(name: str, level: float) -> None:
    samples = SOUNDS[name](SECONDS) * np.float32(level)
    assert speech_regions(samples) == ()


def test_speech_is_found(speech: Audio) -> None:
    """The counterpart: a threshold that hears nothing would pass all of the above."""
    found = sum(region.seconds for region in speech_regions(speech.mono()))
    assert found > 0.7 * speech.duration


@pytest.mark.models
@pytest.mark.parametrize("seed", range(3))
def test_singing_without_words_makes_no_loop(transcriber: Transcriber, seed: int) -> None:
    """A voice that sings "ah" and "ee" may be written so; it may not become a phrase over and over."""
    heard = transcriber.transcribe(Audio(SOUNDS[SUNG](SECONDS, seed)[None, :]))
    text = " ".join(segment.text for segment in heard.segments)
    assert compression(text) <= MAX_COMPRESSION
    assert len(text.split()) <= 2 * SECONDS


@pytest.mark.models
def test_hold_music_around_speech_gets_no_words_and_takes_none(
    transcriber: Transcriber, speech: Audio
) -> None:
    music = SOUNDS["hold music"](20.0)
    mixed = Audio(np.concatenate([music, speech.mono(), music])[None, :])
    alone, within = (
        [word for segment in transcriber.transcribe(audio).segments for word in segment.words]
        for audio in (speech, mixed)
    )
    start, end = 20.0, 20.0 + speech.duration
    assert all(start - 0.5 <= word.start and word.end <= end + 0.5 for word in within)
    assert len(within) >= 0.9 * len(alone)
    same = {word.text for word in alone} & {word.text for word in within}
    assert len(same) >= 0.8 * len({word.text for word in alone})
