"""The traits of the moment on a record of three sentences."""

from dataclasses import replace

import pytest

from analysis.corpus import build_corpus
from analysis.sections.moment import traits
from analysis.statements import statements


@pytest.fixture
def said(record, embedder):
    def make(*texts):
        call = next(s for s in record.sources if s.key == "c1")
        buyer = next(u for u in call.utterances if u.text.startswith("Our clerks"))
        spoken = tuple(replace(buyer, ordinal=i, text=t) for i, t in enumerate(texts))
        thin = replace(record, sources=(replace(call, utterances=spoken),))
        return statements(build_corpus(thin, embedder))

    return make


def test_a_refusal_to_go_on_counts_for_what_is_said_beside_it(said):
    found = said(
        "I'm not doing another winter like that.",
        "The order must be placed in May.",
        "The boxes are on the shelf today.",
        "The lorry comes round by the gate.",
    )
    assert traits(found)["refuses"].tolist() == [1.0, 1.0, 1.0, 0.0]


def test_what_is_taken_back_is_what_was_said_before(said):
    found = said(
        "We sign on the first of May.",
        "Please treat that as not said by me.",
        "The lorry comes round by the gate.",
    )
    assert traits(found)["retracted"].tolist() == [1.0, 0.0, 0.0]
