from __future__ import annotations

import numpy as np
import pytest

from ingest.audio import SAMPLE_RATE
from ingest.model import Word
from ingest.transcribers.clips import Clip
from ingest.transcribers.guards import Heard, phantom
from ingest.transcribers.listening import skipped
from ingest.vad import Region

CLIP = Clip(np.zeros(SAMPLE_RATE * 20, np.float32), (Region(0, SAMPLE_RATE * 20),))


def heard(starts: list[float]) -> Heard:
    words = tuple(Word(at, at + 0.2, " word") for at in starts)
    return Heard("word " * len(words), words, logprob=-0.2, no_speech=0.0)


@pytest.mark.parametrize(
    ("starts", "lost"),
    [
        ([n * 0.5 for n in range(40)], False),
        ([n * 1.6 for n in range(13)], False),  # the slowest of speakers
        ([6.0 + n * 0.5 for n in range(28)], True),  # nothing for six seconds
        ([4.3, 4.8, 5.4, *(8.0 + n * 0.5 for n in range(24))], True),  # three words spread over eight seconds
        ([n * 0.5 for n in range(24)], True),  # ends long before the speech does
        ([], True),
    ],
)
def test_words_that_were_skipped_are_noticed(starts: list[float], lost: bool) -> None:
    assert skipped(CLIP, heard(starts)) is lost


@pytest.mark.parametrize(
    ("probabilities", "dropped"), [((0.016, 0.986), True), ((0.3, 0.4), True), ((0.9, 0.95), False)]
)
def test_a_known_invention_is_dropped_where_any_of_it_is_much_doubted(
    probabilities: tuple[float, ...], dropped: bool
) -> None:
    words = [Word(0.0, 0.1, f" {t}", p) for t, p in zip(("Thank", "you."), probabilities, strict=True)]
    assert phantom(words) is dropped
