"""A home, a small deal folder, and an application whose embedder needs no model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis.embedders import Vectors
from analysis.indexes.memory import MemoryVectors
from api.preread import Preread
from api.settings import Settings

OPPORTUNITY = """Opportunity ID,Opportunity Name,Account Name,Amount,Currency,Stage,Created Date,Close Date,Owner,Owner Email
{id},{name},Fenwick Mills,42000,GBP,Closed Lost,2026-01-05,2026-04-02,Sam Okoro,sam@loomworks.example
"""
CALL = """WEBVTT

1
00:00:01.000 --> 00:00:06.000
Sam Okoro: What would it take for you to sign before the summer?

2
00:00:06.500 --> 00:00:14.000
Rita Fenwick: Honestly the dye house decides, and they want the old machine kept until August.

3
00:00:15.000 --> 00:00:20.000
Sam Okoro: Understood, so we plan around the dye house then.
"""
MAIL = """From: Rita Fenwick <rita@fenwick.example>
To: Sam Okoro <sam@loomworks.example>
Subject: After our call
Date: Tue, 03 Mar 2026 09:12:00 +0000
Message-ID: <a1@fenwick.example>
Content-Type: text/plain; charset=utf-8

Sam, the board has moved the money to the boiler, so nothing will happen before October.

Rita Fenwick
Operations Director
"""


class HashedWords:
    """An embedder without a model: texts that share words are near each other."""

    name = "hashed-words"
    dimension = 64

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None) -> Vectors:
        self.embedded += len(texts)
        rows = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, int(hashlib.md5(word.encode()).hexdigest(), 16) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def with_fakes(application: Preread) -> Preread:
    application.parts.__dict__["embedder"] = HashedWords()
    application.parts.__dict__["vectors"] = MemoryVectors()
    return application


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("PREREAD_HOME", str(folder))
    monkeypatch.setenv("PREREAD_LLM", "none")
    for name in ("DATABASE_URL", "BROKER_URL", "CHROMA_URL", "FILES_URL"):
        monkeypatch.delenv(f"PREREAD_{name}", raising=False)
    return folder


@pytest.fixture
def application(home: Path) -> Iterator[Preread]:
    made = with_fakes(Preread(Settings()))
    yield made
    made.close()


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every application that a test opens has an embedder without a model, and one vector index between them."""
    from api.wiring import Parts

    embedder, vectors = HashedWords(), MemoryVectors()
    monkeypatch.setattr(Parts, "embedder", embedder)
    monkeypatch.setattr(Parts, "vectors", vectors)


def write_deal(root: Path, name: str = "fenwick-mills", opportunity_id: str = "006A") -> Path:
    folder = root / name
    (folder / "calls").mkdir(parents=True)
    (folder / "emails").mkdir()
    (folder / "opportunity.csv").write_text(OPPORTUNITY.format(id=opportunity_id, name="Looms for Fenwick"))
    (folder / "calls" / "01-plan.vtt").write_text(CALL)
    (folder / "emails" / "01-money.eml").write_text(MAIL)
    return folder


@pytest.fixture
def deal_folder(tmp_path: Path) -> Path:
    return write_deal(tmp_path / "in")


@pytest.fixture
def make_deal(tmp_path: Path) -> Callable[..., Path]:
    def make(where: str, name: str = "fenwick-mills", opportunity_id: str = "006A") -> Path:
        return write_deal(tmp_path / where, name, opportunity_id)

    return make
