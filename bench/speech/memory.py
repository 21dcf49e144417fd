"""Peak memory of a short recording and of a very long one, each in a fresh process."""

from __future__ import annotations

import tempfile
import wave
from argparse import Namespace
from itertools import cycle
from pathlib import Path

import numpy as np

from bench.speech.processes import Running
from bench.speech.references import SOUNDS
from bench.speech.systems import SYSTEMS, Options
from bench.speech.table import header, heading, row
from ingest.audio import SAMPLE_RATE
from ingest.decode import decode


def run(options: Namespace) -> None:
    names = options.system or ["preread, speakers"]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        lengths = (options.minutes, options.hours * 60)
        files = [joined(options.shared, minutes, Path(scratch) / f"{minutes:g}.wav") for minutes in lengths]
        heading(
            f"Memory: whisper {options.model}, {options.threads} threads",
            *(f"**{name}**: {SYSTEMS[name].settings}." for name in names),
            "The shared recordings joined, again and again until the length is reached; 16 kHz WAV. Peaks are of the process and "
            "its children together; anonymous: without what is mapped from files.",
        )
        header("system", "minutes", "peak MB", "anonymous MB", "real-time factor", "words", "speakers")
        asked = Options(str(options.models), options.model, options.threads, scratch)
        for name in names:
            peaks: list[tuple[float, float]] = []
            for path, minutes in zip(files, lengths, strict=True):
                with Running(name, asked) as system:
                    answer, cost = system.hear(path)
                    peak = system.peak
                peaks.append((peak.resident, peak.anonymous))
                row(
                    name,
                    f"{minutes:g}",
                    f"{peak.resident:.0f}",
                    f"{peak.anonymous:.0f}",
                    f"{cost.wall / minutes / 60:.3f}",
                    len(answer.text.split()),
                    answer.speakers or "",
                )
            ratios = [long / max(short, 1e-9) for short, long in zip(*peaks, strict=True)]
            row(f"{name}, long to short", "", f"{ratios[0]:.2f}", f"{ratios[1]:.2f}", "", "", "")


def joined(shared: Path, minutes: float, out: Path) -> Path:
    """The shared recordings end to end, one channel, cut at ``minutes``."""
    folders = (shared / "recordings", shared / "data/audio")
    paths = [p for folder in folders for p in sorted(folder.rglob("*")) if p.suffix in SOUNDS]
    if not paths:
        raise SystemExit(f"no recordings in {shared}: give --shared the folder of shared data")
    room = int(minutes * 60 * SAMPLE_RATE)
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for path in cycle(paths):
            samples = decode(path, file=path.name).mono()[:room]
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
            room -= samples.shape[0]
            if room <= 0:
                return out
    return out
