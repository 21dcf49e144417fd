import json

import numpy as np
import pytest

from analysis import cards
from analysis.errors import ModelUnavailable

E = {"embedder": "e"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "card.json"


def written(path, text):
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def bias(card):
    return float(card["bias"])


def test_a_card_of_no_model_gives_what_is_made_of_it(path):
    assert cards.read("the weights", written(path, {"bias": 2}), bias) == 2.0


def test_a_card_belongs_to_all_of_its_models_or_there_is_none(path):
    written(path, {"embedder": "e", "reranker": "r", "bias": 2})
    assert cards.read_for(E, "the weights", path, bias) == 2.0
    assert cards.read_for(E | {"reranker": "r"}, "the weights", path, bias) == 2.0
    assert cards.read_for(E | {"reranker": "another"}, "the weights", path, bias) is None
    assert cards.read_for({"embedder": "another"}, "the weights", path, bias) is None


def test_of_a_card_for_other_models_nothing_else_is_read(path):
    assert cards.read_for(E, "the weights", written(path, {"embedder": "another"}), bias) is None


def test_weights_of_a_model_may_be_missing_and_shipped_ones_may_not(path):
    assert cards.read_for(E, "the weights", path, bias) is None
    with pytest.raises(ModelUnavailable, match="the weights cannot be read"):
        cards.read("the weights", path, bias)


def test_arrays_come_in_the_order_asked_for_in_double_precision(tmp_path):
    np.savez(tmp_path / "a.npz", one=np.ones(2, np.float32), two=np.zeros((2, 3), np.float32))
    two, one = cards.arrays(tmp_path / "a.npz", "two", "one")
    assert (two.shape, one.tolist(), one.dtype) == ((2, 3), [1.0, 1.0], np.float64)


def test_without_its_arrays_a_card_is_as_good_as_missing(path):
    written(path, E)
    assert cards.read_for(E, "it", path, lambda _: cards.arrays(path.with_name("none.npz"), "a")) is None


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", "null", "{}", '{"embedder": "e"}', '{"embedder": "e", "bias": []}']
)
def test_whatever_is_wrong_with_a_card_is_told_with_its_name_and_cure(path, broken):
    written(path, broken)
    with pytest.raises(
        ModelUnavailable, match=r"^the weights cannot be read \(.*\): install the program again$"
    ):
        cards.read_for(E, "the weights", path, bias)
    with pytest.raises(
        ModelUnavailable, match=r"^the weights cannot be read \(.*\): install the program again$"
    ):
        cards.read("the weights", path, bias)


@pytest.mark.parametrize("broken", [b"", b"nothing", b"PK\x03\x04 nothing", b"\x93NUMPY"])
def test_whatever_is_wrong_with_its_arrays_is_told_too(path, broken):
    written(path, E)
    beside = path.with_name("card.npz")
    beside.write_bytes(broken)
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        cards.read_for(E, "the weights", path, lambda _: cards.arrays(beside, "a"))


def test_a_card_that_is_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        cards.read_for(E, "the weights", tmp_path, bias)


def test_text_in_another_shape_cannot_be_read(path):
    written(path, {"embedder": "e", "weights": []})
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        cards.read_for(E, "the weights", path, lambda card: dict(card["weights"].items()))


def test_sizes_that_contradict_each_other_are_told_in_their_own_words(path):
    def contradicts(card):
        raise cards.misfit("the weights do not fit")

    with pytest.raises(ModelUnavailable, match=r"^the weights do not fit: install the program again$"):
        cards.read_for(E, "the weights", written(path, E), contradicts)


def test_an_error_of_ours_is_not_taken_for_a_broken_card(path):
    with pytest.raises(ZeroDivisionError):
        cards.read("the weights", written(path, {}), lambda _: 1 / 0)
