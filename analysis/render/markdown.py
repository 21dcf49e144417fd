"""The pre-read as Markdown. Text of the record is escaped: it is data, never markup."""

from __future__ import annotations

import re

from analysis.documents import PreRead
from analysis.render.outline import AnyBlock, Bullet, Heading, Quoted, Table, Text, outline

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def to_markdown(preread: PreRead) -> str:
    blocks = outline(preread)
    out: list[str] = []
    for before, block in zip((None, *blocks), blocks, strict=False):
        if not (isinstance(before, Bullet) and isinstance(block, Bullet)):
            out.append("")
        out.append(_block(block))
    return "\n".join(out).strip() + "\n"


def escape(text: str) -> str:
    """Text on one line with everything that Markdown or HTML would read as markup taken apart."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _block(block: AnyBlock) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {escape(block.text)}"
    if isinstance(block, Text):
        return f"*{escape(block.text)}*" if block.quiet else escape(block.text)
    if isinstance(block, Bullet):
        return f"- {escape(block.text)}"
    if isinstance(block, Table):
        return _table(block)
    return _quoted(block)


def _quoted(block: Quoted) -> str:
    parts = [f"**{escape(block.text)}**" + (" (edited)" if block.mine else "")] if block.text else []
    parts += [f"> “{escape(quote)}”  \n> {escape(where)}" for quote, where in block.quotes]
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    rows = [table.head, tuple("---" for _ in table.head), *(tuple(escape(c) for c in r) for r in table.rows)]
    return "\n".join(f"| {' | '.join(r)} |" for r in rows)
