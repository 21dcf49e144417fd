"""The same recording again and again, a fresh process each time: the words must be the same."""

from __future__ import annotations

import tempfile
from argparse import Namespace

from bench.speech.processes import Running
from bench.speech.references import telephone
from bench.speech.systems import SYSTEMS, Answer, Options
from bench.speech.table import header, heading, row
from bench.speech.wer import edits, words


def run(options: Namespace) -> None:
    files = telephone(options.shared)
    if not files:
        raise SystemExit(f"no telephone clips in {options.shared}: give --shared the folder of shared data")
    names = options.system or ["preread, speakers"]
    heading(
        f"The same words: telephone clips, whisper {options.model}, {options.threads} threads",
        *(f"**{name}**: {SYSTEMS[name].settings}." for name in names),
        f"{options.times} runs, each in a fresh process. Different: the largest share of words that differs from the first run.",
    )
    header("recording", "system", "words", "different transcripts", "word times too", "different words")
    for name in names:
        runs: list[list[Answer]] = []
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            asked = Options(str(options.models), options.model, options.threads, scratch)
            for _ in range(options.times):
                with Running(name, asked) as system:
                    runs.append([system.hear(path)[0] for path in files])
        for number, path in enumerate(files):
            answers = [found[number] for found in runs]
            first = words(answers[0].text)
            apart = max(edits(first, words(answer.text)) for answer in answers) / max(len(first), 1)
            row(
                path.name,
                name,
                len(first),
                f"{len({answer.text for answer in answers})} of {len(answers)}",
                len({(answer.text, tuple(answer.starts)) for answer in answers}),
                f"{apart:.3f}",
            )
