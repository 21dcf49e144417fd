"""What is finished of a recording: kept over a stop, gone with the result, the file or the deal."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from api import cores, workspaces
from api.errors import ApiError
from api.preread import Preread
from ingest.audio import Audio
from ingest.model import Word
from ingest.transcribers import Progress, Segment, Transcription
from ingest.vad import Region

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"


class Stopped:
    """A transcriber that is interrupted the first time."""

    name = "fixed:1"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.asked: list[tuple[str, ...]] = []
        self.sounds: list[int] = []  # when the decoded sound was written, each time

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        self.asked.append(tuple(hotwords))
        self.sounds += [path.stat().st_mtime_ns for path in (self.home / "work").rglob("sound.f32")]
        if len(self.asked) == 1:
            raise KeyboardInterrupt
        word = Word(0.5, 1.0, "Kettle.")
        return Transcription((Segment(0.5, 1.0, "Kettle.", (word,)),), "en", self.name)


def kept(home: Path) -> set[str]:
    return {path.name for path in (home / "work").rglob("*") if path.is_file() and path.name[0] != "."}


def test_a_stopped_recording_goes_on_and_leaves_nothing(
    application: Preread, deal_folder: Path, home: Path
) -> None:
    shutil.copy(SAMPLE, deal_folder / "calls" / "02-visit.opus")
    parts, hears = application.parts, Stopped(home)
    parts.__dict__ |= {"transcriber": hears, "diarizer": None}
    with pytest.raises(KeyboardInterrupt):
        application.import_paths([deal_folder])
    assert {"sound.f32", "sound.json", "expected.json"} <= kept(home)
    (written,) = hears.sounds
    application.import_paths([deal_folder])
    assert hears.sounds == [written, written], "what was decoded is not decoded again"
    assert hears.asked[0] == hears.asked[1]
    assert kept(home) == set()
    assert "calls/02-visit.opus" in {s.path for s in application.sources("fenwick-mills")}


def test_removing_leaves_nothing_half_finished(application: Preread, deal_folder: Path, home: Path) -> None:
    application.import_paths([deal_folder])
    space = workspaces.of_file(home, "fenwick-mills", "emails/01-money.eml", "a" * 64)
    other = workspaces.of_file(home, "fenwick-mills", "calls/01-plan.vtt", "b" * 64)
    for one in (space, other):
        one.keep_arrays("speech-mix", speech=np.zeros(3, np.float32))
    application.remove("emails/01-money.eml")
    assert not space.folder.exists() and other.folder.exists()
    application.remove("fenwick-mills")
    assert kept(home) == set()


class Removing(Stopped):
    """While it hears, somebody removes the deal."""

    def __init__(self, home: Path, application: Preread) -> None:
        super().__init__(home)
        self.application = application
        self.asked.append(())

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        self.application.remove("fenwick-mills")
        return super().transcribe(audio, hotwords=hotwords)


def test_a_deal_removed_while_its_call_is_heard_leaves_nothing(
    application: Preread, deal_folder: Path, home: Path
) -> None:
    shutil.copy(SAMPLE, deal_folder / "calls" / "02-visit.opus")
    application.parts.__dict__ |= {"transcriber": Removing(home, application), "diarizer": None}
    with suppress(ApiError):
        application.import_paths([deal_folder])
    assert application.deals() == () and kept(home) == set()


def test_what_nobody_goes_on_with_is_cleaned(tmp_path: Path) -> None:
    known = workspaces.of_file(tmp_path, "known", "a.wav", "a" * 64)
    old = workspaces.of_file(tmp_path, "known", "b.wav", "b" * 64)
    gone = workspaces.of_file(tmp_path, "gone", "a.wav", "a" * 64)
    for space in (known, old, gone):
        space.keep_document("sound", {})
    past = time.time() - workspaces.STALE_S - 60
    for path in (old.folder / "sound.json", old.folder):
        os.utime(path, (past, past))
    workspaces.clean(tmp_path, frozenset({"known"}))
    assert [space.folder.exists() for space in (known, old, gone)] == [True, False, False]


def test_one_process_at_a_time_works_on_a_loose_recording(tmp_path: Path) -> None:
    with workspaces.of_content(tmp_path, "a" * 64) as first:
        assert first is not None
        with workspaces.of_content(tmp_path, "a" * 64) as second:
            assert second is None
        with workspaces.of_content(tmp_path, "b" * 64) as other:
            assert other is not None
    with workspaces.of_content(tmp_path, "a" * 64) as again:
        assert again is not None and again.folder == first.folder


def test_the_cores_are_used_once(tmp_path: Path) -> None:
    assert [(cores.seats(n), cores.share(n)) for n in (1, 2, 4, 8, 16, 18)] == [
        (1, 1),
        (1, 2),
        (1, 4),
        (2, 4),
        (4, 4),
        (4, 4),
    ]
    assert cores.share(0) >= 1

    class Waiting(Exception):
        pass

    def wait() -> None:
        raise Waiting

    with cores.seat(tmp_path, 8, wait), cores.seat(tmp_path, 8, wait), pytest.raises(Waiting):
        with_no_seat = cores.seat(tmp_path, 8, wait)
        with_no_seat.__enter__()
    with cores.seat(tmp_path, 8, wait):
        pass


def test_a_larger_machine_hears_more_recordings_at_once(tmp_path: Path) -> None:
    from api.settings import Settings
    from api.supervise import children, worker_queues

    few, many = (worker_queues(Settings(home=tmp_path, threads=n)) for n in (2, 12))
    assert few == (("transcribe", "analyse"), ("mail", "ask"))
    assert many == (*few, ("transcribe",), ("transcribe",))
    assert [child.name for child in children(many)] == [
        "transcribe-analyse",
        "mail-ask",
        "transcribe",
        "transcribe-2",
    ]
