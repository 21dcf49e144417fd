"""Documents survive the store, and older ones are lifted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from api.errors import Unavailable
from api.store import codec
from ingest.model import (
    Event,
    MailHeader,
    Mention,
    Merge,
    Opportunity,
    Participant,
    People,
    Person,
    Side,
    Source,
    SourceKind,
    Utterance,
    UtteranceKind,
    Word,
)

SOURCE = Source(
    key="emails/a.mbox#<1@x>",
    path="emails/a.mbox",
    kind=SourceKind.MAIL,
    title="Ünïcode “quotes”",
    format="mbox",
    when=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    participants=(Participant("Rita", "r@x.example", role="from", label="Rita"),),
    utterances=(
        Utterance(0, "Rita", "one", 0.5, 1.5, (Word(0.5, 1.0, "one", 0.9),)),
        Utterance(1, None, "two", kind=UtteranceKind.FORWARDED, written_at=datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    mail=MailHeader("<1@x>", references=("<0@x>",), subject="s"),
    events=(Event("u", "Visit", date(2026, 4, 1), None),),
    notes=("n",),
)


@pytest.mark.parametrize("when", [SOURCE.when, date(2026, 3, 1), datetime(2026, 3, 1), None])
def test_a_source_comes_back_as_it_was(when: datetime | date | None) -> None:
    from dataclasses import replace

    source = replace(SOURCE, when=when)
    back = codec.load_source(codec.dump_source(source))
    assert back == source
    assert type(back.when) is type(when)


def test_an_opportunity_and_people_come_back() -> None:
    row = Opportunity("006", "Looms", amount=1.5, close_date=date(2026, 1, 2), cells={"Stage": "Closed Won"})
    assert codec.load_opportunity(codec.dump_opportunity(row)) == row
    people = People(
        persons=(Person("p-1", "Rita", side=Side.BUYER, aliases=("R.",)),),
        speakers={("calls/1", "Speaker 1"): "p-1", ("a,b", "c"): "p-1"},
        mentions=(Mention("p-1", "calls/1", 3, 0, 4, "full name"),),
        merges=(Merge("m", "p-1", "Rita", "R.", "initial"),),
    )
    assert codec.load_people(codec.dump_people(people)) == people


def test_an_older_document_is_lifted_and_a_newer_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec._LIFTS, ("note", 1), lambda raw: {"said": raw["text"]})  # pyright: ignore[reportPrivateUsage]
    assert codec.lift('{"schema":"note/1","text":"x"}', "note", 2) == {"said": "x"}
    with pytest.raises(Unavailable, match="update Preread"):
        codec.lift('{"schema":"note/3"}', "note", 2)


def test_a_damaged_document_is_said_to_be() -> None:
    with pytest.raises(Unavailable, match="import its file again"):
        codec.load_opportunity('{"schema":"opportunity/1","amount":"many"}')
