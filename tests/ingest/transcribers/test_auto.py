"""The weights that "auto" takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ModelMissing
from ingest.transcribers import open_transcriber
from ingest.transcribers.auto import choices, first_that_loads


def put(models: Path, *sizes: str) -> None:
    for size in sizes:
        (models / f"faster-whisper-{size}").mkdir()
        (models / f"faster-whisper-{size}" / "model.bin").write_bytes(b"not a model")


def test_a_graphics_card_gets_the_largest_and_a_processor_the_default(tmp_path: Path) -> None:
    put(tmp_path, "tiny.en", "base", "medium", "large-v3-turbo")
    assert choices(tmp_path, gpu=True) == ("large-v3-turbo", "medium", "base", "tiny.en")
    assert choices(tmp_path, gpu=False) == ("base", "tiny.en")


def test_what_is_there_is_taken_and_what_lacks_is_named(tmp_path: Path) -> None:
    assert choices(tmp_path, gpu=True) == choices(tmp_path, gpu=False) == ("base",)
    with pytest.raises(ModelMissing, match=r"faster-whisper-base/.*preread models pull"):
        open_transcriber("auto", tmp_path)
    put(tmp_path, "small.en")
    assert choices(tmp_path, gpu=False) == ("small.en",)


@pytest.mark.models
def test_weights_that_do_not_load_give_way_to_the_next(tmp_path: Path, models_dir: Path) -> None:
    put(tmp_path, "medium")
    for file in (models_dir / "faster-whisper-tiny.en").iterdir():
        target = tmp_path / "faster-whisper-tiny.en"
        target.mkdir(exist_ok=True)
        (target / file.name).symlink_to(file)
    assert first_that_loads(tmp_path, ["medium", "tiny.en"], threads=1).name == "faster-whisper:tiny.en"
