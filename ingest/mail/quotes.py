"""Who wrote which lines of a mail: the sender, somebody quoted, or somebody forwarded.

Works on lines with their quotation depth, from outside in. A quotation is opened by ``>`` marks (or an
HTML quote
container), by an attribution line, or by the header block of an embedded mail; after marked lines the
sender may go
on (interleaved answers), after unmarked ones everything to the end is the other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.mail.attributions import attribution
from ingest.mail.forwards import Embedded, embedded, is_forward_subject
from ingest.mail.headers import Address
from ingest.mail.lines import Line, unquoted
from ingest.model import UtteranceKind

MAX_LEVELS = 30


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose lines they are. ``author`` None: the sender (BODY), or somebody unnamed (QUOTED, FORWARDED)."""

    kind: UtteranceKind = UtteranceKind.BODY
    author: Address | None = None
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines of one owner, in the order of the text. ``head``: attribution lines, marks and embedded
    header blocks;
    ``listed``: people whom an embedded header block names as addressees."""

    owner: Owner
    lines: tuple[Line, ...]
    head: bool = False
    listed: tuple[Address, ...] = ()

    @property
    def blank(self) -> bool:
        return all(line.blank for line in self.lines)


def segments(lines: Sequence[Line], subject: str = "") -> tuple[Segment, ...]:
    """Splits the lines of one text part. ``subject`` tells a forward (Fwd:, WG:, TR:) from a reply."""
    return _Splitter(is_forward_subject(subject)).split(lines)


class _Splitter:
    """Holds the segments found so far; one object per text part."""

    def __init__(self, forwarding: bool) -> None:
        self._forwarding = forwarding
        self._found: list[Segment] = []

    def split(self, lines: Sequence[Line]) -> tuple[Segment, ...]:
        self._walk(tuple(lines), Owner(), 0)
        return tuple(self._found)

    def _add(
        self, owner: Owner, lines: Sequence[Line], head: bool = False, listed: tuple[Address, ...] = ()
    ) -> None:
        if lines:
            self._found.append(Segment(owner, tuple(lines), head, listed))

    def _walk(self, lines: tuple[Line, ...], owner: Owner, level: int) -> None:
        """Everything that ``owner`` and those whom the owner quotes wrote in ``lines``."""
        if level > MAX_LEVELS:
            self._add(owner, lines)
            return
        start = index = 0
        while index < len(lines):
            taken = self._opening(lines, start, index, owner, level)
            if taken is None:
                index += 1
            else:
                start = index = taken
        self._add(owner, lines[start:])

    def _opening(
        self, lines: tuple[Line, ...], start: int, index: int, owner: Owner, level: int
    ) -> int | None:
        """If a quotation opens at ``index``, files it (and the owner's lines before it); returns where to go
        on."""
        if lines[index].depth > 0:
            self._add(owner, lines[start:index])
            return self._marked(lines, index, self._quoted(owner, None, None), level)
        if lines[index].blank:
            return None
        if head := embedded(lines, index):
            return self._embedded(lines, start, index, head, owner, level)
        if said := attribution(lines, index):
            name = Address(said.name, said.email) if said.label else None
            self._add(owner, lines[start:index])
            self._add(owner, lines[index : said.end], head=True)
            inner = self._quoted(owner, name, said.when)
            after = _skip_blank(lines, said.end)
            if after < len(lines) and lines[after].depth > 0:
                self._add(owner, lines[said.end : after])
                return self._marked(lines, after, inner, level)
            if level == 0 and not self._anything_of(owner):
                # Nothing stands before it: the marks were lost, and what follows may as well be the answer.
                return said.end
            self._walk(lines[said.end :], inner, level + 1)
            return len(lines)
        return None

    def _marked(self, lines: tuple[Line, ...], index: int, inner: Owner, level: int) -> int:
        end = _run_end(lines, index)
        self._walk(unquoted(lines[index:end], 1), inner, level + 1)
        return end

    def _embedded(
        self, lines: tuple[Line, ...], start: int, index: int, head: Embedded, owner: Owner, level: int
    ) -> int:
        self._add(owner, lines[start:index])
        inner = self._embedded_owner(owner, head, level)
        self._add(inner, lines[index : head.end], head=True, listed=head.listed)
        if (
            lines[head.end - 1].depth > 0
        ):  # Apple Mail: the mark stands outside, the mail inside the quotation
            return self._marked(lines, head.end, inner, level) if head.end < len(lines) else head.end
        body = _skip_blank(lines, head.end)
        if body < len(lines) and lines[body].depth > 0 and head.author is None:
            return self._marked(lines, body, inner, level)
        self._walk(lines[head.end :], inner, level + 1)
        return len(lines)

    def _embedded_owner(self, owner: Owner, head: Embedded, level: int) -> Owner:
        forwarded = (
            owner.kind is UtteranceKind.FORWARDED
            or (head.forwarded and owner.author is None)
            or (owner.kind is UtteranceKind.BODY and self._forwarding)
            or (level == 0 and not self._anything_of(owner))
        )
        kind = UtteranceKind.FORWARDED if forwarded else UtteranceKind.QUOTED
        return Owner(kind, head.author, head.when)

    def _quoted(self, owner: Owner, author: Address | None, when: datetime | None) -> Owner:
        """Quoted inside a forward is forwarded as well, as long as somebody is named; else it is a
        quotation."""
        forwards = owner.kind is UtteranceKind.FORWARDED or (
            self._forwarding and owner.kind is UtteranceKind.BODY
        )
        kind = UtteranceKind.FORWARDED if forwards and author is not None else UtteranceKind.QUOTED
        return Owner(kind, author, when)

    def _anything_of(self, owner: Owner) -> bool:
        return any(s.owner == owner and not s.head and not s.blank for s in self._found)


def _skip_blank(lines: Sequence[Line], index: int) -> int:
    while index < len(lines) and lines[index].blank and lines[index].depth == 0:
        index += 1
    return index


def _run_end(lines: Sequence[Line], index: int) -> int:
    """End of the marked lines from ``index``; blank unmarked lines between marked ones belong to the run."""
    while index < len(lines) and lines[index].depth > 0:
        index += 1
        after = _skip_blank(lines, index)
        if after < len(lines) and lines[after].depth > 0:
            index = after
    return index
