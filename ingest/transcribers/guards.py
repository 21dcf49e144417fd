"""What Whisper says although nobody said it: loops, words over noise, the subtitles of its training videos.

The bounds are Whisper's own (compression ratio 2.4, log probability -1, no-speech probability 0.6: Radford et al. 2022,
https://arxiv.org/abs/2212.04356, section 4.5). The phrases are those it is known to invent over silence and music.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ingest.model import Word

MAX_COMPRESSION = 2.4
MIN_LOGPROB = -1.0
MAX_NO_SPEECH = 0.6
UNSURE = 0.5  # geometric mean of the word probabilities under which a known phantom is not believed
PHANTOMS = re.compile(
    r"(thank you|thanks)( so much| very much)? for (watching|listening)( to (this|my|our) \w+)?"
    r"|(please )?(like and )?subscribe( to (my|our|the) channel)?"
    r"|subtitles? (by|created by) .*|.*amara\.?org.*|transcri(bed|ption) by .*|captions? by .*"
    r"|see you in the next (video|one)|i'?ll see you (guys )?next time|bye-?bye|you|thank you",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?…][\"')\]]*$")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a backend made of one clip. Word times are seconds within the clip; the figures are the model's own."""

    text: str
    words: tuple[Word, ...]
    logprob: float  # mean per token
    no_speech: float  # 0..1


def compression(text: str) -> float:
    """How well the text packs; above 2.4 it repeats itself."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def looping(heard: Heard) -> bool:
    return compression(heard.text) > MAX_COMPRESSION


def over_noise(heard: Heard) -> bool:
    return heard.no_speech > MAX_NO_SPEECH and heard.logprob < MIN_LOGPROB


def without_phantoms(words: Sequence[Word]) -> tuple[tuple[Word, ...], int]:
    """The words without sentences that are known inventions and that the model itself doubts; how many went."""
    kept: list[Word] = []
    dropped = 0
    for sentence in sentences(words):
        if phantom(sentence):
            dropped += 1
        else:
            kept += sentence
    return tuple(kept), dropped


def phantom(sentence: Sequence[Word]) -> bool:
    text = " ".join(word.text.strip() for word in sentence).strip(" .!?,-…\"'")
    if not PHANTOMS.fullmatch(text):
        return False
    known = [word.probability for word in sentence if word.probability is not None]
    return bool(known) and fmean(math.log(max(p, 1e-6)) for p in known) < math.log(UNSURE)


def sentences(words: Sequence[Word]) -> list[list[Word]]:
    out: list[list[Word]] = [[]]
    for word in words:
        out[-1].append(word)
        if SENTENCE_END.search(word.text):
            out.append([])
    return [sentence for sentence in out if sentence]
