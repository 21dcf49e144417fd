from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest import recording
from ingest.audio import Audio
from ingest.chunks import Cut
from ingest.decode import decode
from ingest.diarizers import Turn, Voices, open_diarizer
from ingest.errors import NoSpeech, UnreadableSource
from ingest.model import Source, SourceKind, Word
from ingest.recording import spread, transcribe_recording
from ingest.transcribers import Progress, Segment, Transcription, open_transcriber
from ingest.vad import Region
from ingest.workspace import Workspace

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"
RNG = np.random.default_rng(5)


class Fixed:
    """A transcriber that hears what it was given: one list of words a call."""

    name = "fixed:1"

    def __init__(self, *heard: Sequence[Word]) -> None:
        self.heard = list(heard)
        self.languages: list[str | None] = []

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        self.languages.append(language)
        words = self.heard.pop(0)
        on_progress(audio.duration)
        segments = (Segment(words[0].start, words[-1].end, "", tuple(words)),) if words else ()
        return Transcription(segments, language or "en", self.name)


class Broken:
    def __init__(self, name: str = "broken") -> None:
        self.name = name

    def hear(self, samples: np.ndarray, regions: Sequence[Region]) -> Voices:
        raise UnreadableSource("the speaker model failed")

    def turns(
        self, voices: Voices, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        raise AssertionError("there is nothing to tell apart")

    def diarize(
        self, audio: Audio, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        raise AssertionError("a recording is heard chunk by chunk")


def wav(path: Path, *channels: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes((np.stack(channels, axis=1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Two voices: the second alone from 8.2 to 11.3 s."""
    return decode(SAMPLE, file=SAMPLE.name).mono()


def sides(speech: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same with a side a channel: left speaks from 11.5 s on, right from 8.2 to 11.3 s."""
    left, right = np.zeros_like(speech), np.zeros_like(speech)
    left[int(11.5 * 16_000) :] = speech[int(11.5 * 16_000) :]
    right[int(8.1 * 16_000) : int(11.3 * 16_000)] = speech[int(8.1 * 16_000) : int(11.3 * 16_000)]
    return left, right


@pytest.mark.models
def test_a_call_becomes_a_source_with_speakers_and_word_times(models_dir: Path) -> None:
    stages: list[str] = []
    source = transcribe_recording(
        SAMPLE,
        "calls/02-after.opus",
        transcriber=open_transcriber("faster-whisper:tiny.en", models_dir, threads=1),
        diarizer=open_diarizer("auto", models_dir, threads=1),
        at_most_speakers=2,
        on_progress=lambda stage, done, total: stages.append(stage),
    )
    assert (source.key, source.kind, source.format, source.language) == (
        "calls/02-after.opus",
        SourceKind.CALL,
        "recording",
        "en",
    )
    assert source.engine == "faster-whisper:tiny.en" and source.duration == pytest.approx(21.9, abs=0.1)
    assert {u.speaker for u in source.utterances} == {"S1", "S2"}
    # By the recording's reference: 8.43 "I can hear you fine. Is that the kettle?", 11.51 "That's the kettle."
    asked = next(u for u in source.utterances if "is that the kettle" in u.text.lower())
    answered = next(u for u in source.utterances if "that's the kettle" in u.text.lower())
    assert (asked.speaker, answered.speaker) == ("S2", "S1")
    assert asked.start is not None and 7.0 < asked.start < 11.6
    assert answered.start == pytest.approx(11.5, abs=1.5)
    for utterance in source.utterances:
        assert utterance.text == " ".join(word.text for word in utterance.words)
        assert utterance.start == utterance.words[0].start
    assert list(dict.fromkeys(stages)) == ["decode", "transcribe", "diarize"]


@pytest.mark.models
def test_utterances_start_where_the_reference_says(shared: Path, models_dir: Path) -> None:
    folder = shared / "recordings" / "harborlight-clinics"
    transcriber = open_transcriber("faster-whisper:base", models_dir, threads=2)
    sound = folder / "02-after-the-visit.m4a"
    source = transcribe_recording(sound, "x.m4a", transcriber=transcriber, diarizer=None)
    for start, words in (
        (11.508, "That's the kettle"),
        (25.228, "I'm looking at it now"),
        (158.334, "I'd need one thing"),
    ):
        found = next(u for u in source.utterances if u.text.startswith(words))
        assert found.start == pytest.approx(start, abs=1.5)


def test_stereo_is_transcribed_by_channel(tmp_path: Path, speech: np.ndarray) -> None:
    path = wav(tmp_path / "a.wav", *sides(speech))
    fixed = Fixed([Word(0.5, 1.0, "Fine."), Word(1.0, 1.5, "Thanks.")], [Word(0.5, 1.0, "Hello?")])
    source = transcribe_recording(path, "a.wav", transcriber=fixed, diarizer=Broken("auto"))
    assert [(u.speaker, u.text) for u in source.utterances] == [
        ("S1", "Hello?"),
        ("S2", "Fine."),
        ("S2", "Thanks."),
    ]
    starts = [u.start for u in source.utterances if u.start is not None]
    assert starts[0] == pytest.approx(8.5, abs=0.5) and starts[1] == pytest.approx(11.9, abs=0.5)
    assert fixed.languages == [None, "en"]
    assert any("channel" in note for note in source.notes)


def test_a_failed_diarization_keeps_the_transcript(tmp_path: Path, speech: np.ndarray) -> None:
    path = wav(tmp_path / "a.wav", speech)
    heard = Fixed([Word(1.0, 1.5, "We"), Word(1.6, 2.0, "signed.")])
    source = transcribe_recording(path, "a.wav", transcriber=heard, diarizer=Broken())
    assert [(u.speaker, u.text) for u in source.utterances] == [(None, "We signed.")]
    assert [note for note in source.notes if "not told apart" in note] == [
        "the speakers were not told apart: the speaker model failed"
    ]


def test_nobody_speaks(tmp_path: Path, speech: np.ndarray) -> None:
    path = wav(tmp_path / "a.wav", speech)
    with pytest.raises(NoSpeech, match=r"calls/a\.wav: nobody"):
        transcribe_recording(path, "calls/a.wav", transcriber=Fixed([]), diarizer=None)


def test_sound_without_speech_is_never_transcribed(tmp_path: Path) -> None:
    clock = np.arange(5 * 16_000) / 16_000
    chord = np.stack([np.sin(2 * np.pi * hertz * clock) for hertz in (220, 277, 330)]).mean(axis=0) / 3
    hiss = 0.02 * np.random.default_rng(5).standard_normal(clock.size)
    for number, sound in enumerate((0 * clock, chord, hiss, hiss[:16_000])):
        path = wav(tmp_path / f"{number}.wav", sound)
        with pytest.raises(NoSpeech, match="nobody is heard"):
            transcribe_recording(path, "a.wav", transcriber=Fixed(), diarizer=None)


def test_what_is_finished_is_not_done_again(tmp_path: Path, speech: np.ndarray) -> None:
    path, space = wav(tmp_path / "a.wav", speech), Workspace(tmp_path / "work")
    parts = [[Word(0.5, 1.0, "One.")], [Word(0.5, 1.0, "Two.")], [Word(0.5, 1.0, "Three.")]]

    class Killed(Exception):
        pass

    def until(seconds: float) -> recording.Progress:
        def tell(stage: str, done: float, total: float) -> None:
            if stage == "transcribe" and done >= seconds:
                raise Killed

        return tell

    def run(fixed: Fixed, tell: recording.Progress = lambda stage, done, total: None) -> Source:
        return transcribe_recording(
            path, "a", transcriber=fixed, diarizer=None, on_progress=tell, workspace=space, cut=Cut(1, 8.0)
        )

    whole = run(Fixed(*parts))
    assert [u.text for u in whole.utterances] == ["One.", "Two.", "Three."]
    space.remove()
    with pytest.raises(Killed):
        run(Fixed(*parts), until(9.0))
    again = Fixed(*parts[1:])
    told: list[tuple[str, float]] = []
    assert run(again, lambda stage, done, total: told.append((stage, done))) == whole
    assert again.languages == ["en", "en"], "the language is decided once"
    assert ("decode", 0.0) in told
    (space.folder / "sound.f32").write_bytes(b"half")
    assert run(Fixed()) == whole, "a damaged sound file is decoded again, the chunks stay"


def test_other_settings_start_over(tmp_path: Path, speech: np.ndarray) -> None:
    path, space = wav(tmp_path / "a.wav", speech), Workspace(tmp_path / "work")
    for text, hint in (("One.", ()), ("Two.", ("Kettle",))):
        source = transcribe_recording(
            path,
            "a",
            transcriber=Fixed([Word(0.5, 1.0, text)]),
            diarizer=None,
            hotwords=hint,
            workspace=space,
        )
        assert [u.text for u in source.utterances] == [text]


def test_progress_may_stop_the_work(tmp_path: Path) -> None:
    def stop(stage: str, done: float, total: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transcribe_recording(SAMPLE, "a", transcriber=Fixed([]), diarizer=None, on_progress=stop)


def test_text_without_word_times_is_spread_over_its_segment() -> None:
    words = spread("a bbb", 10.0, 14.0)
    assert [(w.start, w.end) for w in words] == [(10.0, 11.0), (11.0, 14.0)]
    assert spread("", 0.0, 1.0) == []
