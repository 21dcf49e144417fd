"""Edits of a transcript: what they do, and what holds after any of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.editing import TranscriptEdit, UnfitEdit, apply, correct, merge, reassign, split
from ingest.model import Utterance, Word


def spoken(ordinal: int, speaker: str | None, text: str, start: float) -> Utterance:
    """Half a second a word, and a pause of a tenth between them."""
    tokens = text.split()
    words = tuple(
        Word(round(start + n * 0.6, 2), round(start + n * 0.6 + 0.5, 2), t, 0.9) for n, t in enumerate(tokens)
    )
    return Utterance(ordinal, speaker, text, words[0].start, words[-1].end, words)


CALL = (
    spoken(0, "S1", "What would the dye house need?", 1.0),
    spoken(1, "S2", "They want for thousand looms, kept until August.", 6.0),
    spoken(2, "S2", "And the boiler comes first.", 12.0),
    spoken(3, "S1", "Understood.", 16.0),
)


def after(utterances: tuple[Utterance, ...], *edits: TranscriptEdit) -> tuple[Utterance, ...]:
    applied = apply(utterances, edits)
    assert all(applied.fits)
    return applied.utterances


def test_a_corrected_word_takes_the_time_of_the_wrong_one() -> None:
    corrected = after(CALL, correct(CALL, 1, "They want four thousand looms, kept until August."))[1]
    assert corrected.text == "They want four thousand looms, kept until August."
    assert [(w.start, w.end) for w in corrected.words] == [(w.start, w.end) for w in CALL[1].words]
    assert [w.probability for w in corrected.words] == [0.9, 0.9, None, 0.9, 0.9, 0.9, 0.9, 0.9]


def test_two_words_for_one_share_its_time_by_letters() -> None:
    corrected = after(CALL, correct(CALL, 2, "And the big boilers comes first."))[2]
    big, boilers = corrected.words[2:4]
    was = CALL[2].words[2]
    assert (big.start, boilers.end) == (was.start, was.end)
    assert big.end == boilers.start == pytest.approx(was.start + 0.5 * 3 / 10)


def test_an_added_word_stands_in_the_pause() -> None:
    corrected = after(CALL, correct(CALL, 2, "And the old boiler comes first."))[2]
    old = corrected.words[2]
    assert (old.start, old.end) == (CALL[2].words[1].end, CALL[2].words[2].start)


def test_a_split_cuts_words_and_times() -> None:
    parts = after(CALL, split(CALL, 1, 5))
    assert [u.text for u in parts[1:3]] == ["They want for thousand looms,", "kept until August."]
    assert parts[1].end == CALL[1].words[4].end
    assert parts[2].start == CALL[1].words[5].start
    assert [u.ordinal for u in parts] == [0, 1, 2, 3, 4]


def test_a_split_without_word_times_shares_the_time_by_letters() -> None:
    cue = (Utterance(0, "Rita", "abcd efgh", 10.0, 20.0),)
    first, second = after(cue, split(cue, 0, 1))
    assert (first.start, first.end, second.start, second.end) == (10.0, 15.0, 15.0, 20.0)


def test_a_split_of_text_without_times_has_none() -> None:
    line = (Utterance(0, "Rita", "abcd efgh"),)
    first, second = after(line, split(line, 0, 1))
    assert (first.start, first.end, second.start, second.end) == (None, None, None, None)


def test_a_merge_is_one_utterance_of_the_first_speaker() -> None:
    merged = after(CALL, merge(CALL, 1))
    assert [u.ordinal for u in merged] == [0, 1, 2]
    assert merged[0].speaker == "S1"
    assert merged[0].text == f"{CALL[0].text} {CALL[1].text}"
    assert (merged[0].start, merged[0].end) == (CALL[0].start, CALL[1].end)
    assert merged[0].words == CALL[0].words + CALL[1].words


def test_several_utterances_go_to_another_speaker() -> None:
    moved = after(CALL, reassign(CALL, [1, 3], "S3"))
    assert [u.speaker for u in moved] == ["S1", "S3", "S2", "S3"]


def test_a_split_and_a_merge_give_the_same_again() -> None:
    parts = after(CALL, split(CALL, 1, 4))
    assert after(parts, merge(parts, 2)) == CALL


def test_edits_that_find_nothing_are_named_and_kept() -> None:
    edits = [correct(CALL, 0, "What does the dye house need?"), reassign(CALL, [3], "S2")]
    other_engine = (replace(CALL[0], text="What should the dye house need?", words=()), *CALL[1:])
    applied = apply(other_engine, edits)
    assert applied.fits == (False, True)
    assert applied.utterances[0].text == "What should the dye house need?"
    assert applied.utterances[3].speaker == "S2"


def test_an_edit_finds_its_utterance_when_others_came_before_it() -> None:
    edit = correct(CALL, 2, "And the kettle comes first.")
    one_more = (spoken(0, "S1", "Hello everybody.", 0.0), *(replace(u, ordinal=u.ordinal + 1) for u in CALL))
    assert after(one_more, edit)[3].text == "And the kettle comes first."


def test_the_same_words_much_later_are_not_taken_for_it() -> None:
    edit = correct(CALL, 3, "Agreed.")
    later = (*CALL[:3], spoken(3, "S1", "Understood.", 60.0))
    assert apply(later, [edit]).fits == (False,)


@pytest.mark.parametrize("text", ["", "   ", "Understood.", "word " * 2000])
def test_nothing_is_deleted_and_nothing_endless_is_written(text: str) -> None:
    with pytest.raises(UnfitEdit):
        correct(CALL, 3, text)


def test_what_cannot_be_cut_merged_or_given_away_says_so() -> None:
    for make in (
        lambda: split(CALL, 3, 1),
        lambda: split(CALL, 0, 0),
        lambda: split(CALL, 0, 6),
        lambda: merge(CALL, 0),
        lambda: merge(CALL, 9),
        lambda: reassign(CALL, [], "S1"),
        lambda: reassign(CALL, [0], " "),
        lambda: reassign(CALL, [0, 3], "S1"),
    ):
        with pytest.raises(UnfitEdit):
            make()


TOKENS = st.sampled_from(
    ["looms", "four", "thousand,", "4,000", "August.", "the", "dye", "house?", "Rita", "é"]
)
TIMED = st.lists(
    st.tuples(st.sampled_from(["S1", "S2", None]), st.lists(TOKENS, min_size=1, max_size=8)),
    min_size=1,
    max_size=6,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Utterance, ...]:
    timed = draw(st.booleans())
    at, out = 0.0, list[Utterance]()
    for ordinal, (speaker, tokens) in enumerate(draw(TIMED)):
        one = spoken(ordinal, speaker, " ".join(tokens), round(at, 2))
        out.append(one if timed else Utterance(ordinal, speaker, one.text))
        at = (one.end or 0.0) - draw(st.sampled_from([0.0, 0.3, -2.0]))  # people may talk at once
    return tuple(out)


@st.composite
def edited(draw: st.DrawFn) -> tuple[tuple[Utterance, ...], list[TranscriptEdit]]:
    raw = draw(calls())
    standing, edits = raw, list[TranscriptEdit]()
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(standing) - 1))
        words = len(standing[at].text.split())
        try:
            match draw(st.sampled_from(["text", "split", "merge", "speaker"])):
                case "text":
                    edit = correct(standing, at, " ".join(draw(st.lists(TOKENS, max_size=9))))
                case "split":
                    edit = split(standing, at, draw(st.integers(0, words)))
                case "merge":
                    edit = merge(standing, at)
                case _:
                    edit = reassign(standing, [at, 0], draw(st.sampled_from(["S1", "Dana", "S9"])))
        except UnfitEdit:
            continue
        edits.append(edit)
        standing = apply(raw, edits).utterances
    return raw, edits


@settings(max_examples=300, deadline=None)
@given(edited())
def test_any_edits_keep_times_in_order_and_ordinals_whole(
    made: tuple[tuple[Utterance, ...], list[TranscriptEdit]],
) -> None:
    raw, edits = made
    applied = apply(raw, edits)
    assert [u.ordinal for u in applied.utterances] == list(range(len(applied.utterances)))
    for u in applied.utterances:
        assert u.text == " ".join(u.text.split()) != ""
        assert [w.text for w in u.words] == (u.text.split() if raw[0].words else [])
        starts = [w.start for w in u.words]
        assert starts == sorted(starts)
        assert all(w.start <= w.end for w in u.words)


@settings(max_examples=150, deadline=None)
@given(edited())
def test_taking_the_last_edit_back_restores_exactly(
    made: tuple[tuple[Utterance, ...], list[TranscriptEdit]],
) -> None:
    raw, edits = made
    before = raw
    for n, edit in enumerate(edits):
        assert apply(raw, edits[:n]).utterances == before
        before = apply(before, [edit]).utterances
    assert apply(raw, edits).utterances == before
    assert apply(raw, []).utterances == raw
