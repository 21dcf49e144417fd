from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.audio import SAMPLE_RATE as RATE
from ingest.model import Word
from ingest.transcribers.clips import Clip, clip, packed, pieces
from ingest.transcribers.guards import Heard, compression, looping, over_noise, without_phantoms
from ingest.transcribers.listening import attended, whole
from ingest.vad import THRESHOLD, WINDOW, Region, longest_pause, speech_regions


def two() -> Clip:
    """Speech at 2-4 s and at 10-13 s."""
    samples = np.zeros(RATE * 20, np.float32)
    return clip(samples, [Region(2 * RATE, 4 * RATE), Region(10 * RATE, 13 * RATE)])


def test_times_of_a_clip_come_back_to_the_recording() -> None:
    assert two().restore(0.5, 1.0) == (2.5, 3.0)
    assert two().restore(2.5, 3.0) == (10.5, 11.0)
    assert two().restore(1.9, 2.6) == (10.0, 10.6)  # a word over the join belongs where most of it is
    assert two().restore(4.9, 9.0) == (12.9, 13.0)


def test_halves_are_cut_at_the_join_and_keep_their_place() -> None:
    first, second = two().halves()
    assert first.regions == (Region(2 * RATE, 4 * RATE),) and second.regions == (
        Region(10 * RATE, 13 * RATE),
    )
    assert first.seconds + second.seconds == two().seconds


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 90)), min_size=1, max_size=12))
def test_long_regions_are_cut_without_loss(spans: list[tuple[int, int]]) -> None:
    regions: list[Region] = []
    at = 0
    for gap, length in spans:
        regions.append(Region(at + gap * 1000, at + gap * 1000 + length * 10_000))
        at = regions[-1].end
    samples = np.zeros(at, np.float32)
    cut = list(pieces(lambda start, end: samples[start:end], regions, 29 * RATE))
    assert all(0 < part.end - part.start <= 29 * RATE for part in cut)
    assert sum(part.end - part.start for part in cut) == sum(r.end - r.start for r in regions)


def test_a_region_is_parted_at_a_pause_to_fill_the_window() -> None:
    regions = [Region(0, 20 * RATE), Region(21 * RATE, 41 * RATE)]
    asked: list[tuple[int, int]] = []

    def pause(start: int, end: int) -> int:
        asked.append((start, end))
        return 27 * RATE

    assert list(packed(regions, 29 * RATE, pause)) == [
        [Region(0, 20 * RATE), Region(21 * RATE, 27 * RATE)],
        [Region(27 * RATE, 41 * RATE)],
    ]
    assert asked == [(23 * RATE, 30 * RATE)]  # two seconds at least, nine at most
    assert list(packed(regions, 29 * RATE)) == [[regions[0]], [regions[1]]]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 290)), min_size=1, max_size=30), st.integers(0, 7)
)
def test_packing_loses_nothing_and_is_the_same_when_done_again(
    spans: list[tuple[int, int]], where: int
) -> None:
    """The transcriber packs the parts of a chunk once more, without its pauses: it must come to the same clips."""
    regions: list[Region] = []
    at = 0
    for gap, length in spans:
        regions.append(Region(at + gap * 1600, at + gap * 1600 + length * 1600))
        at = regions[-1].end
    first = list(
        packed(regions, 29 * RATE, lambda start, end: start + (end - start) * where // 7 if where else None)
    )
    assert all(sum(r.end - r.start for r in clip) <= 29 * RATE for clip in first)
    flat = [region for clip in first for region in clip]
    assert sum(r.end - r.start for r in flat) == sum(r.end - r.start for r in regions)
    assert all(a.end <= b.start for a, b in pairwise(flat))
    assert list(packed(flat, 29 * RATE)) == first


def test_the_longest_pause_is_taken_and_a_breath_within_a_word_is_none() -> None:
    found = np.full(100, 0.9, np.float32)
    found[10:13] = 0.0
    assert longest_pause(found, 0, 100 * WINDOW) is None
    found[40:46] = found[60:70] = THRESHOLD / 2
    assert longest_pause(found, 0, 100 * WINDOW) == 65 * WINDOW
    assert longest_pause(found, 0, 58 * WINDOW) == 43 * WINDOW
    assert longest_pause(found, 41 * WINDOW, 43 * WINDOW) is None


def said(text: str, step: float = 0.5, probability: float = 0.9) -> tuple[Word, ...]:
    return tuple(
        Word(n * step, n * step + 0.3, " " + part, probability) for n, part in enumerate(text.split())
    )


def heard(text: str, **figures: float) -> Heard:
    return Heard(text, said(text), figures.get("logprob", -0.2), figures.get("no_speech", 0.1))


def test_loops_and_noise_are_known() -> None:
    assert looping(heard("I know you know " * 30)) and not looping(
        heard("We chose them because of the people.")
    )
    assert over_noise(heard("you", logprob=-1.4, no_speech=0.8)) and not over_noise(
        heard("you", no_speech=0.8)
    )
    assert compression("") == 0.0


def test_a_phantom_is_dropped_only_where_it_is_doubted() -> None:
    unsure, sure = said("Thanks for watching!", probability=0.3), said("Thank you.", probability=0.9)
    assert without_phantoms(unsure) == ((), 1)
    assert without_phantoms(sure) == (sure, 0)
    real = said("Thanks for watching the budget so closely.", probability=0.3)
    assert without_phantoms(real) == (real, 0)


def test_pieces_of_a_word_are_joined() -> None:
    parts = [
        Word(0, 1, " high", 0.9),
        Word(1, 2, "-end", 0.5),
        Word(2, 3, " autos.", 0.8),
        Word(3, 4, " ", 0.1),
    ]
    assert [(w.text, w.start, w.end, w.probability) for w in whole(parts)] == [
        (" high-end", 0, 2, 0.5),
        (" autos.", 2, 3, 0.8),
    ]
    assert len(whole([Word(0, 1, "你", 1.0), Word(1, 2, "好", 1.0)])) == 2


def test_lost_words_are_heard_again_in_halves() -> None:
    samples = np.zeros(RATE * 20, np.float32)
    long = clip(samples, [Region(0, 10 * RATE), Region(10 * RATE, 20 * RATE)])
    asked: list[float] = []

    def ear(clips: list[Clip], *, careful: bool) -> list[Heard]:
        asked.append(clips[0].start)
        return [heard("one two three four five six seven eight nine ten eleven twelve thirteen")]

    segments = attended(long, heard("one two"), ear, left_out := list[str]())  # type: ignore[arg-type]
    assert asked == [0.0, 10.0] and not left_out
    assert [segment.start for segment in segments] == [0.0, 10.0]


def test_a_loop_is_tried_once_more_and_then_left_out() -> None:
    samples = np.zeros(RATE * 4, np.float32)
    tries: list[bool] = []

    def ear(clips: list[Clip], *, careful: bool) -> list[Heard]:
        tries.append(careful)
        return [heard("no no no " * 40)]

    left_out: list[str] = []
    assert attended(clip(samples, [Region(0, 4 * RATE)]), heard("no " * 99), ear, left_out) == []  # type: ignore[arg-type]
    assert tries == [True] and left_out == ["repeated itself"]


def test_silence_has_no_speech_however_it_is_cut() -> None:
    assert speech_regions(np.zeros(0, np.float32)) == ()
    assert speech_regions(np.zeros(100, np.float32)) == ()
    assert speech_regions(np.zeros(RATE * 3, np.float32)) == ()
