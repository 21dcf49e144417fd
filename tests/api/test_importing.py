"""Importing: once, again, changed, broken, and two deals with one name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from api.errors import BadInput, NotFound
from api.preread import Preread
from ingest.errors import IngestError
from ingest.model import Correction


def test_a_deal_folder_becomes_a_deal_with_people_and_windows(
    application: Preread, deal_folder: Path
) -> None:
    report = application.import_paths([deal_folder])
    assert report.deals == (("fenwick-mills", "Looms for Fenwick"),)
    assert not report.rejected
    view = application.deal("fenwick-mills")
    assert (view.amount, view.outcome, view.sources) == (42000, "lost", 2)
    assert {s.path for s in application.sources("fenwick-mills")} == {
        "calls/01-plan.vtt",
        "emails/01-money.eml",
    }
    names = {p.person.name for p in application.people("fenwick-mills")}
    assert {"Rita Fenwick", "Sam Okoro"} <= names
    assert (
        application.parts.vectors.ids("fenwick-mills")
        == application.parts.keywords.ids("fenwick-mills")
        != frozenset()
    )


def test_importing_again_changes_nothing_and_starts_no_job(application: Preread, deal_folder: Path) -> None:
    application.import_paths([deal_folder])
    jobs, embedded = application.jobs(), application.parts.embedder.embedded  # type: ignore[attr-defined]
    report = application.import_paths([deal_folder])
    assert report.unchanged == 3
    assert application.jobs() == jobs
    assert application.parts.embedder.embedded == embedded  # type: ignore[attr-defined]


def test_a_changed_file_replaces_its_source_and_its_windows(application: Preread, deal_folder: Path) -> None:
    application.import_paths([deal_folder])
    before = application.parts.vectors.ids("fenwick-mills")
    call = deal_folder / "calls" / "01-plan.vtt"
    call.write_text(
        call.read_text().replace("keep the old machine", "x").replace("until August", "until November")
    )
    application.import_paths([deal_folder])
    texts = [u.text for u in application.source("fenwick-mills", "calls/01-plan.vtt").utterances]
    assert any("November" in text for text in texts)
    after = application.parts.vectors.ids("fenwick-mills")
    assert after != before
    assert after == application.parts.keywords.ids("fenwick-mills")


def test_a_removed_file_stays(application: Preread, deal_folder: Path) -> None:
    application.import_paths([deal_folder])
    (deal_folder / "emails" / "01-money.eml").unlink()
    application.import_paths([deal_folder])
    assert len(application.sources("fenwick-mills")) == 2


def test_a_broken_file_is_named_and_kept_out_and_tried_again(application: Preread, deal_folder: Path) -> None:
    broken = deal_folder / "calls" / "02-empty.vtt"
    broken.write_bytes(b"")
    report = application.import_paths([deal_folder])
    assert [r.file for r in report.rejected] == ["fenwick-mills/calls/02-empty.vtt"]
    assert not report.rejected[0].reason.startswith("calls/")
    (view,) = [s for s in application.sources("fenwick-mills") if s.state == "rejected"]
    assert view.reason == report.rejected[0].reason
    assert application.deal("fenwick-mills").sources == 2
    assert application.import_paths([deal_folder]).rejected, "a rejected file is tried again"
    broken.write_text((deal_folder / "calls" / "01-plan.vtt").read_text())
    assert not application.import_paths([deal_folder]).rejected
    assert application.deal("fenwick-mills").sources == 3


def test_two_files_of_one_content_are_two_files(application: Preread, deal_folder: Path) -> None:
    for name in ("02-empty.vtt", "03-empty.vtt"):
        (deal_folder / "calls" / name).write_bytes(b"")
    mail = deal_folder / "emails" / "01-money.eml"
    (deal_folder / "emails" / "02-again.eml").write_bytes(mail.read_bytes())
    report = application.import_paths([deal_folder])
    assert sorted(r.file for r in report.rejected) == [
        "fenwick-mills/calls/02-empty.vtt",
        "fenwick-mills/calls/03-empty.vtt",
    ]
    assert not [s for s in application.sources("fenwick-mills") if s.state == "waiting"]


def test_a_path_that_is_not_there_is_named_and_the_rest_is_kept(
    application: Preread, deal_folder: Path, tmp_path: Path
) -> None:
    report = application.import_paths([tmp_path / "gone", deal_folder])
    assert [(Path(r.file).name, r.reason) for r in report.rejected] == [
        ("gone", "there is no such file or folder: check the path")
    ]
    assert application.deal("fenwick-mills").sources == 2
    with pytest.raises(BadInput, match="gone: there is no such file or folder"):
        application.import_paths([tmp_path / "gone"])


def test_a_broken_newer_file_leaves_the_good_one_in_its_place(
    application: Preread, deal_folder: Path
) -> None:
    application.import_paths([deal_folder])
    call = deal_folder / "calls" / "01-plan.vtt"
    good = call.read_bytes()
    call.write_bytes(b"")
    assert application.import_paths([deal_folder]).rejected
    assert application.source("fenwick-mills", "calls/01-plan.vtt").utterances
    with application.open_file("fenwick-mills", "calls/01-plan.vtt")[0] as stored:
        assert stored.read() == good


def test_one_folder_name_and_two_opportunities_are_two_deals(
    application: Preread, make_deal: Callable[..., Path]
) -> None:
    application.import_paths(
        [make_deal("one", opportunity_id="006A"), make_deal("two", opportunity_id="006B")]
    )
    assert [d.id for d in application.deals()] == ["fenwick-mills", "fenwick-mills-2"]


def test_one_opportunity_from_two_folders_is_one_deal(
    application: Preread, make_deal: Callable[..., Path]
) -> None:
    application.import_paths([make_deal("one"), make_deal("two", name="elsewhere")])
    assert [d.id for d in application.deals()] == ["fenwick-mills"]


def test_one_name_without_ids_is_not_guessed(application: Preread, make_deal: Callable[..., Path]) -> None:
    first, second = make_deal("one"), make_deal("two")
    for folder in (first, second):
        (folder / "opportunity.csv").unlink()
    application.import_paths([first])
    application.import_paths([first])
    with pytest.raises(BadInput, match="--deal fenwick-mills"):
        application.import_paths([second])
    assert len(application.deals()) == 1
    application.import_paths([second], deal="fenwick-mills")
    assert len(application.deals()) == 1


def test_two_rows_in_the_crm_file_reject_that_file_only(application: Preread, deal_folder: Path) -> None:
    csv = deal_folder / "opportunity.csv"
    csv.write_text(csv.read_text() + csv.read_text().splitlines()[1].replace("Looms", "Spindles") + "\n")
    report = application.import_paths([deal_folder])
    assert [r.file for r in report.rejected] == ["fenwick-mills/opportunity.csv"]
    assert application.deal("fenwick-mills").sources == 2


def test_a_folder_without_any_known_file_is_refused(application: Preread, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(IngestError, match="photos"):
        application.import_paths([tmp_path / "photos"])
    assert application.deals() == ()


def test_files_that_the_layout_does_not_name_are_listed_and_left_alone(
    application: Preread, deal_folder: Path
) -> None:
    (deal_folder / "gold.json").write_text("{not json")
    assert application.import_paths([deal_folder]).ignored == ("fenwick-mills/gold.json",)


def test_an_upload_finds_its_place_and_the_same_again_is_nothing(application: Preread) -> None:
    from api.jobs.waiting import wait

    deal = application.create_deal("Fenwick").id
    for _ in range(2):
        mail = io.BytesIO(
            b"From: r@fenwick.example\nSubject: s\nMessage-ID: <1@x>\n\nThe dye house decides it all.\n"
        )
        job = application.upload(deal, "C:\\Mails\\note.eml", mail)
        wait(application.parts, [job.id], deals=[deal], kinds=("import", "index"))
        assert application.job(job.id).state == "done"
    assert [s.path for s in application.sources(deal)] == ["emails/note.eml"]


def test_an_upload_of_something_else_is_refused(application: Preread) -> None:
    deal = application.create_deal("Fenwick").id
    with pytest.raises(BadInput, match=r"holiday\.jpg"):
        application.upload(deal, "holiday.jpg", io.BytesIO(b"\xff\xd8"))
    assert application.sources(deal) == ()


def test_a_second_deal_of_one_name_is_refused(application: Preread) -> None:
    application.create_deal("Fenwick")
    with pytest.raises(BadInput, match="already"):
        application.create_deal(" fenwick ")


def test_a_recording_beside_its_transcript_is_played_with_it(application: Preread, deal_folder: Path) -> None:
    transcript = next((deal_folder / "calls").glob("*.vtt"))
    recording = transcript.with_suffix(".m4a")
    recording.write_bytes(b"not decoded, since the transcript is there")
    report = application.import_paths([deal_folder])
    assert not report.rejected
    views = {view.path: view for view in application.sources(report.deals[0][0])}
    assert views[f"calls/{transcript.name}"].audio == f"calls/{recording.name}"
    content, size = application.open_file(report.deals[0][0], f"calls/{recording.name}")
    with content:
        assert (size, content.read()) == (recording.stat().st_size, recording.read_bytes())


def test_a_recording_is_heard_when_its_transcript_cannot_be_read(
    application: Preread, deal_folder: Path
) -> None:
    (deal_folder / "calls" / "02-visit.vtt").write_bytes(b"")
    recording = deal_folder / "calls" / "02-visit.m4a"
    recording.write_bytes(b"not a recording, as decoding it will say")
    report = application.import_paths([deal_folder])
    assert [r.file for r in report.rejected] == ["fenwick-mills/calls/02-visit.vtt"]
    views = {view.path: view for view in application.sources("fenwick-mills")}
    assert views["calls/02-visit.m4a"].state == "rejected"
    assert "export it again" in (views["calls/02-visit.m4a"].reason or "")
    assert not views["calls/02-visit.m4a"].notes


def test_loose_files_make_the_deal_that_is_named_once_there_is_something_for_it(
    application: Preread, deal_folder: Path, tmp_path: Path
) -> None:
    mail = next((deal_folder / "emails").glob("*.eml"))
    report = application.import_paths([mail], deal="Corner Shop")
    assert [name for _, name in report.deals] == ["Corner Shop"]
    assert [view.path for view in application.sources(report.deals[0][0])] == [f"emails/{mail.name}"]
    assert application.import_paths([mail], deal="Corner Shop").deals == report.deals
    (nothing := tmp_path / "picture.png").write_bytes(b"\x89PNG")
    with pytest.raises(NotFound):
        application.import_paths([nothing], deal="Nobody")
    assert [view.name for view in application.deals()] == ["Corner Shop"]


def test_voices_without_a_name_are_counted(application: Preread, tmp_path: Path) -> None:
    call = tmp_path / "talk.vtt"
    cue = "00:00:0{0}.000 --> 00:00:0{1}.000\n{2}: {3}\n"
    said = (
        ("Speaker 1", "We will take the blue ones."),
        ("Speaker 2", "All of them?"),
        ("Rita Fenwick", "Yes, all."),
    )
    call.write_text(
        "WEBVTT\n\n" + "\n".join(cue.format(i, i + 1, who, text) for i, (who, text) in enumerate(said))
    )
    deal = application.import_paths([call], deal="Blue").deals[0][0]
    assert application.sources(deal)[0].unnamed == 2
    application.correct_people(
        deal, Correction("voice", "p-rita-fenwick", "calls/talk.vtt:Speaker 1"), author="test"
    )
    assert application.sources(deal)[0].unnamed == 1
    assert application.speakers(deal, "calls/talk.vtt")["Speaker 1"][0] == "Rita Fenwick"
