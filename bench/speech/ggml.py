"""A CTranslate2 Whisper model as a ggml file, so that whisper.cpp hears with the same weights as everybody else.

The format is whisper.cpp's own (``models/README.md`` and ``whisper_model_load`` of https://github.com/ggml-org/whisper.cpp,
MIT): little-endian 32-bit numbers; magic, dimensions, mel filters, tokens in order, then tensors under openai-whisper's
names. Matrices are float16, as in the files that whisper.cpp hands out; the rest is float32.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ingest.transcribers.ct2_weights import Tensor, read_tensors, whisper_state

MAGIC = 0x67676D6C  # "ggml"
FLOAT32, FLOAT16 = 0, 1
MULTILINGUAL = 51865  # tokens from which on a vocabulary knows other languages
ALWAYS_FLOAT32 = ("encoder.positional_embedding", "decoder.positional_embedding")
CONV_BIAS = ("encoder.conv1.bias", "encoder.conv2.bias")


def convert(folder: Path, out: Path) -> Path:
    """Write the model in ``folder`` to ``out``. Raises ``ModelMissing`` where the weights cannot be read."""
    dimensions, state = whisper_state(read_tensors(folder / "model.bin"))
    mels, *rest = astuple(dimensions)
    audio, text = rest[:4], rest[5:]
    with out.open("wb") as file:
        file.write(struct.pack("<12i", MAGIC, rest[4], *audio, *text, mels, FLOAT16))
        filters(file, mels)
        tokens(file, multilingual=rest[4] >= MULTILINGUAL)
        tensors(file, state)
    return out


def assets() -> Path:
    import whisper

    return Path(str(whisper.__file__)).parent / "assets"


def filters(file: BinaryIO, mels: int) -> None:
    with np.load(assets() / "mel_filters.npz") as stored:
        matrix = np.asarray(stored[f"mel_{mels}"], dtype="<f4")
    file.write(struct.pack("<2i", *matrix.shape))
    file.write(matrix.tobytes())


def tokens(file: BinaryIO, *, multilingual: bool) -> None:
    name = "multilingual.tiktoken" if multilingual else "gpt2.tiktoken"
    lines = (assets() / name).read_bytes().splitlines()
    known = [base64.b64decode(line.split()[0]) for line in lines if line]
    file.write(struct.pack("<i", len(known)))
    for token in known:
        file.write(struct.pack("<i", len(token)) + token)


def tensors(file: BinaryIO, state: Mapping[str, Tensor]) -> None:
    for name, values in state.items():
        array = values.reshape(-1, 1) if name in CONV_BIAS else values
        half = array.ndim > 1 and name not in (*ALWAYS_FLOAT32, *CONV_BIAS)
        title = name.encode()
        file.write(struct.pack("<3i", array.ndim, len(title), FLOAT16 if half else FLOAT32))
        file.write(struct.pack(f"<{array.ndim}i", *reversed(array.shape)))
        file.write(title)
        file.write(np.ascontiguousarray(array, dtype="<f2" if half else "<f4").tobytes())
