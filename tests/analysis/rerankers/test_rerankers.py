"""Every shipped reranker keeps the seam's promises."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import ModelUnavailable
from analysis.rerankers import BEST, LIGHT, WEIGHTS, Reranker, chosen, open_reranker, version

SHIPPED = sorted(p.parent.name for p in WEIGHTS.glob("*/card.json"))
PASSAGES = (
    "Ines: And who signs? | Marta: Nothing leaves this house before Senhor Braga has put his name on it. | Ines: Understood.",
    "Ines: How was the drive? | Marta: Oh, rain the whole way, and then the lorry on the bridge. | Ines: Poor you.",
    "Marta: The old pump leaks again.",
)


@pytest.fixture(scope="module", params=SHIPPED)
def reranker(request: pytest.FixtureRequest, models_dir: Path) -> Reranker:
    opened = open_reranker(request.param, models_dir, threads=1)
    assert opened
    return opened


def score(reranker: Reranker, question: str, passages: Sequence[str]) -> np.ndarray:
    return reranker.embed(passages) @ reranker.embed([question])[0]


def test_the_best_and_the_light_one_are_shipped() -> None:
    assert {BEST, LIGHT} <= set(SHIPPED)


def test_the_passage_that_answers_is_first(reranker: Reranker) -> None:
    scores = score(reranker, "Whose signature does every contract need?", PASSAGES)
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert scores.argmax() == 0


def test_a_vector_has_length_1_and_does_not_depend_on_the_company(
    reranker: Reranker, models_dir: Path
) -> None:
    together = reranker.embed(PASSAGES)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    fresh = open_reranker(reranker.name, models_dir, threads=2)
    assert fresh
    alone = np.concatenate([fresh.embed([p]) for p in reversed(PASSAGES)])
    assert np.allclose(together, alone[::-1], atol=1e-5)
    assert np.allclose(together[[1, 1]], reranker.embed([PASSAGES[1]] * 2), atol=1e-5)


@pytest.mark.parametrize("text", ["", " ", "?" * 20_000, "\x00\ufffd", "wort " * 5_000])
def test_any_text_is_read(reranker: Reranker, text: str) -> None:
    assert np.isfinite(reranker.embed([text, "Yes."])).all()


def test_no_texts_no_vectors(reranker: Reranker) -> None:
    assert len(reranker.embed([])) == 0


def test_progress_is_told(reranker: Reranker) -> None:
    told: list[int] = []
    reranker.embed([f"{n} of three" for n in range(3)], told.append)
    assert told == [1, 2, 3]


def test_auto_takes_the_light_one_until_the_other_can_be_put_together(
    tmp_path: Path, models_dir: Path
) -> None:
    assert chosen("auto", tmp_path) == LIGHT
    pulled = models_dir / "mpnet" / "model.safetensors"
    base = tmp_path / "mpnet" / "model.safetensors"
    base.parent.mkdir()
    base.write_bytes(b"half")
    assert chosen("auto", tmp_path) == LIGHT
    base.unlink()
    base.symlink_to(pulled)
    assert chosen("auto", tmp_path) == BEST
    assert chosen(LIGHT, tmp_path) == LIGHT


def test_vectors_are_kept_under_a_name_that_changes_with_the_weights(
    reranker: Reranker, models_dir: Path, tmp_path: Path
) -> None:
    assert reranker.key.startswith(f"{reranker.name}-")
    assert version(reranker.name, models_dir) == reranker.key
    other = tmp_path / reranker.name
    shutil.copytree(WEIGHTS / reranker.name, other)
    card = json.loads((other / "card.json").read_text(encoding="utf-8"))
    (other / "card.json").write_text(json.dumps({**card, "sha256": "0" * 64}), encoding="utf-8")
    assert version(str(other), models_dir) != reranker.key


def test_a_pulled_model_that_is_missing_has_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="preread models pull"):
        open_reranker(BEST, tmp_path)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_card_says_where_the_weights_come_from(name: str) -> None:
    card = json.loads((WEIGHTS / name / "card.json").read_text(encoding="utf-8"))
    weights = WEIGHTS / name / "model.onnx"
    assert card["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert {"base", "data", "licence", "date", "held_out_industries"} <= set(card)
    assert sum(file.stat().st_size for file in (WEIGHTS / name).iterdir()) <= 25_000_000


def test_none_is_none(tmp_path: Path) -> None:
    assert open_reranker("none", tmp_path) is None


def test_an_unknown_name_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=SHIPPED[0]):
        open_reranker("mystery", tmp_path)


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(WEIGHTS / SHIPPED[0], folder)
    with (folder / "model.onnx").open("ab") as weights:
        weights.write(b"x")
    with pytest.raises(ModelUnavailable, match="not what was shipped"):
        open_reranker(str(folder), tmp_path)


def test_a_card_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("[]")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        open_reranker(str(tmp_path), tmp_path)
