import pytest

from analysis.numbers import numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two hundred and eighty hours", [280]),
        ("280 hours", [280]),
        ("CAD 152,500", [152500]),
        ("61k people and 2.1 million lines", [61000, 2_100_000]),
        ("a hundred and twelve thousand", [112000]),
        ("the fourteenth of July", [14]),
        ("ninety-one five", [91, 5]),
        ("one of them, the second one", []),
        ("one year", [1]),
        ("0.4 per cent", [0.4]),
        ("three, four people", [3, 4]),
        ("no number here", []),
    ],
)
def test_numbers_are_read_however_they_are_written(text, values):
    assert [n.value for n in numbers(text)] == values


def test_units():
    assert [n.unit for n in numbers("45% of £70,000 or 45 per cent of 9 euros")] == ["%", "GBP", "%", "EUR"]
