from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.diarizers import Turn
from ingest.model import Word
from ingest.utterances import MOST_WORDS, utterances


def said(text: str, start: float = 0.0, step: float = 0.4) -> list[Word]:
    return [Word(start + n * step, start + n * step + 0.3, part, 0.9) for n, part in enumerate(text.split())]


def test_sentences_are_cut_and_carry_the_times_of_their_words() -> None:
    found = utterances(said("Hello there. How are you?"), ())
    assert [u.text for u in found] == ["Hello there.", "How are you?"]
    assert [(u.start, round(u.end or 0, 3)) for u in found] == [(0.0, 0.7), (0.8, 1.9)]
    assert [u.ordinal for u in found] == [0, 1] and found[0].speaker is None


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    found = utterances(said("Mr. Dunnett paid 2.5 million to Dr. Shah."), ())
    assert len(found) == 1


def test_a_word_goes_to_the_turn_that_covers_it() -> None:
    words = said("I can hear you. Is that the kettle? Yes.")
    found = utterances(words, (Turn(0.0, 1.6, "S1"), Turn(1.6, 3.1, "S2"), Turn(3.1, 4.0, "S1")))
    assert [(u.speaker, u.text) for u in found] == [
        ("S1", "I can hear you."),
        ("S2", "Is that the kettle?"),
        ("S1", "Yes."),
    ]


def test_a_blurred_change_moves_to_the_sentence_end() -> None:
    words = said("We signed on the first Monday. Good, that helps us a lot.")
    found = utterances(words, (Turn(0.0, 2.9, "S1"), Turn(2.9, 5.0, "S2")))
    assert [(u.speaker, u.text) for u in found] == [
        ("S1", "We signed on the first Monday."),
        ("S2", "Good, that helps us a lot."),
    ]


def test_two_who_share_a_sentence_are_kept_apart() -> None:
    words = said("the price was never the point we bought the people")
    found = utterances(words, (Turn(0.0, 2.4, "S1"), Turn(2.4, 5.0, "S2")))
    assert [u.speaker for u in found] == ["S1", "S2"]


def test_words_outside_every_turn_follow_the_nearest() -> None:
    found = utterances(said("Right then."), (Turn(1.5, 3.0, "S1"), Turn(50.0, 60.0, "S2")))
    assert found[0].speaker == "S1"


def test_a_long_pause_ends_a_piece() -> None:
    found = utterances([*said("so the"), *said("service light", start=5.0)], ())
    assert [u.text for u in found] == ["so the", "service light"]


@given(
    st.lists(
        st.tuples(st.text("ab.,?! é", min_size=1, max_size=6), st.floats(0, 5), st.floats(0, 9)), max_size=300
    ),
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 50), st.sampled_from(["S1", "S2"])), max_size=20),
)
def test_no_word_is_lost_and_no_piece_is_too_long(
    raw: list[tuple[str, float, float]], spans: list[tuple[float, float, str]]
) -> None:
    words: list[Word] = []
    at = 0.0
    for text, length, gap in raw:
        words.append(Word(at, at + length, text))
        at += gap
    found = utterances(words, [Turn(start, start + length, who) for start, length, who in spans])
    assert sorted(w for u in found for w in map(id, u.words)) == sorted(map(id, words))
    assert all(1 <= len(u.words) <= MOST_WORDS for u in found)
    assert [u.ordinal for u in found] == list(range(len(found)))
    assert [u.start for u in found] == sorted(u.start for u in found if u.start is not None)
