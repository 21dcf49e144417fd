"""What a transcription server answers, as words with times: OpenAI's ``verbose_json``
(https://platform.openai.com/docs/api-reference/audio/verbose-json-object), and the leaner answers of servers that know less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, cast

from ingest.errors import UnreadableSource
from ingest.model import Word
from ingest.transcribers.guards import Heard


def heard(answer: object, seconds: float) -> Heard:
    """``answer``: decoded JSON. ``seconds``: of the clip it is about. Words have the server's times where it gives them, else
    those of their segment spread over its words, else of the whole clip. Raises ``UnreadableSource``."""
    try:
        if not isinstance(answer, dict):
            raise TypeError("not an object")
        found = cast(dict[str, Any], answer)
        segments = cast(list[dict[str, Any]], found.get("segments") or [])
        text = " ".join(str(found.get("text") or " ".join(str(s["text"]) for s in segments)).split())
        return Heard(
            text=text,
            words=timed(found, segments, text, seconds),
            logprob=min((figure(s, "avg_logprob") for s in segments), default=0.0),
            no_speech=min((figure(s, "no_speech_prob") for s in segments), default=0.0),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableSource(
            "the transcription server's answer is not verbose_json as OpenAI has it: use a server that knows "
            "response_format=verbose_json"
        ) from error


def timed(
    answer: dict[str, Any], segments: Sequence[dict[str, Any]], text: str, seconds: float
) -> tuple[Word, ...]:
    words = cast(
        list[dict[str, Any]], answer.get("words") or [w for s in segments for w in s.get("words") or []]
    )
    if words:
        spelled = punctuated([str(w["word"]).strip() for w in words], text)
        return tuple(
            Word(clock(w["start"]), clock(w["end"]), f" {word}", chance(w))
            for w, word in zip(words, spelled, strict=True)
            if word
        )
    from ingest.recording import spread

    stretches = [(str(s["text"]), clock(s["start"]), clock(s["end"])) for s in segments] or [
        (text, 0.0, seconds)
    ]
    return tuple(
        Word(word.start, word.end, f" {word.text}") for stretch in stretches for word in spread(*stretch)
    )


def punctuated(words: Sequence[str], text: str) -> list[str]:
    """The words as the text spells them: OpenAI's own word list leaves out every comma and full stop."""
    out, spelled = list(words), text.split()
    matcher = SequenceMatcher(None, [bare(w) for w in words], [bare(w) for w in spelled], autojunk=False)
    for ours, theirs, count in matcher.get_matching_blocks():
        out[ours : ours + count] = spelled[theirs : theirs + count]
    return out


def bare(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())


def clock(value: object) -> float:
    """Seconds."""
    seconds = float(cast(float, value))
    if not math.isfinite(seconds):
        raise ValueError("a time that is no number")
    return seconds


def chance(word: dict[str, Any]) -> float | None:
    value = word.get("probability")
    return min(max(clock(value), 0.0), 1.0) if value is not None else None


def figure(segment: dict[str, Any], name: str) -> float:
    return clock(segment.get(name) or 0.0)


def language(answer: object) -> str | None:
    """The code of the language the server heard, None where it does not say. OpenAI says "english" where others say
    "en"."""
    said = cast(dict[str, Any], answer).get("language") if isinstance(answer, dict) else None
    if not isinstance(said, str):
        return None
    name = said.strip().lower()
    return NAMES.get(name) or (name if 2 <= len(name) <= 3 and name.isalpha() else None)


NAMES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl",
    "polish": "pl", "russian": "ru", "ukrainian": "uk", "turkish": "tr", "swedish": "sv", "danish": "da", "norwegian": "no",
    "finnish": "fi", "czech": "cs", "greek": "el", "arabic": "ar", "hebrew": "he", "hindi": "hi", "chinese": "zh",
    "japanese": "ja", "korean": "ko", "catalan": "ca", "romanian": "ro", "hungarian": "hu", "vietnamese": "vi", "thai": "th",
    "indonesian": "id", "bulgarian": "bg", "croatian": "hr", "slovak": "sk", "slovenian": "sl", "serbian": "sr",
}  # fmt: skip
