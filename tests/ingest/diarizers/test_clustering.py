from __future__ import annotations

import numpy as np
import pytest

from ingest.diarizers import clustering
from ingest.diarizers.campplus import named
from ingest.diarizers.clustering import voices
from ingest.diarizers.fbank import fbank

RNG = np.random.default_rng(3)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def people(*sizes: int, noise: float = 0.04) -> tuple[np.ndarray, np.ndarray]:
    means = RNG.standard_normal((len(sizes), 192))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return unit(unit(means)[truth] + noise * RNG.standard_normal((sum(sizes), 192))), truth


def same_partition(found: np.ndarray, truth: np.ndarray) -> bool:
    return len({*zip(found.tolist(), truth.tolist(), strict=True)}) == len(set(truth.tolist()))


@pytest.mark.parametrize("sizes", [(20,), (20, 10), (30, 5, 12, 40)])
def test_the_number_of_voices_is_found(sizes: tuple[int, ...]) -> None:
    vectors, truth = people(*sizes)
    assert same_partition(voices(vectors), truth)


def test_counts_are_kept() -> None:
    vectors, _ = people(20, 20, 20)
    assert voices(vectors, at_most=2).max() + 1 == 2
    assert voices(vectors, speakers=4).max() + 1 == 4
    assert voices(vectors, speakers=1).max() == 0
    assert voices(vectors[:1]).tolist() == [0] and voices(vectors[:0]).tolist() == []


def test_two_stray_windows_are_no_person() -> None:
    vectors, truth = people(60, 60, 2)
    assert same_partition(voices(vectors)[:120], truth[:120])
    assert voices(vectors).max() + 1 == 2
    brief, truth = people(10, 2)
    assert same_partition(voices(brief), truth)


def test_a_long_recording_is_grouped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, truth = people(60, 60, 12)
    order = RNG.permutation(truth.size)
    monkeypatch.setattr(clustering, "MOST_AT_ONCE", 30)
    monkeypatch.setattr(clustering, "BLOCK", 25)
    monkeypatch.setattr(clustering, "LEAVES", 40)
    found = voices(vectors[order])
    assert same_partition(found, truth[order]) and found.max() == 2


def test_linkage_of_groups_is_linkage_of_their_members() -> None:
    vectors, _ = people(8, 5, 6, noise=0.08)
    tree = clustering.group_linkage(vectors, np.ones(19))
    assert np.allclose(tree[:, 2], clustering.linkage(vectors)[:, 2], atol=1e-5)
    for groups in (2, 3, 6):
        ours, theirs = (clustering.cut(t, "maxclust", groups) for t in (tree, clustering.linkage(vectors)))
        assert same_partition(ours, theirs) and same_partition(theirs, ours)
    # Two groups of two, each of one voice: their distance is the mean of the four between their members.
    pairs = np.stack([vectors[0] + vectors[1], vectors[8] + vectors[9]])
    distance = clustering.group_linkage(pairs, np.array([2.0, 2.0]))[0, 2]
    assert np.isclose(distance, 1 - (vectors[:2] @ vectors[8:10].T).mean(), atol=1e-6)


def test_too_many_voices_are_joined_by_likeness_not_by_size() -> None:
    """A cluster too many is joined to the voice most like it; cutting the tree would keep strays and join people."""
    vectors, truth = people(40, 40, 40)
    strays = unit(RNG.standard_normal((5, 192)))
    found = voices(np.concatenate([vectors, strays]), at_most=3)
    assert same_partition(found[:120], truth)


def test_turns_join_and_are_named_by_first_appearance() -> None:
    turns = named([(0.0, 1.0, 7), (1.2, 2.0, 7), (2.0, 3.0, 2), (5.0, 6.0, 2), (6.0, 7.0, 7)])
    assert [(t.start, t.end, t.speaker) for t in turns] == [
        (0.0, 2.0, "S1"),
        (2.0, 3.0, "S2"),
        (5.0, 6.0, "S2"),
        (6.0, 7.0, "S1"),
    ]


def test_filter_banks_peak_at_the_tone() -> None:
    samples = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    features = fbank(samples)
    assert features.shape == (98, 80) and features.dtype == np.float32
    mel = 1127 * np.log(1 + 1000 / 700), 1127 * np.log(1 + 20 / 700), 1127 * np.log(1 + 8000 / 700)
    expected = (mel[0] - mel[1]) / (mel[2] - mel[1]) * 81 - 1
    assert abs(int(features.mean(axis=0).argmax()) - expected) <= 1
    assert fbank(samples[:100]).shape == (0, 80)
