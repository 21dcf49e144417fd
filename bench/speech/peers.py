"""Beside other Whispers: each system in a process of its own, all loaded first, then asked recording by recording in turn, so
that whatever else the machine does falls on all alike."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from bench.speech.measuring import Cost, Memory
from bench.speech.processes import Running
from bench.speech.references import Recording, spoken
from bench.speech.systems import SYSTEMS, Options
from bench.speech.table import header, heading, row
from bench.speech.wer import edits, words

BASELINE = "openai-whisper"
UNLESS_ASKED = ("faster-whisper, batched, words",)


@dataclass
class Result:
    """``rounds``: the cost of all recordings, round by round; ``wrong``: word edits by recording, first round."""

    rounds: list[Cost] = field(default_factory=list[Cost])
    wrong: dict[str, int] = field(default_factory=dict[str, int])
    peak: Memory = field(default_factory=Memory)
    load: Cost = field(default_factory=Cost)

    def wall(self) -> float:
        return median(cost.wall for cost in self.rounds)

    def cpu(self) -> float:
        return median(cost.cpu for cost in self.rounds)


def chosen(recordings: Sequence[Recording], minutes: float) -> list[Recording]:
    """As many as fit, the longest first; what does not fit is left out, and a shorter one after it may still be in."""
    out: list[Recording] = []
    room = minutes * 60
    for recording in sorted(recordings, key=Recording.seconds, reverse=True):
        if recording.seconds() <= room:
            out.append(recording)
            room -= recording.seconds()
    return out


def run(options: Namespace) -> None:
    recordings = chosen(spoken(options.shared), options.minutes)
    if not recordings:
        raise SystemExit(
            f"no recordings with a reference in {options.shared}: give --shared the folder of shared data"
        )
    names = options.system or [name for name in SYSTEMS if name not in UNLESS_ASKED]
    seconds = sum(recording.seconds() for recording in recordings)
    heading(
        f"Peers: whisper {options.model}, {options.threads} threads, {seconds / 60:.1f} minutes",
        *(f"**{name}**: {SYSTEMS[name].settings}." for name in names),
        f"{len(recordings)} recordings, {options.rounds} rounds (medians), interleaved by recording.",
    )
    results = measure(names, recordings, options)
    references = {recording.name: len(words(recording.text)) for recording in recordings}
    costs(results, seconds, sum(references.values()))
    by_recording(results, recordings, references)


def measure(names: Sequence[str], recordings: Sequence[Recording], options: Namespace) -> dict[str, Result]:
    results: dict[str, Result] = defaultdict(Result)
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        asked = Options(str(options.models), options.model, options.threads, scratch)
        running = [stack.enter_context(Running(name, asked)) for name in names]
        for _ in range(options.rounds):
            spent: dict[str, Cost] = defaultdict(Cost)
            for number, recording in enumerate(recordings):
                reference = words(recording.text)
                turn = number % len(running)
                for system in running[turn:] + running[:turn]:
                    answer, cost = system.hear(recording.path)
                    spent[system.name] += cost
                    wrong = edits(reference, words(answer.text))
                    results[system.name].wrong.setdefault(recording.name, wrong)
            for name, cost in spent.items():
                results[name].rounds.append(cost)
        for system in running:
            results[system.name].peak = system.peak
            results[system.name].load = system.load
    return {name: results[name] for name in names}


def costs(results: dict[str, Result], seconds: float, total: int) -> None:
    base = results.get(BASELINE)
    header(
        "system",
        "real-time factor",
        f"faster than {BASELINE}",
        "CPU s a second",
        "peak MB",
        "load s",
        "words wrong",
    )
    for name, result in results.items():
        faster = f"{base.wall() / result.wall():.2f}" if base else ""
        row(
            name,
            f"{result.wall() / seconds:.3f}",
            faster,
            f"{result.cpu() / seconds:.3f}",
            f"{result.peak.resident:.0f}",
            f"{result.load.wall:.1f}",
            f"{sum(result.wrong.values()) / total:.4f}",
        )
    alone, named = results.get("preread"), results.get("preread, speakers")
    if alone and named:
        more = named.wall() / alone.wall() - 1, named.cpu() / alone.cpu() - 1
        print(
            f"\nTelling speakers apart adds {more[0]:.0%} of the time and {more[1]:.0%} of the CPU seconds."
        )


def by_recording(
    results: dict[str, Result], recordings: Sequence[Recording], references: dict[str, int]
) -> None:
    print("\nWords wrong, by recording:\n")
    header("recording", "s", "words", *results)
    for recording in recordings:
        count = references[recording.name]
        shares = [f"{result.wrong[recording.name] / count:.3f}" for result in results.values()]
        row(recording.name, f"{recording.seconds():.0f}", count, *shares)
