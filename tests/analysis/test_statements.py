import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.statements import assertion, best, passage, spread_out, standard, statements


def test_a_condition_asserts_more_than_an_aside():
    assert assertion("We can't sign unless the data stays here until March.") > assertion(
        "He plays the tuba in a band."
    )


@given(st.text(max_size=300))
def test_any_text_has_an_assertion(text):
    assert np.isfinite(assertion(text))


def test_questions_and_asides_are_no_statements(corpus):
    texts = [s.text for s in statements(corpus).all]
    assert not any(t.endswith("?") for t in texts)
    assert "Yes, fine." not in texts


def test_sides_follow_the_speaker(corpus):
    found = statements(corpus)
    for s, buyer in zip(found.all, found.buyers, strict=True):
        person = corpus.person_of(*s.place)
        assert buyer == (person is not None and person.side.value == "buyer")


def test_best_keeps_to_the_allowed(corpus):
    found = statements(corpus)
    for i in best(found.assertion, found.buyers, 50):
        assert found.buyers[i]


def test_a_passage_is_one_turn_and_short(corpus):
    found = statements(corpus)
    for i, s in enumerate(found.all):
        place = passage(found, i, limit=30)
        assert s.ordinal in place.ordinals
        assert len({corpus.utterance(place.key, o).speaker for o in place.ordinals}) == 1


def test_spread_out_keeps_its_distance(corpus):
    found = statements(corpus)
    kept = spread_out(found, range(len(found)), 10, apart=2)
    for a in kept:
        for b in kept:
            x, y = found.all[a], found.all[b]
            assert a == b or x.mail or x.key != y.key or abs(x.ordinal - y.ordinal) > 2


def test_standard_of_equal_values_is_zero():
    assert standard(np.ones(4)).tolist() == [0.0] * 4
