"""The five labelled deals: our utterances are, one to one, what the measuring tool reads."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from ingest.transcripts import parse_transcript


def _tool(shared: Path) -> ModuleType:
    """check_deals.py runs when imported (over no arguments): keep its functions, drop its exit."""
    spec = importlib.util.spec_from_file_location("check_deals", shared / "tools" / "check_deals.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["check_deals.py"])
        with pytest.raises(SystemExit):
            spec.loader.exec_module(module)
    return module


def test_utterances_equal_those_of_the_measuring_tool(shared: Path) -> None:
    tool = _tool(shared)
    compared = 0
    for root in sorted(path for path in (shared / "deals").iterdir() if path.is_dir()):
        for file in sorted((root / "calls").iterdir()):
            if file.name.endswith((".parties.json", ".script.json", "calls.csv")):
                continue
            name = f"calls/{file.name}"
            sidecar = file.with_suffix(".parties.json")
            source = parse_transcript(
                name, file.read_bytes(), parties=sidecar.read_bytes() if sidecar.exists() else None
            )
            expected = [(who, " ".join(text.split())) for who, text in tool.utterances(root, name)[0]]
            assert [(item.speaker, item.text) for item in source.utterances] == expected, file
            assert source.notes == ()
            compared += 1
    assert compared >= 16
