"""How well a voice is known again in another recording.

    python -m bench.voiceprints [--shared DIR] [--threads N]

Voiceprints are taken from the true turns of every recording with an RTTM, for each speaker with enough speech; pairs of one
speaker in two recordings (and the two halves of a speaker's turns in one) against pairs of two speakers. Prints the equal
error rate, and for thresholds how many same pairs are missed and how many different pairs are taken for one. Asserts nothing.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np

from bench.speech.references import diarized
from ingest.decode import decode_to
from ingest.diarizers.embedding import load
from ingest.voiceprints import Span, Voiceprint, likeness, voiceprint

THRESHOLDS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)


def prints(shared: Path, threads: int) -> list[tuple[str, str, int, Voiceprint]]:
    """(recording, speaker, half, voiceprint): half 0 of the whole, 1 and 2 of every other turn."""
    embedder = load(threads=threads)
    out: list[tuple[str, str, int, Voiceprint]] = []
    for path, spans in diarized(shared):
        with tempfile.TemporaryDirectory() as folder:
            sound = decode_to(path, Path(folder) / "sound", file=path.name)
            for speaker in sorted({who for _, _, who in spans}):
                own: list[Span] = [(start, end) for start, end, who in spans if who == speaker]
                for half, part in enumerate((own, own[::2], own[1::2])):
                    found = voiceprint(sound, part, embedder)
                    if found is not None:
                        out.append((path.stem, speaker, half, found))
    return out


def report(name: str, same: list[float], other: list[float]) -> None:
    points = np.unique(np.concatenate([same, other]))
    rates = [
        (float(np.mean(np.array(same) < p)), float(np.mean(np.array(other) >= p)), float(p)) for p in points
    ]
    missed, false, at = min(rates, key=lambda r: abs(r[0] - r[1]))
    print(f"\n**{name}**: {len(same)} same pairs, {len(other)} different; equal error rate", end=" ")
    print(
        f"{(missed + false) / 2:.3f} at {at:.2f}; lowest same {min(same):.2f}, highest different {max(other):.2f}\n"
    )
    print("| threshold | same pairs missed | different pairs taken for one |")
    print("| --- | --- | --- |")
    for limit in THRESHOLDS:
        print(
            f"| {limit} | {np.mean(np.array(same) < limit):.3f} | {np.mean(np.array(other) >= limit):.3f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    found = prints(options.shared, options.threads)
    print(
        f"{sum(half == 0 for _, _, half, _ in found)} voices in {len({r for r, _, _, _ in found})} recordings"
    )
    whole = [x for x in found if x[2] == 0]
    across = [(a, b) for a, b in combinations(whole, 2) if a[0] != b[0]]
    report(
        "Another recording",
        [likeness(a[3].vector, b[3].vector) for a, b in across if a[1] == b[1]],
        [likeness(a[3].vector, b[3].vector) for a, b in across if a[1] != b[1]],
    )
    print("\nDifferent names that sound most alike:")
    alike = [(likeness(a[3].vector, b[3].vector), a, b) for a, b in across if a[1] != b[1]]
    for value, a, b in sorted(alike, key=lambda x: -x[0])[:6]:
        print(f"  {a[1]} in {a[0]} / {b[1]} in {b[0]} {value:.2f}")
    halves = [(a, b) for a, b in combinations(found, 2) if a[0] == b[0] and {a[2], b[2]} == {1, 2}]
    report(
        "The two halves of one recording",
        [likeness(a[3].vector, b[3].vector) for a, b in halves if a[1] == b[1]],
        [likeness(a[3].vector, b[3].vector) for a, b in halves if a[1] != b[1]],
    )
    print("\nSame voice, another recording:")
    for a, b in across:
        if a[1] == b[1]:
            print(f"  {a[1]}: {a[0]} / {b[0]} {likeness(a[3].vector, b[3].vector):.2f}")


if __name__ == "__main__":
    main()
