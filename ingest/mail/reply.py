"""The text that the sender of a plain-text mail wrote: quotations, signature blocks and device footers
cut away.

Follows the convention of Discourse's email_reply_trimmer (MIT), whose examples it is measured on: closing
formulas stay,
a quotation between two answers stays because it is their context, a mail that is nothing but a forward keeps
the forwarded text.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.mail.lines import Line, plain_lines
from ingest.mail.quotes import Segment, segments
from ingest.mail.signatures import Part, parts
from ingest.model import UtteranceKind


def reply_of(text: str) -> str:
    """The reply in ``text`` (a decoded text/plain body), with its own line breaks and spaces; "" if there is
    none."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = segments(plain_lines(text))
    numbers = _own(found) or _forwarded(found)
    while numbers and not raw[numbers[-1]].strip():
        numbers.pop()
    while numbers and not raw[numbers[0]].strip():
        numbers.pop(0)
    return "\n".join(raw[n] for n in numbers)


def _own(found: Sequence[Segment]) -> list[int]:
    kept = [_said(s) if _is_own(s) else [] for s in found]
    spoken = [n for n, lines in enumerate(kept) if any(not line.blank for line in lines)]
    if not spoken:
        return []
    numbers: list[int] = []
    for n, segment in enumerate(found[: spoken[-1] + 1]):
        if _is_own(segment):
            numbers += [line.number for line in kept[n]]
        elif n > spoken[0] and not segment.head:
            numbers += [line.number for line in segment.lines]
    return sorted(set(numbers))


def _is_own(segment: Segment) -> bool:
    return segment.owner.kind is UtteranceKind.BODY and not segment.head


def _said(segment: Segment) -> list[Line]:
    labelled = zip(parts(segment.lines, None, last=False), segment.lines, strict=True)
    return [line for part, line in labelled if part in (Part.SAID, Part.CLOSING) or line.blank]


def _forwarded(found: Sequence[Segment]) -> list[int]:
    return [
        line.number
        for s in found
        if not s.head
        for line in s.lines
        if s.owner.kind is UtteranceKind.FORWARDED
    ]
