import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from analysis.cards import Encoders
from analysis.corpus import build_corpus
from analysis.errors import ModelUnavailable
from analysis.spoken_days import SIGNS, gather, open_judge, signs_of, tense_of
from ingest.model import Utterance

FIRST, LAST = date(2026, 6, 2), date(2026, 10, 6)


def days(corpus):
    return gather(corpus, FIRST, LAST)


def told_after(record, embedder, text):
    """The days of the record when one more thing is said at the end of its last call."""
    call = record.sources[2]
    more = Utterance(len(call.utterances), "Dana Whitfield", text, 99.0, 100.0)
    changed = replace(call, utterances=(*call.utterances, more))
    return days(build_corpus(replace(record, sources=(*record.sources[:2], changed)), embedder))


def test_a_day_has_its_mentions_with_what_is_said(corpus):
    (mention,) = days(corpus)[date(2026, 7, 14)]
    assert mention.tense == "future"
    assert mention.happenings >= 2
    assert mention.sentence.startswith("The board meets")


def test_a_day_that_looks_back_is_read_by_its_own_clause(record, embedder):
    found = told_after(record, embedder, "They signed on Friday, but we will talk in the spring.")
    assert found[date(2026, 10, 2)][0].tense == "past"


def test_a_sentence_without_a_day_changes_no_other_day(record, corpus, embedder):
    judge = open_judge(Encoders("minilm"))
    before, after = days(corpus), told_after(record, embedder, "The coffee here is better than it was.")
    assert list(before) == list(after)
    for day in before:
        old, new = (judge.likelihood(signs_of(day, d[day], FIRST, LAST)) for d in (before, after))
        assert new == pytest.approx(old, abs=0.05)


def test_more_words_of_happening_and_a_second_witness_make_a_day_likelier(corpus, record, embedder):
    judge = open_judge(Encoders("minilm"))
    day = date(2026, 7, 14)
    once = judge.likelihood(signs_of(day, days(corpus)[day], FIRST, LAST))
    twice = told_after(record, embedder, "The board met on the fourteenth of July and decided to wait.")
    assert judge.likelihood(signs_of(day, twice[day], FIRST, LAST)) > once


def test_an_own_promise_is_less_likely_a_step_of_the_deal(record, embedder):
    judge = open_judge(Encoders("minilm"))
    day = LAST + timedelta(days=3)

    def likelihood(text):
        mentions = gather_until(record, embedder, text)[day]
        return judge.likelihood(signs_of(day, mentions, FIRST, LAST))

    def gather_until(record, embedder, text):
        call = record.sources[2]
        more = Utterance(len(call.utterances), "Dana Whitfield", text, 99.0, 100.0)
        sources = (*record.sources[:2], replace(call, utterances=(*call.utterances, more)))
        return gather(
            build_corpus(replace(record, sources=sources), embedder), FIRST, LAST + timedelta(days=9)
        )

    assert likelihood("I'll send you the list by 9 October.") < likelihood(
        "The board signed it on 9 October."
    )


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("We lost the main", "past"),
        ("I'll bring it", "future"),
        ("the ninth", "near"),
        ("I came and will go", "near"),
    ],
)
def test_the_tense_of_a_clause(text, tense):
    assert tense_of(text) == tense


def test_weights_that_lack_a_sign_are_refused(tmp_path):
    (tmp_path / "days.json").write_text(
        json.dumps({"bias": 0, "floor": 0.1, "weights": dict.fromkeys(SIGNS[1:], 0.0)})
    )
    with pytest.raises(ModelUnavailable, match="install"):
        open_judge(Encoders("minilm"), tmp_path)
