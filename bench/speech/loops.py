"""Words where nobody speaks: each sound alone, and around real speech, which must stay."""

from __future__ import annotations

import tempfile
import wave
import zlib
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from bench.speech.processes import Running
from bench.speech.sounds import SOUNDS, Sound
from bench.speech.systems import SYSTEMS, Options
from bench.speech.table import header, heading, row
from ingest.audio import SAMPLE_RATE
from ingest.decode import decode

OURS = "preread"
PLAIN = "faster-whisper"
SPEECH = Path(__file__).resolve().parents[2] / "tests/samples/audio/two-voices.opus"


def run(options: Namespace) -> None:
    names = options.system or [OURS, PLAIN]
    heading(
        f"Words invented: whisper {options.model}, {options.threads} threads",
        *(f"**{name}**: {SYSTEMS[name].settings}." for name in names),
        f"{OURS} hears {options.minutes:g} minutes of each sound, the others the first {options.plain_seconds:g} s of it (they "
        "take long over it). Words a minute, and how well the text packs (over 2.4 it repeats itself).",
        "Around speech: half a minute of the sound, a recording of ours, half a minute again; words in the sound's time.",
    )
    header(
        "sound",
        *(f"{name}: words a minute" for name in names),
        *(f"{name}: packs" for name in names),
        *(f"{name}: around speech" for name in names if name == OURS),
    )
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        asked = Options(str(options.models), options.model, options.threads, scratch)
        systems = [stack.enter_context(Running(name, asked)) for name in names]
        for title, make in SOUNDS.items():
            counts: list[str] = []
            packs: list[str] = []
            around: list[str] = []
            for system in systems:
                length = (
                    options.minutes * 60
                    if system.name == OURS
                    else min(options.plain_seconds, options.minutes * 60)
                )
                path = written(make(length), Path(scratch) / "sound.wav")
                answer, _ = system.hear(path)
                counts.append(f"{len(answer.text.split()) / length * 60:.1f}")
                packs.append(f"{packing(answer.text):.1f}")
                if system.name == OURS:
                    around.append(beyond(system, make(30.0), Path(scratch) / "mixed.wav"))
            row(title, *counts, *packs, *around)


def beyond(system: Running, sound: Sound, path: Path) -> str:
    """Words in the sound before and after our sample recording; words in the sample, of those heard in it alone."""
    speech = decode(SPEECH, file=SPEECH.name).mono()
    before, after = sound.size / SAMPLE_RATE, (sound.size + speech.size) / SAMPLE_RATE
    alone, _ = system.hear(written(speech, path))
    mixed, _ = system.hear(written(np.concatenate([sound, speech, sound]), path))
    outside = [at for at in mixed.starts if at < before - 0.5 or at > after + 0.5]
    return f"{len(outside)}; speech {len(mixed.starts) - len(outside)} of {len(alone.starts)}"


def packing(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def written(samples: Sound, path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path
