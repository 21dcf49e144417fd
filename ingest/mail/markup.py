"""HTML mail bodies as lines: paragraphs, list items and line breaks kept, quote containers as depth, no
scripts."""

from __future__ import annotations

import re
import warnings

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.element import CData, NavigableString, PreformattedString, Tag

from ingest.mail.headers import fold
from ingest.mail.lines import MAX_DEPTH, MAX_LINE, MAX_LINES, Line

MAX_HTML = 4_000_000  # characters
MAX_NESTING = 400

_DROPPED = frozenset(
    ["script", "style", "head", "title", "meta", "link", "template", "noscript", "object", "svg", "select"]
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "address",
        "center",
        "form",
        "fieldset",
        "main",
        "nav",
        "aside",
        "body",
        "html",
        "o:p",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)


def html_lines(html: str) -> tuple[Line, ...]:
    """Lines of an HTML body, without white space to fold. Where an inline tag stands between two
    characters that
    are not both letters a blank is put, as a reader does who replaces tags by blanks; so the text can
    be found again."""
    # Nesting beyond what the tree builder can recurse over is cut by the parser limit below.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", UserWarning)
        soup = BeautifulSoup(html[:MAX_HTML].replace("\x00", ""), "lxml")
    writer = _Writer()
    writer.read(soup)
    return writer.lines()


class _Writer:
    """Collects text nodes into lines. Walks with its own stack: hostile nesting must not exhaust Python's."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._nodes: list[str] = []
        self._depth = 0
        self._item = False

    def read(self, soup: Tag) -> None:
        stack: list[tuple[Tag | NavigableString, bool]] = [(soup, False)]
        while stack and len(self._lines) < MAX_LINES:
            node, closing = stack.pop()
            if isinstance(node, NavigableString):
                self._text(node)
            elif closing:
                self._close(node)
            elif node.name not in _DROPPED and not _HIDDEN.search(str(node.get("style") or "")):
                self._open(node)
                stack.append((node, True))
                stack.extend(
                    (child, False)
                    for child in reversed(node.contents)
                    if isinstance(child, Tag | NavigableString)
                )
        self._flush()

    def lines(self) -> tuple[Line, ...]:
        return tuple(self._lines)

    def _text(self, node: NavigableString) -> None:
        if isinstance(node, PreformattedString) and not isinstance(node, CData):
            return  # comments, declarations
        pre = node.find_parent("pre") if "\n" in node else None
        pieces = str(node).split("\n") if pre is not None else [str(node)]
        for index, piece in enumerate(pieces):
            if index:
                self._flush(keep_blank=True)
            self._nodes.append(piece)

    def _open(self, tag: Tag) -> None:
        if tag.name in _BLOCKS:
            self._flush(keep_blank=tag.name == "br")
        if tag.name in ("p", "table", "ul", "ol", "blockquote") or tag.name in ("h1", "h2", "h3", "h4"):
            self._blank()
        if tag.name == "li":
            self._item = True
        if tag.name == "hr":
            self._nodes.append("_" * 20)
            self._flush()
        if tag.name in ("td", "th"):
            self._nodes.append(" ")
        if self._quotes(tag):
            self._depth += 1

    def _close(self, tag: Tag) -> None:
        if tag.name in _BLOCKS and tag.name != "br":
            self._flush()
        if tag.name in ("p", "table", "ul", "ol", "blockquote"):
            self._blank()
        if tag.attrs.pop("preread-quote", None):
            self._depth -= 1

    def _quotes(self, tag: Tag) -> bool:
        """Quote containers of Gmail, Apple Mail, Thunderbird, Yahoo; a bare blockquote may be mere
        indentation."""
        if tag.name != "blockquote" or self._depth >= MAX_DEPTH:
            return False
        marks = (
            f"{tag.get('type') or ''} {tag.get('class') or ''} {'cite' if tag.get('cite') else ''}".lower()
        )
        said = next((line.text for line in reversed(self._lines) if line.text), "")
        if "cite" in marks or "quote" in marks or said.endswith(":"):
            tag.attrs["preread-quote"] = "1"
            return True
        return False

    def _flush(self, *, keep_blank: bool = False) -> None:
        text = fold(_joined(self._nodes))[:MAX_LINE]
        self._nodes.clear()
        if text or keep_blank:
            self._lines.append(Line(len(self._lines), self._depth, text, self._item and bool(text)))
            self._item = self._item and not text

    def _blank(self) -> None:
        if self._lines and self._lines[-1].text:
            self._lines.append(Line(len(self._lines), self._depth, ""))


def _joined(nodes: list[str]) -> str:
    out: list[str] = []
    for node in nodes:
        if not node:
            continue
        if out and not (out[-1][-1].isalnum() and node[0].isalnum()):
            out.append(" ")
        out.append(node)
    return "".join(out)
