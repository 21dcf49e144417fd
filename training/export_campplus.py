"""Writes the CAM++ speaker embedding network as ONNX, and its card, for ``ingest/diarizers/weights``.

    python -m training.export_campplus CHECKPOINT --out ingest/diarizers/weights/campplus

The checkpoint is campplus_cn_en_common.pt of 3D-Speaker (``preread models pull campplus``); any other file is refused.
Most weights are stored in half precision, which nearly halves the file, and are computed with in single precision. Needs
onnx besides the dev extra.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.campplus_network import EMBEDDING, MELS, CAMPlusPlus

SOURCE_SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"
FRAMES = 150
SMALL = 1024  # values: a tensor below this stays as it is
EXACT = ("/head/", "/xvector/tdnn/", "/xvector/block1/")
"""The first layers stay in single precision: rounding there alone cost one window in 226 of a telephone call a cosine of
0.9995; with them exact the least was 0.99999. They are a sixth of the weights."""


def export(checkpoint: Path, target: Path) -> None:
    """Input "features", float32 (n, frames, 80); output "embeddings", float32 (n, 192), not normalised."""
    network = CAMPlusPlus()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            network.eval(),
            (torch.randn(2, FRAMES, MELS),),
            str(full),
            input_names=["features"],
            output_names=["embeddings"],
            dynamic_axes={"features": {0: "n", 1: "frames"}, "embeddings": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
        model = onnx.load(full)
    halve(model.graph)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)


def halve(graph: onnx.GraphProto) -> None:
    """Large float32 weights become float16 with a Cast behind them, which onnxruntime folds when it loads the graph."""
    casts: list[onnx.NodeProto] = []
    exact = {name for node in graph.node if node.name.startswith(EXACT) for name in node.input}
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALL or tensor.name in exact:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("checkpoint", type=Path)
    ask.add_argument("--out", type=Path, required=True)
    given = ask.parse_args()
    if sha256(given.checkpoint) != SOURCE_SHA256:
        raise SystemExit(f"{given.checkpoint} is not the checkpoint whose SHA-256 is {SOURCE_SHA256}")
    given.out.mkdir(parents=True, exist_ok=True)
    export(given.checkpoint, given.out / "model.onnx")
    card = {
        "name": "campplus",
        "sha256": sha256(given.out / "model.onnx"),
        "base": "3D-Speaker CAM++, iic/speech_campplus_sv_zh_en_16k-common_advanced v1.0.0, campplus_cn_en_common.pt",
        "base_sha256": SOURCE_SHA256,
        "home": "https://github.com/modelscope/3D-Speaker",
        "paper": "https://arxiv.org/abs/2303.00332",
        "licence": "Apache-2.0",
        "changes": "converted from PyTorch to ONNX by training/export_campplus.py, most weights stored in half precision",
        "features": MELS,
        "embedding": EMBEDDING,
        "date": datetime.now(UTC).date().isoformat(),
    }
    (given.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
