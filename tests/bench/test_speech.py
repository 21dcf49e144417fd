"""The measurements measure what they say."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bench.speech.diarization import errors
from bench.speech.ggml import MAGIC, convert
from bench.speech.measuring import Watch, costing
from bench.speech.references import Cue, read_vtt
from bench.speech.sounds import SOUNDS
from bench.speech.wer import edits, start_errors, words
from ingest.model import Utterance, Word


def naive(a: list[str], b: list[str]) -> int:
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            changed = table[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, changed)
    return table[-1][-1]


def test_edits_are_levenshtein() -> None:
    chance = random.Random(0)
    for _ in range(200):
        a, b = ([chance.choice("abcd") for _ in range(chance.randrange(9))] for _ in range(2))
        assert edits(a, b) == naive(a, b)


def test_words_are_normalised_as_whisper_does() -> None:
    assert words("Mr. Smith won't pay $12,000!") == words("mister smith will not pay twelve thousand dollars")


REFERENCE = [(0.0, 4.0, "A"), (4.0, 8.0, "B"), (6.0, 10.0, "A")]


def test_a_perfect_answer_has_no_error_whatever_the_names() -> None:
    found = [(start, end, {"A": "S2", "B": "S1"}[who]) for start, end, who in REFERENCE]
    assert errors(REFERENCE, found, 10.0)["error"] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("found", "part", "share"),
    [
        ([(0.0, 10.0, "S1")], "missed", 2 / 12),  # one at a time where two speak for two seconds
        ([(0.0, 10.0, "S1")], "confusion", 2 / 12),  # and B alone from 4 to 6
        ([(0.0, 4.0, "S1"), (4.0, 8.0, "S2"), (6.0, 13.0, "S1")], "false", 3 / 12),
        ([], "missed", 1.0),
    ],
)
def test_each_kind_of_error(found: list[tuple[float, float, str]], part: str, share: float) -> None:
    score = errors(REFERENCE, found, 13.0)
    assert score[part] == pytest.approx(share, abs=0.01)
    assert score["error"] == pytest.approx(score["confusion"] + score["missed"] + score["false"])


def test_start_errors_look_for_the_cue_s_own_words() -> None:
    said = [
        Word(1.0, 1.2, "So"),
        Word(5.3, 5.5, "We"),
        Word(5.5, 5.7, "will"),
        Word(5.7, 5.9, "see."),
        Word(6, 7, "x"),
    ]
    spoken = Utterance(0, "S1", "So We will see. x", 1.0, 7.0, tuple(said))
    cues = [
        Cue(5.0, "Dana", "we will see about it"),
        Cue(9.0, "Dana", "quite other words"),
        Cue(1.0, "Dana", "So"),
    ]
    assert start_errors(cues, [spoken]) == [pytest.approx(0.3)]


def test_cues_are_read_with_their_speakers(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:01:02.500 --> 00:01:04.000\nDana Roy: Hello: all\n", encoding="utf-8")
    assert read_vtt(path) == [Cue(62.5, "Dana Roy", "Hello: all")]


@pytest.mark.parametrize("name", SOUNDS)
def test_sounds_are_the_same_for_the_same_seed(name: str) -> None:
    first, second = SOUNDS[name](1.0, 3), SOUNDS[name](1.0, 3)
    assert first.shape == (16_000,) and first.dtype == np.float32
    assert np.array_equal(first, second) and float(np.abs(first).max()) <= 1.0
    assert name == "silence" or float(np.abs(first).max()) > 0


def test_cost_and_memory_are_those_of_the_work() -> None:
    import os

    with Watch(os.getpid()) as watch:
        block, cost = costing(lambda: np.ones(30_000_000))
    assert block.size and cost.wall > 0 and cost.cpu > 0
    if Path("/proc/self/status").exists():
        assert watch.peak.resident > 200


@pytest.mark.models
def test_whisper_cpp_reads_the_converted_weights(models_dir: Path, tmp_path: Path) -> None:
    file = convert(models_dir / "faster-whisper-tiny.en", tmp_path / "tiny.ggml")
    head = np.fromfile(file, dtype="<i4", count=12)
    assert head[0] == MAGIC and list(head[1:]) == [51864, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1]
    module = pytest.importorskip("pywhispercpp.model")
    assert module.Model(str(file), n_threads=1, redirect_whispercpp_logs_to=None)
