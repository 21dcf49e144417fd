"""The ONNX file that comes with the program says what the original network says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.decode import decode
from ingest.diarizers.campplus import cut_windows
from ingest.diarizers.embedding import load
from ingest.diarizers.fbank import fbank
from ingest.vad import speech_regions

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "samples" / "audio" / "two-voices.opus"


@pytest.mark.models
@pytest.mark.parametrize("frames", [150, 75, 300])
def test_the_same_vectors_as_the_original_in_torch(
    models_dir: Path, frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.syspath_prepend(str(ROOT))
    from training.campplus_network import CAMPlusPlus

    samples = decode(SAMPLE, file=SAMPLE.name).mono()
    region = max(speech_regions(samples), key=lambda region: region.seconds)
    features = fbank(samples[region.start : region.end])
    pieces = np.stack(cut_windows(features, region)[1])
    pieces = np.concatenate([pieces, pieces], axis=1)[:, :frames]
    network = CAMPlusPlus()
    checkpoint = models_dir / "campplus" / "campplus_cn_en_common.pt"
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    with torch.inference_mode():
        theirs = network.eval()(torch.from_numpy(pieces)).numpy()
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    cosines = (load(threads=1).embed(pieces) * theirs).sum(axis=1)
    assert float(cosines.min()) > 0.9999
