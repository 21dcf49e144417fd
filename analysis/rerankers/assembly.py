"""Large weights from a pulled model and the small changes that were learnt.

all-mpnet-base-v2 has 438 MB, too much to ship; what fine-tuning changed of it is nearly of low rank (as LoRA assumes: Hu et al.
2021), so two thin matrices for each large one are shipped, and the product is added to the pulled weights. What comes out is
cut to int8, as ONNX Runtime's dynamic quantisation does it, and written once, beside the pulled model: half a minute at most,
no torch. Rows of a matrix may be scaled up before, and its input down in the graph by the same factors, so that a few large
activations do not cost the others their precision (SmoothQuant: Xiao et al. 2022).

The folder of shipped weights holds ``model.onnx``, a graph whose large tensors are references into a file ``weights.bin``,
``layout.json``, which says what stands in that file, and ``changes.safetensors``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from analysis.embedders import Vectors
from analysis.errors import ModelUnavailable


class Tensor(BaseModel):
    """One tensor of ``weights.bin``, in bytes, row by row. ``of``: its name in the pulled model. ``matrix``: it is the weight of
    a linear layer, which the graph wants transposed, and may have changes; else it is taken as it is. In changes.safetensors:
    "OF.scale" (one number, or one a column), "OF.zero" where the bytes are unsigned (which of them is 0), and, for a matrix,
    "OF.down" (in, r), "OF.up" (r, out) and, where its rows are scaled, "OF.rows" (in,)."""

    model_config = ConfigDict(extra="forbid")
    of: str
    matrix: bool
    offset: int
    shape: tuple[int, int]


_LAYOUT = TypeAdapter(list[Tensor])


def place_of(folder: Path, base: Path, name: str, sha256: str) -> Path:
    """The folder, next to the pulled file ``base``, for the whole weights; another one for other shipped files. ``sha256``:
    of the graph and the changes."""
    mark = hashlib.sha256(sha256.encode() + (folder / "layout.json").read_bytes()).hexdigest()[:12]
    return base.parent / f"{name}-{mark}"


def assembled(folder: Path, base: Path, name: str, graph: str, sha256: str) -> Path:
    """The graph of the shipped ``folder`` with its weights beside it, in a folder next to the pulled file ``base`` (safetensors);
    made where it is not there yet, by one process at a time, and then instead of older ones. ``graph``, ``sha256``: hashes of
    the graph, which was checked, and of the changes, which are checked here. Raises ``ModelUnavailable``."""
    try:
        place = place_of(folder, base, name, graph + sha256)
    except OSError as error:
        raise ModelUnavailable(f"{folder} cannot be read ({error}): install Preread again") from error
    if (place / "model.onnx").is_file():
        return place / "model.onnx"
    if not base.is_file():
        raise ModelUnavailable(
            f"{base} is missing: run 'preread models pull', or set PREREAD_RERANKER=minilm-answers"
        )
    try:
        changes = (folder / "changes.safetensors").read_bytes()
        if hashlib.sha256(changes).hexdigest() != sha256:
            raise ModelUnavailable(
                f"{folder / 'changes.safetensors'} is not what was shipped: install Preread again"
            )
        layout = _LAYOUT.validate_json((folder / "layout.json").read_bytes())
        with FileLock(base.parent / f".{name}.lock"):
            if not (place / "model.onnx").is_file():
                _write(layout, base, changes, folder / "model.onnx", place)
    except OSError as error:
        raise ModelUnavailable(
            f"{place} cannot be written ({error.strerror or error}): make the folder writable, or set "
            "PREREAD_RERANKER=minilm-answers"
        ) from error
    except (ValidationError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"{folder} or {base} cannot be read ({error}): install Preread again"
        ) from error
    return place / "model.onnx"


def _write(layout: list[Tensor], base: Path, changes: bytes, graph: Path, place: Path) -> None:
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import load

    draft = place.with_name(place.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        learnt = load(changes)
        opened: Any = safe_open(str(base), framework="numpy")
        with opened as pulled, (draft / "weights.bin").open("wb") as out:
            for tensor in sorted(layout, key=lambda t: t.offset):
                out.seek(tensor.offset)
                out.write(cut(tensor, pulled.get_tensor(tensor.of), learnt).tobytes())
            out.flush()
            os.fsync(out.fileno())
        shutil.copyfile(graph, draft / "model.onnx")
        draft.replace(place)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, SafetensorError):
            raise ValueError(str(error)) from error
        raise
    for older in place.parent.glob(f"{place.name.rpartition('-')[0]}-*"):
        if older != place:
            shutil.rmtree(older, ignore_errors=True)


def cut(tensor: Tensor, pulled: Vectors, learnt: dict[str, Any]) -> NDArray[np.integer[Any]]:
    """What stands in ``weights.bin`` for a tensor, shape ``tensor.shape``."""
    values = np.asarray(pulled, np.float32)
    if tensor.matrix:
        values = values.T
        if f"{tensor.of}.down" in learnt:
            down, up = (learnt[f"{tensor.of}.{part}"].astype(np.float32) for part in ("down", "up"))
            values = values + down @ up
        if f"{tensor.of}.rows" in learnt:
            values = values * learnt[f"{tensor.of}.rows"].astype(np.float32)[:, None]
    if values.shape != tensor.shape:
        raise ValueError(f"{tensor.of} has the shape {values.shape}, not {tensor.shape}")
    steps = np.rint(values / learnt[f"{tensor.of}.scale"])
    if (zero := learnt.get(f"{tensor.of}.zero")) is not None:
        return np.clip(steps + zero, 0, 255).astype(np.uint8)
    return np.clip(steps, -127, 127).astype(np.int8)
