"""The tensors of a CTranslate2 Whisper model, under the names that openai-whisper gives them.

One download serves both backends. CTranslate2's ``model.bin`` (binary version 6, ``ctranslate2/specs/model_spec.py``) is a
list of named tensors; attention projections are fused there (query, key and value in one; for cross attention key and
value), and the key's bias, which Whisper does not have, is stored as zeros.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ModelMissing

Tensor = NDArray[np.float32]
DTYPES: dict[int, type[np.generic]] = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
VERSION = 6
HEAD_SIZE = 64  # of every Whisper model
AUDIO_CONTEXT = 1500  # frames of 20 ms: 30 s

# Names within a layer: CTranslate2's, openai-whisper's.
NORMS = {
    "self_attention/layer_norm": "attn_ln",
    "attention/layer_norm": "cross_attn_ln",
    "ffn/layer_norm": "mlp_ln",
}
LINEARS = {
    "self_attention/linear_1": "attn.out",
    "attention/linear_2": "cross_attn.out",
    "ffn/linear_0": "mlp.0",
    "ffn/linear_1": "mlp.2",
}


@dataclass(frozen=True, slots=True)
class Dimensions:
    """As ``whisper.ModelDimensions``."""

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every floating-point tensor of ``model.bin``. Raises ``ModelMissing`` where it is not one that can be read."""
    try:
        data = path.read_bytes()
        return dict(tensors(data))
    except (OSError, struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelMissing(
            f"{path.parent.name}/{path.name} cannot be read; fetch it again: preread models pull"
        ) from error


def tensors(data: bytes) -> Iterator[tuple[str, Tensor]]:
    at = 0

    def number(kind: str) -> int:
        nonlocal at
        value: int = struct.unpack_from(f"<{kind}", data, at)[0]
        at += struct.calcsize(kind)
        return value

    def string() -> str:
        nonlocal at
        length = number("H")
        text = data[at : at + length - 1].decode()
        at += length
        return text

    if number("I") != VERSION or string() != "WhisperSpec":
        raise ValueError("not a Whisper model of CTranslate2")
    number("I")  # revision of the layout
    for _ in range(number("I")):
        name = string()
        shape = tuple(number("I") for _ in range(number("B")))
        dtype = np.dtype(DTYPES[number("B")])
        size = number("I")
        if dtype.kind == "f" and shape:
            flat = np.frombuffer(data, dtype, size // dtype.itemsize, at)
            yield name, flat.reshape(shape).astype(np.float32)
        at += size


def whisper_state(found: dict[str, Tensor]) -> tuple[Dimensions, dict[str, Tensor]]:
    """Dimensions and the state dict of openai-whisper's model. Raises ``ModelMissing`` where a tensor lacks."""
    state: dict[str, Tensor] = {}
    try:
        for source, target in (("encoder", "encoder.blocks"), ("decoder", "decoder.blocks")):
            for number in range(layers(found, source)):
                layer(found, f"{source}/layer_{number}/", f"{target}.{number}.", state)
        for number in (1, 2):
            for part in ("weight", "bias"):
                state[f"encoder.conv{number}.{part}"] = found[f"encoder/conv{number}/{part}"]
        norm(found, "encoder/layer_norm", "encoder.ln_post", state)
        norm(found, "decoder/layer_norm", "decoder.ln", state)
        state["decoder.token_embedding.weight"] = found["decoder/embeddings/weight"]
        state["decoder.positional_embedding"] = found["decoder/position_encodings/encodings"]
    except KeyError as error:
        raise ModelMissing(f"the Whisper model lacks {error}; fetch it again: preread models pull") from error
    width = state["encoder.conv1.weight"].shape[0]
    # Older conversions leave the encoder's positions out: they are computed, not learned.
    stored = found.get("encoder/position_encodings/encodings")
    state["encoder.positional_embedding"] = sinusoids(AUDIO_CONTEXT, width) if stored is None else stored
    dimensions = Dimensions(
        n_mels=state["encoder.conv1.weight"].shape[1],
        n_audio_ctx=AUDIO_CONTEXT,
        n_audio_state=width,
        n_audio_head=width // HEAD_SIZE,
        n_audio_layer=layers(found, "encoder"),
        n_vocab=state["decoder.token_embedding.weight"].shape[0],
        n_text_ctx=state["decoder.positional_embedding"].shape[0],
        n_text_state=width,
        n_text_head=width // HEAD_SIZE,
        n_text_layer=layers(found, "decoder"),
    )
    return dimensions, state


def layers(found: dict[str, Tensor], side: str) -> int:
    numbers = {
        int(name.split("/")[1][6:])
        for name in found
        if name.startswith(f"{side}/layer_") and "norm" not in name.split("/")[1]
    }
    return max(numbers) + 1


def layer(found: dict[str, Tensor], source: str, target: str, state: dict[str, Tensor]) -> None:
    for theirs, ours in NORMS.items():
        if f"{source}{theirs}/gamma" in found:
            norm(found, source + theirs, target + ours, state)
    for theirs, ours in LINEARS.items():
        if f"{source}{theirs}/weight" in found:
            for part in ("weight", "bias"):
                state[f"{target}{ours}.{part}"] = found[f"{source}{theirs}/{part}"]
    split(
        found,
        f"{source}self_attention/linear_0",
        [f"{target}attn.{n}" for n in ("query", "key", "value")],
        state,
    )
    if f"{source}attention/linear_0/weight" in found:
        split(found, f"{source}attention/linear_0", [f"{target}cross_attn.query"], state)
        split(
            found, f"{source}attention/linear_1", [f"{target}cross_attn.{n}" for n in ("key", "value")], state
        )


def split(found: dict[str, Tensor], source: str, targets: list[str], state: dict[str, Tensor]) -> None:
    weights = np.split(found[f"{source}/weight"], len(targets))
    biases = np.split(found[f"{source}/bias"], len(targets))
    for target, weight, bias in zip(targets, weights, biases, strict=True):
        state[f"{target}.weight"] = weight
        if not target.endswith("key"):
            state[f"{target}.bias"] = bias


def norm(found: dict[str, Tensor], source: str, target: str, state: dict[str, Tensor]) -> None:
    state[f"{target}.weight"] = found[f"{source}/gamma"]
    state[f"{target}.bias"] = found[f"{source}/beta"]


def sinusoids(length: int, channels: int, longest: float = 10_000.0) -> Tensor:
    """The encoder's positions, as Whisper computes them."""
    step = np.log(longest) / (channels // 2 - 1)
    inverse = np.exp(-step * np.arange(channels // 2))
    angles = np.arange(length)[:, None] * inverse[None, :]
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
