"""One suite for every embedder, on real small models; the HTTP one speaks to a real server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from analysis.embedders import Embedder, open_embedder
from analysis.errors import ModelUnavailable

pytestmark = pytest.mark.models
BACKENDS = ("minilm", "transformers:minilm", "openai:served-minilm")
SENTENCES = [
    "The renewal price is higher than what our finance team approved.",
    "Who signs off on a purchase of this size?",
    "Our clinics close at six, so the cut-over has to be at night.",
    "I had lunch with an old colleague who runs the rival's product.",
    "Das Angebot ist uns zu teuer.",
]


@pytest.fixture(scope="module")
def endpoint(models_dir: Path) -> Iterator[str]:
    """An OpenAI-compatible endpoint over MiniLM, as small as can be."""
    behind = open_embedder("minilm", models_dir, threads=1)

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != "Bearer secret":
                self.send_error(401)
                return
            rows = [
                {"index": n, "embedding": (3 * v).tolist()}
                for n, v in enumerate(behind.embed(asked["input"]))
            ]
            body = json.dumps({"data": rows[::-1], "model": asked["model"]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", params=BACKENDS)
def embedder(request: pytest.FixtureRequest, models_dir: Path) -> Embedder:
    url = request.getfixturevalue("endpoint") if request.param.startswith("openai") else None
    if request.param.startswith("transformers"):
        pytest.importorskip("transformers")
        if not (models_dir / "minilm").is_dir():
            pytest.skip("needs the fp32 MiniLM: preread models pull tests")
    return open_embedder(request.param, models_dir, base_url=url, api_key="secret", threads=1)


def test_rows_are_unit_vectors_of_the_told_dimension(embedder: Embedder) -> None:
    vectors = embedder.embed(SENTENCES)
    assert vectors.shape == (len(SENTENCES), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_rows_stand_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(SENTENCES)
    assert np.allclose(embedder.embed(SENTENCES[::-1]), vectors[::-1], atol=0.02)
    alone = np.concatenate([embedder.embed([text]) for text in SENTENCES])
    assert ((alone * vectors).sum(1) > 0.999).all()


def test_what_means_alike_lies_near(embedder: Embedder) -> None:
    vectors = embedder.embed(
        ["It costs too much for us.", "The price exceeds our budget.", "The sky was blue today."]
    )
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_progress_ends_at_the_number_of_texts(embedder: Embedder) -> None:
    seen: list[int] = []
    embedder.embed(SENTENCES * 30, seen.append)
    assert seen[-1] == len(SENTENCES) * 30
    assert seen == sorted(seen)
    assert len(seen) > 1


def test_odd_texts_are_taken(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)
    vectors = embedder.embed(["", "\x00\ud7ff\u202e", "word " * 5000, "🙂"])
    assert np.isfinite(vectors).all()


def test_names_keep_embedders_apart(models_dir: Path) -> None:
    pytest.importorskip("transformers")
    names = {open_embedder(name, models_dir).name for name in ("minilm", "transformers:minilm", "openai:x")}
    assert len(names) == 3


@pytest.mark.parametrize("name", ["minilm", "transformers:no-such/model"])
def test_a_missing_model_names_the_cure(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="models pull"):
        open_embedder(name, tmp_path)


@pytest.mark.parametrize("name", ["", "word2vec", "transformers:", "openai:"])
def test_an_unknown_name_lists_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="minilm"):
        open_embedder(name, tmp_path)


def test_an_endpoint_that_refuses_or_is_gone(endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="401"):
        open_embedder("openai:m", tmp_path, base_url=endpoint, api_key="wrong").embed(["a"])
    with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1:9/v1"):
        open_embedder("openai:m", tmp_path, base_url="http://127.0.0.1:9/v1").embed(["a"])


def test_a_damaged_model_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "minilm-int8").mkdir()
    for file in ("model.onnx", "tokenizer.json"):
        (tmp_path / "minilm-int8" / file).write_bytes(b"{}")
    with pytest.raises(ModelUnavailable, match="models pull"):
        open_embedder("minilm", tmp_path)


def test_int8_agrees_with_fp32_on_real_sentences(models_dir: Path, shared: Path) -> None:
    pytest.importorskip("transformers")
    lines = [
        line.strip()
        for path in sorted(shared.glob("deals/*/calls/*.vtt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 30 and "-->" not in line
    ][:200]
    assert len(lines) == 200
    small = open_embedder("minilm", models_dir, threads=1).embed(lines)
    full = open_embedder("transformers:minilm", models_dir, threads=1).embed(lines)
    assert (small * full).sum(1).min() >= 0.98
