"""Drafts and edits: versions, what happens when somebody edits meanwhile, and an LLM that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import api.jobs.drafting as drafting
from analysis.documents import Claim, DealHeader, DraftedBy, PreRead
from analysis.edits import AddClaim, Reject, Reword
from analysis.errors import ModelUnavailable
from api.errors import BadInput, Conflict, NotFound
from api.jobs.llm import Watched
from api.preread import Preread
from api.settings import Settings

DEAL = "fenwick-mills"


def document(*claims: str, llm: str = "none") -> PreRead:
    return PreRead(
        deal=DealHeader(id=DEAL, name="Looms"),
        drafted_by=DraftedBy(llm=llm, embeddings="hashed-words"),
        went_well=[Claim(id=f"c-{text}", text=text, verified=True) for text in claims],
    )


def texts(preread: PreRead) -> list[str]:
    return [claim.text for claim in preread.went_well]


class FakeLLM:
    """Answers nothing itself; `drafting.draft` is replaced, too."""

    name, context, calls = "fake:model", 8192, ()


@pytest.fixture
def imported(application: Preread, deal_folder: Path) -> Preread:
    application.import_paths([deal_folder])
    return application


def with_llm(
    monkeypatch: pytest.MonkeyPatch, application: Preread, claims: Sequence[str] | ModelUnavailable
) -> None:
    """The settings want an LLM; the evidence draft says "evidence", the LLM's draft ``claims``."""
    application.settings = application.parts.settings = Settings(llm="fake:model")
    monkeypatch.setattr("analysis.llms.open_llm", lambda *args, **named: FakeLLM())
    monkeypatch.setattr(drafting, "evidence_draft", lambda corpus, on_progress: document("evidence"))

    def draft(corpus: object, llm: Watched, on_progress: object) -> PreRead:
        if isinstance(claims, ModelUnavailable):
            llm.problem = claims
            return document("evidence")
        llm.answered = 1
        return document(*claims, llm=llm.name)

    monkeypatch.setattr(drafting, "draft", draft)


def test_without_an_llm_there_is_one_complete_version(imported: Preread) -> None:
    preread = imported.draft(DEAL)
    assert preread.version == 1 and preread.deal.id == DEAL
    assert [(v.version, v.complete) for v in imported.versions(DEAL)] == [(1, True)]
    assert imported.deal(DEAL).draft_state == "complete"


def test_the_llms_draft_takes_the_place_of_the_evidence_draft(
    imported: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_llm(monkeypatch, imported, ["from the model"])
    preread, note = imported.finish_draft(imported.start_draft(DEAL))
    assert (preread.version, texts(preread), note) == (1, ["from the model"], None)
    (version,) = imported.versions(DEAL)
    assert version.complete and "fake:model" in version.what


def test_the_evidence_draft_is_visible_before_the_llm_is_done(
    imported: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.jobs.runner import Runner

    with_llm(monkeypatch, imported, ["from the model"])
    Runner(imported.parts).run(imported.start_draft(DEAL).id)
    assert texts(imported.preread(DEAL)) == ["evidence"]
    assert imported.deal(DEAL).draft_state == "evidence"
    assert not imported.versions(DEAL)[0].complete


def test_an_edit_made_meanwhile_is_kept_in_a_new_version(
    imported: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.jobs.runner import Runner

    with_llm(monkeypatch, imported, ["from the model"])
    started = imported.start_draft(DEAL)
    Runner(imported.parts).run(started.id)
    imported.edit(DEAL, 1, AddClaim("went_well", "we listened"), author="you")
    preread, _ = imported.finish_draft(started)
    assert preread.version == 3
    assert set(texts(preread)) == {"from the model", "we listened"}
    assert "we listened" in texts(imported.preread(DEAL, 2)), "the edited version stays as it was"


def test_an_llm_that_is_away_leaves_the_evidence_draft_and_says_the_cure(
    imported: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_llm(monkeypatch, imported, ModelUnavailable("no model: preread models pull"))
    preread, note = imported.finish_draft(imported.start_draft(DEAL))
    assert texts(preread) == ["evidence"]
    assert note is not None and "preread models pull" in note
    assert imported.deal(DEAL).draft_state == "complete"


def test_a_new_draft_never_overwrites_an_edit(imported: Preread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "evidence_draft", lambda corpus, on_progress: document("first", "second"))
    imported.draft(DEAL)
    imported.edit(DEAL, 1, Reword("c-first", "in my words"), author="you")
    imported.edit(DEAL, 2, Reject("c-second"), author="you")
    preread = imported.draft(DEAL)
    assert preread.version == 4
    assert texts(preread) == ["in my words"]
    assert [v.author for v in imported.versions(DEAL)] == ["preread", "you", "you", "preread"]


def test_an_edit_of_an_old_version_is_a_conflict(imported: Preread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "evidence_draft", lambda corpus, on_progress: document("first"))
    imported.draft(DEAL)
    imported.edit(DEAL, 1, Reword("c-first", "mine"), author="you")
    with pytest.raises(Conflict, match="version 2 is newer"):
        imported.edit(DEAL, 1, Reword("c-first", "theirs"), author="they")
    with pytest.raises(BadInput):
        imported.edit(DEAL, 2, Reword("c-nobody", "x"), author="you")
    assert imported.versions(DEAL)[-1].version == 2


def test_what_is_not_there_says_how_to_get_it(imported: Preread) -> None:
    with pytest.raises(NotFound, match="preread draft"):
        imported.preread(DEAL)
    imported.draft(DEAL)
    with pytest.raises(NotFound, match="no version 9"):
        imported.preread(DEAL, 9)
    empty = imported.create_deal("Empty")
    with pytest.raises(BadInput, match="import some"):
        imported.draft(empty.id)


def test_a_pasted_quote_is_found_with_its_place(imported: Preread) -> None:
    found = imported.find_quote(DEAL, "  “the dye   house decides, and they want”  ")
    assert (found.source, found.speaker, found.quote) == (
        "calls/01-plan.vtt",
        "Rita Fenwick",
        "the dye house decides, and they want",
    )
    with pytest.raises(BadInput, match="word for word"):
        imported.find_quote(DEAL, "the dye house never decides")


def test_a_record_that_leaves_nothing_to_word_is_no_fault_of_the_llm(
    imported: Preread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_llm(monkeypatch, imported, [])
    monkeypatch.setattr(
        drafting, "draft", lambda corpus, llm, on_progress: document("evidence", llm=llm.name)
    )
    assert texts(imported.draft(DEAL)) == ["evidence"]
    assert "nothing for fake:model to word" in imported.versions(DEAL)[0].what
    assert not [job for job in imported.jobs(DEAL) if job.error]
