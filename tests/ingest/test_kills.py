"""A process killed at any moment loses at most the chunk that it was at, and changes no word."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "samples" / "audio" / "two-voices.opus"


def start(models: Path, work: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(HERE / "killed.py"), str(SAMPLE), str(models), str(work), str(out)]
    return subprocess.Popen(command, cwd=HERE.parents[1])


def finished(work: Path) -> dict[str, int]:
    """The finished chunks and when each was written (ns)."""
    return {path.name: path.stat().st_mtime_ns for path in work.glob("*/mix-*.json")}


@pytest.mark.models
def test_killed_at_random_moments_the_transcript_is_the_same(tmp_path: Path, models_dir: Path) -> None:
    assert start(models_dir, tmp_path / "calm", tmp_path / "calm.json").wait() == 0
    total = len(finished(tmp_path / "calm"))
    assert total >= 4
    chance, work, out = random.Random(11), tmp_path / "work", tmp_path / "killed.json"
    kills = 0
    for target in (0, 1, total // 2, total - 1):
        before = finished(work)
        process = start(models_dir, work, out)
        until = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < until:
            if len(finished(work)) >= target and (target or (work / "sound.json").exists()):
                time.sleep(chance.uniform(0.0, 0.2))
                process.kill()
                kills += process.wait() != 0
        after = finished(work)
        assert before.items() <= after.items(), "no finished chunk is done twice"
    assert kills >= 3
    before = finished(work)
    assert start(models_dir, work, out).wait() == 0
    after = finished(work)
    assert before.items() <= after.items() and len(after) == total
    assert json.loads(out.read_text()) == json.loads((tmp_path / "calm.json").read_text())
