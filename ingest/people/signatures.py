"""What a mail signature says about its writer: name, title, how they call themself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.model import Source, SourceKind, UtteranceKind
from ingest.people import lexicon
from ingest.people.lexicon import fold
from ingest.people.names import Name, initials, parse_name, same_given
from ingest.people.titles import has_head, tidy

_PARTS = re.compile(r"\s*[|•·]\s*|\s+[–—-]\s+|\s{2,}|\s*\*\s*")
_CONTACT = re.compile(
    r"@|https?:|www\.|\+?\d[\d ()./-]{5,}\d|^(?:tel|phone|mob|mobile|cell|fax|direct|t|m|e|w)\b\s*[:.]",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:kind|best|warm|many)?\s*(?:regards|wishes|thanks)|thanks|thank you|cheers|best|sincerely|"
    r"yours)\W*(?:so much|again|all)?[\s,!.–-]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Signature:
    """``names`` are how the writer signs ("Waz", "D.", "Danielle Kowalchuk"); ``title`` as written there."""

    names: tuple[Name, ...] = ()
    initials: tuple[str, ...] = ()
    title: str | None = None


def signature(source: Source, writer: Name | None, companies: frozenset[str]) -> Signature:
    """The signature of the mail's sender (not of people whom the mail forwards)."""
    if source.kind is not SourceKind.MAIL:
        return Signature()
    sender = next((p.label for p in source.participants if p.role == "from" and p.label), None)
    lines = [
        u.text
        for u in source.utterances
        if u.kind is UtteranceKind.SIGNATURE and (sender is None or u.speaker == sender)
    ]
    closing = [
        u.text
        for u in source.utterances
        if u.kind is UtteranceKind.BODY and (sender is None or u.speaker == sender)
    ][-1:]
    signed = [*(text for text in closing if len(text) <= 40), *lines][:20]
    names, short = _names(signed, writer)
    return Signature(tuple(names), tuple(short), _title(lines, writer, companies))


def _names(lines: list[str], writer: Name | None) -> tuple[list[Name], list[str]]:
    names: list[Name] = []
    short: list[str] = []
    for line in lines[:6]:
        text = _CLOSING.sub("", line).strip(" ,.!-–—")
        head = _PARTS.split(text)[0]
        words = head.split(",")[0].split()
        if not 1 <= len(words) <= 4 or _CONTACT.search(head):
            continue
        name = parse_name(head)
        if name is None:
            continue
        folded = re.sub(r"[^a-z]", "", fold(words[0] if len(words) == 1 else head))
        if (
            writer
            and len(words) <= 2
            and len(folded) <= 3
            and folded in (initials(writer), initials(writer)[:1])
        ):
            short.append(folded)
        elif _is_own(name, writer):
            names.append(name)
    return names, short


def _is_own(name: Name, writer: Name | None) -> bool:
    if writer is None:
        return name.full and name.first in lexicon.first_names()
    if name.full:
        return name.last == writer.last or name.first == writer.first
    return len(name.first) > 1 and same_given(name.first, writer.first) not in (None, "the initial fits")


def _title(lines: list[str], writer: Name | None, companies: frozenset[str]) -> str | None:
    """The first piece below or beside the name that holds a job title and is no sentence."""
    pieces = [piece for line in lines for piece in _pieces(line, writer, companies)]
    for i, piece in enumerate(pieces):
        # A slogan or a company between the name and the title is common; a title after the telephone is not.
        if i > 8:
            break
        title = (
            tidy(piece)
            if len(piece.split()) <= 9 and not _CONTACT.search(piece) and not re.search(r"[.!?]\s*$", piece)
            else None
        )
        if (
            title
            and title[0].isupper()
            and not re.search(r"\b(?:please|sent|your|you|we|our|if|is|this)\b", title, re.IGNORECASE)
        ):
            return title
    return None


def _pieces(line: str, writer: Name | None, companies: frozenset[str]) -> list[str]:
    out: list[str] = []
    for piece in _PARTS.split(line):
        text = _without_name(piece.strip(), writer)
        if has_head(text):
            out.append(_without_company(text, companies))
        elif text:
            out.append(text)
    return out


def _without_name(text: str, writer: Name | None) -> str:
    """ "Bec Harrowell Account Executive" and "Carol Hnatiuk, CPA" without the name and the letters after
    it.
    """
    if writer and writer.last:
        words = text.split()
        folded = [fold(w).strip(",.") for w in words]
        last = writer.last.split()[-1]
        if last in folded[:4]:
            words = words[folded.index(last) + 1 :]
            while words and fold(words[0]).strip(",.") in lexicon.SUFFIXES:
                words = words[1:]
            return " ".join(words).strip(" ,")
    return text


def _without_company(text: str, companies: frozenset[str]) -> str:
    """ "IT Security Analyst, Northwind Payroll Services" ends before the part that names a party of the
    deal.
    """
    parts = [p.strip() for p in text.split(",")]
    while len(parts) > 1 and not has_head(parts[-1]) and _is_company(parts[-1], companies):
        parts.pop()
    return ", ".join(parts)


def _is_company(text: str, companies: frozenset[str]) -> bool:
    """Whether a piece begins with the first word of a company.

    "Northwind Payroll Services" does, "Payroll Operations" does not.

    ``companies``: first words of companies and labels of mail domains, folded, without blanks.
    """
    words = re.findall(r"[a-z]+", fold(text))
    return bool(words) and any(
        word == words[0] or (len(words[0]) >= 4 and word.startswith(words[0])) for word in companies
    )
