"""One suite through every diarizer, on real speech."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ingest.audio import SAMPLE_RATE, Audio
from ingest.decode import decode
from ingest.diarizers import REGIONS, Diarizer, Voices, open_diarizer, together
from ingest.diarizers.campplus import CamPlusPlus
from ingest.diarizers.pyannote import Pyannote
from ingest.errors import ExtraMissing, ModelMissing, UnreadableSource, UnsupportedSource
from ingest.vad import speech_regions

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"
# Seconds in the sample at which each of the two voices is alone, by the recording's reference.
FIRST, SECOND = (2.0, 6.0, 13.5, 16.5), (9.2, 10.8)


def mono() -> Audio:
    return decode(SAMPLE, file=SAMPLE.name)


def stereo() -> Audio:
    """The same call with a side a channel: the second voice speaks from 8.2 to 11.3 s alone."""
    sound = mono().mono()
    right = np.zeros_like(sound)
    part = slice(int(8.1 * SAMPLE_RATE), int(11.3 * SAMPLE_RATE))
    right[part] = sound[part]
    return Audio(np.stack([sound - right + 0.02 * right, right + 0.02 * (sound - right)]))


CASES = [("campplus", mono), ("auto", mono), ("auto", stereo), ("channels", stereo), ("pyannote", mono)]


class PyannoteDouble:
    """What pyannote.audio 4 answers with, by our own voices: its models are behind a gate, so its pipeline is doubled at the
    library's boundary (a waveform in; annotations and one embedding a speaker out)."""

    def __call__(
        self, file: dict[str, Any], num_speakers: int | None = None, max_speakers: int | None = None
    ) -> SimpleNamespace:
        assert file["sample_rate"] == SAMPLE_RATE and file["waveform"].shape[0] == 1
        samples = file["waveform"].numpy()[0]
        voices = CamPlusPlus(threads=1)
        heard = voices.hear(samples, speech_regions(samples, **REGIONS))
        turns = voices.turns(heard, speakers=num_speakers, at_most=max_speakers)
        labels = sorted({turn.speaker for turn in turns})
        middles = heard.windows.mean(axis=1)
        sure = [np.array([at(turns, middle) == {label} for middle in middles]) for label in labels]
        centres = (
            np.array([heard.vectors[mine].mean(axis=0) for mine in sure]) * 7
        )  # pyannote's are no unit vectors
        tracks = [(SimpleNamespace(start=t.start, end=t.end), n, t.speaker) for n, t in enumerate(turns)]
        annotation = SimpleNamespace(labels=lambda: labels, itertracks=lambda yield_label: iter(tracks))
        return SimpleNamespace(
            speaker_diarization=annotation,
            exclusive_speaker_diarization=annotation,
            speaker_embeddings=centres,
        )


def opened(name: str, models_dir: Path) -> Diarizer:
    diarizer = (
        Pyannote(PyannoteDouble(), 1) if name == "pyannote" else open_diarizer(name, models_dir, threads=1)
    )
    assert diarizer is not None
    return diarizer


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1].__name__}")
def case(request: pytest.FixtureRequest, models_dir: Path) -> tuple[Diarizer, Audio]:
    name, make = request.param
    return opened(name, models_dir), make()


def at(turns: tuple[object, ...], second: float) -> set[str]:
    return {t.speaker for t in turns if t.start <= second < t.end}  # type: ignore[attr-defined]


@pytest.mark.models
def test_two_voices_are_told_apart(case: tuple[Diarizer, Audio]) -> None:
    diarizer, audio = case
    turns = diarizer.diarize(audio, at_most=2)
    assert {t.speaker for t in turns} == {"S1", "S2"} and turns[0].speaker == "S1"
    assert all(at(turns, second) == {"S1"} for second in FIRST)
    assert all(at(turns, second) == {"S2"} for second in SECOND)
    assert all(0 <= t.start < t.end <= audio.duration for t in turns)
    assert [t.start for t in turns] == sorted(t.start for t in turns)


@pytest.mark.models
@pytest.mark.parametrize("name", ["campplus", "auto", "pyannote"])
def test_silence_has_no_speakers_and_short_sound_does_not_break(models_dir: Path, name: str) -> None:
    diarizer = opened(name, models_dir)
    for length in (0, 10, 500, SAMPLE_RATE * 3):
        for channels in (1, 2):
            assert diarizer.diarize(Audio(np.zeros((channels, length), np.float32))) == ()


@pytest.mark.models
@pytest.mark.parametrize("name", ["campplus", "pyannote"])
def test_a_known_count_is_kept(models_dir: Path, name: str) -> None:
    diarizer = opened(name, models_dir)
    for count in (1, 2, 3):
        assert len({t.speaker for t in diarizer.diarize(mono(), speakers=count)}) == count


@pytest.mark.models
def test_telephone_sound_still_has_two_voices(models_dir: Path) -> None:
    sound = mono().mono()
    narrow = np.repeat((sound[::2] * 127).round() / 127, 2)[: sound.shape[0]].astype(np.float32)
    diarizer = open_diarizer("campplus", models_dir, threads=1)
    assert diarizer is not None
    assert len({t.speaker for t in diarizer.diarize(Audio(narrow[None, :]), at_most=2)}) == 2


@pytest.mark.models
@pytest.mark.parametrize("name", ["campplus", "auto", "pyannote"])
def test_a_recording_heard_in_chunks_has_the_same_voices(models_dir: Path, name: str) -> None:
    """Cut in the middle of the second voice's only turn, which each chunk hears a part of; pyannote, which tells voices apart
    within a chunk, gets that turn whole."""
    diarizer, sound = opened(name, models_dir), mono().mono()
    cut = int((11.4 if name == "pyannote" else 9.9) * SAMPLE_RATE)
    parts: list[Voices] = []
    for start, end in ((0, cut), (cut, sound.shape[0])):
        piece = sound[start:end]
        parts.append(diarizer.hear(piece, speech_regions(piece, **REGIONS)).moved(start / SAMPLE_RATE))
    turns = diarizer.turns(together(parts), at_most=2)
    assert all(at(turns, second) == {"S1"} for second in FIRST)
    assert all(at(turns, second) == {"S2"} for second in SECOND)
    assert diarizer.hear(np.zeros(SAMPLE_RATE, np.float32), ()).windows.shape == (0, 2)


def test_pyannote_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="accept the terms"):
        open_diarizer("pyannote:somewhere", tmp_path)
    (tmp_path / "somewhere").mkdir()
    (tmp_path / "somewhere" / "config.yaml").write_text("version: 4.0.0", encoding="utf-8")
    with pytest.raises((ExtraMissing, ModelMissing), match=r"preread\[pyannote\]|download it again"):
        open_diarizer("pyannote:somewhere", tmp_path)


@pytest.mark.parametrize("answer", [None, RuntimeError("out of\nmemory")])
def test_a_pyannote_that_fails_is_one_line(answer: Exception | None) -> None:
    def pipeline(file: dict[str, Any], **bounds: int) -> None:
        if answer:
            raise answer

    noise = np.random.default_rng(1).standard_normal((1, SAMPLE_RATE)).astype(np.float32)
    with pytest.raises(UnreadableSource, match="pyannote failed") as caught:
        Pyannote(pipeline).diarize(Audio(noise))
    assert "\n" not in str(caught.value)


def test_names(tmp_path: Path) -> None:
    assert open_diarizer("none", tmp_path) is None
    with pytest.raises(UnsupportedSource, match="campplus"):
        open_diarizer("parrot", tmp_path)
