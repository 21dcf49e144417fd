"""How often words that the transcriber was unsure of are wrong.

    python -m bench.doubt [--transcriber NAME] [--models DIR] [--shared DIR] [--threads N]

Every recording with a reference text is transcribed; words are aligned with the reference (fewest edits), each word of
ours is right or wrong, and for each threshold p the table says: which share of all words is below p (would be underlined), how
many of those are wrong (precision), and how many of the wrong words are among them (recall). Lost words cannot be underlined
and are not counted. Prints Markdown and asserts nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.speech.references import spoken
from bench.speech.wer import words as tokens_of
from ingest.model import Word
from ingest.recording import transcribe_recording
from ingest.transcribers import open_transcriber

THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def right(reference: Sequence[str], found: Sequence[str]) -> list[bool]:
    """For each found token whether it stands in a fewest-edits alignment with the same token."""
    table = np.zeros((len(reference) + 1, len(found) + 1), dtype=np.int32)
    table[:, 0], table[0] = np.arange(len(reference) + 1), np.arange(len(found) + 1)
    for i, word in enumerate(reference, 1):
        for j, other in enumerate(found, 1):
            table[i, j] = min(table[i - 1, j - 1] + (word != other), table[i - 1, j] + 1, table[i, j - 1] + 1)
    out = [False] * len(found)
    i, j = len(reference), len(found)
    while i and j:
        same = reference[i - 1] == found[j - 1]
        if table[i, j] == table[i - 1, j - 1] + (not same):
            i, j = i - 1, j - 1
            out[j] = same
        elif table[i, j] == table[i, j - 1] + 1:
            j -= 1
        else:
            i -= 1
    return out


def judged(words: Sequence[Word], text: str) -> list[tuple[float, bool]]:
    """(probability, right) of each word that has a probability; a word of several tokens is right when all are."""
    tokens = [(number, token) for number, word in enumerate(words) for token in tokens_of(word.text)]
    marks = right(tokens_of(text), [token for _, token in tokens])
    fine: dict[int, bool] = {}
    for (number, _), mark in zip(tokens, marks, strict=True):
        fine[number] = fine.get(number, True) and mark
    return [(p, fine[n]) for n, word in enumerate(words) if n in fine and (p := word.probability) is not None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transcriber", default="faster-whisper:base")
    parser.add_argument("--models", type=Path, default=Path.home() / ".cache/preread/models")
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    engine = open_transcriber(options.transcriber, options.models, threads=options.threads)
    groups: dict[str, list[tuple[float, bool]]] = {}
    for recording in spoken(options.shared):
        path = recording.path
        source = transcribe_recording(path, path.name, transcriber=engine, diarizer=None)
        words = [word for utterance in source.utterances for word in utterance.words]
        group = "read aloud" if "read" in path.parts else "calls"
        groups.setdefault(group, []).extend(judged(words, recording.text))
    print("| recordings | words | wrong | p below | underlined | of them wrong | of the wrong, underlined |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for group, found in groups.items():
        wrong = sum(not fine for _, fine in found)
        for limit in THRESHOLDS:
            below = [fine for p, fine in found if p < limit]
            hits = sum(not fine for fine in below)
            print(
                f"| {group} | {len(found)} | {wrong / len(found):.3f} | {limit} | {len(below) / len(found):.3f} "
                f"| {hits / max(1, len(below)):.2f} | {hits / max(1, wrong):.2f} |"
            )


if __name__ == "__main__":
    main()
