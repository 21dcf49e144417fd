"""The rings hold: who may import whom, and each heavy package in its own few files."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ingest", "analysis", "api", "prompts")
MAY_IMPORT = {
    "ingest": set(),
    "prompts": set(),
    "analysis": {"ingest", "prompts"},
    "api": {"ingest", "analysis", "prompts"},
}
# Foreign packages and the only places that may name them.
CONTAINED = {
    "fastapi": ("api/",),
    "starlette": ("api/",),
    "celery": ("api/",),
    "sqlalchemy": ("api/",),
    "chromadb": ("analysis/indexes/chroma",),
    "langchain": ("analysis/llms/",),
    "langchain_core": ("analysis/llms/", "analysis/embedders/openai"),
    "langchain_openai": ("analysis/llms/", "analysis/embedders/openai"),
    "xllamacpp": ("analysis/llms/server",),
    "torch": (
        "ingest/transcribers/openai_whisper",
        "ingest/transcribers/transformers_asr",
        "ingest/transcribers/hf_whisper",
        "ingest/diarizers/pyannote",
        "analysis/embedders/transformers",
        "analysis/llms/",
    ),
    "whisper": ("ingest/transcribers/openai_whisper",),
    "faster_whisper": ("ingest/transcribers/faster_whisper", "ingest/vad"),
    "transformers": (
        "ingest/transcribers/transformers_asr",
        "ingest/transcribers/hf_whisper",
        "analysis/embedders/transformers",
        "analysis/llms/",
    ),
    "av": ("ingest/decode",),
    "onnxruntime": (
        "analysis/embedders/minilm",
        "analysis/rerankers/onnx",
        "ingest/vad",
        "ingest/diarizers/embedding",
    ),
}
HEAVY = (
    "torch",
    "chromadb",
    "langchain_core",
    "langchain",
    "transformers",
    "faster_whisper",
    "onnxruntime",
    "whisper",
    "av",
)


def modules() -> list[Path]:
    return [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """The names of all modules that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_ring_imports_only_rings_inside_it(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in imports(path)
        if (top := name.split(".")[0]) in PACKAGES and top != package and top not in MAY_IMPORT[package]
    ]
    assert not wrong


@pytest.mark.parametrize("foreign", sorted(CONTAINED))
def test_a_foreign_package_is_named_in_its_backend_only(foreign: str) -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in modules()
        if any(name.split(".")[0] == foreign for name in imports(path))
        and not str(path.relative_to(ROOT)).startswith(CONTAINED[foreign])
    ]
    assert not wrong


def test_only_settings_reads_the_environment() -> None:
    """``os.environ`` elsewhere only hands a whole environment to a child process."""
    wrong: list[str] = []
    for path in modules():
        if path == ROOT / "api" / "settings.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = ast.unparse(node) if isinstance(node, ast.Call | ast.Subscript) else ""
            if text.startswith(("os.getenv(", "os.environ.get(", "os.environ[")):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {text[:60]}")
    assert not wrong


def test_importing_our_packages_loads_nothing_heavy() -> None:
    code = f"import sys, api.cli, ingest.model, analysis.draft, prompts; print([m for m in {HEAVY} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"


def test_no_file_is_called_utils() -> None:
    assert not [p for p in modules() if p.stem in {"utils", "util", "helpers", "misc", "common"}]


def test_no_other_distribution_ships_our_top_level_names() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {name: set(owners.get(name, ())) - {"preread"} for name in PACKAGES} == {
        name: set() for name in PACKAGES
    }
