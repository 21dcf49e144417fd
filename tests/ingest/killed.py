"""Run by test_kills.py in a process of its own: one recording, in small chunks, its workspace beside it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ingest.chunks import Cut
from ingest.diarizers import open_diarizer
from ingest.recording import transcribe_recording
from ingest.transcribers import open_transcriber
from ingest.workspace import Workspace


def main(sound: str, models: str, work: str, out: str) -> None:
    source = transcribe_recording(
        Path(sound),
        "call",
        transcriber=open_transcriber("faster-whisper:tiny.en", Path(models), threads=1),
        diarizer=open_diarizer("campplus", Path(models), threads=1),
        workspace=Workspace(Path(work)),
        cut=Cut(clips=1, window_s=4.0),
    )
    said = [[u.speaker, u.start, u.end, u.text] for u in source.utterances]
    Path(out).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
