"""The page of a transcript (``layout``) as a Word document: one paragraph a turn, in Word's own styles."""

from __future__ import annotations

import io
import re
from typing import Any

from ingest.transcripts.layout import Page, Turn, heading

_GREY = (0x5D, 0x68, 0x78)
# XML 1.0 forbids these; ``fold`` has taken all others that it forbids
_NOT_XML = re.compile(r"[\ufffe\uffff]")


def as_docx(page: Page) -> bytes:
    """The bytes of a .docx file, A4. The same page gives the same text again through ``ingest.transcripts.docx``."""
    from docx import Document

    document = Document()
    _styles(document)
    document.core_properties.title = _plain(page.title)[:255]
    document.core_properties.author = "Preread"
    document.add_heading(_plain(page.title), 1)
    head = document.add_paragraph()
    for number, line in enumerate(page.head):
        _line(head, line, first=number == 0, grey=True)
    for turn in page.turns:
        _turn(document, turn)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _styles(document: Any) -> None:
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2.0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(8)
    title = document.styles["Heading 1"]
    title.font.name, title.font.size = "Calibri", Pt(18)
    title.font.color.rgb = RGBColor(0x1C, 0x24, 0x30)
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(0), Pt(4)


def _turn(document: Any, turn: Turn) -> None:
    said = [(line.clock, text) for line in turn.lines if (text := _plain(line.text).strip())]
    if not said:
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.widow_control = True
    paragraph.add_run(_plain(heading(turn)) or "?").bold = True
    for clock, text in said:
        _line(paragraph, f"{clock} ", first=False, grey=True)
        paragraph.add_run(text)


def _line(paragraph: Any, text: str, *, first: bool, grey: bool) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run()
    if not first:
        run.add_break()
    run.add_text(_plain(text))
    if grey:
        run.font.color.rgb = RGBColor(*_GREY)
        run.font.size = Pt(9)


def _plain(text: str) -> str:
    return _NOT_XML.sub("", text)
