from __future__ import annotations

from ingest.crosstalk import overlapping
from ingest.model import Utterance, Word


def said(
    ordinal: int, speaker: str | None, start: float | None, end: float | None, *words: Word
) -> Utterance:
    return Utterance(ordinal, speaker, "x", start, end, words)


def test_both_who_talk_at_once_are_marked() -> None:
    call = [said(0, "A", 0.0, 4.0), said(1, "B", 3.0, 6.0), said(2, "A", 6.0, 8.0)]
    assert overlapping(call) == {0, 1}


def test_a_quick_change_of_turns_is_not_cross_talk() -> None:
    assert overlapping([said(0, "A", 0.0, 4.0), said(1, "B", 3.8, 6.0)]) == frozenset()
    assert overlapping([said(0, "A", 0.0, 4.0), said(1, "B", 3.7, 6.0)]) == {0, 1}


def test_one_speaker_never_talks_over_themself() -> None:
    assert overlapping([said(0, "A", 0.0, 4.0), said(1, "A", 1.0, 6.0)]) == frozenset()


def test_unknown_speakers_and_missing_times_are_left_alone() -> None:
    call = [
        said(0, None, 0.0, 4.0),
        said(1, "B", 1.0, 3.0),
        said(2, "A", None, None),
        said(3, "A", 1.5, None),
    ]
    assert overlapping(call) == frozenset()


def test_a_word_in_anothers_pause_is_not_cross_talk() -> None:
    slow = said(0, "A", 0.0, 4.0, Word(0.0, 1.0, "Well,"), Word(3.0, 4.0, "yes."))
    assert overlapping([slow, said(1, "B", 1.5, 2.5, Word(1.5, 2.5, "Right?"))]) == frozenset()
    assert overlapping([slow, said(1, "B", 3.2, 3.8, Word(3.2, 3.8, "Right?"))]) == {0, 1}


def test_short_overlaps_add_up_within_one_utterance() -> None:
    long = said(0, "A", 0.0, 10.0)
    assert overlapping([long, said(1, "B", 1.0, 1.2), said(2, "B", 5.0, 5.2)]) == {0}


def test_a_broken_transcript_does_not_cost_its_square() -> None:
    call = [said(n, "AB"[n % 2], 0.0, 1000.0) for n in range(20_000)]
    assert 19_999 in overlapping(call)
