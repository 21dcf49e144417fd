"""The process that opens a foreign media file. It is started by ``ingest.decode`` and by nobody else.

It imports the standard library, PyAV and numpy only, so that little is at stake when a hostile file breaks it. It
reads one JSON job from standard input, writes interleaved float32 samples at 16 kHz to ``out`` and one JSON answer
to standard output.
No network protocol and no playlist or device format is open to the file (``PROTOCOLS``, ``FORMATS``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

RATE = 16_000
PROTOCOLS = "file"
# Demuxers of single media files. Not among them: playlists (hls, concat, dash, imf), scripts (lavfi), devices, subtitles,
# image sequences: all of those can make FFmpeg open further files or addresses.
FORMATS = (
    "aac,ac3,eac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,flac,flv,gsm,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpc,mpc8,mpeg,mpegts,mpegvideo,ogg,rm,sox,tta,voc,w64,wav,wv,xwma"
)
EXTENSIONS = {
    "wav": ("wav", "w64"),
    "mp3": ("mp3",),
    "m4a": ("mov",),
    "mp4": ("mov",),
    "mov": ("mov",),
    "aac": ("aac",),
    "ogg": ("ogg",),
    "oga": ("ogg",),
    "opus": ("ogg",),
    "webm": ("matroska",),
    "mkv": ("matroska",),
    "mka": ("matroska",),
    "flac": ("flac", "ogg"),
}
HEADER_LENGTH_IS_EXACT = ("mov", "matroska", "wav", "flac", "asf", "aiff", "w64", "caf")
MAX_GAP_S = 3600.0  # a longer jump in the time stamps is a fault of the file, not a pause
MIN_GAP_S = 0.2  # shorter ones are rounding and encoder delay
TOLD_GAP_S = 1.0  # from here on the user is told: words may have been lost there
RATES = range(
    4_000, 768_001
)  # Hz; beyond them a header lies, and a few kilobytes would become hours of sound
FULL_SCALE = 0.999
CLIPPED_SHARE = 0.01  # of the samples at full scale: loud but clean speech stays far below
TAG_BYTES = 1 << 16  # where an MP3's length tag and an Ogg's last page are looked for
BLOCK = RATE * 60  # samples of silence written at once
WIDTH = 4  # bytes a sample: float32


class Refused(Exception):
    """``kind`` is the name of an ``ingest.errors`` class."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass
class Track:
    """What one pass over the chosen audio stream yields."""

    channels: int
    written: int = 0  # frames at 16 kHz
    damaged: int = 0  # packets that could not be decoded
    first_damage: float | None = None
    holes: int = 0  # stretches of TOLD_GAP_S and more for which the file holds no sound
    hole_seconds: float = 0.0
    first_hole: float | None = None
    clipped: int = 0  # samples at full scale, of all channels
    stopped_early: bool = False
    notes: list[str] = field(default_factory=list[str])

    @property
    def seconds(self) -> float:
        return self.written / RATE


def clock(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def limit(job: dict[str, Any]) -> None:
    """Bound this process before it touches the file. Windows has no such limits; there the parent's timeout holds."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return
    memory = int(job["memory_mb"]) * 1024 * 1024
    size = int(float(job["max_hours"]) * 3600 * RATE * WIDTH * 2) + 64 * 1024 * 1024
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: int(float(job["timeout_s"])) + 1,
        resource.RLIMIT_FSIZE: size,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for what, value in wanted.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (value, value))


def open_container(path: str) -> Any:
    import av
    from av.error import FFmpegError

    options = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
    try:
        return av.open(f"file:{path}", mode="r", options=options, metadata_errors="replace")
    except MemoryError:
        raise
    except (FFmpegError, ValueError, OSError) as error:
        raise Refused("UnreadableSource", explain(error)) from error


def explain(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    if "Invalid data" in text or "whitelist" in text:
        return (
            "this is no complete recording in a known format (damaged, cut off before its index, or another kind of file); "
            "export it again, for instance as m4a or wav"
        )
    return f"it cannot be opened as a recording ({text.lower()}); export it again, for instance as m4a or wav"


def choose(container: Any, notes: list[str]) -> Any:
    """The default audio stream, else the first whose codec is known."""
    streams = list(container.streams.audio)
    if not streams:
        raise Refused("NoSpeech", "it has no audio track; import the file that holds the sound")
    known = [
        s for s in streams if getattr(s, "codec_context", None) is not None and s.codec_context.sample_rate
    ]
    if not known:
        raise Refused(
            "UnreadableSource",
            "its audio track is in a codec that is not known here or is damaged; export it again as m4a or wav",
        )
    default = [s for s in known if "DEFAULT" in str(getattr(s, "disposition", "")).upper()]
    stream = (default or known)[0]
    rate = stream.codec_context.sample_rate
    if rate not in RATES:
        raise Refused(
            "UnreadableSource", f"its header claims {rate} samples a second; export it again as m4a or wav"
        )
    if len(streams) > 1:
        notes.append(f"the file has {len(streams)} audio tracks; track {streams.index(stream) + 1} was taken")
    return stream


def share_there(path: str) -> float | None:
    """How much of a WAV or MP3 file is there, 0..1, by the size in its first bytes; None where all is, or where it does not
    say. FFmpeg believes the file's own size instead."""
    with Path(path).open("rb") as file:
        head = file.read(TAG_BYTES)
        size = file.seek(0, 2)
    told = riff_size(head) or xing_size(head)
    return size / told if told and size < 0.99 * told else None


def riff_size(head: bytes) -> int:
    """0 where it is not told: recorders that do not know the length write 0 or the largest number."""
    told = int.from_bytes(head[4:8], "little") + 8
    return told if head[:4] == b"RIFF" and told < 0xFFFF0000 else 0


def xing_size(head: bytes) -> int:
    """The size of an MP3 stream by the tag in its first frame (written by LAME and others), or 0."""
    at = max(head.find(b"Xing"), head.find(b"Info"))
    if at < 0 or not head.startswith((b"ID3", b"\xff")):
        return 0
    flags = int.from_bytes(head[at + 4 : at + 8], "big")
    place = at + 8 + (4 if flags & 1 else 0)  # the number of frames comes first
    return int.from_bytes(head[place : place + 4], "big") if flags & 2 else 0


def ogg_unfinished(path: str) -> bool:
    """The last page of an Ogg file lacks the mark of the last page."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAG_BYTES))
        tail = file.read()
    at = tail.rfind(b"OggS")
    return at >= 0 and not tail[at + 5 : at + 6] > b"\x03"


def header_seconds(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / 1_000_000
    return None


def frames(container: Any, stream: Any, track: Track) -> Iterator[Any]:
    """Every frame that can be decoded. A damaged packet is counted and skipped; a break in the file ends it."""
    from av.error import FFmpegError

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, EOFError):
            return
        except FFmpegError:
            track.stopped_early = True
            return
        try:
            yield from packet.decode()
        except EOFError:
            return
        except FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            track.damaged += 1
            if track.first_damage is None:
                track.first_damage = track.seconds
            if track.damaged > 1000 and not track.written:
                return


class Writer:
    """Resamples frames and writes them where their time stamps say, so that seconds here are the player's seconds."""

    def __init__(self, out: BinaryIO, track: Track, max_samples: int, origin: float | None) -> None:
        self.out = out
        self.track = track
        self.max_samples = max_samples
        self.origin = origin
        self.layout = "stereo" if track.channels == 2 else "mono"
        self.shape: tuple[Any, ...] | None = None
        self.resampler: Any = None

    def put(self, frame: Any) -> None:
        import av

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self.shape:
            self.flush()
            self.resampler = av.AudioResampler(format="flt", layout=self.layout, rate=RATE)
            self.shape = shape
        self.fill(frame)
        # The resampler would repeat the source's own gaps; they are filled above.
        frame.pts = None
        for piece in self.resampler.resample(frame):
            self.write(piece)

    def fill(self, frame: Any) -> None:
        if frame.pts is None or frame.time_base is None:
            return
        at = float(frame.pts * frame.time_base)
        if self.origin is None:
            self.origin = at
        gap = at - self.origin - self.track.seconds
        if gap > MAX_GAP_S:
            self.origin = at - self.track.seconds
            self.track.notes.append(
                f"the time stamps jump at {clock(self.track.seconds)}; the jump was left out"
            )
        elif gap > MIN_GAP_S:
            if gap >= TOLD_GAP_S:
                self.track.holes += 1
                self.track.hole_seconds += gap
                if self.track.first_hole is None:
                    self.track.first_hole = self.track.seconds
            self.silence(int(gap * RATE))

    def silence(self, count: int) -> None:
        self.room(count)
        while count > 0:
            block = min(count, BLOCK)
            self.out.write(bytes(block * self.track.channels * WIDTH))
            self.track.written += block
            count -= block

    def write(self, piece: Any) -> None:
        import numpy as np

        array = np.nan_to_num(piece.to_ndarray().reshape(-1), nan=0.0, posinf=1.0, neginf=-1.0)
        count = array.size // self.track.channels
        self.room(count)
        self.track.clipped += int(np.count_nonzero(np.abs(array) >= FULL_SCALE))
        self.out.write(np.clip(array, -1.0, 1.0).astype("<f4").tobytes())
        self.track.written += count

    def room(self, count: int) -> None:
        if self.track.written + count > self.max_samples:
            raise Refused(
                "LimitExceeded",
                f"it is longer than {self.max_samples / RATE / 3600:g} hours; cut it into parts, or raise PREREAD_MAX_HOURS",
            )

    def flush(self) -> None:
        if self.resampler is not None:
            for piece in self.resampler.resample(None):
                self.write(piece)


def kind_note(container: Any, file: str) -> str | None:
    extension = file.rsplit(".", 1)[-1].lower() if "." in file else ""
    names = container.format.name.split(",")
    expected = EXTENSIONS.get(extension)
    if expected and not set(expected) & set(names):
        return f"the file is called .{extension} but holds {container.format.long_name}; it was read as that"
    return None


def closing_notes(track: Track, expected: float | None, exact: bool, unfinished: bool) -> list[str]:
    """What the user should know of the sound: each line names the second. ``expected`` in seconds, ``exact`` where the file
    knows its own length."""
    notes: list[str] = []
    if track.damaged:
        pieces = "1 damaged piece was" if track.damaged == 1 else f"{track.damaged} damaged pieces were"
        notes.append(f"{pieces} skipped, the first at {clock(track.first_damage or 0.0)}")
    if track.holes:
        first, length = clock(track.first_hole or 0.0), clock(track.hole_seconds)
        where = f"from {first} on" if track.holes == 1 else f"at {track.holes} places, the first at {first}"
        notes.append(f"the file holds no sound for {length} {where}; silence was put there")
    share = track.clipped / max(track.written * track.channels, 1)
    if share >= CLIPPED_SHARE:
        notes.append(f"the sound is clipped ({share:.0%} of it at full scale): words may be misheard")
    short = expected is not None and exact and track.seconds < expected - max(1.0, 0.01 * expected)
    if short and expected is not None:
        notes.append(
            f"the recording breaks off at {clock(track.seconds)} of {clock(expected)}; what is there was kept"
        )
    elif track.stopped_early:
        notes.append(f"the recording breaks off at {clock(track.seconds)}; what is there was kept")
    elif unfinished:
        notes.append(f"the file has no end mark: the recording may break off at {clock(track.seconds)}")
    return notes


def decode(job: dict[str, Any]) -> dict[str, Any]:
    notes: list[str] = []
    with open_container(job["path"]) as container:
        stream = choose(container, notes)
        expected = header_seconds(container, stream)
        max_s = float(job["max_hours"]) * 3600
        container_names = set(container.format.name.split(","))
        exact = bool(container_names & set(HEADER_LENGTH_IS_EXACT))
        if expected is not None and exact and expected > max_s:
            raise Refused(
                "LimitExceeded",
                f"it is {clock(expected)} long, more than {max_s / 3600:g} hours; cut it into parts, or raise PREREAD_MAX_HOURS",
            )
        note = kind_note(container, job["file"])
        notes += [note] if note else []
        stream.thread_type = "NONE"
        track = Track(channels=2 if stream.codec_context.channels == 2 else 1, notes=notes)
        origin = (
            container.start_time / 1_000_000 if container.streams.video and container.start_time else None
        )
        with Path(job["out"]).open("wb") as out:
            writer = Writer(out, track, int(max_s * RATE), origin)
            for frame in frames(container, stream, track):
                writer.put(frame)
            writer.flush()
    if not track.written:
        raise Refused(
            "UnreadableSource", "nothing in its audio track can be decoded; export it again as m4a or wav"
        )
    share = share_there(job["path"])
    if share:
        expected, exact = track.seconds / share, True
    unfinished = container_names == {"ogg"} and ogg_unfinished(job["path"])
    notes = track.notes + closing_notes(track, expected, exact, unfinished)
    return {"channels": track.channels, "frames": track.written, "notes": notes}


def probe(job: dict[str, Any]) -> dict[str, Any]:
    with open_container(job["path"]) as container:
        notes: list[str] = []
        stream = choose(container, notes)
        return {
            "duration": header_seconds(container, stream),
            "format": container.format.name,
            "codec": stream.codec_context.name,
            "sample_rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
        }


def main() -> int:
    job: dict[str, Any] = json.load(sys.stdin)
    try:
        import av.logging
        import numpy as np

        av.logging.set_level(None)  # FFmpeg's own lines name nothing that a user could mend
        np.zeros(1)
        limit(job)
        answer = probe(job) if job["task"] == "probe" else decode(job)
    except Refused as refused:
        answer = {"error": refused.kind, "reason": refused.reason}
    except ImportError:
        answer = {"error": "ExtraMissing", "reason": "av"}
    except MemoryError:
        answer = {
            "error": "LimitExceeded",
            "reason": f"decoding it needs more than {job['memory_mb']} MB of memory; export it again",
        }
    except OSError as error:
        answer = {
            "error": "LimitExceeded",
            "reason": f"its sound could not be written to the temporary folder: {error.strerror}; make room",
        }
    except Exception as error:  # whatever a hostile file provokes in the decoder is told, never raised
        answer = {
            "error": "UnreadableSource",
            "reason": f"the decoder gave up on it ({type(error).__name__}); export it again as m4a or wav",
        }
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
