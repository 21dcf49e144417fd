"""The loop that every clip-wise backend shares: speech only, batch by batch, guarded, with progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Protocol

from ingest.audio import Audio
from ingest.model import Word
from ingest.transcribers import Progress, Segment
from ingest.transcribers.clips import WINDOW_S, Clip, speech_clips
from ingest.transcribers.guards import Heard, looping, over_noise, without_phantoms
from ingest.vad import Region

BATCH = 8  # clips that are heard at once; a chunk of a recording holds as many
AGAIN = 2  # times that a clip may be halved
HOLE_S = 5.0  # a clip holds no pauses: so much of it without a new word means that words were lost
FEW = 3  # words; so few in FEW_S mean the same: the alignment spreads the next words over what was skipped
FEW_S = 7.0


class Ear(Protocol):
    """One backend's way to hear a batch of clips. ``careful``: a second try, at a clip that came out as a loop."""

    def __call__(self, clips: Sequence[Clip], *, careful: bool) -> Sequence[Heard]: ...


def listen(
    audio: Audio,
    ear: Ear,
    on_progress: Progress,
    *,
    regions: Sequence[Region] | None = None,
    batch: int = BATCH,
    window_s: float = WINDOW_S,
) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """The segments of ``audio`` (all channels mixed), one a clip, and a note for each stretch that was left out.

    ``regions``: where somebody speaks, if that is known already.
    """
    segments: list[Segment] = []
    left_out: list[str] = []
    for clips in batches(speech_clips(audio.mono(), window_s, regions), batch):
        for clip, heard in zip(clips, ear(clips, careful=False), strict=True):
            segments += attended(clip, heard, ear, left_out)
        on_progress(clips[-1].end)
    on_progress(audio.duration)
    return tuple(segments), tuple(f"a stretch was left out: the text {why}" for why in left_out)


def attended(clip: Clip, heard: Heard, ear: Ear, left_out: list[str], again: int = AGAIN) -> list[Segment]:
    """What was heard of a clip, guarded. Whisper sometimes ends its text long before the speech ends; the clip is then
    played to it again in halves, and the fuller text taken."""
    if looping(heard):
        heard = ear([clip], careful=True)[0]
    if looping(heard):
        left_out.append("repeated itself")
        return []
    if over_noise(heard):
        left_out.append("was noise")
        return []
    words, phantoms = without_phantoms(heard.words)
    left_out += ["was a known invention"] * phantoms
    out = [placed(clip, words)] if words else []
    if again and skipped(clip, heard):
        parts = [
            segment
            for half in clip.halves()
            for segment in attended(half, ear([half], careful=False)[0], ear, left_out, again - 1)
        ]
        if sum(len(segment.words) for segment in parts) > len(words):
            return parts
    return out


def skipped(clip: Clip, heard: Heard) -> bool:
    """Whether there is a stretch of speech in which no word begins, or too few for anybody's speech."""
    times = [0.0, *sorted(word.start for word in heard.words), clip.seconds]
    none = max(after - before for before, after in pairwise(times))
    few = max((b - a for a, b in zip(times, times[FEW + 1 :], strict=False)), default=clip.seconds)
    return none > HOLE_S or few > FEW_S


def placed(clip: Clip, words: Sequence[Word]) -> Segment:
    """Words of a clip at their place in the recording, in order of time."""
    out: list[Word] = []
    last = 0.0
    for word in whole(words):
        start, end = clip.restore(word.start, word.end)
        start = max(start, last)
        out.append(Word(start, max(end, start), word.text.strip(), word.probability))
        last = start
    return Segment(out[0].start, out[-1].end, " ".join(word.text for word in out), tuple(out))


def whole(words: Sequence[Word]) -> list[Word]:
    """Whisper's tokens as words: a piece without a blank before it ("-end" after " high") belongs to the word before,
    except in scripts that write no blanks."""
    out: list[Word] = []
    for word in words:
        last = out[-1] if out else None
        if last is None or word.text[:1].isspace() or unspaced(last.text[-1:]) or unspaced(word.text[:1]):
            out.append(word)
            continue
        chances = [w.probability for w in (last, word) if w.probability is not None]
        out[-1] = Word(last.start, word.end, last.text + word.text, min(chances, default=None))
    return [word for word in out if word.text.strip()]


def unspaced(character: str) -> bool:
    """Chinese, Japanese and Thai, roughly."""
    return "\u0e00" <= character <= "\u0e7f" or "\u3040" <= character <= "\u9fff"


def batches(clips: Iterator[Clip], size: int) -> Iterator[list[Clip]]:
    while held := list(islice(clips, size)):
        yield held
