"""The pre-read as a document to hand round: Markdown, a standalone HTML page, Word.

One outline (``outline``) says what stands where; each format only dresses it.
"""

from analysis.render.docx import to_docx
from analysis.render.html import to_html
from analysis.render.markdown import to_markdown

__all__ = ["to_docx", "to_html", "to_markdown"]
