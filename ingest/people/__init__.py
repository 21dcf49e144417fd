"""People: one person per human over all sources of a deal, with the reason for every merge."""

from ingest.people.corrections import undo
from ingest.people.presence import Presence, in_room, presence
from ingest.people.resolving import resolve

__all__ = ["Presence", "in_room", "presence", "resolve", "undo"]
