from __future__ import annotations

import numpy as np
import pytest

from ingest.audio import SAMPLE_RATE, Audio
from ingest.diarizers.channels import Channels, sides
from ingest.errors import UnsupportedSource

RNG = np.random.default_rng(7)


def noise(*spans: tuple[float, float], seconds: float = 12.0, gain: float = 0.2) -> np.ndarray:
    out = (1e-4 * RNG.standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)
    for start, end in spans:
        part = slice(int(start * SAMPLE_RATE), int(end * SAMPLE_RATE))
        out[part] += gain * RNG.standard_normal(part.stop - part.start).astype(np.float32)
    return out


def test_a_side_a_channel() -> None:
    left, right = noise((0, 4), (8, 10)), noise((4.5, 7.5))
    parted = sides(Audio(np.stack([left, right])))
    assert parted is not None and parted.samples.shape == (2, left.shape[0])


def test_the_echo_of_the_other_side_is_silenced_and_the_own_sound_stays() -> None:
    left, right = noise((0, 4), (8, 10)), noise((4.5, 7.5))
    parted = sides(Audio(np.stack([left + 0.05 * right, right + 0.05 * left])))
    assert parted is not None
    middle = slice(5 * SAMPLE_RATE, 7 * SAMPLE_RATE)
    assert np.abs(parted.samples[0, middle]).max() == 0.0
    assert np.array_equal(parted.samples[1, middle], (right + 0.05 * left)[middle])


def test_a_quiet_microphone_is_a_side_too() -> None:
    left, right = noise((0, 4), (8, 10)), noise((4.5, 7.5), gain=0.01)
    assert sides(Audio(np.stack([left, right]))) is not None


@pytest.mark.parametrize("case", ["same", "silent", "room", "mono", "short"])
def test_other_stereo_is_not_split(case: str) -> None:
    left, right = noise((0, 4), (8, 10)), noise((4.5, 7.5))
    samples = {
        "same": np.stack([left + right, left + right]),
        "silent": np.stack([left + right, 0 * left]),
        "room": np.stack([left + 0.6 * right, 0.6 * left + right]),
        "mono": left[None, :],
        "short": np.zeros((2, 10), np.float32),
    }[case]
    assert sides(Audio(samples)) is None
    with pytest.raises(UnsupportedSource):
        Channels().diarize(Audio(samples))
