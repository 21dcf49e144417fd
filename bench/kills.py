"""Ten kills: a long recording transcribed by a process that is killed (SIGKILL) at random moments, and once undisturbed.

    python -m bench.kills SOUND [--kills N] [--transcriber NAME] [--models DIR] [--threads N] [--seed N]

Prints a Markdown table: when each process was killed, how many chunks were finished before and after it, and how many finished
chunks were written again (there should be none); then whether the transcript is the undisturbed one's.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def work(options: argparse.Namespace) -> None:
    """One try, in the process that is killed."""
    from ingest.diarizers import open_diarizer
    from ingest.recording import transcribe_recording
    from ingest.transcribers import open_transcriber
    from ingest.workspace import Workspace

    source = transcribe_recording(
        options.sound,
        options.sound.name,
        transcriber=open_transcriber(options.transcriber, options.models, threads=options.threads),
        diarizer=open_diarizer("auto", options.models, threads=options.threads),
        workspace=Workspace(options.work),
    )
    said = [[u.speaker, u.start, u.end, u.text] for u in source.utterances]
    options.out.write_text(json.dumps(said), encoding="utf-8")


def start(options: argparse.Namespace, folder: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "bench.kills",
        str(options.sound),
        "--work",
        str(folder),
        "--out",
        str(out),
    ]
    command += ["--transcriber", options.transcriber, "--models", str(options.models)]
    return subprocess.Popen([*command, "--threads", str(options.threads)], cwd=ROOT)


def finished(folder: Path) -> dict[Path, int]:
    """The finished chunks and when each was written (ns)."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("*/*-[0-9]*.json")}


def kills(options: argparse.Namespace, folder: Path) -> None:
    begun = time.monotonic()
    calm = folder / "calm.json"
    start(options, folder / "calm", calm).wait()
    whole = time.monotonic() - begun
    print(f"\n{options.sound.name}, {options.transcriber}: undisturbed in {whole:.0f} s, ", end="")
    print(f"{len(finished(folder / 'calm'))} chunks\n")
    print(
        "| kill | after s | chunks finished before | after | written again |\n| --- | --- | --- | --- | --- |"
    )
    chance, work, out = random.Random(options.seed), folder / "killed", folder / "killed.json"
    again = 0
    for number in range(1, options.kills + 1):
        before = finished(work)
        process = start(options, work, out)
        wait = chance.uniform(0.02, 0.2) * whole
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        after = finished(work)
        twice = sum(after.get(path) != at for path, at in before.items())
        again += twice
        print(f"| {number} | {wait:.1f} | {len(before)} | {len(after)} | {twice} |", flush=True)
    before = finished(work)
    start(options, work, out).wait()
    again += sum(finished(work).get(path) != at for path, at in before.items())
    same = calm.read_bytes() == out.read_bytes()
    print(f"\nFinished chunks done twice: {again}. The transcript is {'the same' if same else 'ANOTHER'}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sound", type=Path)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--transcriber", default="faster-whisper:tiny.en")
    parser.add_argument("--models", type=Path, default=Path.home() / ".cache/preread/models")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.sound = options.sound.resolve()
    if options.work is not None:
        work(options)
        return
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        kills(options, Path(folder))


if __name__ == "__main__":
    main()
