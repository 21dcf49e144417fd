"""The pre-read as a Word document, with python-docx."""

from __future__ import annotations

import io
import re
from typing import Any

from analysis.documents import PreRead
from analysis.render.outline import AnyBlock, Bullet, Heading, Quoted, Table, Text, outline

_GREY = (0x5D, 0x68, 0x78)
_INK = (0x1C, 0x24, 0x30)
# XML 1.0 forbids these; a transcript may hold them
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_docx(preread: PreRead) -> bytes:
    """The bytes of a .docx file, A4, in the built-in styles so that it takes on a house template."""
    from docx import Document

    document = Document()
    _page(document)
    document.core_properties.title = _plain(f"Retro pre-read: {preread.deal.name}")
    document.core_properties.author = _plain(preread.deal.owner or "")
    for block in outline(preread):
        _add(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2.0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(4)
    for level, size, before in ((1, 20, 0), (2, 13.5, 16), (3, 11, 8)):
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), True
        style.font.color.rgb = RGBColor(*_INK)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(3)
        style.paragraph_format.keep_with_next = True


def _add(document: Any, block: AnyBlock) -> None:
    if isinstance(block, Heading):
        document.add_heading(_plain(block.text), block.level)
    elif isinstance(block, Text):
        _run(document.add_paragraph(), block.text, quiet=block.quiet)
    elif isinstance(block, Bullet):
        document.add_paragraph(_plain(block.text), style="List Bullet")
    elif isinstance(block, Table):
        _table(document, block)
    else:
        _quoted(document, block)


def _quoted(document: Any, block: Quoted) -> None:
    from docx.shared import Cm, Pt

    if block.text:
        head = document.add_paragraph()
        head.paragraph_format.keep_with_next = bool(block.quotes)
        head.paragraph_format.space_before = Pt(6)
        head.add_run(_plain(block.text)).bold = True
        if block.mine:
            _run(head, " (edited)", quiet=True)
    for quote, where in block.quotes:
        p = document.add_paragraph()
        p.paragraph_format.left_indent = Cm(0.7)
        p.paragraph_format.keep_together = True
        p.add_run(_plain(f"“{quote}”")).italic = True
        p.add_run().add_break()
        _run(p, where, quiet=True)


_WIDTHS = {4: (2.2, 7.6, 3.6, 3.0), 5: (2.8, 5.8, 2.1, 2.0, 3.7)}  # cm, by number of columns


def _table(document: Any, block: Table) -> None:
    from docx.shared import Cm

    table = document.add_table(rows=1, cols=len(block.head))
    table.autofit = False
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        cell.paragraphs[0].add_run(_plain(text)).bold = True
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _run(cell.paragraphs[0], text, size=9)
    # Word reads the cells' widths, LibreOffice the columns'
    for column, width in zip(table.columns, _WIDTHS.get(len(block.head), ()), strict=False):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    document.add_paragraph()


def _run(paragraph: Any, text: str, *, quiet: bool = False, size: float | None = None) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_plain(text))
    if quiet:
        run.font.color.rgb = RGBColor(*_GREY)
        run.font.size = Pt(9)
    if size:
        run.font.size = Pt(size)
        run.bold = False


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)
