import numpy as np

from analysis.embedders.remembered import Remembered
from analysis.ranking import topic_vectors


class Counting:
    name, dimension = "counting", 4

    def __init__(self):
        self.calls = 0

    def embed(self, texts, on_progress=lambda done: None):
        self.calls += 1
        return np.arange(len(texts) * 4, dtype=np.float32).reshape(len(texts), 4)


def test_a_batch_is_embedded_once_for_all_processes(tmp_path):
    first, second = Counting(), Counting()
    a = Remembered(first, tmp_path / "examples").remember(["one", "two"])
    b = Remembered(second, tmp_path / "examples").remember(["one", "two"])
    assert (a == b).all()
    assert (first.calls, second.calls) == (1, 0)
    Remembered(second, tmp_path / "examples").remember(["one", "three"])
    assert second.calls == 1


def test_a_damaged_file_is_embedded_anew(tmp_path):
    Remembered(Counting(), tmp_path).remember(["one"])
    for path in tmp_path.iterdir():
        path.write_bytes(b"\x93NUMPY broken")
    again = Counting()
    assert Remembered(again, tmp_path).remember(["one"]).shape == (1, 4)
    assert again.calls == 1


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert Remembered(Counting(), tmp_path / "file" / "examples").remember(["one"]).shape == (1, 4)


def test_topics_are_remembered_across_processes(tmp_path, monkeypatch):
    from analysis import ranking

    monkeypatch.setattr(ranking, "_topics", {})
    topic_vectors(Remembered(Counting(), tmp_path), "objection")
    monkeypatch.setattr(ranking, "_topics", {})
    second = Counting()
    topic_vectors(Remembered(second, tmp_path), "objection")
    assert second.calls == 0
