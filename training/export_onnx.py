"""Writes a trained model as ONNX with int8 weights, and its card, for ``analysis/weights``.

    python -m training.export_onnx TRAINED --out analysis/weights/NAME --shape encoder|cross [--figures JSON]

Dynamic quantisation (onnxruntime). Needs onnx and onnxscript besides the dev extra. The tokenizer is that of MiniLM.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel, AutoModelForSequenceClassification


class States(torch.nn.Module):
    """Token states or one score, whatever the model gives first."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[
            0
        ]


def export(trained: Path, shape: str, target: Path) -> None:
    kind = AutoModel if shape == "encoder" else AutoModelForSequenceClassification
    model = States(kind.from_pretrained(str(trained), attn_implementation="eager").eval())
    ids = torch.randint(1000, 20000, (2, 16))
    given = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names}
    axes["out"] = {0: "batch", 1: "tokens"} if shape == "encoder" else {0: "batch"}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            model, given, str(full), input_names=names, output_names=["out"], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8, per_channel=True)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("trained", type=Path)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--shape", choices=["encoder", "cross"], required=True)
    ask.add_argument("--tokens", type=int, default=128)
    ask.add_argument("--floor", type=float, default=-1.0, help="see analysis/rerankers")
    ask.add_argument("--data", default="training/corpus; QMSum (MIT), visible half")
    given = ask.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    export(given.trained, given.shape, given.out / "model.onnx")
    shutil.copyfile(given.trained / "tokenizer.json", given.out / "tokenizer.json")
    figures = given.trained / "figures.json"
    card = {
        "name": given.out.name,
        "shape": given.shape,
        "tokens": given.tokens,
        "floor": given.floor,
        "sha256": hashlib.sha256((given.out / "model.onnx").read_bytes()).hexdigest(),
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "data": given.data,
        "licence": "Apache-2.0",
        "date": datetime.now(UTC).date().isoformat(),
        "held_out_industries": json.loads(figures.read_text()) if figures.is_file() else {},
    }
    (given.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
