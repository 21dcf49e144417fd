"""The documents say what there is: every setting, every command, every link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.cli.commands import COMMANDS
from api.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("training/*.md"), *ROOT.glob("samples/*.md")]
)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_described(field: str) -> None:
    assert f"`PREREAD_{field.upper()}`" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_described_setting_exists() -> None:
    described = set(
        re.findall(r"`PREREAD_([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    )
    assert described <= {field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described(command: str) -> None:
    assert f"preread {command}" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


def test_no_machine_path_in_a_document() -> None:
    assert not [
        str(p)
        for p in DOCS
        if re.search(r"(?<![\w.])/(?:work|root|home/\w+|tmp/w)/", p.read_text(encoding="utf-8"))
    ]
