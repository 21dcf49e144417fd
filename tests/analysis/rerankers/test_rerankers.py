"""Every shipped reranker keeps the seam's promises."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import ModelUnavailable
from analysis.rerankers import WEIGHTS, Reranker, open_reranker
from api.settings import Settings

SHIPPED = sorted(p.parent.name for p in WEIGHTS.glob("*/card.json"))
PASSAGES = (
    "Ines: And who signs? | Marta: Nothing leaves this house before Senhor Braga has put his name on it. | Ines: Understood.",
    "Ines: How was the drive? | Marta: Oh, rain the whole way, and then the lorry on the bridge. | Ines: Poor you.",
    "Marta: The old pump leaks again.",
)


@pytest.fixture(scope="module", params=SHIPPED)
def reranker(request: pytest.FixtureRequest) -> Reranker:
    opened = open_reranker(request.param, threads=1)
    assert opened
    return opened


def test_the_default_is_shipped() -> None:
    assert Settings().reranker in SHIPPED


def test_the_passage_that_answers_is_first(reranker: Reranker) -> None:
    scores = reranker.score("Whose signature does every contract need?", PASSAGES)
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert scores.argmax() == 0


def test_a_score_does_not_depend_on_the_company(reranker: Reranker) -> None:
    together = reranker.score("What broke down?", PASSAGES)
    fresh = open_reranker(reranker.name, threads=1)
    assert fresh
    alone = [float(fresh.score("What broke down?", [p])[0]) for p in reversed(PASSAGES)]
    assert np.allclose(together, alone[::-1], atol=1e-5)
    assert np.allclose(together, reranker.score("What broke down?", PASSAGES), atol=1e-5)


@pytest.mark.parametrize("text", ["", " ", "?" * 20_000, "\x00\ufffd", "wort " * 5_000])
def test_any_text_is_read(reranker: Reranker, text: str) -> None:
    assert np.isfinite(reranker.score(text, [text, "Yes."])).all()


def test_no_passages_no_scores(reranker: Reranker) -> None:
    assert reranker.score("Who?", []).shape == (0,)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_card_says_where_the_weights_come_from(name: str) -> None:
    card = json.loads((WEIGHTS / name / "card.json").read_text(encoding="utf-8"))
    weights = WEIGHTS / name / "model.onnx"
    assert card["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert {"base", "data", "licence", "date", "held_out_industries"} <= set(card)
    assert weights.stat().st_size <= 25_000_000


def test_none_is_none() -> None:
    assert open_reranker("none") is None


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ModelUnavailable, match=SHIPPED[0]):
        open_reranker("mystery")


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(WEIGHTS / SHIPPED[0], folder)
    with (folder / "model.onnx").open("ab") as weights:
        weights.write(b"x")
    with pytest.raises(ModelUnavailable, match="not what was shipped"):
        open_reranker(str(folder))


def test_a_card_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("[]")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        open_reranker(str(tmp_path))
