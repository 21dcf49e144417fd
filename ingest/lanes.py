"""The channels of a recording that are transcribed: the mix of all, or each side of a stereo call alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ingest.audio import Audio
from ingest.chunks import Chunk, Cut, plan
from ingest.diarizers import REGIONS
from ingest.diarizers.channels import owners, without_echo
from ingest.sound import Sound
from ingest.vad import Region, longest_pause, probabilities, regions
from ingest.workspace import Workspace


@dataclass(frozen=True)
class Lane:
    """One channel to transcribe. ``channel`` None: the mix of all. ``who``: see ``owners``; ``speech``: the VAD's
    probabilities."""

    name: str
    sound: Sound
    channel: int | None
    who: NDArray[np.int8] | None
    speech: NDArray[np.float32]

    def plan(self, by: Cut) -> tuple[Chunk, ...]:
        found = regions(self.speech, self.sound.frames)
        return plan(self.read, found, by, partial(longest_pause, self.speech))

    @cached_property
    def voice_regions(self) -> tuple[Region, ...]:
        return regions(self.speech, self.sound.frames, **REGIONS)

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        return read(self.sound, self.channel, self.who, start, end)

    def audio(self, start: int, end: int) -> Audio:
        return Audio(self.read(start, end)[None, :])


def read(
    sound: Sound, channel: int | None, who: NDArray[np.int8] | None, start: int, end: int
) -> NDArray[np.float32]:
    if channel is None or who is None:
        return sound.mono(start, end)
    return without_echo(sound.read(start, end)[channel], start, who, channel)


def lanes(sound: Sound, workspace: Workspace, *, apart: bool) -> tuple[Lane, ...]:
    """One lane, or two where ``apart`` is wanted and each channel holds one side. What it takes a pass over the whole
    recording to know is kept in the workspace."""
    who = _owners(sound, workspace) if apart else None
    channels = (None,) if who is None else (0, 1)
    return tuple(_lane(sound, workspace, channel, who) for channel in channels)


def _owners(sound: Sound, workspace: Workspace) -> NDArray[np.int8] | None:
    kept = workspace.arrays("sides")
    if kept is None:
        who = owners(sound.channels, sound.frames, sound.read)
        kept = {"who": np.zeros(0, np.int8) if who is None else who}
        workspace.keep_arrays("sides", **kept)
    return kept["who"] if kept["who"].size else None


def _lane(sound: Sound, workspace: Workspace, channel: int | None, who: NDArray[np.int8] | None) -> Lane:
    name = "mix" if channel is None else f"side{channel}"
    kept = workspace.arrays(f"speech-{name}")
    if kept is None:
        found = probabilities(lambda start, end: read(sound, channel, who, start, end), sound.frames)
        kept = {"speech": found}
        workspace.keep_arrays(f"speech-{name}", **kept)
    return Lane(name, sound, channel, who, kept["speech"])
