"""Bytes of a text file to text, and white space folded the one way that quotes are compared in."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

MAX_TEXT_BYTES = 50 * 1024 * 1024
_GUESS_BYTES = 64 * 1024  # charset-normalizer is slow; a head this long settles the question
_CHARSETS = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r"),
    *("cp932", "gb18030", "big5", "cp949", "euc_jp"),
]
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with theirs
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# NUL breaks PostgreSQL, lone surrogates break every encoder, the other controls have no business in speech.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")


def decode_text(data: bytes) -> str:
    """Text of ``data``: by its byte order mark, else UTF-8, UTF-16 without a mark, or the likeliest charset.

    Never fails: bytes that fit no charset become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff")
    if wide := _unmarked_utf16(data[:4096]):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_guess(data), "replace")


def fold(text: str) -> str:
    """White space folded to single blanks, unprintable characters gone; nothing else is touched."""
    return " ".join(_UNPRINTABLE.sub("", text).split())


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: text of western letters has a zero for every other byte."""
    if head.count(0) * 3 < len(head) or not head:
        return None
    return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _guess(data: bytes) -> str:
    """The likeliest charset; Windows' western one where that is as likely as the best (the others differ from
    it in letters that few files have)."""
    matches = list(from_bytes(data[:_GUESS_BYTES], steps=3, cp_isolation=_CHARSETS))
    if not matches:
        return "cp1252"
    best = matches[0]
    for match in matches:
        if "cp1252" in match.could_be_from_charset and match.coherence >= best.coherence - 0.05:
            return "cp1252"
    return best.encoding
