"""Writes a trained encoder as ONNX with int8 weights, and its card, for ``analysis/weights``.

    python -m training.export_onnx TRAINED --out analysis/weights/NAME                                  # the whole model
    python -m training.export_onnx TRAINED --out analysis/weights/NAME --upon mpnet --base FOLDER --ahead   # changes of low rank

Dynamic quantisation (onnxruntime). Needs onnx and onnxscript besides the dev extra.

``--upon``: the name of the pulled model that TRAINED was fine-tuned from (``--base``: its folder, with config.json). Then not
the weights are written but what ``analysis.rerankers.assembly`` makes them from. Of each changed matrix the singular vectors
of the largest singular values are kept (docs/quality.md says what that costs). The inputs of the large matrices are scaled so
that a few large activations do not cost the others their precision (SmoothQuant: Xiao et al. 2022, strength 0.85), measured
on passages of the training corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import save_file
from transformers import AutoModel, AutoTokenizer

from training.industries import industries, pool

STRENGTH = (
    0.85  # of the smoothing: how much of the size of activations goes over to the weights (docs/quality.md)
)
LARGE = 100_000  # elements from which a tensor is not shipped whole


class States(torch.nn.Module):
    """Token states, the model's first output."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask)[0]


@dataclass
class Change:
    """What training changed of a matrix (out, in), in low rank: ``up`` (out, r) and ``down`` (r, in), in fp16."""

    up: np.ndarray
    down: np.ndarray

    def added(self, base: torch.Tensor) -> torch.Tensor:
        product = self.up.astype(np.float32) @ self.down.astype(np.float32)
        return base + torch.from_numpy(product)


def low_rank(trained: torch.nn.Module, base: torch.nn.Module, rank: int) -> dict[str, Change]:
    """Puts the base with changes of low rank into ``trained``, and gives these changes by the parameter's name. Small tensors
    stay as trained."""
    before, out = dict(base.named_parameters()), dict[str, Change]()
    for name, weights in trained.named_parameters():
        change = (weights - before[name]).detach()
        if change.ndim != 2 or change.numel() < LARGE or not bool(change.any()):
            continue
        u, s, v = torch.svd_lowrank(change, rank + 32, niter=6)
        root = s[:rank].sqrt()
        out[name] = Change(
            (u[:, :rank] * root).numpy().astype(np.float16),
            (root * v[:, :rank]).T.numpy().astype(np.float16),
        )
        weights.data = out[name].added(before[name].detach())
    return out


def graph_of(model: torch.nn.Module, target: Path) -> None:
    """The model in fp32."""
    ids = torch.randint(1000, 20000, (2, 16))
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "out"]}
    torch.onnx.export(
        States(model.eval()), (ids, torch.ones_like(ids)), str(target), input_names=names, output_names=["out"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip


def linear(graph: Any) -> list[Any]:
    """The nodes that multiply with a large matrix of weights."""
    held = {i.name for i in graph.initializer if np.prod(i.dims) >= LARGE}
    return [n for n in graph.node if n.op_type == "MatMul" and n.input[1] in held]


def largest(
    graph_file: Path, inputs: Sequence[str], tokenizer: Any, texts: Sequence[str]
) -> dict[str, np.ndarray]:
    """The largest absolute value of each column of some tensors inside the graph, over texts."""
    model = onnx.load(str(graph_file))
    model.graph.output.extend([helper.make_empty_tensor_value_info(name) for name in inputs])
    with tempfile.TemporaryDirectory() as folder:
        opened = Path(folder) / "opened.onnx"
        onnx.save(model, str(opened))
        session = onnxruntime.InferenceSession(str(opened), providers=["CPUExecutionProvider"])
    out = {name: np.zeros(0, np.float32) for name in inputs}
    for text in texts:
        ids = np.array([tokenizer(text, truncation=True, max_length=128)["input_ids"]], np.int64)
        found = session.run(list(inputs), {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, values in zip(inputs, found, strict=True):
            here = np.abs(np.asarray(values)).max((0, 1))
            out[name] = np.maximum(out[name], here) if out[name].size else here
    return out


def smooth(graph_file: Path, tokenizer: Any, texts: Sequence[str]) -> dict[str, np.ndarray]:
    """Scales the rows of the large matrices up and their inputs down; the factors by the matrix's name. The graph computes the
    same as before."""
    model = onnx.load(str(graph_file))
    nodes = linear(model.graph)
    peaks = largest(graph_file, sorted({n.input[0] for n in nodes}), tokenizer, texts)
    weights = {i.name: i for i in model.graph.initializer}
    rows: dict[str, np.ndarray] = {}
    by_input: dict[str, list[Any]] = {}
    for node in nodes:
        by_input.setdefault(node.input[0], []).append(node)
    for source, users in by_input.items():
        matrices = [numpy_helper.to_array(weights[n.input[1]]) for n in users]
        of_weights = np.maximum.reduce([np.abs(m).max(1) for m in matrices])
        factor = np.maximum(peaks[source], 1e-5) ** STRENGTH / np.maximum(of_weights, 1e-5) ** (1 - STRENGTH)
        factor = np.clip(factor / np.median(factor), 0.05, 50).astype(np.float32)
        name = f"{source}_smooth"
        model.graph.initializer.append(numpy_helper.from_array(1 / factor, f"{name}_factor"))
        place = min(list(model.graph.node).index(n) for n in users)
        model.graph.node.insert(place, helper.make_node("Mul", [source, f"{name}_factor"], [name], name=name))
        for node, matrix in zip(users, matrices, strict=True):
            node.input[0] = name
            rows[node.input[1]] = factor
            weights[node.input[1]].CopyFrom(numpy_helper.from_array(matrix * factor[:, None], node.input[1]))
    onnx.save(model, str(graph_file))
    return rows


def split(
    quantised: Path,
    plain: Path,
    base: torch.nn.Module,
    changes: dict[str, Change],
    rows: dict[str, np.ndarray],
    out: Path,
) -> None:
    """The quantised graph with its large tensors as references, their layout, and what they are made from besides the base.
    ``plain``: the same graph in fp32, whose tensors tell which parameter of the model is which."""
    by_value = {
        _print(t.detach().numpy() if n not in changes else changes[n].added(t.detach()).numpy()): n
        for n, t in base.named_parameters()
    }
    held = {i.name: numpy_helper.to_array(i) for i in onnx.load(str(plain)).graph.initializer}
    model = onnx.load(str(quantised))
    tensors = {i.name: i for i in model.graph.initializer}
    layout, shipped, offset = list[dict[str, Any]](), dict[str, np.ndarray](), 0
    for name, tensor in tensors.items():
        if not name.endswith("_quantized") or np.prod(tensor.dims) < LARGE:
            continue
        source = name.removesuffix("_quantized")
        values = held[source] / rows[source][:, None] if source in rows else held[source]
        matrix = _print(values) not in by_value
        of = by_value[_print(values.T if matrix else values)]
        scale = numpy_helper.to_array(tensors[f"{source}_scale"]).astype(np.float32)
        shipped[f"{of}.scale"] = np.atleast_1d(scale)
        if tensor.data_type == onnx.TensorProto.UINT8:
            shipped[f"{of}.zero"] = np.atleast_1d(numpy_helper.to_array(tensors[f"{source}_zero_point"]))
        if source in rows:
            shipped[f"{of}.rows"] = rows[source]
        if of in changes:
            shipped[f"{of}.down"] = np.ascontiguousarray(changes[of].down.T)
            shipped[f"{of}.up"] = np.ascontiguousarray(changes[of].up.T)
        shape = [int(d) for d in tensor.dims]
        layout.append({"of": of, "matrix": matrix, "offset": offset, "shape": shape})
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        length = shape[0] * shape[1]
        for key, value in (("location", "weights.bin"), ("offset", str(offset)), ("length", str(length))):
            tensor.external_data.add(key=key, value=value)
        offset += -(-length // 4096) * 4096
    (out / "model.onnx").write_bytes(model.SerializeToString())
    (out / "layout.json").write_text(json.dumps(layout, indent=0) + "\n", encoding="utf-8")
    save_file(shipped, str(out / "changes.safetensors"))


def _print(values: np.ndarray) -> tuple[Any, ...]:
    """What tells one large matrix from the others, in spite of a division and a multiplication in fp32."""
    flat = values.reshape(-1)
    return (*values.shape, *(f"{float(x):.3e}" for x in flat[:: max(1, flat.size // 7)][:7]))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("trained", type=Path)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--upon", default="")
    ask.add_argument("--base", type=Path)
    ask.add_argument("--rank", type=int, default=32)
    ask.add_argument("--ahead", action="store_true")
    ask.add_argument("--tokens", type=int, default=128)
    ask.add_argument("--likeness", type=float, default=0.25, help="see analysis/rerankers")
    ask.add_argument("--floor", type=float, default=-1.0, help="see analysis/rerankers")
    ask.add_argument("--home", default="sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)")
    ask.add_argument(
        "--data",
        default="training/corpus; training/deals; QMSum (MIT), visible half; without what is held out",
    )
    given = ask.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    model = AutoModel.from_pretrained(str(given.trained), attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(str(given.trained))
    texts = [text for i in industries() for text in pool(i).passages[::40]]
    upon: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        full, cut = Path(folder) / "full.onnx", Path(folder) / "cut.onnx"
        base = AutoModel.from_pretrained(str(given.base)) if given.upon else model
        changes = low_rank(model, base, given.rank) if given.upon else {}
        graph_of(model, full)
        rows = smooth(full, tokenizer, texts) if given.upon else {}
        quantize_dynamic(str(full), str(cut), weight_type=QuantType.QInt8, per_channel=True)
        if given.upon:
            split(cut, full, base, changes, rows, given.out)
            pulled = given.base / "model.safetensors"
            upon = {
                "folder": given.upon,
                "file": pulled.name,
                "size": pulled.stat().st_size,
                "changes": hashlib.sha256((given.out / "changes.safetensors").read_bytes()).hexdigest(),
            }
        else:
            shutil.copyfile(cut, given.out / "model.onnx")
    shutil.copyfile(given.trained / "tokenizer.json", given.out / "tokenizer.json")
    figures = given.trained / "figures.json"
    card = {
        "name": given.out.name,
        "tokens": given.tokens,
        "floor": given.floor,
        "likeness": given.likeness,
        "ahead": given.ahead,
        "sha256": hashlib.sha256((given.out / "model.onnx").read_bytes()).hexdigest(),
        **({"upon": upon} if upon else {}),
        "base": given.home,
        "data": given.data,
        "licence": "Apache-2.0",
        "date": datetime.now(UTC).date().isoformat(),
        "held_out_industries": json.loads(figures.read_text()) if figures.is_file() else {},
    }
    (given.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
