"""Removing leaves nothing in database, indexes and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.documents import Answer, Citation, Claim
from analysis.edits import AddClaim
from api.errors import Ambiguous, NotFound
from api.preread import Preread

SECRET = b"moved the money to the boiler"


def everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def checkpoint(application: Preread) -> None:
    with application.parts.store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")


def test_a_removed_deal_leaves_no_word_behind(application: Preread, deal_folder: Path, home: Path) -> None:
    application.import_paths([deal_folder])
    application.draft("fenwick-mills")
    assert SECRET in everything(home)
    assert "fenwick-mills" in application.remove("fenwick-mills")
    application.parts.store.engine.dispose()
    checkpoint(application)
    assert application.deals() == ()
    assert not application.parts.vectors.ids("fenwick-mills")
    assert not application.parts.keywords.ids("fenwick-mills")
    assert not [path for path in (home / "files").rglob("*") if path.is_file()]
    assert SECRET not in everything(home)


def test_a_removed_source_takes_its_quotes_with_it(
    application: Preread, deal_folder: Path, home: Path
) -> None:
    application.import_paths([deal_folder])
    version = application.draft("fenwick-mills").version
    quote = application.find_quote("fenwick-mills", "the board has moved the money to the boiler")
    application.edit("fenwick-mills", version, AddClaim("went_well", "They told us.", (quote,)), author="you")
    with application.parts.store.write() as unit:
        claim = Claim(id="c1", text="x", citations=[quote])
        answer = unit.answers.add(
            Answer(question="q", answered=True, answer="a", claims=[claim], deals=["fenwick-mills"]), ()
        )
        call = Citation(source="calls/01-plan.vtt", quote="the dye house decides, and")
        kept = unit.answers.add(
            Answer(question="q", answered=True, answer="a", retrieved=[call], deals=["fenwick-mills"]), ()
        )
    application.remove("emails/01-money.eml")
    assert [s.path for s in application.sources("fenwick-mills")] == ["calls/01-plan.vtt"]
    for view in application.versions("fenwick-mills"):
        assert "boiler" not in application.preread("fenwick-mills", view.version).model_dump_json()
    with pytest.raises(NotFound):
        application.answer(answer)
    assert application.answer(kept)
    application.parts.store.engine.dispose()
    checkpoint(application)
    assert SECRET not in everything(home)


def test_content_that_another_deal_has_too_stays(
    application: Preread, make_deal: Callable[..., Path]
) -> None:
    application.import_paths(
        [make_deal("one", opportunity_id="006A"), make_deal("two", opportunity_id="006B")]
    )
    with pytest.raises(Ambiguous, match="--deal"):
        application.remove("emails/01-money.eml")
    application.remove("fenwick-mills")
    with application.open_file("fenwick-mills-2", "emails/01-money.eml")[0] as file:
        assert SECRET in file.read()


def test_a_removed_deal_takes_the_questions_about_it_along(
    application: Preread, deal_folder: Path, home: Path
) -> None:
    application.import_paths([deal_folder])
    application.ask("Is Zebulon Quist in it?", ["fenwick-mills"])
    application.ask("Who decides, over all?")
    application.remove("fenwick-mills")
    checkpoint(application)
    application.parts.store.engine.dispose()
    assert b"Zebulon" not in everything(home)
    assert [job.kind for job in application.jobs()] == ["ask"], "what was asked of all deals stays"


def test_a_removed_contact_list_is_forgotten(application: Preread, deal_folder: Path) -> None:
    (deal_folder / "contacts.csv").write_text("Name,Email,Title\nZebulon Quist,z@fenwick.example,Dyer\n")
    application.import_paths([deal_folder])
    assert any(p.person.name == "Zebulon Quist" for p in application.people("fenwick-mills"))
    application.remove("contacts.csv")
    assert not any(p.person.name == "Zebulon Quist" for p in application.people("fenwick-mills"))


def test_a_removed_crm_row_is_forgotten_and_can_come_back(application: Preread, deal_folder: Path) -> None:
    application.import_paths([deal_folder])
    application.remove("opportunity.csv")
    view = application.deal("fenwick-mills")
    assert (view.name, view.amount, view.outcome, view.owner) == ("fenwick-mills", None, "open", None)
    application.import_paths([deal_folder])
    assert [(d.id, d.amount) for d in application.deals()] == [("fenwick-mills", 42000)]


def test_what_is_not_there_cannot_be_removed(application: Preread) -> None:
    with pytest.raises(NotFound, match="preread deals"):
        application.remove("nothing")
