"""Where somebody else's mail begins inside a mail: forward and original-message marks, and the header block
after them."""

# ruff: noqa: E501 - the tables of words and patterns read best one language or one clause a line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.mail.attributions import parse_when
from ingest.mail.headers import Address, addresses, fold
from ingest.mail.lines import Line

MAX_GAP = 8  # blank lines and rules between a mark and the header block
MAX_BLOCK = 40  # lines that one header block may span

_LABELS = {
    "from": "from|von|de|da|van|från|fra|od|от|від|desde|lähettäjä|kimden|发件人|寄件者|差出人|보낸 사람|feladó|odesílatel|expéditeur|mittente|remitente|remetente",
    "date": "sent|date|gesendet|datum|envoyé(?: le)?|enviado(?: el| em)?|fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano|дата|отправлено|надіслано|date d'envoi|lähetetty|发送时间|日期|日時|送信日時|보낸 날짜|odesláno|sent on|päiväys",
    "to": "to|an|à|para|a|aan|till|til|do|кому|destinataire|pour|destinatario|vastaanottaja|收件人|宛先|받는 사람|címzett|komu",
    "cc": "cc|kopie|kopia|copie(?: à)?|копия|kopi|c\\.c\\.",
    "bcc": "bcc|cci|cco|bcc",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|aihe|主题|主旨|件名|제목|tárgy|předmět",
    "other": "reply-to|antwort an|importance|priority|attachments?|anlagen?|organization|message-id|mailed-by|x-mailer|resent-from|wichtigkeit|sender|in-reply-to",
}
_LABEL = re.compile(
    r"^[ \t|]*\*{0,2}(?:"
    + "|".join(f"(?P<{k}>{v})" for k, v in _LABELS.items())
    + r")\*{0,2}[ \t]*[:：]\*{0,2}[ \t]*(?P<value>.*)$",
    re.IGNORECASE,
)
_FORWARD_WORDS = (
    r"forwarded (?:message|mail|email|by)|forward(?:ed)? message|weitergeleitete (?:nachricht|e-?mail)|message transféré|message transmis|"
    r"mensaje reenviado|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|vidarebefordrat|videresendt|"
    r"пересылаемое|пересланное|переслане|przekazan\w+ wiadomość|wiadomość przekazana|edelleenlähetetty|转发的?邮件|転送|전달된"
)
_ORIGINAL_WORDS = (
    r"original message|original appointment|ursprüngliche nachricht|original-?nachricht|message d.origine|mensaje original|messaggio originale|"
    r"mensagem original|oorspronkelijk bericht|originalmeddelande|ursprungligt meddelande|oprindelig meddelelse|"
    r"opprinnelig melding|исходное сообщение|oryginalna wiadomość|wiadomość oryginalna|alkuperäinen viesti|原始邮件|原始郵件|reply message|original mail"
)
_BEGIN_FORWARD = re.compile(
    r"^\W{0,3}(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:reencaminhada|encaminhada)|"
    r"begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt besked|начало переадресованного сообщения)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"^[\s|]*[-_=*]{2,}[ \t]*(?P<words>[^-_=*\s].{1,140}?)[ \t]*[-_=*]{2,}\s*$")
_RULE = re.compile(r"^[\s|]*[-_=*]{5,}\s*$")
_FORWARD = re.compile(_FORWARD_WORDS, re.IGNORECASE)
_ORIGINAL = re.compile(_ORIGINAL_WORDS, re.IGNORECASE)
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vs|vl|videresendt|pd|пересл|转发)\s*[:：]",
    re.IGNORECASE,
)
# Lotus Notes: "Dana Whitfield on 12/07/2026 10:24:43 AM" or the name and the date on lines of their own,
# then "To:".
_NOTES = re.compile(
    r"^(?P<name>.{2,120}?)\s+on\s+(?P<date>\d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d{2}(?::\d{2})? ?[AP]M)\s*$"
)
_NOTES_DATE = re.compile(
    r"^\s*(?:on\s+)?(?P<date>\d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d{2}(?::\d{2})? ?[AP]M)\s*$"
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """The head of a mail inside a mail. ``end`` is the first line of its body; ``forwarded``: the mark said
    so."""

    author: Address | None
    when: datetime | None
    subject: str
    listed: tuple[Address, ...]
    forwarded: bool
    end: int


def is_forward_subject(subject: str) -> bool:
    return bool(_FORWARD_SUBJECT.match(subject))


def embedded(lines: Sequence[Line], start: int) -> Embedded | None:
    """The mark and header block that begin at ``lines[start]``, or None."""
    text = lines[start].text.strip()
    if not text:
        return None
    mark = _mark(text)
    if mark is None and not _RULE.match(text) and not _LABEL.match(text) and not _notes_start(lines, start):
        return None
    at = start if mark is None and not _RULE.match(text) else _next_text(lines, start + 1)
    block = _block(lines, at) if at < len(lines) else None
    if block is None and at < len(lines) and mark == "original":
        block = _block(lines, at, needed=1)
    if block is None:
        if mark in ("forward", "original"):
            return Embedded(None, None, "", (), mark == "forward", min(at, len(lines)))
        return None
    return (
        block
        if mark != "forward"
        else Embedded(block.author, block.when, block.subject, block.listed, True, block.end)
    )


def _mark(text: str) -> str | None:
    if _BEGIN_FORWARD.match(text):
        return "forward"
    dashed = _DASHED.match(text)
    if dashed is None:
        return None
    words = dashed["words"]
    if _FORWARD.search(words):
        return "forward"
    return "original" if _ORIGINAL.search(words) else "unknown"


def _next_text(lines: Sequence[Line], index: int) -> int:
    """The next line with text, at most ``MAX_GAP`` lines on; ``len(lines)`` when there is none."""
    for at in range(index, min(len(lines), index + MAX_GAP)):
        if not (lines[at].blank or _RULE.match(lines[at].text)):
            return at
    return len(lines)


def _notes_start(lines: Sequence[Line], start: int) -> tuple[str, str, int] | None:
    if found := _NOTES.match(lines[start].text.strip()):
        return found["name"], found["date"], start + 1
    if start + 1 < len(lines) and (found := _NOTES_DATE.match(lines[start + 1].text)):
        name = lines[start].text.strip()
        if len(name) <= 80 and not name.endswith((".", ":", ",", "?", "!")):
            return name, found["date"], start + 2
    return None


def _block(lines: Sequence[Line], start: int, needed: int = 2) -> Embedded | None:
    """A run of header fields. Counts as a mail's head with From and ``needed`` more fields, one of them not
    "a:"."""
    notes = _notes_start(lines, start)
    fields, end = _fields(lines, _next_text(lines, notes[2]) if notes else start)
    if notes and ("to" in fields or "subject" in fields):
        fields.setdefault("from", re.sub(r"@\S+$|/\S+$", "", notes[0]).strip())
        fields.setdefault("date", notes[1])
    others = {"date", "to", "cc", "subject"} & fields.keys()
    if "from" not in fields or len(others) < needed or not ({"date", "subject"} & fields.keys()):
        return None
    author = _author(fields["from"])
    listed = _listed(fields.get("to", "")) + _listed(fields.get("cc", ""))
    return Embedded(author, parse_when(fields.get("date", "")), fields.get("subject", ""), listed, False, end)


def _fields(lines: Sequence[Line], start: int) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    index, end, current, blanks = start, start, None, 0
    while index < min(len(lines), start + MAX_BLOCK):
        text = lines[index].text
        found = _LABEL.match(text)
        if found and found.lastgroup is not None:
            kind = next(k for k in _LABELS if found[k] is not None)
            if kind in fields and kind != "other":
                break  # a second From: a nested mail's head
            fields[kind], current, end, blanks = fold(found["value"]), kind, index + 1, 0
        elif lines[index].blank:
            blanks += 1
            if current is None or blanks > 1 or not _label_follows(lines, index + 1):
                break
        elif (
            current and blanks == 0 and (_label_follows(lines, index + 1) or _wrapped(lines, index, current))
        ):
            fields[current] = fold(f"{fields[current]} {text}")
            end = index + 1
        else:
            break
        index += 1
    return fields, end


def _label_follows(lines: Sequence[Line], index: int) -> bool:
    """Whether another field stands within the next three lines, no blank line between."""
    for line in lines[index : index + 3]:
        if line.blank:
            return False
        if _LABEL.match(line.text):
            return True
    return False


def _wrapped(lines: Sequence[Line], index: int, field: str) -> bool:
    """The last field's second line: only if indented or cut inside an address list, and a blank line ends
    the head."""
    text, before = lines[index].text, lines[index - 1].text.rstrip()
    cut = text.startswith((" ", "\t")) or (field in ("to", "cc") and before.endswith((",", ";")))
    ends = any(line.blank for line in lines[index + 1 : index + 8])
    return cut and ends


_BRACKETS = re.compile(r"<?\[?mailto:([^\]>\s]+)[\]>]*", re.IGNORECASE)


def _clean(value: str) -> str:
    """``Dana <d@x.example<mailto:d@x.example>>`` and ``Dana [mailto:d@x.example]`` as an address that
    parses."""
    value = re.sub(r"<([^<>\s]+)<mailto:[^<>]*>+", r"<\1>", value)
    value = re.sub(r"([^\s<>\[]+@[^\s<>\[]+)<mailto:[^<>]*>", r"\1", value)
    value = _BRACKETS.sub(r"<\1>", value)
    value = value.replace(";", ",").strip(" *")
    if "@" in value and "," in value and value.count("@") == 1 and '"' not in value:
        name, _, rest = value.partition("<")
        value = f'"{name.strip()}" <{rest}' if rest else value
    return value


def _author(value: str) -> Address | None:
    """From: one human, also when Outlook wrote only a name ("Whitfield, Dana")."""
    if "@" in value:
        return next(iter(addresses([_clean(value)])), None)
    name = fold(re.sub(r"<[^>]*>|[\"*]", " ", value)).strip(" ;,")
    return Address(name, None) if name else None


def _listed(value: str) -> tuple[Address, ...]:
    if "@" in value:
        return addresses([_clean(value)])
    # Bare names: a semicolon tells people apart; a comma may stand inside one name.
    parts = value.split(";") if ";" in value else [value] if value.count(",") <= 1 else value.split(",")
    names = (fold(part).strip(" *\"'") for part in parts[:200])
    return tuple(Address(name, None) for name in names if 2 <= len(name) <= 80)
