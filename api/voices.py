"""Voices of calls: who they may be, and, where a person asked for it, which are known from an earlier call.

Without a remembered voice nothing here looks at sound. A remembered voice only ever makes a proposal.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from api.errors import BadInput, NotFound
from api.store import Unit
from api.store.files import File
from api.store.voiceprints import Match, Remembered
from api.views import ProposalView, VoiceprintView, VoiceView
from api.wiring import Parts
from ingest.crosstalk import overlapping
from ingest.errors import IngestError
from ingest.folder import FileKind
from ingest.model import Person, Record, Source, SourceKind, Utterance
from ingest.people.proposals import Heard, propose, sample

if TYPE_CHECKING:
    from collections.abc import Generator

    from ingest.sound import Sound

log = logging.getLogger(__name__)


class VoiceCases:
    """The use cases of voices; a part of ``api.preread.Preread``."""

    parts: Parts

    def voices(self, deal: str, key: str | None = None) -> tuple[VoiceView, ...]:
        """The voices of a deal's calls, or of one, in order of appearance, each with who it is or may be."""
        with self.parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id
            record = unit.deals.record(deal_id)
            denied = _denied(unit, deal_id)
            calls = [s for s in record.sources if s.kind is SourceKind.CALL and key in (None, s.key)]
            heard = {call.key: _heard(unit, deal_id, call.key) for call in calls}
        return tuple(
            view for call in calls for view in _views(call, record, denied.get(call.key, ()), heard[call.key])
        )

    def voiceprints(self) -> tuple[VoiceprintView, ...]:
        """Every remembered voice, of all deals."""
        with self.parts.store.read() as unit:
            return tuple(_print_view(one) for one in unit.voiceprints.all())

    def remember_voice(self, deal: str, person: str, *, author: str) -> tuple[VoiceprintView, ...]:
        """Learn how a person of a deal sounds from its recordings, to propose them in later calls.

        Raises ``BadInput`` where no recording holds enough of their voice.
        """
        with self.parts.store.read() as unit:
            deal_id = unit.deals.find(deal).id
            record = unit.deals.record(deal_id)
            recordings = recordings_of(unit, deal_id)
        whom = next((p for p in record.people.persons if p.id == person), None)
        if whom is None:
            raise BadInput(f"nobody here has the id {person!r}: `preread people DEAL` lists them")
        found = self._learn(whom, record, recordings)
        if not found:
            raise BadInput(
                f"too little of {whom.name} is heard in a recording of this deal: "
                "some 10 seconds in which nobody else speaks are needed"
            )
        with self.parts.store.write() as unit:
            return tuple(
                _print_view(
                    unit.voiceprints.put(
                        *(deal_id, path),
                        name=whom.name,
                        email=whom.emails[0] if whom.emails else None,
                        model=model,
                        vector=vector,
                        seconds=seconds,
                        author=author,
                    )
                )
                for path, model, vector, seconds in found
            )

    def _learn(
        self, whom: Person, record: Record, recordings: Mapping[str, File]
    ) -> list[tuple[str, str, bytes, float]]:
        """(path, model, vector, seconds) of each recording with enough of the voice."""
        from ingest.diarizers.embedding import load
        from ingest.voiceprints import MODEL, clear_speech, voiceprint

        embedder = load(threads=self.parts.settings.threads)
        out: list[tuple[str, str, bytes, float]] = []
        for source in record.sources:
            labels = {
                x for (k, x), who in record.people.speakers.items() if k == source.key and who == whom.id
            }
            spans = [
                span
                for label, own in clear_speech(source.utterances).items()
                if label in labels
                for span in own
            ]
            if spans and source.key in recordings:
                file = recordings[source.key]
                with sound_of(self.parts, file) as sound:
                    made = voiceprint(sound, spans, embedder)
                if made is not None:
                    out.append((file.path, MODEL, made.vector.astype("<f4").tobytes(), made.seconds))
        return out

    def forget_voices(self, who: str) -> str:
        """Every voiceprint of somebody, by name, address or number. Raises ``NotFound``. Says what is gone."""
        wanted = who.strip().casefold()
        with self.parts.store.write() as unit:
            gone = [
                one
                for one in unit.voiceprints.all()
                if wanted in (one.name.casefold(), (one.email or "").casefold(), str(one.id))
            ]
            if not gone:
                raise NotFound(f"no voice of {who!r} is remembered: `preread voices` lists them")
            unit.voiceprints.remove(one.id for one in gone)
        names = ", ".join(dict.fromkeys(one.name for one in gone))
        return f"forgot how {names} sounds, and where that was recognised"


def recognise(parts: Parts, file: File, sources: Sequence[Source]) -> Mapping[str, tuple[Match, ...]]:
    """Source key -> the voices of a new recording that are like remembered ones. Without a remembered voice nothing is
    computed; what fails here costs the proposals, not the import."""
    with parts.store.read() as unit:
        known = unit.voiceprints.all()
    if not known or file.role != FileKind.RECORDING:
        return {}
    try:
        with sound_of(parts, file) as sound:
            return {source.key: _alike(parts, sound, source, known) for source in sources}
    except IngestError as error:
        log.warning("voices of %s were not compared: %s", file.path, error)
        return {}


def _alike(parts: Parts, sound: Sound, source: Source, known: Sequence[Remembered]) -> tuple[Match, ...]:
    import numpy as np

    from ingest.diarizers.embedding import load
    from ingest.voiceprints import ALIKE, MODEL, clear_speech, likeness, voiceprint

    embedder = load(threads=parts.settings.threads)
    out: list[Match] = []
    for label, spans in clear_speech(source.utterances).items():
        made = voiceprint(sound, spans, embedder)
        for one in known if made is not None else ():
            if one.model == MODEL:
                value = likeness(made.vector, np.frombuffer(one.vector, "<f4")) if made else 0.0
                if value >= ALIKE:
                    out.append(Match(label, round(value, 3), one.id))
    return tuple(out)


@contextmanager
def sound_of(parts: Parts, file: File) -> Generator[Sound]:
    """A recording decoded to a temporary file. Raises ``IngestError``."""
    from ingest.decode import decode_to

    with (
        parts.blobs.local(file.sha256, PurePosixPath(file.path).suffix) as path,
        tempfile.TemporaryDirectory(prefix="preread-", ignore_cleanup_errors=True) as folder,
    ):
        yield decode_to(path, Path(folder) / "sound.s16", file=file.path, max_hours=parts.settings.max_hours)


def recordings_of(unit: Unit, deal_id: str) -> Mapping[str, File]:
    """Source key -> the recording that it was transcribed from, or that lies beside it."""
    files = unit.files.of(deal_id)
    by_path = {f.path: f for f in files if f.role == FileKind.RECORDING}
    beside = {f.meta["twin"]: f for f in by_path.values() if f.meta.get("twin")}
    found = {s.key: by_path.get(s.path) or beside.get(s.path) for s in unit.sources.of(deal_id)}
    return {key: file for key, file in found.items() if file is not None}


def _denied(unit: Unit, deal_id: str) -> Mapping[str, list[tuple[str, str]]]:
    """Source key -> (label, person) to which somebody said no."""
    found: dict[str, list[tuple[str, str]]] = {}
    for correction in unit.deals.corrections(deal_id):
        if correction.kind == "not_voice":
            key, _, label = correction.value.rpartition(":")
            found.setdefault(key, []).append((label, correction.subject))
    return found


def _heard(unit: Unit, deal_id: str, key: str) -> tuple[Heard, ...]:
    """The likest remembered voice of each label."""
    best: dict[str, Heard] = {}
    for match, known in unit.voiceprints.matches(deal_id, key):
        where = known.path if known.deal_id == deal_id else f"{known.path} of {known.deal_id}"
        best.setdefault(match.label, Heard(match.label, known.name, known.email, match.likeness, where))
    return tuple(best.values())


def _views(
    call: Source, record: Record, denied: Sequence[tuple[str, str]], heard: Sequence[Heard]
) -> list[VoiceView]:
    names = {person.id: person.name for person in record.people.persons}
    both = overlapping(call.utterances)
    said: dict[str, list[Utterance]] = {}
    for utterance in call.utterances:
        if utterance.speaker:
            said.setdefault(utterance.speaker, []).append(utterance)
    proposals = propose(call, record.people, denied=denied, heard=heard)
    views: list[VoiceView] = []
    for label, utterances in said.items():
        who = record.people.speakers.get((call.key, label))
        best = sample(utterances, both)
        views.append(
            VoiceView(
                key=call.key,
                label=label,
                person_id=who,
                name=names.get(who or ""),
                words=sum(len(u.text.split()) for u in utterances),
                sample=best.text if best else "",
                start=best.start if best else None,
                proposals=tuple(
                    ProposalView(p.person_id, p.name, p.confidence, p.reason, p.start)
                    for p in proposals
                    if p.label == label
                ),
            )
        )
    return views


def _print_view(one: Remembered) -> VoiceprintView:
    return VoiceprintView(
        *(one.id, one.name, one.email, one.deal_id, one.path, one.seconds, one.author, one.created_at)
    )
