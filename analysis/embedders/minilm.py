"""all-MiniLM-L6-v2 as an ONNX file with int8 weights: the embedded default, without torch.

Mean over the token states, then length 1, at most 256 tokens: as the model's own card has it
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from analysis.embedders import Vectors
from analysis.errors import ModelUnavailable

MAX_TOKENS = 256
BATCH = 32


class MiniLM:
    """``folder`` holds ``model.onnx`` and ``tokenizer.json``. ``threads``: 0 for all cores."""

    name = "minilm-l6-v2-int8"
    dimension = 384

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        for file in ("model.onnx", "tokenizer.json"):
            if not (folder / file).is_file():
                raise ModelUnavailable(f"{folder / file} is missing: run 'preread models pull'")
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # one thread a batch and batches side by side: a pool that spins inside onnxruntime costs nearly twice the
        # CPU time on a busy machine (measured: 5.5 s against 3.1 s for 900 lines)
        options.intra_op_num_threads = 1
        self._workers = threads or os.cpu_count() or 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ModelUnavailable(
                f"{folder} cannot be loaded ({error}): remove it and run 'preread models pull'"
            ) from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._inputs = [str(given.name) for given in self._session.get_inputs()]

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Shape (n, 384). Texts of like length share a batch, so that little is padded."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        done = 0
        with ThreadPoolExecutor(self._workers) as pool:
            rows = pool.map(self._batch, ([tokens[index] for index in chosen] for chosen in batches))
            for chosen, vectors in zip(batches, rows, strict=True):
                out[chosen] = vectors
                done += len(chosen)
                on_progress(done)
        return out

    def _batch(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        width = max(len(row) for row in tokens)
        ids = np.zeros((len(tokens), width), np.int64)
        for row, line in enumerate(tokens):
            ids[row, : len(line)] = line
        mask = (np.arange(width) < np.array([[len(row)] for row in tokens])).astype(np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            states = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise ModelUnavailable(f"{self.name} failed: {error}") from error
        return unit(mean_of_tokens(np.asarray(states, np.float32), mask.astype(np.float32)))


def mean_of_tokens(states: Vectors, mask: Vectors) -> Vectors:
    """Shape (n, tokens, d) and (n, tokens) to (n, d): padding does not count."""
    weights = mask[:, :, None]
    return (states * weights).sum(1) / np.maximum(weights.sum(1), 1e-9)


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; a row of zeros stays one."""
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)
