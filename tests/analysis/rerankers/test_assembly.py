"""Weights that are put together from a pulled model and shipped changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from analysis.errors import ModelUnavailable
from analysis.rerankers import assembly
from analysis.rerankers.assembly import Tensor, assembled, cut, place_of

CHANCE = np.random.default_rng(5)
PULLED = {
    "dense.weight": CHANCE.normal(size=(6, 4)).astype(np.float32),
    "words.weight": CHANCE.uniform(-1, 3, size=(5, 4)).astype(np.float32),
}
ROWS = np.array([1.0, 4.0, 0.5, 2.0], np.float32)
DOWN, UP = CHANCE.normal(size=(4, 2)).astype(np.float16), CHANCE.normal(size=(2, 6)).astype(np.float16)
DENSE = (PULLED["dense.weight"].T + DOWN.astype(np.float32) @ UP.astype(np.float32)) * ROWS[:, None]
SCALE = (np.abs(DENSE).max(0) / 127).astype(np.float32)
LEARNT = {
    "dense.weight.scale": SCALE,
    "dense.weight.rows": ROWS,
    "dense.weight.down": DOWN,
    "dense.weight.up": UP,
    "words.weight.scale": np.array([4 / 255], np.float32),
    "words.weight.zero": np.array([64], np.uint8),
}
LAYOUT = [
    {"of": "words.weight", "matrix": False, "offset": 4096, "shape": [5, 4]},
    {"of": "dense.weight", "matrix": True, "offset": 0, "shape": [4, 6]},
]


@pytest.fixture
def shipped(tmp_path: Path) -> tuple[Path, Path, str]:
    """The folder of shipped weights, the pulled file, and the hash of the changes."""
    folder, base = tmp_path / "weights", tmp_path / "models" / "base" / "model.safetensors"
    folder.mkdir()
    base.parent.mkdir(parents=True)
    save_file(PULLED, str(base))
    save_file(LEARNT, str(folder / "changes.safetensors"))
    (folder / "layout.json").write_text(json.dumps(LAYOUT))
    (folder / "model.onnx").write_bytes(b"a graph")
    return folder, base, hashlib.sha256((folder / "changes.safetensors").read_bytes()).hexdigest()


def test_a_matrix_has_its_changes_and_its_scaled_rows() -> None:
    tensor = Tensor(of="dense.weight", matrix=True, offset=0, shape=(4, 6))
    found = cut(tensor, PULLED["dense.weight"], LEARNT)
    assert found.dtype == np.int8
    assert np.abs(found * SCALE - DENSE).max() <= SCALE.max() / 2 + 1e-6


def test_a_table_is_taken_as_it_is_in_unsigned_bytes() -> None:
    tensor = Tensor(of="words.weight", matrix=False, offset=0, shape=(5, 4))
    found = cut(tensor, PULLED["words.weight"], LEARNT)
    assert found.dtype == np.uint8
    assert np.abs((found.astype(float) - 64) * 4 / 255 - PULLED["words.weight"]).max() <= 2 / 255 + 1e-6


def test_the_file_holds_each_tensor_at_its_place_and_is_made_once(shipped: tuple[Path, Path, str]) -> None:
    folder, base, sha256 = shipped
    graph = assembled(folder, base, "answers", "graph", sha256)
    assert graph.read_bytes() == b"a graph"
    held = (graph.parent / "weights.bin").read_bytes()
    assert len(held) == 4096 + 20
    dense = Tensor(of="dense.weight", matrix=True, offset=0, shape=(4, 6))
    assert held[:24] == cut(dense, PULLED["dense.weight"], LEARNT).tobytes()
    base.unlink()
    assert assembled(folder, base, "answers", "graph", sha256) == graph


def test_what_was_left_half_made_is_made_again(shipped: tuple[Path, Path, str]) -> None:
    folder, base, sha256 = shipped
    half = base.parent / f"{place_of(folder, base, 'answers', 'graph' + sha256).name}.new"
    half.mkdir()
    (half / "weights.bin").write_bytes(b"half")
    assert assembled(folder, base, "answers", "graph", sha256).is_file()
    assert not half.exists()


def test_changes_that_were_changed_are_refused(shipped: tuple[Path, Path, str]) -> None:
    folder, base, sha256 = shipped
    with (folder / "changes.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelUnavailable, match="not what was shipped"):
        assembled(folder, base, "answers", "graph", sha256)


@pytest.mark.parametrize(
    ("layout", "base"),
    [
        ([{**LAYOUT[1], "shape": [6, 4]}], None),
        ([{**LAYOUT[1], "of": "another"}], None),
        (LAYOUT, b"nothing"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(
    shipped: tuple[Path, Path, str], layout: list[dict[str, Any]], base: bytes | None
) -> None:
    folder, pulled, sha256 = shipped
    (folder / "layout.json").write_text(json.dumps(layout))
    if base is not None:
        pulled.write_bytes(base)
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        assembled(folder, pulled, "answers", "graph", sha256)
    assert [p.name for p in pulled.parent.iterdir() if p.is_dir()] == []


def test_a_full_disk_leaves_nothing_half_made_and_has_its_cure(
    shipped: tuple[Path, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, base, sha256 = shipped

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(assembly.shutil, "copyfile", full)
    with pytest.raises(ModelUnavailable, match=r"No space left.*PREREAD_RERANKER=minilm-answers"):
        assembled(folder, base, "answers", "graph", sha256)
    assert [p.name for p in base.parent.iterdir() if p.is_dir()] == []


def test_newer_weights_take_the_place_of_older_ones(shipped: tuple[Path, Path, str]) -> None:
    folder, base, sha256 = shipped
    older = assembled(folder, base, "answers", "an older graph", sha256)
    newer = assembled(folder, base, "answers", "graph", sha256)
    assert newer.is_file()
    assert not older.parent.exists()
