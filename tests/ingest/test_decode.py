from __future__ import annotations

import re
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.decode import decode, probe
from ingest.errors import ExtraMissing, IngestError, LimitExceeded, NoSpeech, UnreadableSource


def tone(seconds: float, hertz: float = 440.0, rate: int = 16_000) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def write_wav(path: Path, *channels: np.ndarray, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.stack(channels, axis=1) * 32767).astype("<i2").tobytes())
    return path


def write_media(path: Path, codec: str, kind: str, tracks: list[np.ndarray], rate: int = 48_000) -> Path:
    with av.open(str(path), "w", format=kind) as out:
        streams = [out.add_stream(codec, rate=rate, layout="mono") for _ in tracks]
        for stream, samples in zip(streams, tracks, strict=True):
            resampler = av.AudioResampler(
                format=stream.codec_context.format or "fltp", layout="mono", rate=rate
            )
            for start in range(0, len(samples), 960):
                frame = av.AudioFrame.from_ndarray(
                    samples[None, start : start + 960], format="fltp", layout="mono"
                )
                frame.sample_rate, frame.pts = rate, start
                for piece in resampler.resample(frame):
                    out.mux(stream.encode(piece))
            out.mux(stream.encode(None))
    return path


def refused(path: Path, kind: type[IngestError], **limits: float) -> str:
    with pytest.raises(kind) as caught:
        decode(path, file="calls/x.wav", **limits)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.startswith("calls/x.wav: ") and "\n" not in message
    return message


def test_mono_and_stereo_keep_their_channels(tmp_path: Path) -> None:
    mono = decode(write_wav(tmp_path / "a.wav", tone(1.0)), file="a.wav")
    stereo = decode(write_wav(tmp_path / "b.wav", tone(1.0), tone(1.0, 880)), file="b.wav")
    assert mono.samples.shape == (1, 16_000) and mono.samples.dtype == np.float32
    assert stereo.samples.shape == (2, 16_000)
    assert np.abs(stereo.samples[1] - tone(1.0, 880)).max() < 0.01


def test_another_rate_is_resampled_and_times_stay(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros(8000, np.float32), tone(1.0, rate=8000)])
    audio = decode(write_wav(tmp_path / "a.wav", samples, rate=8000), file="a.wav")
    assert audio.duration == pytest.approx(2.0, abs=0.02)
    loud = np.flatnonzero(np.abs(audio.mono()) > 0.05)
    assert loud[0] / 16_000 == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("name", "codec", "kind"),
    [
        ("a.m4a", "aac", "mp4"),
        ("a.webm", "libopus", "webm"),
        ("a.mp3", "libmp3lame", "mp3"),
        ("a.ogg", "libopus", "ogg"),
    ],
)
def test_compressed_formats(tmp_path: Path, name: str, codec: str, kind: str) -> None:
    audio = decode(write_media(tmp_path / name, codec, kind, [tone(2.0, rate=48_000)]), file=name)
    assert audio.samples.shape[0] == 1
    assert audio.duration == pytest.approx(2.0, abs=0.1)
    assert audio.notes == ()


def test_a_rate_that_changes_in_the_middle_keeps_pitch_and_length(tmp_path: Path) -> None:
    parts = [
        write_media(tmp_path / f"{rate}.mp3", "libmp3lame", "mp3", [tone(2.0, rate=rate)], rate=rate)
        for rate in (48_000, 24_000)
    ]
    path = tmp_path / "x.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    audio = decode(path, file="calls/x.mp3")
    assert audio.duration == pytest.approx(4.0, abs=0.3)
    for start in (0.5, 2.7):
        piece = audio.mono()[int(start * 16_000) :][:16_000]
        assert np.abs(np.fft.rfft(piece)).argmax() == pytest.approx(440, abs=5)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.touch()
    assert "empty" in refused(path, UnreadableSource)


def test_text_called_wav_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_text("Dana: hello\n" * 100)
    assert "export it again" in refused(path, UnreadableSource)


def test_a_wrong_extension_is_read_by_content_and_noted(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.mp3", tone(1.0))
    audio = decode(path, file="calls/x.mp3")
    assert audio.duration == pytest.approx(1.0)
    assert any(".mp3" in note for note in audio.notes)


def test_a_truncated_file_keeps_what_is_there_and_names_the_second(tmp_path: Path) -> None:
    whole = write_wav(tmp_path / "a.wav", tone(10.0)).read_bytes()
    path = tmp_path / "x.wav"
    path.write_bytes(whole[: len(whole) * 4 // 10])
    audio = decode(path, file="calls/x.wav")
    assert audio.duration == pytest.approx(4.0, abs=0.1)
    assert any("breaks off" in note and "of 0:10" in note for note in audio.notes)


def cut_out(whole: bytes, start: float, end: float) -> bytes:
    """The file without what lies between two shares of it."""
    return whole[: int(len(whole) * start)] + whole[int(len(whole) * end) :]


@pytest.mark.parametrize(("codec", "kind"), [("flac", "flac"), ("libopus", "ogg")])
def test_a_hole_in_the_middle_keeps_the_times_and_is_told(tmp_path: Path, codec: str, kind: str) -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 48_000 * 10).astype(np.float32)
    whole = write_media(tmp_path / "whole", codec, kind, [noise]).read_bytes()
    path = tmp_path / f"x.{kind}"
    path.write_bytes(cut_out(whole, 0.4, 0.6))
    audio = decode(path, file="calls/x")
    assert audio.duration == pytest.approx(10.0, abs=0.3)
    note = next(note for note in audio.notes if "holds no sound" in note)
    assert re.search(r"for 0:0[1-4] from 0:0[34] on", note)
    assert np.abs(audio.mono()[16_000 * 5 : 16_000 * 5 + 800]).max() < 0.01
    assert np.abs(audio.mono()[16_000 * 9 :]).max() > 0.1


def test_a_cut_mp3_and_a_cut_ogg_say_where_they_break_off(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 48_000 * 10).astype(np.float32)
    for codec, kind, said in (("libmp3lame", "mp3", "breaks off at 0:0"), ("libopus", "ogg", "no end mark")):
        path = write_media(tmp_path / f"x.{kind}", codec, kind, [noise])
        assert decode(path, file="x").notes == ()
        path.write_bytes(cut_out(path.read_bytes(), 0.5, 1.0))
        audio = decode(path, file="x")
        assert 3 < audio.duration < 7
        assert any(said in note for note in audio.notes), audio.notes


def test_clipped_sound_is_told(tmp_path: Path) -> None:
    audio = decode(write_wav(tmp_path / "a.wav", np.clip(tone(2.0) * 20, -1, 1)), file="a.wav")
    assert any("clipped" in note for note in audio.notes)
    loud = decode(write_wav(tmp_path / "b.wav", tone(2.0) * 3.2), file="b.wav")
    assert loud.notes == ()


def test_a_header_with_an_absurd_sample_rate_is_refused(tmp_path: Path) -> None:
    """Sixty kilobytes at 1 Hz would be nine hours of sound."""
    assert "1 samples a second" in refused(write_wav(tmp_path / "x.wav", tone(2.0), rate=1), UnreadableSource)


def test_an_m4a_cut_before_its_index_is_refused(tmp_path: Path) -> None:
    whole = write_media(tmp_path / "a.m4a", "aac", "mp4", [tone(3.0, rate=48_000)]).read_bytes()
    path = tmp_path / "x.m4a"
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut off before its index" in refused(path, UnreadableSource)


def test_a_video_without_sound_is_no_speech(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            out.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24"))
            )
        out.mux(stream.encode(None))
    assert "no audio track" in refused(path, NoSpeech)


def test_one_of_several_audio_tracks_is_taken_and_noted(tmp_path: Path) -> None:
    path = write_media(tmp_path / "x.mka", "libopus", "matroska", [tone(1.0, rate=48_000)] * 2)
    audio = decode(path, file="calls/x.mka")
    assert audio.samples.shape[0] == 1
    assert any("2 audio tracks" in note for note in audio.notes)


def test_longer_than_allowed_is_refused_by_the_header(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.wav", tone(5.0))
    said = refused(path, LimitExceeded, max_hours=4 / 3600)
    assert "cut it into parts" in said and "PREREAD_MAX_HOURS" in said


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    write_wav(tmp_path / "secret.wav", tone(1.0))
    path = tmp_path / "x.wav"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n")
    assert "no complete recording" in refused(path, UnreadableSource)


def test_too_little_time_is_a_limit_not_a_crash(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.wav", tone(5.0))
    assert "took longer than 0.001 s" in refused(path, LimitExceeded, timeout_s=0.001)


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    audio = decode(write_wav(tmp_path / "a.wav", tone(1.0)), file="a.wav")
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFFxxxxWAVE")
    with pytest.raises(IngestError):
        decode(path, file="x.wav")
    assert audio.mono().shape == (16_000,)
    assert list(folder.iterdir()) == []


def test_probe_reads_the_header(tmp_path: Path) -> None:
    found = probe(write_wav(tmp_path / "a.wav", tone(2.0), tone(2.0)), file="a.wav")
    assert (found.duration, found.channels, found.sample_rate) == (pytest.approx(2.0), 2, 16_000)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_an_error_or_a_note_never_a_crash(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(write_wav(tmp_path / "a.wav", tone(0.5)).read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, 200))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.wav"
    path.write_bytes(bytes(content))
    try:
        assert decode(path, file="x.wav", timeout_s=30).samples.shape[1] > 0
    except IngestError as error:
        assert not isinstance(error, ExtraMissing) and str(error).startswith("x.wav: ")


@pytest.mark.slow
def test_odd_media_never_crash(shared: Path) -> None:
    files = [p for p in sorted((shared / "data" / "robustness").glob("*/*")) if p.is_file()]
    assert files
    for path in files:
        try:
            assert decode(path, file=path.name, timeout_s=60).samples.shape[1] > 0
        except IngestError as error:
            message = str(error)
            assert (
                message.startswith(f"{path.name}: ")
                and "\n" not in message
                and len(message) > len(path.name) + 20
            )
