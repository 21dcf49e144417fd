"""CSV files as CRMs and spreadsheets write them: separator, charset and stray lines sorted out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.errors import LimitExceeded, UnreadableSource
from ingest.plaintext import MAX_TEXT_BYTES, decode_text

MAX_ROWS = 200_000
_MAX_COLUMNS = 2_000
_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n?", re.IGNORECASE)  # Excel's own first line


@dataclass(frozen=True, slots=True)
class Row:
    """``line``: where the row begins in the file, from 1. ``cells``: header -> cell, if not empty."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: str, data: bytes) -> Table:
    """Headers and rows of a CSV file. Cells are data: a formula in one is text like any other.

    Raises ``UnreadableSource`` (empty, or no CSV) or ``LimitExceeded`` (50 MB, 200,000 rows, 2,000 columns).
    """
    if len(data) > MAX_TEXT_BYTES:
        raise LimitExceeded("more than 50 MB of CSV: export fewer rows", file=path)
    text = decode_text(data).replace("\0", "").encode("utf-8", "replace").decode()
    separator, text = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif not headers:
                headers = _headers(path, cells)
            else:
                rows.append(Row(line, _cells(headers, cells)))
            if len(rows) > MAX_ROWS:
                raise LimitExceeded(f"more than {MAX_ROWS:,} rows: export fewer", file=path)
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"not a CSV file ({error}): export it again as CSV, UTF-8"
        raise UnreadableSource(reason, file=path, place=f"line {line}") from error
    if not headers:
        raise UnreadableSource("the file is empty: export it again, with its header line", file=path)
    return Table(headers, tuple(rows))


def normal(header: str) -> str:
    """A header in the form in which it is looked up: "Closed_Lost_Reason__c", "ClosedLostReason" and
    "Closed Lost Reason" are one."""
    bare = re.sub(r"__[cr]\b", "", header[:200].strip())
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare)
    return " ".join(re.sub(r"[\W_]+", " ", apart).split()).casefold()


def _separator(text: str) -> tuple[str, str]:
    """The separator, and the text without Excel's "sep=;" line."""
    if match := _SEPARATOR_LINE.match(text):
        return match[1], text[match.end() :]
    first = next((line for line in text[:65_536].splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count), text


def _headers(path: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Header names as exported, made unique: a second "Name" is "Name (2)", an empty one "column 3"."""
    if len(cells) > _MAX_COLUMNS:
        raise LimitExceeded(f"more than {_MAX_COLUMNS:,} columns: export fewer", file=path, place="line 1")
    seen: dict[str, int] = {}
    headers: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        headers.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(headers)


def _cells(headers: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    names = [*headers, *(f"column {number}" for number in range(len(headers) + 1, len(cells) + 1))]
    return {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
