import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis import heads
from analysis.cards import Encoders
from training import own_heads


@pytest.fixture
def in_use(monkeypatch):
    """The folders of heads, in the order in which they were put to use; a corpus is its deal's name."""
    used: list[Path] = []
    monkeypatch.setattr(heads, "use", used.append)
    monkeypatch.setattr(own_heads, "corpus_of", lambda root, embedder, reader: root.name)
    return used


def test_each_deal_is_read_while_its_own_heads_are_in_use(in_use):
    seen = [
        (root.name, corpus, in_use[-1])
        for root, corpus in own_heads.read([Path("a"), Path("b")], Path("h"), None)
    ]
    assert seen == [("a", "a", Path("h/a")), ("b", "b", Path("h/b"))]


def test_without_a_folder_the_shipped_heads_read_all(in_use):
    assert len(list(own_heads.read([Path("a"), Path("b")], None, None))) == 2
    assert in_use == [heads.WEIGHTS, heads.WEIGHTS]


def test_heads_that_are_there_are_not_trained_again(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "heads.npz").touch()
    own_heads.train_missing([Path("deals/a")], tmp_path, SimpleNamespace(name="e"))
    assert (tmp_path / "a" / "heads.npz").read_bytes() == b""


def test_the_command_line_names_deals_heads_and_what_is_written(in_use, monkeypatch, tmp_path):
    monkeypatch.setattr(own_heads, "open_embedder", lambda name, models: SimpleNamespace(name="e"))
    monkeypatch.setattr(own_heads, "Remembered", lambda embedder, folder: embedder)
    monkeypatch.setattr(sys, "argv", ["train", "a", "b", "--heads", "h"])
    read, encoders, out = own_heads.asked_for("what it does", tmp_path)
    assert [corpus for _, corpus in read] == ["a", "b"]
    assert (in_use, encoders, out) == ([Path("h/a"), Path("h/b")], Encoders("e"), tmp_path)


def test_what_a_reader_read_has_heads_and_weights_of_its_own(in_use, monkeypatch, tmp_path):
    monkeypatch.setattr(own_heads, "open_embedder", lambda name, models: SimpleNamespace(name="e"))
    monkeypatch.setattr(own_heads, "Remembered", lambda embedder, folder: embedder)
    monkeypatch.setattr(own_heads, "reader_of", lambda name, models: SimpleNamespace(key=name))
    monkeypatch.setattr(sys, "argv", ["train", "a", "--reranker", "r"])
    _, encoders, out = own_heads.asked_for("what it does", tmp_path)
    assert (encoders, out) == (Encoders("e", "r"), tmp_path / "with-readings")
