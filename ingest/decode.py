"""Sound out of any recording: FFmpeg (through PyAV) in a process of its own, with bounds on time, memory and length.

A media file is the most dangerous thing that users hand in: decoders are C code and files come from strangers. So the file
is opened by ``ingest.decode_worker`` alone; this module starts it and waits; it writes the samples to a file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ingest import errors
from ingest.audio import Audio
from ingest.sound import Sound

WORKER = Path(__file__).with_name("decode_worker.py")
KINDS: dict[str, type[errors.IngestError]] = {
    "UnreadableSource": errors.UnreadableSource,
    "NoSpeech": errors.NoSpeech,
    "LimitExceeded": errors.LimitExceeded,
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What the header says. ``duration`` in seconds, None where the format does not tell."""

    duration: float | None
    format: str
    codec: str
    sample_rate: int  # Hz
    channels: int


def decode(
    path: Path, *, file: str, max_hours: float = 8.0, timeout_s: float = 1800.0, memory_mb: int = 2048
) -> Audio:
    """The sound of ``path`` in memory; for recordings of unknown length use ``decode_to``, which this calls."""
    handle, name = tempfile.mkstemp(prefix="preread-", suffix=".f32")
    os.close(handle)
    out = Path(name)
    try:
        sound = decode_to(path, out, file=file, max_hours=max_hours, timeout_s=timeout_s, memory_mb=memory_mb)
        return sound.audio()
    finally:
        out.unlink(missing_ok=True)


def decode_to(
    path: Path,
    out: Path,
    *,
    file: str,
    max_hours: float = 8.0,
    timeout_s: float = 1800.0,
    memory_mb: int = 2048,
) -> Sound:
    """The sound of ``path`` at 16 kHz written to ``out``: two channels where the recording has two, else one.

    ``file`` is the name that messages use. What still decodes of a damaged file is kept, and ``Sound.notes`` says where it breaks
    off. Times follow the file's own time stamps, so a second here is that second in a player.

    Raises:
        UnreadableSource: empty, not a recording, or nothing in it can be decoded.
        NoSpeech: there is no audio track.
        LimitExceeded: longer than ``max_hours``, or decoding it takes more time, memory or disk than there is.
        ExtraMissing: PyAV is not installed.
    """
    check(path, file)
    job = {
        "task": "decode",
        "path": str(path.resolve()),
        "file": file,
        "out": str(out.resolve()),
        "max_hours": max_hours,
    }
    answer = ask(job, file, timeout_s, memory_mb)
    return Sound(
        out,
        channels=cast(int, answer["channels"]),
        frames=cast(int, answer["frames"]),
        notes=tuple(cast(list[str], answer["notes"])),
    )


def probe(path: Path, *, file: str, timeout_s: float = 60.0, memory_mb: int = 2048) -> Probe:
    """Read the header only. Raises as ``decode`` does."""
    check(path, file)
    job = {"task": "probe", "path": str(path.resolve()), "file": file, "max_hours": 1.0}
    answer = ask(job, file, timeout_s, memory_mb)
    return Probe(
        duration=cast(float | None, answer["duration"]),
        format=str(answer["format"]),
        codec=str(answer["codec"]),
        sample_rate=cast(int, answer["sample_rate"]),
        channels=cast(int, answer["channels"]),
    )


def check(path: Path, file: str) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise errors.UnreadableSource(f"it cannot be read: {error.strerror}", file=file) from error
    if not path.is_file():
        raise errors.UnreadableSource("this is not a file", file=file)
    if size == 0:
        raise errors.UnreadableSource("the file is empty; copy or export it again", file=file)


def ask(job: Mapping[str, object], file: str, timeout_s: float, memory_mb: int) -> dict[str, object]:
    """Run the worker on one job. ``-I`` keeps the current folder and the environment out of its import path."""
    text = json.dumps({**job, "timeout_s": timeout_s, "memory_mb": memory_mb})
    command = [sys.executable, "-I", str(WORKER)]
    environment = {
        key: value
        for key, value in os.environ.items()
        if key in ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
    }
    environment["OPENBLAS_NUM_THREADS"] = "1"  # each of its threads would reserve address space
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=timeout_s, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise errors.LimitExceeded(
            f"decoding it took longer than {timeout_s:g} s; export it again", file=file
        ) from error
    return understand(done, file, timeout_s)


def understand(done: subprocess.CompletedProcess[str], file: str, timeout_s: float) -> dict[str, object]:
    try:
        answer = cast(dict[str, object], json.loads(done.stdout))
    except ValueError:
        answer = None
    if answer is None:
        raise crashed(done, file, timeout_s)
    if answer.get("error") == "ExtraMissing":
        raise errors.ExtraMissing("av", "speech")
    if "error" in answer:
        kind = KINDS.get(str(answer["error"]), errors.UnreadableSource)
        raise kind(str(answer["reason"]), file=file)
    return answer


def crashed(done: subprocess.CompletedProcess[str], file: str, timeout_s: float) -> errors.IngestError:
    if done.returncode == -getattr(signal, "SIGXCPU", 24):
        return errors.LimitExceeded(
            f"decoding it took longer than {timeout_s:g} s; export it again", file=file
        )
    if done.returncode == -getattr(signal, "SIGKILL", 9):
        return errors.LimitExceeded(
            "decoding it was stopped, most likely for want of memory; try again", file=file
        )
    return errors.UnreadableSource("the decoder crashed on it; export it again as m4a or wav", file=file)
