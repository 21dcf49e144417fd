"""Times as transcripts write them."""

from __future__ import annotations

import pytest

from ingest.transcripts.clock import parse_clock, write_clock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:03.210", 3.21),
        ("00:03,210", 3.21),
        ("0:0:5.320", 5.32),
        ("1:00:02", 3602.0),
        ("75:03", 4503.0),
        ("-0:0:1.5", 0.0),
        ("0:0:-1.5", 0.0),
        ("0:00:00.4", 0.4),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_clock(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "nan", "10", "00:1d.890", "1:99:00", "0:75", "9999:00:00", "1:2:3:4"])
def test_what_is_no_time(text: str) -> None:
    assert parse_clock(text) is None


def test_writing() -> None:
    assert write_clock(3602.0305) == "01:00:02.030"
    assert write_clock(0.9996, mark=",") == "00:00:01,000"
