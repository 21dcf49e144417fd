"""Who spoke when: error and its parts, recording by recording and as means of like recordings."""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np

from bench.speech.measuring import costing
from bench.speech.references import Span, diarized
from bench.speech.table import header, heading, row
from ingest.decode import decode
from ingest.diarizers import open_diarizer

PARTS = ("error", "confusion", "missed", "false")
STEP = 100  # a second in cells of 10 ms


def run(options: Namespace) -> None:
    diarizer = open_diarizer(options.diarizer, options.models, threads=options.threads)
    if diarizer is None:
        raise SystemExit("choose a diarizer: auto, campplus or channels")
    heading(
        f"Who spoke when: diarizer {options.diarizer}, {options.threads} threads",
        "Number of speakers unknown, no collar, overlap counted; shares of the spoken time.",
    )
    header("recording", "s", "speakers found / true", *PARTS, "CPU s a second")
    means: dict[str, list[dict[str, float]]] = defaultdict(list)
    for path, reference in diarized(options.shared):
        audio = decode(path, file=path.name)
        turns, cost = costing(lambda audio=audio: diarizer.diarize(audio))
        score = errors(reference, [(t.start, t.end, t.speaker) for t in turns], audio.duration)
        found, true = len({t.speaker for t in turns}), len({s for _, _, s in reference})
        row(
            f"{path.parent.name}/{path.name}",
            f"{audio.duration:.0f}",
            f"{found} / {true}",
            *(f"{score[part]:.3f}" for part in PARTS),
            f"{cost.cpu / audio.duration:.3f}",
        )
        for group in groups(path):
            means[group].append(score | {"right": float(found == true)})
    print("\nMeans, a recording one vote:\n")
    header("recordings", "files", "count right", *PARTS)
    for group, scores in means.items():
        right = f"{sum(s['right'] for s in scores):.0f}"
        row(group, len(scores), right, *(f"{fmean(s[part] for s in scores):.3f}" for part in PARTS))
    print(
        "\nPublished beside it: pyannote 3.1 and community-1 on AMI, 0.17 to 0.23 error over whole meetings, with the same rules "
        "(no collar, overlap counted); the excerpts here are 30 s each."
    )


def groups(path: Path) -> tuple[str, ...]:
    kind = "stereo, a side a channel" if "stereo" in path.stem else f"{path.parent.name}, one channel"
    if path.parent.parent.name == "recordings":
        kind = "recordings (synthetic voices)"
    return kind, "all"


def errors(reference: Sequence[Span], found: Sequence[Span], seconds: float) -> dict[str, float]:
    """Error, confusion, missed and false speech as shares of the spoken time; no collar, overlap counted. Speakers are
    paired so that most time agrees (as NIST md-eval does)."""
    from scipy.optimize import linear_sum_assignment

    ref, hyp = grid(reference, seconds), grid(found, seconds)
    together = (ref[:, None, :] & hyp[None]).sum(axis=2)
    correct = np.zeros(ref.shape[1], dtype=int)
    for a, b in zip(*linear_sum_assignment(-together), strict=True):
        correct += ref[a] & hyp[b]
    r, h = ref.sum(axis=0), hyp.sum(axis=0)
    spoken = float(r.sum())
    missed, false = np.maximum(r - h, 0).sum() / spoken, np.maximum(h - r, 0).sum() / spoken
    confusion = (np.minimum(r, h) - correct).sum() / spoken
    return {"error": missed + false + confusion, "confusion": confusion, "missed": missed, "false": false}


def grid(spans: Sequence[Span], seconds: float) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Who speaks in which cell: shape (speakers, cells)."""
    who = sorted({speaker for _, _, speaker in spans})
    out = np.zeros((len(who), int(seconds * STEP) + 1), dtype=np.bool_)
    for start, end, speaker in spans:
        out[who.index(speaker), int(start * STEP) : int(end * STEP)] = True
    return out
