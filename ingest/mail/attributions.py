"""The line with which a mail program introduces quoted text: ``On 3 May 2026 at 10:02, Dana Whitfield
wrote:``.

Recognised by what such a line is made of (a date, a time, an address, a verb of writing, a colon), not by
its exact
order, so that it works for the languages whose verb is listed and for wrapped lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.mail.headers import ZONES, fold, loose_date
from ingest.mail.lines import Line

MAX_WRAPPED = 6  # lines that one attribution may be wrapped over
MAX_LENGTH = 400

_VERBS = (
    r"wrote|writes|schrieb|schreibt|a écrit|écrivait|ha scritto|scrisse|escribi[óo]|ha escrito|escreveu|skrev|schreef|"
    r"heeft geschreven|napisał(?:\(a\)|a)?|pisze|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|написал(?:\(а\)|а)?|пишет|пише|"
    r"написа(?:в|ла|\(ла\))?|kirjoitti|yazdı|yazmış|έγραψε|a scris|ezt írta|írta|je napisao|je napisala|rakstīja|kirjutas|"
    r"rašė|menulis|đã viết|kita|写道|寫道|作成|のメール|작성|님이 작성|כתב(?:ה)?|كتب"
)
_VERB = re.compile(rf"(?:(?<!\w)(?:{_VERBS})(?!\w)|写道|寫道|작성)", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:On|Am|Le|El|Il|Em|Op|Den|På|Dnia|W dniu|Dne|Dňa|V|Στις|În|La|Pada|Vào|Tarihinde|Ter|No dia|Il giorno|"
    r"Em \w+|I|Kl|Il dì|At|Quoting)\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.hH]\s?\d{2}(?!\d)")
_YEAR = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)\d{1,2}\.? \w{3,}"
)
_EMAIL = re.compile(r"[\w.+'=%-]{1,80}@[\w-]{1,80}(?:\.[\w-]{1,60})*")
_ISO = re.compile(
    r"^(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?:,? +(?:at )?\d{1,2}:\d{2}(?::\d{2})?)?(?P<zone> *(?:GMT|UTC)[+-]?[\d:]*)? +\D"
)
_END = re.compile(r"[:：]\**\s*$")

# First three letters of month names, so that a forwarded paragraph gets its date whatever the writer's
# language.
_MONTHS = {
    "mär": "mar", "mai": "may", "okt": "oct", "dez": "dec", "fév": "feb", "avr": "apr", "aoû": "aug", "déc": "dec",
    "ene": "jan", "abr": "apr", "ago": "aug", "dic": "dec", "gen": "jan", "mag": "may", "giu": "jun", "lug": "jul",
    "set": "sep", "ott": "oct", "fev": "feb", "out": "oct", "mei": "may", "maj": "may", "mrt": "mar",
    "янв": "jan", "фев": "feb", "мар": "mar", "апр": "apr", "май": "may", "мая": "may", "июн": "jun", "июл": "jul",
    "авг": "aug", "сен": "sep", "окт": "oct", "ноя": "nov", "дек": "dec",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who wrote the text that follows, and when, as far as the line says. ``end`` is the first line after
    it."""

    name: str | None
    email: str | None
    when: datetime | None
    end: int

    @property
    def label(self) -> str | None:
        return self.name or self.email


def attribution(lines: Sequence[Line], start: int) -> Attribution | None:
    """The attribution that begins at ``lines[start]``, or None."""
    first = lines[start].text.strip()
    if not first or len(first) > MAX_LENGTH or not _may_begin(first):
        return None
    joined = ""
    for count in range(MAX_WRAPPED):
        if start + count >= len(lines):
            return None
        line = lines[start + count]
        if count and (
            line.depth > lines[start].depth + 1 or (not line.text.strip() and not _open_end(joined))
        ):
            return None
        joined = fold(f"{joined} {line.text}")
        if len(joined) > MAX_LENGTH:
            return None
        end = start + count + 1
        if _is_complete(joined, _quoted_next(lines, end, lines[start].depth)):
            return _read(joined, end)
    return None


def _may_begin(text: str) -> bool:
    """Cheap test for the first line: a lead word, a date, or a verb of writing must stand in it."""
    return bool(_LEAD.match(text) or _YEAR.search(text) or _VERB.search(text) or _EMAIL.search(text))


def _open_end(joined: str) -> bool:
    """Whether an attribution may go on after a blank line: a date stands there, and no sentence has ended."""
    return bool(_LEAD.match(joined) and _TIME.search(joined)) and not joined.endswith((".", "!", "?", ":"))


def _quoted_next(lines: Sequence[Line], index: int, depth: int) -> bool:
    for line in lines[index : index + 4]:
        if line.text.strip() or line.depth > depth:
            return line.depth > depth
    return False


def _is_complete(text: str, quoted_next: bool) -> bool:
    if iso := _ISO.match(text):
        whole = "<" not in text or ">" in text
        return whole and bool(iso["zone"] or _EMAIL.search(text)) and not re.search(r"[.!?]\s*$", text)
    if not _END.search(text) or not _VERB.search(text):
        return False
    timed, dated = bool(_TIME.search(text)), bool(_YEAR.search(text))
    if _LEAD.match(text) and (timed or dated):
        return True
    if dated and (timed or _EMAIL.search(text)):
        return True
    # "Dana Whitfield wrote:" says too little to stand alone; the quoted line after it says the rest.
    return quoted_next and len(text) <= 120 and bool(_VERB.search(text[-40:]))


def _read(text: str, end: int) -> Attribution:
    email = _EMAIL.search(text)
    return Attribution(_name(text), email.group() if email else None, _when(text), end)


def _name(text: str) -> str | None:
    if quoted := re.search(r'"([^"<>@]{2,80})"', text):
        return fold(quoted.group(1)) or None
    verb = _VERB.search(text)
    before = text[: verb.start()] if verb else text
    after = text[verb.end() :] if verb else ""
    for piece in (before, after):
        head = (
            re.split(r"\s*[<\[(](?:mailto:)?", piece, maxsplit=1)[0] if re.search(r"[<\[(]", piece) else piece
        )
        name = _tidy(re.split(r"[\d:;]", head.rstrip(" ,:*"))[-1])
        if name and name.count(",") == 1 and re.search(r"\d", head) and len(name.split()) <= 4:
            return name  # "Whitfield, Dana"
        name = _tidy(name.rpartition(",")[2]) if name else None
        if name:
            return name
    return None


_NOT_NAME = re.compile(
    r"^(?:AM|PM|a\.m\.|p\.m\.|nachm|vorm|Uhr|at|um|GMT|UTC|CEST|CET|BST|EST|EDT|PST|PDT|пользователь|г|р|h|ha|o godz|"
    r"the|via email|schrieb|user|alle|à|às)\b[.,:]?\s*",
    re.IGNORECASE,
)


def _tidy(text: str) -> str | None:
    name = fold(text).strip(" ,;:*'\"<>-–+.")
    while (shorter := _NOT_NAME.sub("", name).strip(" ,;:.+-")) != name:
        name = shorter
    if _LEAD.fullmatch(name) or len(name) < 2 or len(name) > 80 or not any(c.isalpha() for c in name):
        return None
    return None if _EMAIL.search(name) or name.lower() in _WEEKDAYS else name


_WEEKDAYS = {
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
}
_DATE = re.compile(
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? (?:de )?[^\W\d]{3,10}\.?,?(?: de)? \d{4}|[^\W\d]{3,10}\.? \d{1,2},? \d{4})"
    r"(?:[^\d<>\"]{1,16}\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?)?(?: ?(?:GMT|UTC)? ?[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def _when(text: str) -> datetime | None:
    found = _DATE.search(text)
    return parse_when(found.group()) if found else None


def parse_when(text: str) -> datetime | None:
    """A date of a quotation line or a forward's ``Date:``/``Sent:`` field; naive when it names no zone."""
    day_first = bool(re.match(r"\d{1,2}\.\d{1,2}\.\d{2,4}", text))
    cleaned = re.sub(r"\(.*?\)", " ", text)
    cleaned = re.sub(r"[^\W\d_]{3,}\.?", _month, cleaned)
    cleaned = re.sub(r"\b(?:at|de|um|alle|kl|den|le|o|godz|à|às|ore)\b\.?|Uhr|[|*]", " ", cleaned)
    if day_first:
        cleaned = re.sub(r"^(\d{1,2})\.(\d{1,2})\.(\d{2,4})", r"\3-\2-\1", cleaned.strip())
    return loose_date(fold(cleaned).strip(" ,.:"))


def _month(match: re.Match[str]) -> str:
    word = match.group().lower()
    if match.group() in ZONES:
        return match.group()
    return _MONTHS.get(word[:3], word if word.isascii() else "")
