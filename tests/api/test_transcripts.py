"""Correcting a transcript: the edits, what they leave alone, and the pre-read that follows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from analysis.documents import Claim
from analysis.edits import AddClaim
from analysis.evidence import verify
from analysis.following.quotes import QUOTE_CHANGED, SPEAKER_CHANGED
from analysis.render import to_markdown
from api.app import create_app
from api.cli import main
from api.errors import BadInput, Conflict, NotFound
from api.jobs import indexing
from api.preread import Preread
from api.settings import Settings
from api.views import TranscriptChange
from ingest.model import Correction

DEAL, CALL = "fenwick-mills", "calls/01-plan.vtt"
DYE = "Honestly the dye house decides, and they want the old machine kept until August."


@pytest.fixture
def app(application: Preread, deal_folder: Path) -> Preread:
    """A deal with a pre-read in which people wrote a claim that cites the call."""
    application.import_paths([deal_folder])
    application.draft(DEAL)
    cited = application.find_quote(DEAL, DYE)
    application.edit(DEAL, 1, AddClaim("went_well", "We heard of the dye house.", (cited,)), author="you")
    return application


def words(app: Preread) -> list[tuple[str | None, str]]:
    return [(u.speaker, u.text) for u in app.transcript(DEAL, CALL).utterances]


def ours(app: Preread, version: int | None = None) -> Claim:
    return next(c for c in app.preread(DEAL, version).went_well if c.text == "We heard of the dye house.")


def change(app: Preread, kind: str, *ordinals: int, **fields: object) -> int:
    made = app.edit_transcript(DEAL, CALL, TranscriptChange(kind, ordinals, **fields), author="Sam")  # pyright: ignore[reportArgumentType]
    assert made.state == "applied"
    return made.id


def test_a_corrected_word_is_quoted_at_once_and_found(app: Preread) -> None:
    now = DYE.replace("dye house", "die shop")
    change(app, "text", 1, text=now)
    assert ours(app).citations[0].quote == now
    assert ours(app).verified
    with app.parts.store.read() as unit:
        record = unit.deals.record(DEAL)
    assert verify(record, ours(app).citations[0])
    assert app.find_quote(DEAL, "they want the old machine").ordinals == [1]
    newest = app.versions(DEAL)[-1]
    assert (newest.author, newest.what) == ("Sam", f"Rita Fenwick's words corrected in {CALL}")
    assert ours(app, 2).citations[0].quote == DYE, "an older version stays as it was"
    assert app.ask("What does the die shop decide?").retrieved[0].quote.startswith("Honestly the die shop")


def test_the_raw_transcript_stays(app: Preread) -> None:
    change(app, "merge", 1)
    change(app, "text", 0, text="All of it in other words.")
    assert words(app)[0][1] == "All of it in other words."
    assert DYE in [u.text for u in app.transcript(DEAL, CALL, raw=True).utterances]


def test_every_edit_can_be_taken_back(app: Preread) -> None:
    before, claim = words(app), ours(app)
    first = change(app, "text", 1, text="Nothing of the kind was said here by anybody.")
    change(app, "split", 2, word=2)
    assert (ours(app).note, ours(app).verified) == (QUOTE_CHANGED, False)
    app.undo_transcript(DEAL, CALL, author="Sam")
    app.undo_transcript(DEAL, CALL, first, author="Sam")
    assert words(app) == before
    assert ours(app) == claim
    assert [e.state for e in app.transcript_edits(DEAL, CALL)] == ["undone", "undone"]
    with pytest.raises(BadInput, match="no edit to take back"):
        app.undo_transcript(DEAL, CALL, author="Sam")
    with pytest.raises(NotFound):
        app.undo_transcript(DEAL, CALL, first, author="Sam")


def test_an_edit_taken_back_while_the_deal_is_indexed_stays_taken_back(
    app: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write_indexes, seen = words(app), indexing.write_indexes, list[object]()
    undo = threading.Thread(target=app.undo_transcript, args=(DEAL, CALL), kwargs={"author": "Sam"})

    def slow(*args: Any, **kwargs: Any) -> None:
        if undo.ident is None:
            undo.start()  # it waits for this job when it has stored what it does
            while app.transcript_edits(DEAL, CALL)[-1].state != "undone":
                time.sleep(0.01)
        else:
            seen.append(words(app))
        write_indexes(*args, **kwargs)

    monkeypatch.setattr(indexing, "write_indexes", slow)
    change(app, "text", 1, text="What the index job read before it was taken back.")
    undo.join()
    assert seen, "what was read before is read again"
    assert all(said == before for said in [*seen, words(app)]), "not even until the next index job"
    assert DYE in [c.quote for c in app.ask("What does the dye house decide?").retrieved]


def test_a_split_moves_the_places_and_makes_no_version(app: Preread) -> None:
    change(app, "split", 0, word=5)
    assert len(app.versions(DEAL)) == 2
    assert ours(app).citations[0].ordinals == [2]
    assert ours(app, 2).citations[0].ordinals == [2]


def test_utterances_go_to_a_label_a_person_and_a_new_voice(app: Preread) -> None:
    change(app, "speaker", 1, who="Sam Okoro")
    assert ours(app).citations[0].speaker == "Sam Okoro"
    assert ours(app).note == SPEAKER_CHANGED
    change(app, "speaker", 1, who="Nell Marsh")
    assert ours(app).citations[0].speaker == "Nell Marsh"
    nell = next(v.person for v in app.people(DEAL) if v.person.name == "Nell Marsh")
    change(app, "speaker", 0, 2, who="")
    assert [who for who, _ in words(app)] == ["S1", "Nell Marsh", "S1"]
    change(app, "speaker", 2, who=nell.id)
    assert [who for who, _ in words(app)] == ["S1", "Nell Marsh", "Nell Marsh"]


def test_a_person_who_has_no_voice_in_the_call_gets_one(app: Preread) -> None:
    app.correct_people(DEAL, Correction("voice", "Nell Marsh", f"{CALL}:Sam Okoro"), author="you")
    sam = next(v.person for v in app.people(DEAL) if v.person.name == "Sam Okoro")
    change(app, "speaker", 1, who=sam.id)
    assert words(app)[1][0] == "S1"
    assert ours(app).citations[0].speaker == "Sam Okoro"
    app.undo_transcript(DEAL, CALL, author="Sam")
    assert ours(app).citations[0].speaker == "Rita Fenwick"


def test_what_somebody_else_changed_is_not_overwritten(app: Preread) -> None:
    with pytest.raises(Conflict):
        change(app, "text", 1, text="Other words.", seen="What stood there before.")
    for kind, fields in (("text", {"text": " "}), ("split", {"word": 99}), ("merge", {})):
        with pytest.raises(BadInput):
            change(app, kind, 0, **fields)
    with pytest.raises(BadInput, match="mails stand as they were written"):
        app.transcript(DEAL, "emails/01-money.eml")


def test_edits_survive_a_new_import_and_name_what_no_longer_fits(app: Preread, deal_folder: Path) -> None:
    change(app, "text", 1, text=DYE.replace("dye house", "die shop"))
    change(app, "text", 2, text="Understood, so we wait for it.")
    file = deal_folder / CALL
    file.write_text(file.read_text().replace("so we plan around the dye house then", "fine"))
    app.import_paths([deal_folder])
    assert [text for _, text in words(app)][1:] == [DYE.replace("dye house", "die shop"), "Understood, fine."]
    assert [e.state for e in app.transcript_edits(DEAL, CALL)] == ["applied", "unfit"]
    assert ours(app).citations[0].quote == DYE.replace("dye house", "die shop")


def test_an_answer_that_was_given_quotes_the_corrected_words(app: Preread) -> None:
    app.ask("What does the dye house decide?")
    ((answer_id, before),) = app.answers()
    assert any(c.quote == DYE for c in before.retrieved)
    now = DYE.replace("dye house", "die shop")
    change(app, "text", 1, text=now)
    after = app.answer(answer_id)
    assert [c.quote for c in after.retrieved] == [
        now if c.quote == DYE else c.quote for c in before.retrieved
    ]
    app.undo_transcript(DEAL, CALL, author="Sam")
    assert app.answer(answer_id) == before


def test_removing_the_call_removes_its_edits(app: Preread, deal_folder: Path) -> None:
    change(app, "text", 1, text="Other words altogether stand here now.")
    app.remove(CALL, deal=DEAL)
    app.import_paths([deal_folder])
    assert words(app)[1][1] == DYE


def test_a_renamed_person_shows_at_once_and_taken_back(app: Preread) -> None:
    rita = next(v.person for v in app.people(DEAL) if v.person.name == "Rita Fenwick")
    app.correct_people(DEAL, Correction("rename", rita.id, "Margarita Fenn"), author="you")
    assert ours(app).citations[0].speaker == "Margarita Fenn"
    assert "Rita Fenwick" not in to_markdown(app.preread(DEAL))
    assert len(app.versions(DEAL)) == 2
    with app.parts.store.read() as unit:
        assert verify(unit.deals.record(DEAL), ours(app).citations[0])
    app.undo_people(DEAL)
    assert ours(app).citations[0].speaker == "Rita Fenwick"


def test_a_rejected_claim_stays_rejected_though_its_quote_was_corrected(app: Preread) -> None:
    from analysis.edits import Reject
    from analysis.walk import claims_of

    drafted = next(
        c
        for c in claims_of(app.preread(DEAL))
        if any(x.quote == DYE for x in c.citations) and c.origin == "model"
    )
    app.edit(DEAL, 2, Reject(drafted.id), author="you")
    now = DYE.replace("Honestly", "Truly")
    change(app, "text", 1, text=now)
    again = app.draft(DEAL)
    assert drafted.id in again.rejected
    assert drafted.id not in {c.id for c in claims_of(again)}
    assert ours(app).citations[0].quote == now


def test_the_page_knows_that_the_record_changed_since_the_draft(app: Preread) -> None:
    assert app.corrected_since(DEAL, 2) is None
    change(app, "text", 1, text=DYE.replace("dye", "die"))
    assert app.corrected_since(DEAL, 3) is not None
    assert app.corrected_since(DEAL, 1) is not None
    app.draft(DEAL)
    assert app.corrected_since(DEAL, 4) is None


def test_over_the_routes(app: Preread) -> None:
    client = TestClient(
        create_app(app, Settings(), token="t"),
        base_url="http://127.0.0.1",
        headers={"Authorization": "Bearer t"},
    )
    base = f"/api/deals/{DEAL}/transcript"
    body = {
        "key": CALL,
        "author": "Sam",
        "change": {"kind": "split", "ordinals": [1], "word": 4, "seen": DYE},
    }
    made = client.post(f"{base}/edit", json=body)
    assert (made.status_code, made.json()["state"]) == (200, "applied")
    assert len(client.get(base, params={"key": CALL}).json()["utterances"]) == 4
    assert len(client.get(base, params={"key": CALL, "raw": True}).json()["utterances"]) == 3
    assert client.post(f"{base}/edit", json=body).status_code == 409
    assert client.post(f"{base}/undo", json={"key": CALL, "author": "Sam"}).json()["state"] == "undone"
    assert [e["state"] for e in client.get(f"{base}/edits", params={"key": CALL}).json()] == ["undone"]


@dataclass(frozen=True)
class Ran:
    code: object
    out: str
    err: str


@pytest.fixture
def run(home: Path, fakes: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        said = capsys.readouterr()
        return Ran(stopped.value.code, said.out, said.err)

    return call


def test_over_the_command_line(run: Callable[..., Ran], deal_folder: Path) -> None:
    run("import", deal_folder)
    shown = run("transcript", DEAL, CALL)
    assert shown.out.splitlines()[1] == f"    1    0:06  Rita Fenwick: {DYE}"
    assert run("transcript", DEAL, CALL, "text", "2", "Understood,", "we", "wait.").code == 0
    assert "we wait." in run("transcript", DEAL, CALL, "--format", "vtt").out
    assert "we wait." not in run("transcript", DEAL, CALL, "--raw", "--format", "vtt").out
    edits = json.loads(run("transcript", DEAL, CALL, "edits", "--json").out)
    assert [(e["kind"], e["state"]) for e in edits] == [("text", "applied")]
    assert run("transcript", DEAL, CALL, "undo", str(edits[0]["id"])).code == 0
    bad = run("transcript", DEAL, CALL, "split", "2", "77")
    assert (bad.code, len(bad.err.splitlines())) == (2, 1)
    assert run("transcript", DEAL, CALL, "text", "two", "x").code == 2
    assert run("transcript", DEAL, "calls/none.vtt").code == 2
