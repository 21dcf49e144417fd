"""The speaker network that comes with the program, on real speech."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.decode import decode
from ingest.diarizers.campplus import cut_windows
from ingest.diarizers.embedding import WEIGHTS, load
from ingest.diarizers.fbank import Features, fbank
from ingest.errors import ModelMissing, UnreadableSource
from ingest.vad import speech_regions

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "tests" / "samples" / "audio" / "two-voices.opus"


@pytest.fixture(scope="module")
def pieces() -> Features:
    """Features of every window of a real call, shape (n, 150, 80)."""
    samples = decode(SAMPLE, file=SAMPLE.name).mono()
    found: list[Features] = []
    for region in speech_regions(samples):
        found += cut_windows(fbank(samples[region.start : region.end]), region)[1]
    return np.stack(found)


def test_embeddings_are_unit_vectors_whatever_the_batch(pieces: Features) -> None:
    embedder = load(threads=1)
    vectors = embedder.embed(pieces)
    assert vectors.shape == (len(pieces), 192) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    alone = np.concatenate([embedder.embed(piece[None]) for piece in pieces])
    assert float((alone * vectors).sum(axis=1).min()) > 0.9999
    assert embedder.embed(pieces[:0]).shape == (0, 192)


def test_pieces_of_another_length_are_taken(pieces: Features) -> None:
    embedder = load(threads=1)
    short, long = embedder.embed(pieces[:2, :100]), embedder.embed(np.concatenate([pieces[:2]] * 2, axis=1))
    assert short.shape == long.shape == (2, 192)
    assert float((short[0] * long[0]).sum()) > 0.5  # the same voice says the same


def test_the_card_names_origin_licence_and_hash() -> None:
    card = json.loads((WEIGHTS / "card.json").read_text(encoding="utf-8"))
    assert card["licence"] == "Apache-2.0" and "3D-Speaker" in card["base"]
    assert hashlib.sha256((WEIGHTS / "model.onnx").read_bytes()).hexdigest() == card["sha256"]


def test_weights_that_are_not_what_they_should_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="install Preread again"):
        load(tmp_path)
    shutil.copytree(WEIGHTS, tmp_path / "changed")
    with (tmp_path / "changed" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelMissing, match="not what its card says"):
        load(tmp_path / "changed")
    (tmp_path / "model.onnx").write_bytes(b"no network")
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        load(tmp_path / "model.onnx")


def test_features_of_the_wrong_shape_are_one_line() -> None:
    with pytest.raises(UnreadableSource) as caught:
        load(threads=1).embed(np.zeros((1, 150, 40), np.float32))
    assert "\n" not in str(caught.value)


def test_voices_are_told_apart_without_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path\n"
        "from ingest.diarizers import open_diarizer\n"
        "from ingest.diarizers.embedding import load\n"
        "import numpy as np\n"
        "assert open_diarizer('campplus', Path(), threads=1)\n"
        "print(load(threads=1).embed(np.ones((1, 150, 80), np.float32)).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.strip() == "(1, 192)", done.stderr
