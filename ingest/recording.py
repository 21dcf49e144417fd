"""A recording as a source: decoded, transcribed, told apart by speaker, in chunks and in bounded memory.

Speakers are labels ("S1", "S2" in order of first appearance); who they are is found out by the people resolver.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from statistics import fmean

from ingest.chunks import Chunk, Cut, Done
from ingest.confidence import DOUBTFUL
from ingest.decode import decode_to
from ingest.diarizers import Diarizer, Turn, together
from ingest.errors import IngestError, LimitExceeded, NoSpeech
from ingest.lanes import Lane, lanes
from ingest.model import Participant, Source, SourceKind, Utterance, Word
from ingest.sound import Sound
from ingest.transcribers import Segment, Transcriber
from ingest.utterances import numbered, utterances
from ingest.workspace import Workspace

Progress = Callable[[str, float, float], None]
"""``(stage, seconds of audio done, seconds of audio in all)``; stage is "decode", "transcribe" or "diarize". Work that
an earlier run finished counts as done. May raise to stop the work."""

VERSION = 2  # of what is kept in a workspace; another number starts over
EXTENSIONS = frozenset({"wav", "mp3", "m4a", "aac", "ogg", "oga", "opus", "webm", "flac", "mp4", "mkv", "mov", "m4v",
    "avi", "wma", "3gp", "amr", "aif", "aiff", "mka", "mpg", "mpeg", "ts", "w64", "caf"})  # fmt: skip
"""What a recording is usually called, lower case without the dot."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one recording. ``max_hours`` of sound; the others bound the process that decodes it."""

    max_hours: float = 8.0
    timeout_s: float = 1800.0
    memory_mb: int = 2048


def transcribe_recording(
    path: Path,
    path_in_deal: str,
    *,
    transcriber: Transcriber,
    diarizer: Diarizer | None,
    language: str | None = None,
    hotwords: Sequence[str] = (),
    speakers: int | None = None,
    at_most_speakers: int | None = None,
    when: datetime | date | None = None,
    title: str | None = None,
    participants: Sequence[Participant] = (),
    limits: Limits = Limits(),
    on_progress: Progress = lambda stage, done, total: None,
    workspace: Workspace | None = None,
    cut: Cut = Cut(),
) -> Source:
    """Transcribe the file ``path``, which the deal knows as ``path_in_deal`` ("calls/02-demo.m4a").

    ``speakers`` is the count where it is known for certain. Where the diarizer fails the transcript stays, without
    speakers and with a note. Everything finished is kept in ``workspace``, which must belong to this very file, and a
    later call with the same settings goes on from there; the caller removes it when the result is stored.
    ``cut``: how large a chunk is, which is what a killed process loses at most.

    Raises:
        IngestError: ``UnreadableSource``, ``LimitExceeded`` from decoding, what the transcriber raises, and
            ``NoSpeech`` where nobody speaks; each names the file.
    """
    with ExitStack() as stack:
        if workspace is None:
            folder = tempfile.TemporaryDirectory(prefix="preread-", ignore_cleanup_errors=True)
            workspace = Workspace(Path(stack.enter_context(folder)))
        hearing = Hearing(transcriber, diarizer, language, tuple(hotwords), on_progress, workspace, cut)
        try:
            sound = decoded(path, path_in_deal, workspace, limits, on_progress)
            outcome = hearing.hear(sound, speakers, at_most_speakers)
        except IngestError as error:
            raise named(error, path_in_deal) from error
        except OSError as error:
            raise LimitExceeded(
                f"what is finished of it could not be kept: {error.strerror or error}; make room on the disk",
                file=path_in_deal,
            ) from error
    if not outcome.spoken:
        what = "; ".join((f"nobody is heard to speak in its {sound.duration:.0f} s", *sound.notes))
        raise NoSpeech(f"{what}; import another recording of the call", file=path_in_deal)
    return Source(
        key=path_in_deal,
        path=path_in_deal,
        kind=SourceKind.CALL,
        title=title or path.stem,
        format="recording",
        when=when,
        participants=tuple(participants),
        utterances=outcome.spoken,
        duration=round(sound.duration, 3),
        language=outcome.language,
        engine=transcriber.name,
        notes=counted((*sound.notes, *outcome.notes, *unsure(outcome.spoken))),
    )


def unsure(spoken: Sequence[Utterance]) -> tuple[str, ...]:
    """A note where the words as a whole are doubtful: a language set wrongly, an English model on another one, or noise."""
    known = [w.probability for piece in spoken for w in piece.words if w.probability is not None]
    if not known or fmean(known) >= DOUBTFUL:
        return ()
    return ("most words were heard unsure: it may be in another language, or hardly to be understood",)


def decoded(path: Path, file: str, workspace: Workspace, limits: Limits, on_progress: Progress) -> Sound:
    """The sound of the file, decoded once."""
    on_progress("decode", 0.0, 0.0)
    sound = workspace.sound() or workspace.keep_sound(
        lambda out: decode_to(
            path,
            out,
            file=file,
            max_hours=limits.max_hours,
            timeout_s=limits.timeout_s,
            memory_mb=limits.memory_mb,
        )
    )
    on_progress("decode", sound.duration, sound.duration)
    return sound


@dataclass(frozen=True, slots=True)
class Outcome:
    spoken: tuple[Utterance, ...]
    language: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a recording is to be transcribed, and where what is finished is kept."""

    transcriber: Transcriber
    diarizer: Diarizer | None
    language: str | None
    hotwords: tuple[str, ...]
    on_progress: Progress
    workspace: Workspace
    cut: Cut

    def key(self) -> str:
        """Chunks made with other settings are not mixed with these."""
        settings = (
            VERSION,
            self.transcriber.name,
            self.diarizer.name if self.diarizer else None,
            self.language,
            self.hotwords,
            (self.cut.clips, self.cut.window_s),
        )
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]

    def hear(self, sound: Sound, speakers: int | None, at_most: int | None) -> Outcome:
        by_channel = self.diarizer is not None and self.diarizer.name in ("auto", "channels")
        found = lanes(sound, self.workspace, apart=by_channel)
        done = self._chunks(found)
        heard = [[chunk.heard for chunk in lane] for lane in done]
        language = next((t.language for lane in heard for t in lane if t.segments), self.language or "und")
        notes = tuple(note for lane in heard for t in lane for note in t.notes)
        said = [words(segment for t in lane for segment in t.segments) for lane in heard]
        if len(found) > 1:
            return Outcome(by_side(said), language, (*notes, "speakers told apart by stereo channel"))
        turns, trouble = self._turns(done[0], sound.duration, speakers, at_most)
        return Outcome(utterances(said[0], turns), language, (*notes, *trouble))

    def _chunks(self, found: Sequence[Lane]) -> list[list[Done]]:
        """Every chunk of every lane, read where it is finished, else done now. Each channel is transcribed alone: what
        both sides say at once is kept apart."""
        shelf = self.workspace.within(self.key())
        plans = [lane.plan(self.cut) for lane in found]
        spoken = sum(chunk.seconds for chunks in plans for chunk in chunks)
        total = found[0].sound.duration
        out: list[list[Done]] = [[] for _ in plans]
        language = self.language
        before = 0.0
        for lane, chunk, held in [(x, c, o) for x, cs, o in zip(found, plans, out, strict=True) for c in cs]:
            # Speech is what takes the time; it is told as seconds of the recording.
            start, end = before / spoken * total, (before + chunk.seconds) / spoken * total
            name = f"{lane.name}-{chunk.number:04d}"
            done = chunk.kept(shelf, name)
            if done is None:
                self.on_progress("transcribe", start, total)
                done = self._chunk(lane, chunk, language, (start, end, total))
                chunk.keep(shelf, name, done)
            if language is None and done.heard.segments:
                language = done.heard.language  # decided once, by the first that is heard
            before += chunk.seconds
            held.append(done)
        self.on_progress("transcribe", total, total)
        return out

    def _chunk(
        self, lane: Lane, chunk: Chunk, language: str | None, progress: tuple[float, float, float]
    ) -> Done:
        audio = lane.audio(chunk.start, chunk.end)
        start, end, total = progress

        def tell(seconds: float) -> None:
            share = min(seconds / audio.duration, 1.0) if audio.duration else 1.0
            self.on_progress("transcribe", start + share * (end - start), total)

        heard = self.transcriber.transcribe(
            audio,
            regions=chunk.within(chunk.regions),
            language=language,
            hotwords=self.hotwords,
            on_progress=tell,
        )
        if self.diarizer is None or lane.channel is not None or not heard.segments:
            return Done(chunk.placed(heard))
        try:
            voices = self.diarizer.hear(audio.samples[0], chunk.within(lane.voice_regions))
        except IngestError as error:
            return Done(chunk.placed(heard), trouble=str(error))
        return Done(chunk.placed(heard), voices.moved(chunk.offset))

    def _turns(
        self, done: Sequence[Done], duration: float, speakers: int | None, at_most: int | None
    ) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
        """Who speaks when, and a note where that cannot be told."""
        trouble = next((chunk.trouble for chunk in done if chunk.trouble), None)
        voices = [chunk.voices for chunk in done if chunk.voices is not None]
        if self.diarizer is None or not (voices or trouble):
            return (), ()
        self.on_progress("diarize", 0.0, duration)
        turns: tuple[Turn, ...] = ()
        if trouble is None:
            try:
                turns = self.diarizer.turns(together(voices), speakers=speakers, at_most=at_most)
            except IngestError as error:
                trouble = str(error)
        self.on_progress("diarize", duration, duration)
        return turns, (f"the speakers were not told apart: {trouble}",) if trouble else ()


def by_side(said: Sequence[Sequence[Word]]) -> tuple[Utterance, ...]:
    """Each channel is a speaker, numbered by who speaks first."""
    first = sorted((words for words in said if words), key=lambda words: words[0].start)
    return numbered(
        [
            replace(piece, speaker=f"S{number}")
            for number, words in enumerate(first, start=1)
            for piece in utterances(words, ())
        ]
    )


def counted(notes: Sequence[str]) -> tuple[str, ...]:
    """Every note once, with how often it was made."""
    return tuple(f"{note} ({count} times)" if count > 1 else note for note, count in Counter(notes).items())


def words(segments: Iterable[Segment]) -> list[Word]:
    """All words in order of time. A segment without word times becomes words spread evenly over it."""
    out: list[Word] = []
    for segment in segments:
        out += segment.words or spread(segment.text, segment.start, segment.end)
    return sorted(out, key=lambda word: word.start)


def spread(text: str, start: float, end: float) -> list[Word]:
    """Words with times in proportion to their letters: better than none, and never outside the segment."""
    parts = text.split()
    letters = sum(len(part) for part in parts)
    out: list[Word] = []
    at = start
    for part in parts:
        until = at + (end - start) * len(part) / letters
        out.append(Word(round(at, 3), round(until, 3), part))
        at = until
    return out


def named(error: IngestError, file: str) -> IngestError:
    """The same error, naming the file where it did not."""
    from ingest.errors import ExtraMissing, ModelMissing

    if error.file is not None or isinstance(error, ExtraMissing | ModelMissing):
        return error
    return type(error)(error.reason, file=file, place=error.place)
