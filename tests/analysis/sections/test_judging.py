"""The judging sections on a small record, and on one visible deal with the real embedder."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.corpus import build_corpus
from analysis.documents import MEDDPICC
from analysis.draft import evidence_draft
from analysis.evidence import verify
from analysis.walk import claims_of


@pytest.fixture(scope="module")
def preread(corpus):
    return evidence_draft(corpus)


def sides(corpus, claims):
    return {corpus.side_of(c.key, c.ordinals[0]).value for x in claims for c in x.citations if c.key}


def test_buyer_evidence_is_said_by_buyers(corpus, preread):
    moment = preread.moment_of_demand
    claims = [*moment.claims, *moment.alternatives, *preread.value_articulation]
    claims += [c for f in preread.deciding_factors for c in f.claims]
    assert sides(corpus, claims) <= {"buyer"}


def test_a_moment_or_the_reason_why_there_is_none(preread):
    assert preread.moment_of_demand.found != bool(preread.moment_of_demand.why_not)


def test_all_eight_items_have_a_status(preread):
    assert tuple(preread.meddpicc) == MEDDPICC
    assert all(item.claims for item in preread.meddpicc.values() if item.status == "met")


def test_voices_are_ranked_without_gaps_and_shown(preread):
    ranks = [v.rank for v in preread.influential_voices]
    assert ranks == sorted(ranks)
    assert all(v.claims for v in preread.influential_voices)


def test_a_price_is_only_the_reason_when_it_is_the_cause(preread):
    assert not preread.reason_check.price_is_the_real_reason or preread.reason_check.loss_cause == "price"


@pytest.mark.parametrize("keep", [(), ("c1",), ("m1",)])
def test_a_thin_record_is_judged_and_says_what_is_missing(record, embedder, keep):
    thin = replace(record, sources=tuple(s for s in record.sources if s.key in keep))
    p = evidence_draft(build_corpus(thin, embedder))
    judged = ("influential_voices", "value_articulation", "deciding_factors", "meddpicc", "moment_of_demand")
    assert not any("could not be drafted" in p.empty.get(name, "") for name in (*judged, "reason_check"))
    if not keep:
        assert not p.moment_of_demand.found
        assert {i.status for i in p.meddpicc.values()} <= {"missed", "partial", "met"}
        assert p.influential_voices == []
        assert p.reason_check.loss_cause is None


def bench_quality():
    path = Path(__file__).resolve().parents[3] / "bench" / "quality.py"
    spec = importlib.util.spec_from_file_location("bench_quality", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.models
def test_a_deal_lost_on_price_reads_so(models_dir):
    from analysis.embedders import open_embedder

    deal = Path(__file__).resolve().parents[3] / "training" / "deals" / "mazowe-sugar"
    p = evidence_draft(bench_quality().corpus_of(deal, open_embedder("minilm", models_dir)))
    assert p.reason_check.stated == "Timing"
    assert p.reason_check.loss_cause == "price"
    assert p.reason_check.price_is_the_real_reason


@pytest.mark.models
def test_whoever_decides_is_named_though_never_heard(shared, models_dir):
    from analysis.embedders import open_embedder

    corpus = bench_quality().corpus_of(
        shared / "deals" / "marrowgate-dairies", open_embedder("minilm", models_dir)
    )
    p = evidence_draft(corpus)
    assert p.moment_of_demand.found
    assert p.moment_of_demand.claims[0].citations[0].speaker == "Ruth Aldersyde"
    top = [v.person.name for v in p.influential_voices[:5]]
    assert "Alastair Pennock" in top
    away = next(v for v in p.influential_voices if v.person.name == "Alastair Pennock")
    assert not away.in_room
    assert all(verify(corpus.record, q) for c in claims_of(p) for q in c.citations)


@pytest.mark.parametrize("outcome, status", [("lost", "missed"), ("won", "met")])
def test_the_paper_is_known_where_the_deal_was_won(record, embedder, outcome, status):
    deal = replace(record, opportunity=replace(record.opportunity, outcome=outcome))
    assert evidence_draft(build_corpus(deal, embedder)).meddpicc["paper_process"].status == status
