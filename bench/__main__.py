"""``python -m bench``: every measurement in turn, over the shared data beside the clone. Takes a while; prints tables."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEECH = ("words", "diarization", "repeat", "loops", "peers", "memory")


def main() -> int:
    shared = Path(os.environ.get("PREREAD_SHARED", ROOT.parent / "shared"))
    deals = sorted(str(p) for p in (shared / "deals").glob("*/") if p.is_dir())
    if not deals:
        print(
            f"no labelled deals in {shared}: set PREREAD_SHARED to the folder of shared data", file=sys.stderr
        )
        return 2
    runs = (
        ["people", *deals],
        ["quality", *deals],
        ["answers"],
        ["softer"],
        ["public"],
        ["oracle", *deals],
        ["injection"],
        ["doubt"],
        ["voiceprints"],
        *(["speech", part] for part in SPEECH),
    )
    failed = 0
    for run in runs:
        print(f"\n## bench.{' '.join(run[:2]) if run[0] == 'speech' else run[0]}\n", flush=True)
        command = [sys.executable, "-m", f"bench.{run[0]}", *run[1:]]
        failed |= subprocess.run(command, cwd=ROOT, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
