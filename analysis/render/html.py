"""The pre-read as one standalone HTML page: no script, no outside file, every text escaped."""

from __future__ import annotations

from html import escape

from analysis.documents import PreRead
from analysis.render.outline import AnyBlock, Bullet, Heading, Quoted, Table, Text, outline

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1c2430;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;line-height:1.2}
h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d6dbe3;padding-bottom:.2rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.5rem 0}
.quiet{color:#5d6878;font-size:.9rem}
.claim{margin:.9rem 0}
.claim>p{font-weight:600}
blockquote{margin:.3rem 0 .3rem .2rem;padding:.1rem 0 .1rem .9rem;border-left:3px solid #b9c3d2}
blockquote footer{color:#5d6878;font-size:.85rem}
.mine{font-weight:400;color:#5d6878}
table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #e6e9ef}
td:first-child{white-space:nowrap}
@media print{body{margin:0;max-width:none}}
"""


def to_html(preread: PreRead) -> str:
    title = escape(f"Retro pre-read: {preread.deal.name}")
    blocks = outline(preread)
    body: list[str] = []
    for i, block in enumerate(blocks):
        bullet, last = isinstance(block, Bullet), i + 1 == len(blocks)
        opens = bullet and not (i and isinstance(blocks[i - 1], Bullet))
        closes = bullet and (last or not isinstance(blocks[i + 1], Bullet))
        body.append(("<ul>" if opens else "") + _block(block) + ("</ul>" if closes else ""))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n"
        f"<body>\n{chr(10).join(body)}\n</body></html>\n"
    )


def _block(block: AnyBlock) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Text):
        return f'<p class="quiet">{escape(block.text)}</p>' if block.quiet else f"<p>{escape(block.text)}</p>"
    if isinstance(block, Bullet):
        return f"<li>{escape(block.text)}</li>"
    if isinstance(block, Table):
        return _table(block)
    return _quoted(block)


def _quoted(block: Quoted) -> str:
    quotes = "".join(
        f"<blockquote>“{escape(quote)}”<footer>{escape(where)}</footer></blockquote>"
        for quote, where in block.quotes
    )
    mine = ' <span class="mine">(edited)</span>' if block.mine else ""
    head = f"<p>{escape(block.text)}{mine}</p>" if block.text else ""
    return f'<div class="claim">{head}{quotes}</div>'


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in table.head)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in r)}</tr>" for r in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
