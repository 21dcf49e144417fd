"""Sounds in which nobody speaks, made from numbers: silence, noises, tones of the telephone, music on hold.

Each function gives float32 samples at 16 kHz between -1 and 1, the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from ingest.audio import SAMPLE_RATE

Sound = NDArray[np.float32]
LEVEL = 0.25  # peak of most of them: a quiet but clear recording
SCALE = (0, 2, 4, 5, 7, 9, 11)  # semitones of a major scale
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
"""First three formants in Hz of a, i, u, e, o: Peterson and Barney 1952, male voices."""
DTMF = ((697, 770, 852, 941), (1209, 1336, 1477))  # Hz, ITU-T Q.23


def seconds(count: float) -> NDArray[np.float64]:
    return np.arange(int(count * SAMPLE_RATE)) / SAMPLE_RATE


def peak(samples: NDArray[np.float64], level: float = LEVEL) -> Sound:
    most = float(np.abs(samples).max(initial=0.0))
    return (samples * (level / most if most else 0.0)).astype(np.float32)


def silence(length: float, seed: int = 0) -> Sound:
    return np.zeros(int(length * SAMPLE_RATE), np.float32)


def near_silence(length: float, seed: int = 0) -> Sound:
    """The hiss of an open line, 60 dB below full scale."""
    return peak(np.random.default_rng(seed).standard_normal(int(length * SAMPLE_RATE)), 0.001)


def white(length: float, seed: int = 0) -> Sound:
    return peak(np.random.default_rng(seed).standard_normal(int(length * SAMPLE_RATE)))


def pink(length: float, seed: int = 0) -> Sound:
    """Falls by 3 dB an octave: the three-pole filter of Paul Kellet's economy method."""
    noise = np.random.default_rng(seed).standard_normal(int(length * SAMPLE_RATE))
    parts = ((0.99765, 0.0990460), (0.96300, 0.2965164), (0.57000, 1.0526913))
    total = sum((lfilter([gain], [1, -pole], noise) for pole, gain in parts), start=0.1848 * noise)
    return peak(np.asarray(total))


def brown(length: float, seed: int = 0) -> Sound:
    """Falls by 6 dB an octave: wind, an engine, an air conditioner."""
    noise = np.random.default_rng(seed).standard_normal(int(length * SAMPLE_RATE))
    return peak(np.asarray(lfilter([1], [1, -0.998], noise)))


def babble(length: float, seed: int = 0) -> Sound:
    """A restaurant from afar: pink noise swelling at the pace of syllables, in the band of voices."""
    low = np.random.default_rng(seed).standard_normal(int(length * SAMPLE_RATE))
    swell = np.asarray(lfilter([1], [1, -0.9997], low))
    return peak(pink(length, seed + 1) * (1 + 0.8 * swell / np.abs(swell).max()))


def hum(length: float, seed: int = 0) -> Sound:
    """Mains at 50 Hz with its harmonics."""
    t = seconds(length)
    return peak(sum((np.sin(2 * np.pi * 50 * n * t) / n for n in (1, 2, 3, 5, 7)), start=np.zeros_like(t)))


def dtmf(length: float, seed: int = 0) -> Sound:
    """Keys pressed: a tenth of a second each, as many between."""
    t = seconds(length)
    keys = np.random.default_rng(seed).integers(0, 12, int(length * 5) + 1)
    key = keys[(t * 5).astype(int)]
    tone = np.sin(2 * np.pi * np.take(DTMF[0], key // 3) * t) + np.sin(
        2 * np.pi * np.take(DTMF[1], key % 3) * t
    )
    return peak(tone * (t * 5 % 1 < 0.5))


def ringing(length: float, seed: int = 0) -> Sound:
    """440 and 480 Hz, two seconds on, four off: the ring back tone of North America (ITU-T E.180)."""
    t = seconds(length)
    return peak((np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * (t % 6 < 2))


def busy(length: float, seed: int = 0) -> Sound:
    """425 Hz, half a second on, half off (ITU-T E.180)."""
    t = seconds(length)
    return peak(np.sin(2 * np.pi * 425 * t) * (t % 1 < 0.5))


def notes(length: float, seed: int, pace: float, low: int) -> NDArray[np.float64]:
    """Frequency at each sample of a melody that walks up and down a scale, ``pace`` notes a second."""
    steps = np.random.default_rng(seed).integers(-2, 3, int(length * pace) + 1)
    degrees = np.abs(np.cumsum(steps)) % 14
    semitones = np.take(SCALE, degrees % 7) + 12 * (degrees // 7)
    return 440 * 2 ** ((low + semitones[(seconds(length) * pace).astype(int)]) / 12)


def hold_music(length: float, seed: int = 0) -> Sound:
    """A plucked melody over soft chords, with a drum: 120 beats a minute."""
    t = seconds(length)
    melody = np.sin(2 * np.pi * np.cumsum(notes(length, seed, 2, 0)) / SAMPLE_RATE) * np.exp(-4 * (t * 2 % 1))
    root = np.cumsum(notes(length, seed + 1, 0.5, -24)) / SAMPLE_RATE
    chords = sum((np.sin(2 * np.pi * root * ratio) for ratio in (1, 1.26, 1.5, 2)), start=np.zeros_like(t))
    drum = np.random.default_rng(seed).standard_normal(t.size) * np.exp(-40 * (t * 2 % 1))
    return peak(melody + 0.3 * chords + 0.3 * drum)


def singing(length: float, seed: int = 0) -> Sound:
    """Hold music with a voice that sings vowels: harmonics of the melody, with vibrato, through the formants of vowels."""
    t = seconds(length)
    pitch = notes(length, seed, 1.5, -24) * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * t))
    phase = np.cumsum(pitch) / SAMPLE_RATE
    vowel = np.random.default_rng(seed).integers(0, len(VOWELS), int(length * 1.5) + 1)[(t * 1.5).astype(int)]
    voice = np.zeros_like(t)
    for number in range(1, 25):
        strength = sum(
            (
                1 / (1 + ((pitch * number - np.take(VOWELS, vowel, axis=0)[:, f]) / 90) ** 2) / (f + 1)
                for f in range(3)
            ),
            start=np.zeros_like(t),
        )
        voice += strength * np.sin(2 * np.pi * phase * number) * (pitch * number < SAMPLE_RATE / 2)
    gaps = np.clip(np.minimum(t * 1.5 % 1, 0.9 - t * 1.5 % 1) * 12, 0, 1)
    return peak(voice * gaps / np.abs(voice).max() + 0.5 * hold_music(length, seed))


def applause(length: float, seed: int = 0) -> Sound:
    """Hundreds of short bursts a second."""
    random = np.random.default_rng(seed)
    claps = (random.random(int(length * SAMPLE_RATE)) < 300 / SAMPLE_RATE) * random.uniform(
        0.2, 1, int(length * SAMPLE_RATE)
    )
    ring = random.standard_normal(160) * np.exp(-np.arange(160) / 30)
    return peak(np.convolve(claps, ring, mode="same"))


def typing(length: float, seed: int = 0) -> Sound:
    """Seven keys a second, on and off, over the hiss of the line."""
    random = np.random.default_rng(seed)
    t = seconds(length)
    strokes = (random.random(t.size) < 7 / SAMPLE_RATE) * (t % 9 < 6)
    click = random.standard_normal(320) * np.exp(-np.arange(320) / 60)
    return peak(
        np.convolve(strokes.astype(float), click, mode="same") + 0.003 * random.standard_normal(t.size)
    )


SOUNDS: dict[str, Callable[..., Sound]] = {
    "silence": silence,
    "hiss of the line": near_silence,
    "white noise": white,
    "pink noise": pink,
    "brown noise": brown,
    "swelling noise": babble,
    "mains hum": hum,
    "touch tones": dtmf,
    "ringing": ringing,
    "busy": busy,
    "hold music": hold_music,
    "hold music, sung": singing,
    "applause": applause,
    "typing": typing,
}
