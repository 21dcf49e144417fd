import json
from dataclasses import replace

import pytest

from analysis.cards import Encoders
from analysis.corpus import build_corpus
from analysis.documents import MEDDPICC
from analysis.draft import evidence_draft
from analysis.errors import ModelUnavailable
from analysis.statements import statements
from analysis.statuses import SIGNS_OF, STATUSES, Judge, open_judges, signs_of
from ingest.model import Utterance


@pytest.fixture(scope="module")
def preread(corpus):
    return evidence_draft(corpus)


def test_every_item_has_a_judge_and_every_sign_is_read(corpus, preread):
    signs = signs_of(statements(corpus), preread)
    assert set(SIGNS_OF) == set(MEDDPICC)
    assert {s for own in SIGNS_OF.values() for s in own} == set(signs)
    assert {item: judge.status(signs) for item, judge in open_judges(corpus.encoders).items()} == {
        item: found.status for item, found in preread.meddpicc.items()
    }


def test_without_a_sign_the_most_frequent_status_stands():
    judge = Judge(("won",), (0.5,), (0.5,), (0.0,), (0.2, 0.5, 0.3), 1.0)
    assert judge.status({"won": 1.0}) == "partial"


def test_a_sign_moves_the_status_and_no_sign_decides_beyond_its_reach():
    judge = Judge(("won",), (0.5,), (0.5,), (0.9,), (0.3, 0.4, 0.3), 1.0)
    assert judge.status({"won": 1.0}) == "met"
    assert judge.status({"won": 0.0}) == "missed"
    assert judge.status({"won": 1e9}) == judge.status({"won": 0.5 + 2.5 * 0.5})


def test_a_won_deal_is_not_judged_worse_than_the_same_lost(corpus, preread):
    signs = signs_of(statements(corpus), preread)
    for item in ("decision_process", "paper_process", "competition", "economic_buyer"):
        judge = open_judges(corpus.encoders)[item]
        lost, won = (STATUSES.index(judge.status({**signs, "won": w})) for w in (0.0, 1.0))
        assert won >= lost, item


def test_a_harmless_sentence_hardly_moves_a_status(record, preread, embedder):
    call = record.sources[2]
    more = Utterance(
        len(call.utterances), "Cole Brandvold", "The weather has been lovely here this week.", 99.0, 100.0
    )
    changed = replace(call, utterances=(*call.utterances, more))
    other = build_corpus(replace(record, sources=(*record.sources[:2], changed)), embedder)
    signs = signs_of(statements(other), preread)
    after = {item: judge.status(signs) for item, judge in open_judges(other.encoders).items()}
    steps = [
        abs(STATUSES.index(after[i]) - STATUSES.index(found.status)) for i, found in preread.meddpicc.items()
    ]
    # this record has a dozen statements and its embedder no heads, so all is measured against so few
    assert sum(steps) <= 1


def test_every_status_comes_with_a_quote(preread):
    assert any(found.claims for found in preread.meddpicc.values())
    assert all(c.citations for found in preread.meddpicc.values() for c in found.claims)


def test_weights_that_lack_an_item_are_refused(tmp_path):
    (tmp_path / "statuses.json").write_text(json.dumps({"items": {}}))
    with pytest.raises(ModelUnavailable, match="install"):
        open_judges(Encoders("minilm"), tmp_path)
