"""What a voice is known by: the mean of its speaker embeddings over the clear stretches of one recording.

Nothing here is called unless a person asked for a voice to be remembered (docs/speech.md). A voiceprint is 192 numbers from
CAM++ (``ingest.diarizers.embedding``); speech cannot be made from it, but a recording can be recognised by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.audio import SAMPLE_RATE
from ingest.crosstalk import overlapping
from ingest.diarizers.embedding import SpeakerEmbedder
from ingest.diarizers.fbank import Features, fbank
from ingest.model import Utterance
from ingest.sound import Sound

MODEL = "campplus-zh-en-common"
"""Voiceprints of two models never compare; a stored one of another model is not used."""

WINDOW, HOP = 150, 75  # frames of 10 ms, as the diarizer's
LEAST_S = 8.0  # of clear speech: with less the mean moves too much to be kept
MOST_S = 90.0  # of speech that is looked at; more changes nothing
ALIKE = 0.6
"""Cosine from which a voice is proposed as a remembered one (``python -m bench.voiceprints``, docs/speech.md)."""

Vector = NDArray[np.float32]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """``vector``: unit length, shape (192,). ``seconds`` of speech that it is the mean of."""

    vector: Vector
    seconds: float


def clear_speech(utterances: Sequence[Utterance]) -> Mapping[str, tuple[Span, ...]]:
    """Speaker label -> the spans (seconds) in which only they speak, as far as the transcript knows."""
    both = overlapping(utterances)
    spans: dict[str, list[Span]] = {}
    for one in utterances:
        if one.speaker and one.start is not None and one.end is not None and one.ordinal not in both:
            spans.setdefault(one.speaker, []).append((one.start, one.end))
    return {label: tuple(found) for label, found in spans.items()}


def voiceprint(sound: Sound, spans: Sequence[Span], embedder: SpeakerEmbedder) -> Voiceprint | None:
    """Of the voice that speaks in ``spans`` (seconds), the longest first; None under ``LEAST_S`` of speech.

    Raises ``UnreadableSource`` where the speaker model fails on the sound.
    """
    vectors: list[Vector] = []
    seconds = 0.0
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        if seconds >= MOST_S:
            break
        pieces = windows(fbank(sound.mono(int(start * SAMPLE_RATE), int(end * SAMPLE_RATE))))
        if len(pieces):
            vectors.append(embedder.embed(pieces))
            seconds += end - start
    if seconds < LEAST_S:
        return None
    mean = np.concatenate(vectors).mean(axis=0)
    return Voiceprint((mean / np.linalg.norm(mean)).astype(np.float32), round(seconds, 1))


def windows(features: Features) -> Features:
    """Windows of 1.5 s every 0.75 s, each with its mean taken off, shape (n, 150, 80); none for less than a window."""
    starts = range(0, features.shape[0] - WINDOW + 1, HOP)
    pieces = [features[start : start + WINDOW] for start in starts]
    return np.stack([p - p.mean(axis=0) for p in pieces]) if pieces else np.zeros((0, WINDOW, 80), np.float32)


def likeness(one: Vector, other: Vector) -> float:
    """The cosine of two unit vectors, -1..1."""
    return float(one @ other)
