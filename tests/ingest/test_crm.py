"""CRM rows: Salesforce and HubSpot headers, amounts, dates, outcomes; contacts; the index of calls."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.crm import (
    csv_kind,
    opportunity_for_folder,
    parse_calls_index,
    parse_contacts,
    parse_opportunities,
)
from ingest.crm_values import amount_of, currency_of, date_of, outcome_of
from ingest.errors import IngestError, LimitExceeded, UnreadableSource
from ingest.model import Opportunity

SAMPLES = Path(__file__).parents[1] / "samples" / "crm"
HEADER = "Opportunity Name,Stage,Created Date,Close Date\n"


def one(name: str) -> Opportunity:
    return opportunity_for_folder("opportunity.csv", (SAMPLES / name).read_bytes())


def test_salesforce_api_names() -> None:
    row = one("salesforce-api.csv")
    assert (row.id, row.name, row.account) == ("006A", "Northwind - Recon", "Northwind Payroll")
    assert (row.amount, row.currency) == (152_500.0, "CAD")
    assert (row.stage, row.outcome) == ("Abgeschlossen", "lost")
    assert (row.created, row.close_date) == (date(2026, 6, 2), date(2026, 10, 2))
    assert (row.owner, row.owner_email) == ("Cole Brandvold", "cole@vendor.example")
    assert (row.competitor, row.stated_reason) == ("Sablecourt", "Price")
    assert row.cells["Region__c"] == '=HYPERLINK("http://evil.example")'
    assert "NextStep" not in row.cells
    assert row.notes == ()


def test_salesforce_report_labels_and_its_footer() -> None:
    row = one("salesforce-report.csv")
    assert (row.name, row.amount, row.currency) == ("Harborlight - matching", 91_500.0, "EUR")
    assert (row.created, row.close_date, row.outcome) == (date(2026, 4, 21), date(2026, 7, 17), "won")
    assert (row.owner, row.competitor) == ("Fraser Dunnett", "Tallyforge")


def test_hubspot_internal_names() -> None:
    row = one("hubspot-internal.csv")
    assert (row.id, row.name, row.amount, row.currency) == ("123", "Kestrel matching", 128_000.0, "AUD")
    assert (row.close_date, row.outcome, row.stated_reason) == (date(2026, 11, 12), "lost", "Timing")
    assert any("loss reason" in note for note in row.notes)


def test_hubspot_labels() -> None:
    row = one("hubspot-labels.csv")
    assert (row.id, row.name, row.account) == ("9", "Marrowgate", "Marrowgate Dairies")
    assert (row.amount, row.currency) == (93_000.5, "GBP")
    assert (row.close_date, row.outcome) == (date(2026, 10, 27), "lost")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("€91.500,00", 91_500.0),
        ("91,500", 91_500.0),
        ("91.500", 91_500.0),
        ("91500.00", 91_500.0),
        ("1,234,567.89", 1_234_567.89),
        ("1.234.567", 1_234_567.0),
        ("1 234,50", 1_234.5),
        ("1'234.50", 1_234.5),
        ("0.125", 0.125),
        ("12,5", 12.5),
        ("(1,200)", -1_200.0),
        ("-5", -5.0),
        ("USD 152.5k", 152_500.0),
        ("$1.2M", 1_200_000.0),
        ("n/a", None),
        ("", None),
    ],
)
def test_amounts(cell: str, amount: float | None) -> None:
    assert amount_of(cell) == (pytest.approx(amount) if amount is not None else None)


def test_currencies() -> None:
    assert [currency_of(cell) for cell in ("EUR", "gbp", "€5", "CAD 5", "US$ 5", "$5", "")] == [
        "EUR",
        "GBP",
        "EUR",
        "CAD",
        "USD",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-10-02", date(2026, 10, 2)),
        ("2026-10-02T09:15:00.000Z", date(2026, 10, 2)),
        ("2026/10/02", date(2026, 10, 2)),
        ("2.10.2026", date(2026, 10, 2)),
        ("2 Oct 2026", date(2026, 10, 2)),
        ("October 2, 2026", date(2026, 10, 2)),
        ("10/25/26, 1:45 PM", date(2026, 10, 25)),
        ("31/02/2026", None),
        ("soon", None),
        ("99999999999999", None),
    ],
)
def test_dates(cell: str, expected: date | None) -> None:
    assert date_of(cell) == expected


@pytest.mark.parametrize(
    ("stage", "won", "closed", "outcome"),
    [
        ("Closed Won", None, None, "won"),
        ("closedwon", None, None, "won"),
        ("Closed - Lost", None, None, "lost"),
        ("closedlost", None, None, "lost"),
        ("Lost", None, None, "lost"),
        ("7 - Closed/Won", None, None, "won"),
        ("Negotiation", None, None, "open"),
        ("Negotiation", "false", "true", "lost"),
        ("Anything", "TRUE", "TRUE", "won"),
        ("12345", None, None, None),
        ("12345", "false", "false", "open"),
    ],
)
def test_outcomes(stage: str, won: str | None, closed: str | None, outcome: str | None) -> None:
    assert outcome_of(stage, won, closed) == outcome


def test_day_and_month_are_told_from_the_whole_file() -> None:
    rows = parse_opportunities(
        "a.csv", f"{HEADER}A,Won,3/4/2026,5/6/2026\nB,Won,3/25/2026,5/6/2026\n".encode()
    )
    assert (rows[0].created, rows[0].close_date) == (date(2026, 3, 4), date(2026, 5, 6))
    assert rows[0].notes == ()


def test_ambiguous_dates_are_read_so_that_a_deal_closes_after_it_began_and_noted() -> None:
    row = parse_opportunities("a.csv", f"{HEADER}A,Won,2/11/2026,3/4/2026\n".encode())[0]
    assert (row.created, row.close_date) == (date(2026, 2, 11), date(2026, 3, 4))
    assert row.notes == ("2/11/2026, 3/4/2026 read as month first",)
    row = parse_opportunities("a.csv", f"{HEADER}A,Won,2/3/2026,3/4/2026\n".encode())[0]
    assert (row.created, row.close_date) == (date(2026, 3, 2), date(2026, 4, 3))
    assert row.notes == ("2/3/2026, 3/4/2026 read as day first",)


def test_two_rows_say_what_to_do() -> None:
    data = f"{HEADER}Acme - Renewal,Won,,\nNorthwind - Recon,Lost,,\n".encode()
    with pytest.raises(
        UnreadableSource, match=r'opportunity\.csv: has 2 rows \("Acme - Renewal".*keep the row'
    ):
        opportunity_for_folder("opportunity.csv", data)
    assert opportunity_for_folder("opportunity.csv", data, folder="northwind").outcome == "lost"
    with pytest.raises(UnreadableSource):
        opportunity_for_folder("opportunity.csv", data, folder="elsewhere")


def test_the_same_row_twice_is_one() -> None:
    row = opportunity_for_folder("opportunity.csv", f"{HEADER}Acme,Won,,\nAcme,Won,,\n".encode())
    assert row.name == "Acme"


def test_no_row() -> None:
    with pytest.raises(UnreadableSource, match="has a header but no row"):
        opportunity_for_folder("opportunity.csv", HEADER.encode())


def test_unknown_headers_are_listed_with_the_cure() -> None:
    data = b"Vorgang,Phase\nNorthwind,verloren\n"
    with pytest.raises(
        UnreadableSource, match=r'line 1: no column.*"Vorgang", "Phase": rename .* "Opportunity Name"$'
    ):
        parse_opportunities("opportunity.csv", data)
    row = parse_opportunities("opportunity.csv", data, {"vorgang": "name", "Phase": "stage"})[0]
    assert (row.name, row.stage) == ("Northwind", "verloren")
    with pytest.raises(UnreadableSource, match='mapped to "nonsense"; fields are id, name'):
        parse_opportunities("opportunity.csv", data, {"Vorgang": "nonsense"})


def test_separator_line_ragged_rows_and_repeated_headers() -> None:
    data = b"sep=;\nName;Stage;Name\nAcme;Won;Second;extra\nBeta;Lost\n"
    rows = parse_opportunities("a.csv", data)
    assert [row.name for row in rows] == ["Acme", "Beta"]
    assert rows[0].cells == {"Name": "Acme", "Stage": "Won", "Name (2)": "Second", "column 4": "extra"}


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_empty(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match=r"opportunity\.csv: the file is empty"):
        opportunity_for_folder("opportunity.csv", data)


def test_limits() -> None:
    with pytest.raises(LimitExceeded, match="columns"):
        parse_opportunities("a.csv", b",".join([b"Name"] * 2_001))
    with pytest.raises(UnreadableSource, match="not a CSV file"):
        parse_opportunities("a.csv", b'Name\n"' + b"x" * 200_000 + b'"\n')


def test_contacts() -> None:
    data = (
        b"First Name,Last Name,Email,Job Title,Company,Role\n"
        b"Dana,Whitfield,Dana@x.example,CFO,X,Approver\n,,,,Y,\n"
    )
    contacts = parse_contacts("contacts.csv", data)
    assert [(item.name, item.email, item.title, item.account, item.role) for item in contacts] == [
        ("Dana Whitfield", "dana@x.example", "CFO", "X", "Approver")
    ]
    with pytest.raises(UnreadableSource, match="no column for the contact's name"):
        parse_contacts("contacts.csv", b"Foo,Bar\n1,2\n")


def test_calls_index() -> None:
    data = (
        b"file,date,title,participants\n"
        b'01-intro.vtt,2026-06-10T13:00:00-05:00,"Intro, short",a@x.example;'
        b"Dana Whitfield <D@y.example>; Stu\n"
        b"calls/02.vtt,2026-06-11,,\n03.vtt,whenever,,\n01-intro.vtt,,again,\n"
    )
    index = parse_calls_index("calls/calls.csv", data)
    assert list(index) == ["01-intro.vtt", "02.vtt", "03.vtt"]
    first = index["01-intro.vtt"]
    assert first.when is not None and first.when.isoformat() == "2026-06-10T13:00:00-05:00"
    assert first.title == "Intro, short"
    assert [(person.name, person.email) for person in first.participants] == [
        (None, "a@x.example"),
        ("Dana Whitfield", "d@y.example"),
        ("Stu", None),
    ]
    assert index["02.vtt"].when == date(2026, 6, 11)
    assert index["03.vtt"].notes == ('calls.csv, line 4: the date "whenever" could not be read',)


def test_kinds_of_csv() -> None:
    assert csv_kind((SAMPLES / "salesforce-api.csv").read_bytes()) == "opportunity"
    assert csv_kind((SAMPLES / "hubspot-labels.csv").read_bytes()) == "opportunity"
    assert csv_kind(b"Name,Email,Title,Account,Role\n") == "contacts"
    assert csv_kind(b"file,date,title,participants\n") == "calls-index"
    assert csv_kind(b"a,b,c\n1,2,3\n") is None
    assert csv_kind(b"") is None


def test_the_labelled_deals(shared: Path) -> None:
    roots = [path for path in sorted((shared / "deals").iterdir()) if path.is_dir()]
    for root in roots:
        row = opportunity_for_folder("opportunity.csv", (root / "opportunity.csv").read_bytes())
        assert row.outcome == ("won" if row.stage == "Closed Won" else "lost")
        assert row.id and row.account and row.amount and row.currency and row.owner and row.owner_email
        assert row.created and row.close_date and row.created < row.close_date
        assert len(parse_contacts("contacts.csv", (root / "contacts.csv").read_bytes())) >= 3
        index = parse_calls_index("calls/calls.csv", (root / "calls" / "calls.csv").read_bytes())
        assert all(
            (root / "calls" / name).exists() and meta.when and meta.participants
            for name, meta in index.items()
        )
    assert len(roots) == 5


def test_a_portfolio_of_thousands(shared: Path) -> None:
    """Counts and sums of the set as its own columns give them, read here with nothing but split."""
    file = shared / "data" / "crm-maven" / "sales_pipeline.csv"
    if not file.exists():
        pytest.skip("needs ../shared/data")
    lines = [line.split(",") for line in file.read_text().splitlines()[1:]]
    rows = parse_opportunities("sales_pipeline.csv", file.read_bytes())
    assert len(rows) == len(lines) == 4_400
    for stage, outcome in (("Won", "won"), ("Lost", "lost")):
        assert sum(row.outcome == outcome for row in rows) == sum(line[4] == stage for line in lines)
    assert sum(row.amount or 0 for row in rows if row.outcome == "won") == sum(
        float(line[7]) for line in lines if line[4] == "Won"
    )
    by_id = {row.id: row for row in rows}
    for line in lines:
        month, day, year = line[6].split("/") if line[6] else ("", "", "")
        assert by_id[line[0]].close_date == (date(int(year), int(month), int(day)) if year else None)


@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    for parse in (parse_opportunities, parse_contacts, parse_calls_index):
        try:
            parse("a.csv", data)
        except IngestError as error:
            assert "a.csv" in str(error) and "\n" not in str(error)


CELLS = st.one_of(
    st.text(max_size=12), st.sampled_from(["1/2/2026", "€1.000", "Closed Won", "=1+1", "a@b.example"])
)


@given(st.lists(CELLS, min_size=16, max_size=16))
def test_any_cells_under_known_headers(cells: list[str]) -> None:
    import csv
    import io

    out = io.StringIO()
    header = (
        "Id,Name,Account,Amount,Currency,Stage,Created Date,Close Date,Owner,Owner Email,Type,Lead Source"
    )
    writer = csv.writer(out)
    writer.writerow([*header.split(","), "Competitor", "Loss Reason", "IsWon", "IsClosed"])
    writer.writerow(cells)
    for row in parse_opportunities("a.csv", out.getvalue().encode("utf-8", "replace")):
        assert row.name and row.outcome in ("won", "lost", "open")
        assert row.amount is None or abs(row.amount) < 1e30
