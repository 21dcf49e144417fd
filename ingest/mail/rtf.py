"""The RTF body of an Outlook message: compressed (MS-OXRTFCP), often with the HTML inside it (MS-OXRTFEX)."""

# ruff: noqa: E501 - tables

from __future__ import annotations

import re
import struct

MAX_RTF = 4_000_000  # bytes after decompression

_PRIMER = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.DOTALL,
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata listtable listoverridetable "
    b"generator xmlnstbl rsidtbl latentstyles datastore header footer mhtmltag filetbl".split()
)  # fmt: skip
_SPECIAL = {b"par": "\n", b"line": "\n", b"tab": "\t", b"row": "\n", b"cell": "\t", b"emdash": "—",
            b"endash": "–", b"bullet": "•",
            b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”"}  # fmt: skip


def rtf_body(packed: bytes, charset: str) -> tuple[str, bool]:
    """The text of a PidTagRtfCompressed property, and whether it is HTML. Damaged input gives what could be
    read."""
    data = _unpack(packed)
    is_html = b"\\fromhtml1" in data[:2000]
    return _text(data, charset, is_html), is_html


def _unpack(packed: bytes) -> bytes:
    if len(packed) < 16:
        return b""
    _, size, magic = struct.unpack_from("<III", packed)
    if magic == 0x414C454D:  # MELA: stored
        return packed[16 : 16 + size]
    window = bytearray(_PRIMER.ljust(4096, b"\x00"))
    write, out, at, limit = len(_PRIMER), bytearray(), 16, min(size, MAX_RTF)
    while at < len(packed) and len(out) < limit:
        flags = packed[at]
        at += 1
        for bit in range(8):
            if at >= len(packed) or len(out) >= limit:
                break
            if not flags >> bit & 1:
                chunk = packed[at : at + 1]
                at += 1
            else:
                token = int.from_bytes(packed[at : at + 2], "big")
                at += 2
                offset, length = token >> 4, (token & 15) + 2
                if offset == write:
                    return bytes(out)
                chunk = b""
                for step in range(length):
                    byte = window[(offset + step) % 4096]
                    chunk += bytes((byte,))
                    window[(write + step) % 4096] = byte
            for step, byte in enumerate(chunk):
                window[(write + step) % 4096] = byte
            write = (write + len(chunk)) % 4096
            out += chunk
    return bytes(out)


def _text(data: bytes, charset: str, is_html: bool) -> str:
    """Plain text of RTF; with ``is_html`` the encapsulated HTML: htmltag groups kept, htmlrtf runs dropped."""
    out: list[str] = []
    pending = bytearray()
    stack: list[tuple[bool, bool]] = []
    skip = rtf_only = star = False
    unicode_skip = 0
    found = re.search(rb"\\ansicpg(\d+)", data[:2000])
    codec = _known(f"cp{found.group(1).decode()}" if found else charset)

    def flush() -> None:
        out.append(pending.decode(codec, errors="replace"))
        pending.clear()

    for match in _TOKEN.finditer(data):
        word, number, hexa, symbol, brace, text = match.groups()
        quiet = skip or rtf_only
        if hexa or (text and unicode_skip):
            if unicode_skip:
                unicode_skip -= 1
                text = text[1:] if text else b""
            elif not quiet:
                pending += bytes((int(hexa, 16),))
            if not text:
                continue
        if text:
            if not quiet:
                pending += text
            continue
        flush()
        if brace == b"{":
            stack.append((skip, rtf_only))
        elif brace == b"}":
            skip, rtf_only = stack.pop() if stack else (False, False)
        elif symbol == b"*":
            star = True
            continue
        elif symbol and not quiet:
            out.append(
                {b"~": "\xa0", b"_": "-"}.get(
                    symbol, symbol.decode("ascii", "replace") if symbol in b"\\{}" else ""
                )
            )
        elif word == b"htmlrtf":
            rtf_only = number != b"0"
        elif word == b"htmltag":
            skip = False
        elif word in _SKIPPED or (star and word):
            skip = True
        elif word == b"u" and number and not quiet:
            out.append(chr(int(number) & 0xFFFF))
            unicode_skip = 1
        elif word in _SPECIAL and not quiet:
            out.append("\n" if is_html and word in (b"par", b"line") else _SPECIAL[word])
        star = False
    flush()
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _known(codec: str) -> str:
    try:
        b"".decode(codec)
    except LookupError:
        return "cp1252"
    return codec
