"""People's corrections of a transcript, as pure functions over its utterances.

The transcript as it was parsed or transcribed is never changed: edits are a list that is applied in order over
it, so that each can be taken back, and all of them survive a new import of the file.
"""

from ingest.editing.applying import Applied, apply
from ingest.editing.edits import (
    Anchor,
    TranscriptEdit,
    UnfitEdit,
    correct,
    merge,
    reassign,
    split,
)

__all__ = [
    "Anchor",
    "Applied",
    "TranscriptEdit",
    "UnfitEdit",
    "apply",
    "correct",
    "merge",
    "reassign",
    "split",
]
