"""The recordings with something to compare with: their words, their cues, who spoke when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOUNDS = (".m4a", ".mp3", ".flac", ".opus", ".wav")
Span = tuple[float, float, str]
"""Start and end in seconds, speaker."""


@dataclass(frozen=True)
class Cue:
    start: float  # seconds
    speaker: str
    text: str


@dataclass(frozen=True)
class Recording:
    path: Path
    text: str
    cues: tuple[Cue, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"

    def seconds(self) -> float:
        return seconds(self.path)


@cache
def seconds(path: Path) -> float:
    from ingest.decode import probe

    return probe(path, file=path.name).duration or 0.0


def spoken(shared: Path) -> list[Recording]:
    """Recordings with a reference text: the calls first, then read sentences."""
    out: list[Recording] = []
    for vtt in sorted((shared / "recordings").glob("*/*.ref.vtt")):
        cues = read_vtt(vtt)
        sound = beside(vtt, vtt.name.removesuffix(".ref.vtt"))
        out.append(Recording(sound, " ".join(cue.text for cue in cues), tuple(cues)))
    listed = shared / "data/audio/read/text.jsonl"
    for line in listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else ():
        entry = json.loads(line)
        out.append(Recording(shared / "data" / entry["file"], entry["text"]))
    return out


def diarized(shared: Path) -> list[tuple[Path, list[Span]]]:
    """Recordings with a reference of who spoke when."""
    files = sorted((shared / "recordings").glob("*/*.rttm"))
    files += sorted((shared / "data/audio").glob("*/*.rttm"))
    return [(beside(rttm, rttm.stem), read_rttm(rttm)) for rttm in files]


def telephone(shared: Path) -> list[Path]:
    """Recordings at 8 kHz."""
    folder = shared / "data/audio"
    return sorted(folder.glob("aws-calls/*.flac")) + sorted(folder.glob("built-calls/*8k*.flac"))


def beside(reference: Path, stem: str) -> Path:
    return next(p for p in sorted(reference.parent.iterdir()) if p.stem == stem and p.suffix in SOUNDS)


def read_vtt(path: Path) -> list[Cue]:
    cues: list[Cue] = []
    start = 0.0
    for line in path.read_text(encoding="utf-8").splitlines():
        if "-->" in line:
            h, m, s = line.split("-->")[0].strip().split(":")
            start = int(h) * 3600 + int(m) * 60 + float(s)
        elif ": " in line:
            speaker, text = line.split(": ", 1)
            cues.append(Cue(start, speaker, text))
    return cues


def read_rttm(path: Path) -> list[Span]:
    rows = [line.split() for line in path.read_text().splitlines() if line.startswith("SPEAKER")]
    return [(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows]
