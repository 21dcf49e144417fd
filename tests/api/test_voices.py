"""Voices of calls: proposals, yes and no, and memory that only a person turns on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from api.errors import BadInput, NotFound
from api.preread import Preread
from api.voices import recognise
from ingest.audio import Audio
from ingest.diarizers import open_diarizer
from ingest.model import Correction, Word
from ingest.transcribers import Progress, Segment, Transcription
from ingest.vad import Region

SRT = """1
00:00:01,000 --> 00:00:06,000
Speaker 1: How do you plan the dye house now, and what would you need from us?

2
00:00:06,500 --> 00:00:14,000
Speaker 2: Nobody has ever bought a loom in August, and my boss says he's not the first.

3
00:00:15,000 --> 00:00:20,000
Speaker 1: We could show you how it would work, would you like that?
"""
CALLS = """file,date,title,participants
01-plan.srt,2026-03-01,Plan,sam@loomworks.example; rita@fenwick.example; tom@fenwick.example
"""
KEY = "calls/01-plan.srt"


@pytest.fixture
def deal(application: Preread, deal_folder: Path) -> str:
    (deal_folder / "calls" / "01-plan.vtt").unlink()
    (deal_folder / "calls" / "01-plan.srt").write_text(SRT)
    (deal_folder / "calls" / "calls.csv").write_text(CALLS)
    return application.import_paths([deal_folder]).deals[0][0]


def test_every_voice_has_proposals_until_a_person_says_who(application: Preread, deal: str) -> None:
    one, two = application.voices(deal, KEY)
    assert (one.label, one.name, two.label) == ("Speaker 1", None, "Speaker 2")
    assert one.proposals[0].name == "Sam Okoro" and one.sample and one.start is not None
    assert "talks as the seller's people do" in one.proposals[0].reason
    yes = Correction("voice", one.proposals[0].person_id or "", f"{KEY}:Speaker 1")
    application.correct_people(deal, yes, author="Kit")
    one, two = application.voices(deal)
    assert (one.name, one.proposals) == ("Sam Okoro", ())
    assert "Sam Okoro" not in [p.name for p in two.proposals]


def test_a_no_is_kept_and_can_be_taken_back(application: Preread, deal: str) -> None:
    first = application.voices(deal, KEY)[0].proposals[0]
    no = Correction("not_voice", first.person_id or "", f"{KEY}:Speaker 1")
    application.correct_people(deal, no, author="Kit")
    assert first.name not in [p.name for p in application.voices(deal, KEY)[0].proposals]
    assert application.undo_people(deal) == no
    assert application.voices(deal, KEY)[0].proposals[0] == first


def test_no_to_a_voice_that_is_not_there(application: Preread, deal: str) -> None:
    with pytest.raises(BadInput, match="nobody speaks as"):
        application.correct_people(deal, Correction("not_voice", "p-sam-okoro", f"{KEY}:S9"), author="Kit")


def test_nothing_is_remembered_without_a_recording(application: Preread, deal: str) -> None:
    assert application.voiceprints() == ()
    with pytest.raises(BadInput, match="too little of Sam Okoro"):
        application.remember_voice(deal, "p-sam-okoro", author="Kit")
    with pytest.raises(BadInput, match="nobody here"):
        application.remember_voice(deal, "p-x", author="Kit")
    with pytest.raises(NotFound, match="no voice of 'Sam'"):
        application.forget_voices("Sam")


def test_removing_a_deal_forgets_the_voices_learnt_from_it(application: Preread, deal: str) -> None:
    with application.parts.store.write() as unit:
        made = unit.voiceprints.put(
            *(deal, KEY),
            name="Sam Okoro",
            email="sam@loomworks.example",
            model="m",
            vector=b"1234",
            seconds=20.0,
            author="Kit",
        )
    assert [(v.name, v.author) for v in application.voiceprints()] == [("Sam Okoro", "Kit")]
    assert (
        application.forget_voices(str(made.id))
        == "forgot how Sam Okoro sounds, and where that was recognised"
    )
    with application.parts.store.write() as unit:
        unit.voiceprints.put(
            *(deal, KEY), name="Sam Okoro", email=None, model="m", vector=b"1", seconds=9.0, author="Kit"
        )
    application.remove(deal)
    assert application.voiceprints() == ()


AUDIO = Path(__file__).resolve().parents[1] / "samples" / "audio" / "two-voices.opus"
TIMED = """1
00:00:00,900 --> 00:00:07,900
Rita Fenwick: One.

2
00:00:08,400 --> 00:00:11,300
Sam Okoro: Two.

3
00:00:11,500 --> 00:00:21,900
Rita Fenwick: Three.
"""


def with_recording(folder: Path, transcript: str) -> Path:
    """The words do not matter: a voice is learnt from the sound at the transcript's times."""
    (folder / "calls" / "02-voices.srt").write_text(transcript)
    (folder / "calls" / "02-voices.opus").write_bytes(AUDIO.read_bytes())
    return folder


def unheard(application: Preread, deal: str) -> bool:
    """Nothing says that a voice is like another."""
    return not any("sounds like" in p.reason for v in application.voices(deal) for p in v.proposals)


def test_a_remembered_voice_is_proposed_in_a_later_recording_and_never_applied(
    application: Preread, make_deal: Callable[..., Path]
) -> None:
    first = with_recording(make_deal("a"), TIMED)
    deal = application.import_paths([first]).deals[0][0]
    anonymous = TIMED.replace("Rita Fenwick", "S1").replace("Sam Okoro", "S2")
    second = with_recording(make_deal("b", "barlow-dyers", "006B"), anonymous)
    other = application.import_paths([second]).deals[0][0]
    source = application.source(other, "calls/02-voices.srt")
    with application.parts.store.read() as unit:
        file = next(f for f in unit.files.of(other) if f.path == "calls/02-voices.opus")
    assert recognise(application.parts, file, [source]) == {}  # nobody asked for anything yet
    with pytest.raises(BadInput, match="too little of Sam Okoro"):
        application.remember_voice(deal, "p-sam-okoro", author="Kit")
    (learnt,) = application.remember_voice(deal, "p-rita-fenwick", author="Kit")
    assert (learnt.name, learnt.path, learnt.author) == ("Rita Fenwick", "calls/02-voices.opus", "Kit")
    assert unheard(application, other)
    heard = recognise(application.parts, file, [source])
    assert [match.label for match in heard[source.key]] == ["S1"]
    with application.parts.store.write() as unit:
        unit.voiceprints.heard(other, file.path, source.key, heard[source.key])
    view = application.voices(other, source.key)[0]
    assert (view.label, view.name) == ("S1", None)
    assert view.proposals[0].name == "Rita Fenwick"
    assert "sounds like Rita Fenwick in calls/02-voices.opus of fenwick-mills" in view.proposals[0].reason
    application.remove(deal)
    assert application.voiceprints() == ()
    assert unheard(application, other)


class Murmur:
    """A transcriber that hears a word each half second, and a sentence each two and a half."""

    name = "murmur:1"

    def transcribe(
        self,
        audio: Audio,
        *,
        regions: Sequence[Region] | None = None,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        on_progress: Progress = lambda seconds: None,
    ) -> Transcription:
        count = int(audio.duration * 2) - 1
        words = tuple(Word(n / 2, n / 2 + 0.4, "mm" if n % 5 else "mm.") for n in range(2, count))
        return Transcription((Segment(1.0, audio.duration, "mm", words),), "en", self.name)


def test_an_import_compares_voices_only_where_one_is_remembered(
    application: Preread, make_deal: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = application.import_paths([with_recording(make_deal("a"), TIMED)]).deals[0][0]
    application.parts.__dict__ |= {
        "transcriber": Murmur(),
        "diarizer": open_diarizer("campplus", Path(), threads=1),
    }
    later = make_deal("b", "barlow-dyers", "006B")
    (later / "calls" / "02-visit.opus").write_bytes(AUDIO.read_bytes())
    monkeypatch.setattr("api.voices.sound_of", None)  # nobody may look at the sound
    deal = application.import_paths([later]).deals[0][0]
    assert unheard(application, deal)
    monkeypatch.undo()
    application.remember_voice(first, "p-rita-fenwick", author="Kit")
    application.remove("calls/02-visit.opus", deal=deal)
    application.import_paths([later])
    voices = {v.label: v for v in application.voices(deal, "calls/02-visit.opus")}
    assert voices["S1"].name is None and "sounds like Rita Fenwick" in voices["S1"].proposals[0].reason
    assert not any("sounds like" in p.reason for p in voices["S2"].proposals)
    application.forget_voices("Rita Fenwick")
    assert unheard(application, deal)
