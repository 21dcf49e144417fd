"""A voice is known again, on the real weights: in other words of it, and not in another voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.audio import SAMPLE_RATE
from ingest.decode import decode_to
from ingest.diarizers.embedding import SpeakerEmbedder, load
from ingest.model import Utterance
from ingest.sound import Samples, Sound
from ingest.voiceprints import ALIKE, LEAST_S, clear_speech, likeness, voiceprint, windows

AUDIO = Path(__file__).resolve().parents[1] / "samples" / "audio"
# Seconds of two-voices.opus in which its first voice speaks alone, in two parts; of linen-room.opus another voice.
ONCE, AGAIN, OTHER = ((0.9, 7.9), (11.5, 13.4)), ((13.4, 21.9),), ((0.6, 14.8), (15.3, 29.7))


@pytest.fixture(scope="module")
def embedder() -> SpeakerEmbedder:
    return load(threads=1)


def sound_of(name: str, folder: Path) -> Sound:
    return decode_to(AUDIO / name, folder / f"{name}.s16", file=name)


class Telephone(Sound):
    """300 to 3,400 Hz of a recording, with a little noise."""

    __slots__ = ()

    def mono(self, start: int, end: int) -> Samples:
        samples = super().mono(0, self.frames)
        spectrum = np.fft.rfft(samples)
        hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
        spectrum[(hertz < 300) | (hertz > 3400)] = 0
        noise = np.random.default_rng(1).normal(0, 0.002, len(samples))
        return (np.fft.irfft(spectrum, len(samples)) + noise).astype(np.float32)[start:end]


def test_a_voice_is_known_again_and_another_is_not(tmp_path: Path, embedder: SpeakerEmbedder) -> None:
    sound = sound_of("two-voices.opus", tmp_path)
    once, again = voiceprint(sound, ONCE, embedder), voiceprint(sound, AGAIN, embedder)
    other = voiceprint(sound_of("linen-room.opus", tmp_path), OTHER, embedder)
    called = voiceprint(Telephone(sound.path, sound.channels, sound.frames), AGAIN, embedder)
    assert once and again and other and called
    assert np.linalg.norm(once.vector) == pytest.approx(1, abs=1e-4) and once.vector.shape == (192,)
    assert likeness(once.vector, again.vector) >= ALIKE
    assert likeness(once.vector, other.vector) < ALIKE - 0.1
    # a telephone takes much of a voice away: it may no longer be proposed, but never is the other one
    assert likeness(other.vector, called.vector) < likeness(once.vector, called.vector) - 0.1
    assert likeness(other.vector, called.vector) < ALIKE


def test_too_little_speech_is_no_voiceprint(tmp_path: Path, embedder: SpeakerEmbedder) -> None:
    sound = sound_of("two-voices.opus", tmp_path)
    assert voiceprint(sound, [(8.4, 11.3)], embedder) is None
    assert voiceprint(sound, [], embedder) is None
    assert voiceprint(sound, [(n * 0.5, n * 0.5 + 0.5) for n in range(40)], embedder) is None  # all too short
    assert LEAST_S > 3


def test_speech_of_two_at_once_is_left_out() -> None:
    said = (
        Utterance(0, "S1", "One.", 0.0, 4.0),
        Utterance(1, "S2", "Two.", 3.0, 6.0),
        Utterance(2, "S1", "Three.", 7.0, 9.0),
        Utterance(3, None, "Four.", 9.0, 10.0),
        Utterance(4, "S2", "Five."),
    )
    assert clear_speech(said) == {"S1": ((7.0, 9.0),)}


def test_windows_have_their_mean_taken_off() -> None:
    features = np.random.default_rng(0).normal(5, 1, (400, 80)).astype(np.float32)
    pieces = windows(features)
    assert pieces.shape == (4, 150, 80) and np.abs(pieces.mean(axis=1)).max() < 1e-4
    assert windows(features[:149]).shape == (0, 150, 80)
