"""``preread transcribe`` on recordings as people have them: a transcript, with a note where sound is missing, or one line that
names the file and the cure."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main

Transcribe = Callable[[Path], tuple[int, str, list[str]]]
SPEECH = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"


@pytest.fixture
def transcribe(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Transcribe:
    for name, value in {
        "PREREAD_HOME": str(tmp_path / "home"),
        "PREREAD_MODELS": str(models_dir),
        "PREREAD_TRANSCRIBER": "faster-whisper:tiny.en",
        "PREREAD_DIARIZER": "none",
        "PREREAD_THREADS": "1",
    }.items():
        monkeypatch.setenv(name, value)

    def call(path: Path) -> tuple[int, str, list[str]]:
        with pytest.raises(SystemExit) as stopped:
            main(["transcribe", str(path)])
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err.splitlines()

    return call


@pytest.mark.models
def test_a_recording_with_a_hole_is_transcribed_and_the_hole_is_told(
    transcribe: Transcribe, tmp_path: Path
) -> None:
    whole = SPEECH.read_bytes()
    path = tmp_path / "call.opus"
    path.write_bytes(whole[: len(whole) * 4 // 10] + whole[len(whole) * 6 // 10 :])
    code, out, err = transcribe(path)
    assert code == 0 and "clinic" in out.lower()
    assert any("call.opus" in line and "holds no sound for 0:0" in line for line in err), err


@pytest.mark.models
@pytest.mark.parametrize("kind", ["silence", "a page", "nothing"])
def test_what_holds_no_speech_is_one_line_with_the_cure(
    transcribe: Transcribe, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "call.wav"
    if kind == "silence":
        with wave.open(str(path), "wb") as out:
            out.setparams((1, 2, 16_000, 0, "NONE", ""))
            out.writeframes(bytes(16_000 * 2 * 5))
    else:
        path.write_text("<html>Sign in to continue</html>" * 50 if kind == "a page" else "")
    code, said, err = transcribe(path)
    assert code != 0 and said == ""
    assert len(err) == 1 and "call.wav: " in err[0]
    assert any(cure in err[0] for cure in ("import another recording", "export it again"))
