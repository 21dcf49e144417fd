"""The systems compared, each as its users call it, on the same weights, compute type and threads.

``python -m bench.speech.systems NAME OPTIONS`` is the process that one of them runs in (``processes.Running`` starts it): a path
a line in, a JSON answer a line out.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.speech.measuring import costing

COMPUTE = "int8"


@dataclass(frozen=True)
class Options:
    models: str
    model: str = "base"
    threads: int = 2
    scratch: str = ""  # where a converted model may lie


@dataclass(frozen=True)
class Answer:
    text: str
    starts: tuple[float, ...] = ()  # of its words, in seconds, where the system tells
    speakers: int = 0
    notes: tuple[str, ...] = ()


Ear = Callable[[Path], Answer]


@dataclass(frozen=True)
class System:
    settings: str
    open: Callable[[Options], Ear]


def ours(diarizer: str, engine: str = "faster-whisper") -> Callable[[Options], Ear]:
    def start(options: Options) -> Ear:
        from ingest.diarizers import open_diarizer
        from ingest.errors import NoSpeech
        from ingest.recording import transcribe_recording
        from ingest.transcribers import open_transcriber

        models = Path(options.models)
        transcriber = open_transcriber(f"{engine}:{options.model}", models, threads=options.threads)
        voices = open_diarizer(diarizer, models, threads=options.threads)

        def hear(path: Path) -> Answer:
            try:
                source = transcribe_recording(path, path.name, transcriber=transcriber, diarizer=voices)
            except NoSpeech:
                return Answer("")
            said = source.utterances
            return Answer(
                " ".join(u.text for u in said),
                tuple(w.start for u in said for w in u.words),
                len({u.speaker for u in said if u.speaker}),
                source.notes,
            )

        return hear

    return start


def openai_whisper(options: Options) -> Ear:
    """The path would need an ffmpeg binary, so the sound is decoded by PyAV and handed in as an array."""
    import torch
    import whisper
    from faster_whisper import decode_audio

    from ingest.transcribers.openai_whisper import load

    torch.set_num_threads(options.threads)
    model: Any = load(Path(options.models), options.model)

    def hear(path: Path) -> Answer:
        sound: Any = decode_audio(str(path))
        found: Any = whisper.transcribe(model, sound, word_timestamps=True, fp16=False)
        return Answer(found["text"], tuple(float(w["start"]) for s in found["segments"] for w in s["words"]))

    return hear


def faster_whisper(batch: int = 0, **settings: Any) -> Callable[[Options], Ear]:
    def start(options: Options) -> Ear:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        folder = Path(options.models) / f"faster-whisper-{options.model}"
        model = WhisperModel(str(folder), device="cpu", compute_type=COMPUTE, cpu_threads=options.threads)
        engine: Any = BatchedInferencePipeline(model) if batch else model
        asked = settings | ({"batch_size": batch} if batch else {})

        def hear(path: Path) -> Answer:
            segments = list(engine.transcribe(str(path), **asked)[0])
            starts = (float(w.start) for s in segments for w in s.words or ())
            return Answer(" ".join(s.text for s in segments), tuple(starts))

        return hear

    return start


def whisper_cpp(options: Options) -> Ear:
    """The path would need an ffmpeg binary here too."""
    from faster_whisper import decode_audio
    from pywhispercpp.model import Model  # type: ignore[import-untyped]

    from bench.speech.ggml import convert

    weights = Path(options.scratch) / f"{options.model}.ggml"
    if not weights.is_file():
        convert(Path(options.models) / f"faster-whisper-{options.model}", weights)
    model: Any = Model(
        str(weights), n_threads=options.threads, print_progress=False, redirect_whispercpp_logs_to=None
    )

    def hear(path: Path) -> Answer:
        return Answer(" ".join(str(s.text) for s in model.transcribe(decode_audio(str(path)))))

    return hear


SYSTEMS = {
    "preread": System("`transcribe_recording`, its defaults, no speakers", ours("none")),
    "preread, speakers": System("the same with diarizer `auto`, count unknown", ours("auto")),
    "openai-whisper": System(
        "`transcribe(array, word_timestamps=True, fp16=False)`, float32", openai_whisper
    ),
    "faster-whisper": System("`WhisperModel.transcribe(path)`, int8", faster_whisper()),
    "faster-whisper, batched": System(
        "`BatchedInferencePipeline.transcribe(path, batch_size=8)`, int8", faster_whisper(batch=8)
    ),
    "faster-whisper, batched, words": System(
        "the same with `word_timestamps=True`", faster_whisper(batch=8, word_timestamps=True)
    ),
    "pywhispercpp": System(
        "`Model.transcribe(array)`, float16, no word times, weights converted", whisper_cpp
    ),
}


def main() -> None:
    """Libraries write to standard output as they like; the answers go where it pointed at the start."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    name, options = sys.argv[1], Options(**json.loads(sys.argv[2]))
    hear, load = costing(lambda: SYSTEMS[name].open(options))
    print(json.dumps({"load": asdict(load)}), file=answers, flush=True)
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        answer, cost = costing(lambda path=path: hear(path))
        print(json.dumps({"answer": asdict(answer), "cost": asdict(cost)}), file=answers, flush=True)


if __name__ == "__main__":
    main()
