"""Any server that speaks OpenAI's transcription API (``POST /v1/audio/transcriptions``): OpenAI itself, speaches, vLLM,
LocalAI, whisper.cpp's server.

Only speech is sent, in clips of half a minute as WAV: they stay far under the servers' upload limits, times stay ours, and the
signs of an invention are read over the same stretch as Whisper's own. The sound leaves this machine: the backend is never
chosen unless it is asked for by name.
"""

from __future__ import annotations

import io
import json
import wave
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np

from ingest.audio import SAMPLE_RATE, Audio
from ingest.errors import IngestError, LimitExceeded, UnreadableSource, UnsupportedSource
from ingest.transcribers import Progress, Transcription
from ingest.transcribers.clips import Clip
from ingest.transcribers.faster_whisper import joined
from ingest.transcribers.guards import Heard
from ingest.transcribers.listening import listen
from ingest.transcribers.verbose_json import heard
from ingest.transcribers.verbose_json import language as language_of
from ingest.vad import Region

TIMEOUT_S = 600.0  # for half a minute of sound, on a server that others use too
AT_ONCE = 4  # clips under way at the same time
UNKNOWN = "und"  # BCP 47: undetermined
MOST_BYTES = 4_000_000  # of one answer; half a minute of talk is some kilobytes


class OpenAIHttp:
    """``endpoint``: the base URL, with or without ``/v1``. ``timeout_s``: of one clip."""

    def __init__(
        self, model: str, endpoint: str | None, api_key: str | None, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        base = (endpoint or "").rstrip("/")
        if not base.startswith(("http://", "https://")):
            raise UnsupportedSource(
                "the transcriber openai-http needs the address of its server: set PREREAD_TRANSCRIBER_URL, such as "
                "http://localhost:8000"
            )
        self._url = f"{base if base.endswith('/v1') else base + '/v1'}/audio/transcriptions"
        self._model = model
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(timeout=timeout_s, headers=headers)

    @property
    def name(self) -> str:
        return f"openai-http:{self._model}"

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        hint = joined(hotwords)
        spoken = None if language == UNKNOWN else language  # of an earlier chunk, maybe

        def ear(clips: Sequence[Clip], *, careful: bool) -> list[Heard]:
            nonlocal spoken

            def ask(clip: Clip) -> object:
                return self._ask(clip, spoken, None if careful else hint)

            with ThreadPoolExecutor(AT_ONCE) as pool:
                answers = list(pool.map(ask, clips))
            if spoken is None:  # what most of the first clips are in; asked for from then on
                votes = Counter(code for code in map(language_of, answers) if code)
                spoken = votes.most_common(1)[0][0] if votes else None
            return [heard(answer, clip.seconds) for answer, clip in zip(answers, clips, strict=True)]

        segments, notes = listen(audio, ear, on_progress, regions=regions)
        return Transcription(segments, spoken or UNKNOWN, self.name, notes)

    def _ask(self, clip: Clip, language: str | None, hint: str | None) -> object:
        """The server's answer about one clip, decoded JSON. Raises ``IngestError``."""
        data: dict[str, Any] = {
            "model": self._model,
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["word", "segment"],
            "temperature": "0",
        }
        data |= {"language": language} if language else {}
        data |= {"prompt": hint} if hint else {}
        sound = wav(clip)
        files = {"file": ("clip.wav", sound, "audio/wav")}
        try:
            with self._client.stream("POST", self._url, data=data, files=files) as response:
                body = bounded(response)
        except httpx.TimeoutException as error:
            raise LimitExceeded(
                f"the transcription server {self._url} did not answer in time: see whether it is overloaded, and "
                "import the recording again"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnreadableSource(
                f"the transcription server {self._url} cannot be reached ({type(error).__name__}): start it, or "
                "check PREREAD_TRANSCRIBER_URL"
            ) from error
        if response.status_code != 200:
            raise self._refused(response.status_code, body, len(sound))
        try:
            return json.loads(body)
        except ValueError as error:
            raise UnreadableSource(
                f"the transcription server {self._url} does not answer in JSON: check PREREAD_TRANSCRIBER_URL"
            ) from error

    def _refused(self, status: int, body: bytes, size: int) -> IngestError:
        who = f"the transcription server {self._url}"
        match status:
            case 401 | 403:
                return UnreadableSource(f"{who} refuses the key ({status}): set PREREAD_TRANSCRIBER_API_KEY")
            case 404:
                return UnreadableSource(
                    f"{who} knows no such address, or no model {self._model} (404): check PREREAD_TRANSCRIBER_URL "
                    "and PREREAD_TRANSCRIBER"
                )
            case 413:
                return LimitExceeded(
                    f"{who} takes no uploads of {size / 1e6:.1f} MB (413): raise its limit on uploads"
                )
            case 429:
                return LimitExceeded(
                    f"{who} has had too many requests (429): import the recording again later"
                )
            case _:
                cure = "look at its log, then import the recording again"
                return UnreadableSource(f"{who} answered {status}{reason(body)}: {cure}")


def bounded(response: httpx.Response) -> bytes:
    out = bytearray()
    for block in response.iter_bytes():
        out += block
        if len(out) > MOST_BYTES:
            raise LimitExceeded(f"the transcription server answers with more than {MOST_BYTES / 1e6:.0f} MB")
    return bytes(out)


def reason(body: bytes) -> str:
    """What OpenAI's error object says, as far as it can be shown in a line."""
    try:
        said = json.loads(body)["error"]
        text = str(said["message"] if isinstance(said, dict) else said)
    except (ValueError, KeyError, TypeError):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]
    return f" ({line})" if line else ""


def wav(clip: Clip) -> bytes:
    """16-bit mono."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(clip.samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()
