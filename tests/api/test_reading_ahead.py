"""A reranker that is too slow to read while somebody waits reads a deal when it is indexed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis import heads, rerankers
from analysis.cards import Encoders
from analysis.embedders import Vectors
from analysis.errors import ModelUnavailable
from api.jobs.indexing import enqueue_index, enqueue_stale
from api.jobs.runner import Runner
from api.models import fetch
from api.preread import Preread
from api.wiring import Parts
from ingest.model import Correction
from tests.api.conftest import HashedWords


class Slow(HashedWords):
    """Keeps what it read. A passage names who speaks, a question does not."""

    name, key, floor, ahead = "slow", "slow-1", -1.0, True
    likeness = 0.25

    def __init__(self) -> None:
        super().__init__()
        self.read = list[str]()

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        self.read += [text for text in texts if ": " in text]
        return super().embed(texts, on_progress)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    reranker = Slow()
    monkeypatch.setattr(Parts, "reranker", reranker)
    monkeypatch.setattr(Parts, "encoders", "hashed slow-1")
    return reranker


def readings(application: Preread) -> frozenset[str]:
    _, index = application.parts.reading()
    assert index is not None
    return index.ids("fenwick-mills")


def test_an_import_reads_every_passage_once_and_a_question_none(
    application: Preread, deal_folder: Path, slow: Slow
) -> None:
    application.import_paths([deal_folder])
    corpus = application.parts.corpus("fenwick-mills")
    assert len(readings(application)) == len(corpus.rows("window")) == len(slow.read) > 2
    slow.read.clear()
    application.import_paths([deal_folder])
    assert application.ask("What does the dye house decide?").retrieved
    assert not slow.read


def test_what_changed_is_read_again_and_nothing_else(
    application: Preread, deal_folder: Path, slow: Slow
) -> None:
    application.import_paths([deal_folder])
    before = readings(application)
    slow.read.clear()
    mail = deal_folder / "emails" / "01-money.eml"
    mail.write_text(mail.read_text().replace("boiler", "chimney"))
    application.import_paths([deal_folder])
    assert slow.read and all("chimney" in text or "Operations" in text for text in slow.read)
    assert len(readings(application)) == len(before)
    assert readings(application) != before


def test_a_corrected_name_is_read_again(application: Preread, deal_folder: Path, slow: Slow) -> None:
    application.import_paths([deal_folder])
    person = next(p.person for p in application.people("fenwick-mills") if p.person.name == "Rita Fenwick")
    slow.read.clear()
    renamed = Correction("rename", person.id, "Rita Fenwick-Hall")
    application.correct_people("fenwick-mills", renamed, author="you")
    assert any("Rita Fenwick-Hall: Honestly" in text for text in slow.read)


def test_a_draft_judges_by_readings_only_where_heads_were_learnt_on_them(
    application: Preread, deal_folder: Path, slow: Slow, tmp_path: Path
) -> None:
    application.import_paths([deal_folder])
    assert application.parts.corpus_to_draft("fenwick-mills").read is None
    encoders = Encoders(application.parts.embedder.name, slow.key)
    folder = encoders.folder(tmp_path)
    folder.mkdir()
    (folder / "heads.json").write_text(json.dumps({**encoders.card(), "labels": [], "topics": []}))
    np.savez(folder / "heads.npz", weights=np.zeros((1, 0)), bias=np.zeros(0))
    slow.read.clear()
    heads.use(tmp_path)
    try:
        corpus = application.parts.corpus_to_draft("fenwick-mills")
        assert application.parts.corpus_to_draft("fenwick-mills") is corpus
    finally:
        heads.use(heads.WEIGHTS)
    assert corpus.read is not None and corpus.reader == slow.key
    assert not slow.read  # all of it was read when the deal was indexed


def test_a_removed_deal_leaves_no_readings(application: Preread, deal_folder: Path, slow: Slow) -> None:
    application.import_paths([deal_folder])
    _, index = application.parts.reading()
    assert index is not None and index.ids("fenwick-mills")
    application.remove("fenwick-mills")
    assert not index.ids("fenwick-mills")


def test_a_better_reranker_that_arrives_reads_what_is_there(
    application: Preread, deal_folder: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.import_paths([deal_folder])
    with application.parts.store.write() as unit:
        assert enqueue_index(unit, application.parts, "fenwick-mills") is None
        job = application.parts.enqueue(unit, "models", "models", "models:answers:mpnet", model="mpnet")
    monkeypatch.setattr(Parts, "encoders", "hashed better-1")
    monkeypatch.setattr(fetch, "pull", lambda *given, **named: fetch.Report((), (), ()))
    assert Runner(application.parts).run(job.id)
    kinds = [j.kind for j in application.jobs() if j.state in ("waiting", "running")]
    assert kinds == ["index"]


def test_newer_weights_of_the_same_name_read_everything_again(
    application: Preread, deal_folder: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.import_paths([deal_folder])
    before = len(slow.read)
    monkeypatch.setattr(Slow, "key", "slow-2")
    monkeypatch.setattr(Parts, "encoders", "hashed slow-2")
    with application.parts.store.write() as unit:
        enqueue_stale(unit, application.parts)
    application.import_paths([deal_folder])
    assert len(slow.read) == 2 * before
    assert len(readings(application)) == before


def test_auto_does_with_the_light_one_where_the_best_cannot_be_put_together(
    application: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_one(name: str, models: Path, *, threads: int = 0) -> Slow:
        opened.append(name)
        if name == rerankers.BEST:
            raise ModelUnavailable("the disk is full")
        return Slow()

    monkeypatch.setattr(rerankers, "chosen", lambda name, models: rerankers.BEST)
    monkeypatch.setattr(rerankers, "open_reranker", open_one)
    settings = application.parts.settings.model_copy(update={"reranker": "auto"})
    monkeypatch.setattr(application.parts, "settings", settings)
    assert application.parts.reranker is application.parts.reranker
    assert opened == [rerankers.BEST, rerankers.LIGHT]
    assert application.parts.reranker_name == rerankers.LIGHT
    named = settings.model_copy(update={"reranker": rerankers.BEST})
    other = Parts(named)
    with pytest.raises(ModelUnavailable, match="disk is full"):
        _ = other.reranker


def test_a_better_reranker_is_taken_as_soon_as_it_is_there(
    application: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [rerankers.LIGHT]
    monkeypatch.setattr(rerankers, "chosen", lambda name, models: now[0])
    monkeypatch.setattr(rerankers, "open_reranker", lambda name, models, threads=0: Slow())
    first = application.parts.reranker
    assert first is application.parts.reranker
    now[0] = rerankers.BEST
    assert application.parts.reranker is not first
