"""Speaker embeddings: CAM++ as an ONNX file that comes with the program, run by onnxruntime without torch.

Wang et al. 2023, "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking",
https://arxiv.org/abs/2303.00332. The weights are 3D-Speaker's (Apache-2.0), converted by ``training/export_campplus.py``;
card.json beside them names their origin and hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from ingest.diarizers.clustering import Embeddings
from ingest.diarizers.fbank import MELS, Features
from ingest.errors import ModelMissing, UnreadableSource

WEIGHTS = Path(__file__).resolve().parent / "weights" / "campplus"
BATCH = 8  # pieces at once: measured, larger batches only fall out of the cache


class SpeakerEmbedder:
    """``session``: an onnxruntime session that takes "features" (n, frames, 80)."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def embed(self, pieces: Features) -> Embeddings:
        """``pieces``: float32, shape (n, frames, 80), log mel filter banks with each piece's mean taken off; 150 frames are
        1.5 s. Any number of frames will do, the same for all. Returns unit vectors, shape (n, 192): their dot product is
        the cosine. Raises ``UnreadableSource``."""
        if not len(pieces):
            return np.zeros((0, self.size), np.float32)
        out: list[Embeddings] = []
        try:
            for start in range(0, len(pieces), BATCH):
                batch = np.ascontiguousarray(pieces[start : start + BATCH], np.float32)
                out.append(np.asarray(self._session.run(None, {"features": batch})[0], np.float32))
        except Exception as error:  # onnxruntime's exceptions have no common base
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise UnreadableSource(f"the speaker model failed on the sound: {reason}") from error
        joined = np.concatenate(out)
        return joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), np.float32(1e-9))

    @property
    def size(self) -> int:
        return int(self._session.get_outputs()[0].shape[1])


def load(source: Path = WEIGHTS, threads: int = 0) -> SpeakerEmbedder:
    """``source``: the .onnx file, or its folder, whose card.json has its SHA-256. ``threads``: 0 for all cores; they sleep
    while there is nothing to do. Raises ``ModelMissing``."""
    path = source / "model.onnx" if source.is_dir() else source
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelMissing(f"the speaker model {path} is not there: install Preread again") from error
    card = path.with_name("card.json")
    if card.is_file() and hashlib.sha256(content).hexdigest() != pinned(card):
        raise ModelMissing(f"the speaker model {path} is not what its card says: install Preread again")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        takes = session.get_inputs()[0]
        if takes.name != "features" or takes.shape[-1] != MELS:
            raise ValueError(f"it takes {takes.name} {takes.shape}")
    except Exception as error:  # onnxruntime raises whatever a broken file provokes
        raise ModelMissing(
            f"the speaker model {path} cannot be loaded ({type(error).__name__}): install Preread again"
        ) from error
    return SpeakerEmbedder(session)


def pinned(card: Path) -> str:
    try:
        return str(json.loads(card.read_bytes())["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"{card} cannot be read: install Preread again") from error
