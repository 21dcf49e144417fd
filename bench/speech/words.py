"""Word errors and start times of ours, recording by recording; hot words on and off where a deal would give them."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from statistics import median

from bench.speech.measuring import costing
from bench.speech.references import Recording, spoken
from bench.speech.table import header, heading, row
from bench.speech.wer import edits, start_errors, words
from ingest.errors import NoSpeech
from ingest.model import Utterance
from ingest.recording import transcribe_recording
from ingest.transcribers import Transcriber, open_transcriber


def run(options: Namespace) -> None:
    recordings = spoken(options.shared)
    heading(
        f"Words: whisper {options.model}, {options.threads} threads",
        "`transcribe_recording` without a diarizer. Hot words: the speakers' names of the reference and the capitalised words "
        "within its sentences, as a deal's CRM row and mail would give them.",
        "Names wrong: how many of those were not heard as written.",
        "Start off: of reference cues of three words or more whose first three words were heard.",
    )
    transcriber = open_transcriber(f"faster-whisper:{options.model}", options.models, threads=options.threads)
    header("recording", "s", "words", "wrong", "with hot words", "names wrong", "with hot words",
        "start off, median / worst", "CPU s a second")  # fmt: skip
    totals = [0, 0, 0]
    for recording in recordings:
        reference = words(recording.text)
        said, cost = costing(lambda recording=recording: heard(recording, transcriber, ()))
        wrong = edits(reference, words(text(said)))
        totals[0] += len(reference)
        totals[1] += wrong
        hinted_wrong, names_wrong, hinted_names = wrong, "", ""
        names = vocabulary(recording)
        if names:
            hinted = heard(recording, transcriber, names)
            hinted_wrong = edits(reference, words(text(hinted)))
            names_wrong, hinted_names = (missed(recording.text, text(u), names) for u in (said, hinted))
        totals[2] += hinted_wrong
        off = start_errors(recording.cues, said)
        row(
            recording.name,
            f"{recording.seconds():.0f}",
            len(reference),
            f"{wrong / len(reference):.3f}",
            f"{hinted_wrong / len(reference):.3f}" if names else "",
            names_wrong,
            hinted_names,
            f"{median(map(abs, off)):.2f} / {max(map(abs, off)):.2f} s of {len(off)}" if off else "",
            f"{cost.cpu / recording.seconds():.3f}",
        )
    row("all", "", totals[0], *(f"{n / totals[0]:.3f}" for n in totals[1:]), "", "", "", "")


def heard(recording: Recording, transcriber: Transcriber, hotwords: Sequence[str]) -> tuple[Utterance, ...]:
    try:
        source = transcribe_recording(
            recording.path, recording.path.name, transcriber=transcriber, diarizer=None, hotwords=hotwords
        )
    except NoSpeech:
        return ()
    return source.utterances


def text(said: Sequence[Utterance]) -> str:
    return " ".join(utterance.text for utterance in said)


def vocabulary(recording: Recording) -> list[str]:
    """Names that a deal would know; none where the reference has no speakers."""
    people = list(dict.fromkeys(cue.speaker for cue in recording.cues))
    inside = re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", recording.text) if people else []
    return list(dict.fromkeys(people + inside))


def missed(reference: str, found: str, names: Sequence[str]) -> str:
    """Occurrences of the names' parts in the reference that the text lacks, of all."""
    parts = {part.lower() for name in names for part in re.findall(r"\w{3,}", name)}
    wanted = [word for word in re.findall(r"\w+", reference.lower()) if word in parts]
    there = re.findall(r"\w+", found.lower())
    lost = sum(max(wanted.count(part) - there.count(part), 0) for part in set(wanted))
    return f"{lost} of {len(wanted)}"
