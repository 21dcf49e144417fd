"""Who speaks when, by voice: CAM++ embeddings of short windows over the speech, clustered.

The weights are iic/speech_campplus_sv_zh_en_16k-common_advanced of 3D-Speaker (Apache-2.0). Windows of 1.5 s every
0.75 s over Silero's speech, as in 3D-Speaker's own diarization recipe, then average linkage (``clustering``).
Two people who talk at once are heard as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE, Audio
from ingest.diarizers import REGIONS, Turn, Voices
from ingest.diarizers.clustering import voices as labelled
from ingest.diarizers.embedding import WEIGHTS, load
from ingest.diarizers.fbank import MELS, SHIFT, Features, fbank
from ingest.vad import Region, speech_regions

WINDOW = 150  # frames of 10 ms
HOP = 75
LEAST = 30  # frames: a stretch shorter than this says too little of a voice; it takes its neighbour's label
BRIDGE_S = 0.5  # a pause of one speaker shorter than this does not end the turn


class CamPlusPlus:
    """``weights``: the folder or file of the network; it comes with the program. ``threads``: 0 for all cores."""

    def __init__(self, weights: Path = WEIGHTS, threads: int = 0) -> None:
        self._embedder = load(weights, threads)

    @property
    def name(self) -> str:
        return "campplus"

    def hear(self, samples: NDArray[np.float32], regions: Sequence[Region]) -> Voices:
        """A vector for each window."""
        windows: list[tuple[float, float]] = []
        owners: list[int] = []
        pieces: list[Features] = []
        for number, region in enumerate(regions):
            found, cut = cut_windows(fbank(samples[region.start : region.end]), region)
            windows += found
            owners += [number] * len(found)
            pieces += cut
        spans = [(region.start / SAMPLE_RATE, region.end / SAMPLE_RATE) for region in regions]
        return Voices(
            np.array(spans, np.float64).reshape(-1, 2),
            np.array(windows, np.float64).reshape(-1, 2),
            np.array(owners, np.int64),
            self._embedder.embed(np.array(pieces, np.float32).reshape(-1, WINDOW, MELS)),
        )

    def turns(
        self, voices: Voices, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        """Turns of one speaker each; they do not overlap. None where nobody speaks."""
        return told_apart(voices, speakers, at_most)

    def diarize(
        self, audio: Audio, *, speakers: int | None = None, at_most: int | None = None
    ) -> tuple[Turn, ...]:
        samples = audio.mono()
        heard = self.hear(samples, speech_regions(samples, **REGIONS))
        return told_apart(heard, speakers, at_most)


def cut_windows(features: Features, region: Region) -> tuple[list[tuple[float, float]], list[Features]]:
    """Windows of one region (seconds), their features centred. The last one ends where the region ends; a short region is
    repeated until it fills a window, as in training."""
    count = features.shape[0]
    if count < LEAST:
        return [], []
    starts = list(range(0, max(count - WINDOW, 0) + 1, HOP))
    if count > WINDOW and starts[-1] + WINDOW < count:
        starts.append(count - WINDOW)
    windows: list[tuple[float, float]] = []
    pieces: list[Features] = []
    for start in starts:
        piece = features[start : start + WINDOW]
        piece = piece - piece.mean(axis=0)
        if piece.shape[0] < WINDOW:
            piece = np.tile(piece, (-(-WINDOW // piece.shape[0]), 1))[:WINDOW]
        pieces.append(piece)
        begin = (region.start + start * SHIFT) / SAMPLE_RATE
        windows.append((begin, begin + min(WINDOW, count) * SHIFT / SAMPLE_RATE))
    return windows, pieces


def told_apart(voices: Voices, speakers: int | None, at_most: int | None) -> tuple[Turn, ...]:
    """Every region given to its windows' voices, changing half way between two windows that differ."""
    if not voices.windows.size:
        return named([(start, end, 0) for start, end in voices.regions.tolist()])
    labels: list[int] = labelled(voices.vectors, speakers=speakers, at_most=at_most).tolist()
    middles = voices.windows.mean(axis=1)
    edges = np.searchsorted(voices.region, np.arange(voices.regions.shape[0] + 1))
    spans: list[tuple[float, float, int]] = []
    for (start, end), (first, after) in zip(voices.regions.tolist(), pairwise(edges.tolist()), strict=True):
        if first == after:  # too short to say anything of a voice
            spans.append((start, end, labels[int(np.abs(middles - (start + end) / 2).argmin())]))
            continue
        at = start
        for here in range(first, after - 1):
            if labels[here] != labels[here + 1]:
                change = float(middles[here] + middles[here + 1]) / 2
                spans.append((at, change, labels[here]))
                at = change
        spans.append((at, end, labels[after - 1]))
    return named(spans)


def named(spans: Sequence[tuple[float, float, int]]) -> tuple[Turn, ...]:
    """Spans as turns: neighbours of one voice joined, voices numbered by first appearance."""
    names: dict[int, str] = {}
    out: list[Turn] = []
    for start, end, label in spans:
        speaker = names.setdefault(label, f"S{len(names) + 1}")
        if out and out[-1].speaker == speaker and start - out[-1].end < BRIDGE_S:
            out[-1] = Turn(out[-1].start, end, speaker)
        else:
            out.append(Turn(start, end, speaker))
    return tuple(out)
