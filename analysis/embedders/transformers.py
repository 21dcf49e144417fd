"""Any Hugging Face encoder, by folder or by name: mean over the token states, then length 1.

A name is looked up in the local Hugging Face cache only: nothing is downloaded here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analysis.embedders import Vectors
from analysis.errors import ModelUnavailable

BATCH = 32


class Transformers:
    """``model``: a folder, a folder of ``models``, or a Hugging Face name that is in the local cache."""

    def __init__(self, model: str, models: Path, *, threads: int = 0, max_tokens: int = 256) -> None:
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils import logging
        except ImportError as error:
            raise ModelUnavailable(
                "the package transformers is not installed: pip install 'preread[transformers]'"
            ) from error
        logging.disable_progress_bar()
        path = next((p for p in (Path(model).expanduser(), models / model) if p.is_dir()), None)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(str(path or model), local_files_only=True)
            self._model = AutoModel.from_pretrained(str(path or model), local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelUnavailable(
                f"no encoder {model} on this machine: give the path of its folder, fetch it with "
                f"'preread models pull {model}', or download it into the Hugging Face cache first"
            ) from error
        if threads:
            torch.set_num_threads(threads)
        self._model.eval()
        self.name = f"transformers:{path.name if path else model}"
        self.dimension = int(self._model.config.hidden_size)
        longest = int(getattr(self._model.config, "max_position_embeddings", max_tokens))
        self._max_tokens = min(max_tokens, longest)

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Shape (n, dimension)."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            out[chosen] = self._batch([texts[index] for index in chosen])
            on_progress(start + len(chosen))
        return out

    def _batch(self, texts: list[str]) -> Vectors:
        import torch

        try:
            given = self._tokenizer(
                texts, padding=True, truncation=True, max_length=self._max_tokens, return_tensors="pt"
            )
            with torch.inference_mode():
                states = self._model(**given).last_hidden_state
                weights = given["attention_mask"].unsqueeze(-1).to(states.dtype)
                mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
                return np.asarray(torch.nn.functional.normalize(mean, dim=1).float().numpy(), np.float32)
        except RuntimeError as error:  # torch's name for everything from shapes to memory
            raise ModelUnavailable(f"{self.name} failed: {error}") from error
