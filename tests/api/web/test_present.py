from datetime import UTC, date, datetime

import pytest

from api.web import present


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, ""), (0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3725, "1:02:05")]
)
def test_clock(seconds: float | None, shown: str) -> None:
    assert present.clock(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-07-14", "14 July 2026"),
        (date(2026, 7, 4), "4 July 2026"),
        (datetime(2026, 7, 4, 23, tzinfo=UTC), "4 July 2026"),
        (None, "undated"),
        ("next spring", "next spring"),
    ],
)
def test_day(value: object, shown: str) -> None:
    assert present.day(value) == shown  # type: ignore[arg-type]


def test_money_has_no_needless_decimals() -> None:
    assert present.money(91500, "EUR") == "EUR 91,500"
    assert present.money(91500.5, None) == "91,500.50"
    assert present.money(None, "EUR") == ""


@pytest.mark.parametrize(
    ("name", "letters"), [("Noreen Cadogan", "NC"), ("Paweł Zięba", "PZ"), ("Cher", "C"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert present.initials(name) == letters


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, ""), (0.2, "about 1 s left"), (59, "about 59 s left"), (150, "about 2 min left")],
)
def test_eta(seconds: float | None, shown: str) -> None:
    assert present.eta(seconds) == shown
