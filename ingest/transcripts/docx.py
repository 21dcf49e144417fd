"""Word files: both kinds of Teams, Google Meet, and Amazon Transcribe's table. python-docx is only here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO

from ingest.errors import LimitExceeded, UnreadableSource, UnsupportedSource
from ingest.plaintext import fold
from ingest.transcripts import layout, meet_text, otter, plain
from ingest.transcripts.blocks import is_times, read_blocks
from ingest.transcripts.clock import parse_clock
from ingest.transcripts.content import Content
from ingest.transcripts.cue import Cue, Draft

_MAX_UNPACKED = 64 * 1024 * 1024
_DAY = re.compile(r"([A-Z][a-z]+ \d{1,2}, \d{4})\b.*")

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class _Document:
    lines: list[str]
    tables: list[Rows]


def matches(content: Content) -> bool:
    return content.is_zip and b"word/" in content.data


def parse(content: Content, known: Collection[str] = ()) -> Draft:
    """Raises ``UnreadableSource``, ``UnsupportedSource`` or ``LimitExceeded``."""
    document = _read(content)
    for rows in document.tables:
        if (draft := _amazon(rows)) is not None:
            return draft
    text = Content(content.path, "\n".join(document.lines).encode("utf-8", "replace"))
    if layout.matches(text):
        return replace(layout.parse(text), format="preread-docx")
    if any(is_times(line) for line in text.lines):
        return _old_teams(text)
    if otter.matches(text):
        return replace(
            otter.parse(text), format="teams-docx", title=_title(text.lines), when=_day(text.lines)
        )
    if meet_text.matches(text):
        return replace(meet_text.parse(text, known), format="meet-docx")
    if plain.matches(text):
        return replace(plain.parse(text, known), format="docx")
    reason = (
        "a Word file without a transcript that we know (Teams, Google Meet, Amazon Transcribe, Name: text)"
    )
    raise UnsupportedSource(reason, file=content.path)


def _read(content: Content) -> _Document:
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    _check_size(content)
    lines: list[str] = []
    tables: list[Rows] = []
    try:
        for item in docx.Document(BytesIO(content.data)).iter_inner_content():
            if isinstance(item, Paragraph):
                lines += [*item.text.split("\n"), ""]
            elif isinstance(item, Table):  # pyright: ignore[reportUnnecessaryIsInstance]
                tables.append(_rows(item))
    except Exception as error:  # whatever python-docx and lxml raise on damaged packages
        reason = "a damaged Word file: open it in Word, save it again, or export the transcript as VTT"
        raise UnreadableSource(reason, file=content.path) from error
    lines += [cell for rows in tables for row in rows for cell in row if cell]
    return _Document(lines, tables)


def _rows(table: object) -> Rows:
    """Cells straight from the XML: python-docx's own access takes seconds for a table of a long call."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    element = getattr(table, "_tbl")  # noqa: B009  (private to python-docx)
    return [
        ["".join(piece.text or "" for piece in cell.iter(f"{space}t")) for cell in row.findall(f"{space}tc")]
        for row in element.findall(f"{space}tr")
    ]


def _check_size(content: Content) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content.data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableSource("a damaged Word file: save or download it again", file=content.path) from error
    if unpacked > _MAX_UNPACKED:
        raise LimitExceeded(f"unpacks to {unpacked >> 20} MB, more than 64 MB", file=content.path)


def _amazon(rows: Rows) -> Draft | None:
    """The table with the columns Start, (Dur.), Speaker, …, Transcription."""
    for at, row in enumerate(rows[:5]):
        header = [fold(cell).casefold() for cell in row]
        if "start" in header and ("transcription" in header or "content" in header):
            return Draft(format="aws-docx", cues=tuple(_amazon_cues(header, rows[at + 1 :])))
    return None


def _amazon_cues(header: Sequence[str], rows: Rows) -> Iterator[Cue]:
    start, speaker = header.index("start"), header.index("speaker") if "speaker" in header else None
    text = header.index("transcription" if "transcription" in header else "content")
    lasts = next((at for at, name in enumerate(header) if name.startswith("dur")), None)
    last: str | None = None
    for row in rows:
        cells = [fold(cell) for cell in row] + [""] * len(header)
        begins = parse_clock(cells[start])
        seconds = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)s", cells[lasts]) if lasts is not None else None
        last = (cells[speaker] or last) if speaker is not None else None
        end = begins + float(seconds[1]) if begins is not None and seconds else None
        yield Cue(cells[text], last, begins, end)


def _old_teams(content: Content) -> Draft:
    """``0:0:0.0 --> 0:0:5.320``, the name on a line of its own, then the words."""
    blocks = read_blocks([line for line in content.lines if line.strip()])
    cues: list[Cue] = []
    for block in blocks.cues:
        name, _, words = block.payload.partition("\n")
        cues.append(Cue(words or name, fold(name) if words else None, block.start, block.end))
    return Draft(format="teams-docx", cues=tuple(cues), skipped={"had broken times": blocks.broken})


def _title(lines: Sequence[str]) -> str | None:
    """The first line, when it stands above the speech."""
    first = next((fold(line) for line in lines if line.strip()), "")
    return first if 0 < len(first) < 200 and not otter.matches(Content("", first.encode())) else None


def _day(lines: Sequence[str]) -> date | None:
    for line in [line for line in lines if line.strip()][:4]:
        if match := _DAY.fullmatch(fold(line[:100])):
            try:
                return datetime.strptime(match[1], "%B %d, %Y").date()
            except ValueError:
                continue
    return None
