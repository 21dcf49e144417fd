"""A real transcription server on loopback: OpenAI's API in front of our own faster-whisper."""

from __future__ import annotations

import socket
import threading
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI, HTTPException, Request

from ingest.audio import SAMPLE_RATE, Audio
from ingest.transcribers import Segment, Transcriber, open_transcriber

KEY = "sesame"


@dataclass
class TranscriptionServer:
    address: str
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


@pytest.fixture(scope="module")
def transcription_server(models_dir: Path) -> Iterator[TranscriptionServer]:
    """Answers in verbose_json as OpenAI documents it: words without punctuation, the language by its name. The model
    "tiny.en-segments" gives no word times, as many servers do. The key is "sesame"."""
    engine = open_transcriber("faster-whisper:tiny.en", models_dir, threads=1)
    listening = socket.create_server(("127.0.0.1", 0))
    served = TranscriptionServer(f"http://127.0.0.1:{listening.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(application(engine, served), log_level="warning"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield served
    server.should_exit = True
    thread.join(10)
    listening.close()


def application(engine: Transcriber, served: TranscriptionServer) -> FastAPI:
    app = FastAPI()
    alone = threading.Lock()

    @app.post("/v1/audio/transcriptions")
    async def transcribe(request: Request) -> dict[str, Any]:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise HTTPException(401)
        form = await request.form()
        served.asked.append({name: value for name, value in form.items() if isinstance(value, str)})
        upload: Any = form["file"]
        sound = samples(await upload.read())
        with alone:
            heard = engine.transcribe(Audio(sound[None, :]))
        answer = {
            "task": "transcribe",
            "language": "english",
            "duration": sound.shape[0] / SAMPLE_RATE,
            "text": " ".join(segment.text for segment in heard.segments),
            "segments": [segment(number, s) for number, s in enumerate(heard.segments)],
        }
        if form["model"] == "tiny.en":
            answer["words"] = [
                {"word": w.text.strip(".,?!"), "start": w.start, "end": w.end}
                for s in heard.segments
                for w in s.words
            ]
        return answer

    return app


def segment(number: int, found: Segment) -> dict[str, Any]:
    figures = {"avg_logprob": -0.3, "compression_ratio": 1.4, "no_speech_prob": 0.01, "temperature": 0.0}
    return {"id": number, "start": found.start, "end": found.end, "text": f" {found.text}", **figures}


def samples(content: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    with wave.open(BytesIO(content)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (SAMPLE_RATE, 1)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32768
