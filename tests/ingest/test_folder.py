"""The deal folder: what is used, what is ignored, and where loose files belong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnreadableSource, UnsupportedSource
from ingest.folder import CallFile, FileKind, classify, place, safe_name, scan

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    root = tmp_path / "northwind"
    for name in (
        *("opportunity.csv", "contacts.csv", "gold.json", "README.md", ".hidden", "notes.docx"),
        *("calls/calls.csv", "calls/01-intro.vtt", "calls/02-demo.json", "calls/02-demo.parties.json"),
        *("calls/02-demo.script.json", "calls/03-review.M4A", "calls/03-review.txt", "calls/README.txt"),
        *("calls/orphan.parties.json", "calls/slides.pdf", "calls/deep/04.vtt", "calls/.DS_Store"),
        *("emails/01.eml", "emails/all.mbox", "emails/02.msg", "emails/invite.ics", "emails/logo.png"),
        *("drafts/05.eml",),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def test_layout(deal: Path) -> None:
    layout = scan(deal)
    assert layout.name == "northwind"
    assert (layout.opportunity, layout.contacts) == ("opportunity.csv", "contacts.csv")
    assert layout.calls_index == "calls/calls.csv"
    assert layout.calls == (
        CallFile("calls/01-intro.vtt", FileKind.TRANSCRIPT),
        CallFile("calls/02-demo.json", FileKind.TRANSCRIPT, parties="calls/02-demo.parties.json"),
        CallFile("calls/03-review.M4A", FileKind.RECORDING, twin="calls/03-review.txt"),
        CallFile("calls/03-review.txt", FileKind.TRANSCRIPT, twin="calls/03-review.M4A"),
    )
    assert layout.mails == ("emails/01.eml", "emails/02.msg", "emails/all.mbox", "emails/invite.ics")
    assert layout.ignored == (
        *(
            ".hidden",
            "README.md",
            "calls/.DS_Store",
            "calls/02-demo.script.json",
            "calls/README.txt",
            "calls/deep/",
        ),
        *(
            "calls/orphan.parties.json",
            "calls/slides.pdf",
            "drafts/",
            "emails/logo.png",
            "gold.json",
            "notes.docx",
        ),
    )


def test_nothing_is_opened(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("opened a file")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("io.open", refuse)
    assert scan(deal).opportunity == "opportunity.csv"


def test_links_that_lead_out_are_ignored(deal: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.vtt").write_text("WEBVTT")
    (tmp_path / "elsewhere").mkdir()
    (deal / "calls" / "link.vtt").symlink_to(tmp_path / "secret.vtt")
    (deal / "calls" / "inside.vtt").symlink_to(deal / "calls" / "01-intro.vtt")
    (deal / "calls" / "circle.vtt").symlink_to(deal / "calls" / "circle.vtt")
    (deal / "outside").symlink_to(tmp_path / "elsewhere")
    layout = scan(deal)
    assert {"calls/link.vtt", "calls/circle.vtt", "outside"} <= set(layout.ignored)
    assert "calls/inside.vtt" in {call.path for call in layout.calls}


def test_a_calls_folder_that_leads_out_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.vtt").write_text("WEBVTT")
    (tmp_path / "deal").mkdir()
    (tmp_path / "deal" / "opportunity.csv").write_text("")
    (tmp_path / "deal" / "calls").symlink_to(tmp_path / "elsewhere")
    layout = scan(tmp_path / "deal")
    assert layout.calls == () and layout.ignored == ("calls",)


def test_names_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "Calls").mkdir()
    (tmp_path / "Calls" / "A.VTT").write_text("")
    (tmp_path / "Opportunity.CSV").write_text("")
    layout = scan(tmp_path)
    assert layout.opportunity == "Opportunity.CSV"
    assert [call.path for call in layout.calls] == ["Calls/A.VTT"]


def test_folders_that_are_no_deal(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_text("")
    with pytest.raises(UnsupportedSource, match=r"none of the files of a deal: expected opportunity\.csv"):
        scan(tmp_path)
    with pytest.raises(UnreadableSource, match="no such folder"):
        scan(tmp_path / "missing")


def test_the_labelled_deals(shared: Path) -> None:
    for root in sorted(path for path in (shared / "deals").iterdir() if path.is_dir()):
        layout = scan(root)
        assert layout.opportunity and layout.contacts and layout.calls_index
        assert layout.ignored == ("gold.json",)
        assert len(layout.calls) >= 3 and len(layout.mails) >= 6
        assert all((call.parties is not None) == call.path.endswith(".json") for call in layout.calls)


@pytest.mark.parametrize(
    ("name", "sample", "kind"),
    [
        ("call.vtt", None, FileKind.TRANSCRIPT),
        ("call.wav", None, FileKind.RECORDING),
        ("C:\\Users\\d\\Zoom.MP4", None, FileKind.RECORDING),
        ("inbox.mbox", None, FileKind.MAIL),
        ("invite.ics", None, FileKind.CALENDAR),
        ("x.parties.json", None, FileKind.PARTIES),
        ("slides.pdf", None, FileKind.UNKNOWN),
        ("gold.json", "transcripts/gong.json", FileKind.UNKNOWN),
        ("gong.json", "transcripts/gong.json", FileKind.TRANSCRIPT),
        ("otter.txt", "transcripts/otter.txt", FileKind.TRANSCRIPT),
        ("parties.json", "transcripts/gong.parties.json", FileKind.UNKNOWN),
        ("export.csv", "crm/salesforce-api.csv", FileKind.OPPORTUNITY),
    ],
)
def test_loose_files(name: str, sample: str | None, kind: FileKind) -> None:
    assert classify(name, (SAMPLES / sample).read_bytes() if sample else b"") is kind


def test_loose_csv_by_columns_before_name() -> None:
    assert classify("opportunity.csv", b"Name,Email,Title\n") is FileKind.CONTACTS
    assert classify("export.csv", b"file,date,title,participants\n") is FileKind.CALLS_INDEX
    assert classify("other.csv", b"a,b\n1,2\n") is FileKind.UNKNOWN
    assert classify("notes.txt", b"nothing much\n") is FileKind.UNKNOWN


def test_loose_files_that_are_broken_are_read_so_that_the_reason_is_said() -> None:
    whole = (SAMPLES / "transcripts" / "gong.json").read_bytes()
    assert classify("a.txt", b"") is FileKind.TRANSCRIPT
    assert classify("a.json", whole[:100]) is FileKind.TRANSCRIPT
    assert classify("package.json", b'{"name": "x"}') is FileKind.UNKNOWN


def test_places() -> None:
    assert place(FileKind.OPPORTUNITY, "export (3).csv") == "opportunity.csv"
    assert place(FileKind.TRANSCRIPT, "../../etc/a.vtt") == "calls/a.vtt"
    assert place(FileKind.MAIL, "C:\\mail\\a.eml") == "emails/a.eml"
    assert place(FileKind.CALENDAR, "invite.ics") == "emails/invite.ics"
    assert place(FileKind.UNKNOWN, "a.bin") is None


@given(st.text(max_size=60), st.binary(max_size=80))
def test_any_name(name: str, data: bytes) -> None:
    classify(name, data)
    safe = safe_name(name)
    assert safe and "/" not in safe and "\\" not in safe and safe not in (".", "..")
    safe.encode()
