"""Signatures, device footers and disclaimers: kept, but told apart from what the writer says."""

# ruff: noqa: E501 - the tables of words and patterns read best one language or one clause a line

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from ingest.mail.lines import Line
from ingest.model import Source, UtteranceKind

MAX_SIGNATURE = 16  # lines with text
MAX_FOOTER = 200  # lines, blank ones and disclaimers among them
MAX_SIGNATURE_LINE = 110  # characters

_DELIMITER = re.compile(r"^\s*(?:--|-- |—|––)\s*$")
_RULE = re.compile(r"^\s*(?:[-_=*~#+]\s?){3,}\s*$")
_CLOSING = re.compile(
    r"^\W*(?:(?:with |my |our )?(?:(?:very |many |kind|kindest|best|warm|warmest|all|sincere|friendly)\s?)*(?:regards|wishes|thanks|the best)|best|rgds|"
    r"cheers|thanks(?: (?:again|so much|very much|a lot|a million|in advance|for now|all|both|everyone))?|thank you(?: (?:again|so much|very much|in advance|all|both))?|thx|ta|"
    r"sincerely(?: yours)?|yours(?: (?:sincerely|faithfully|truly|ever|aye))?|(?:very )?respectfully(?: yours)?|cordially|take care|talk soon|speak soon|"
    r"(?:talk|speak|see you) (?:soon|then|later|tomorrow)|have a (?:great|good|nice|lovely) (?:day|week|weekend|one)|love|"
    r"(?:mit )?(?:freundliche[nr]?|beste[nr]?|viele|liebe|herzliche[nr]?|schöne) gr(?:ü|u|ue)(?:ß|ss)en?|mfg|lg|vg|gru(?:ß|ss)|"
    r"(?:bien )?cordialement|bien à (?:vous|toi)|(?:sincères )?salutations(?: distinguées)?|merci(?: d'avance| beaucoup)?|amitiés|"
    r"(?:un |muchos )?(?:cordial |cordiales )?saludos?(?: cordiales)?|atentamente|(?:muchas )?gracias|"
    r"(?:cordiali|distinti) saluti|saluti|grazie(?: mille)?|cordialmente|"
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|"
    r"(?:med )?(?:vänlig|vänliga|venlig|vennlig|bästa|beste) h(?:älsning(?:ar)?|ilsen(?:er)?)|mvh|hälsningar|hilsen|"
    r"atenciosamente|(?:muito )?obrigad[oa]|abraços?|(?:z poważaniem|pozdrawiam|pozdrowienia)|"
    r"с уважением|спасибо|з повагою|s pozdravem|terveisin|ystävällisin terveisin|saygılar(?:ımla)?)"
    r"(?:[ ,/&+-]+(?:and |und |/ ?)?(?:best |kind |warm )?(?:regards|wishes))?\W*$",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"^[\W_]*(?:(?:sent|envoyé|gesendet|enviado|inviato|verzonden|skickat|sendt|wysłan[eoay]|отправлено|надіслано|odesláno|lähetetty|gönderildi)\s"
    r"+(?:from|via|with|by|using|on|mit|von|vom|de|depuis|desde|dal|da|con|met|vanaf|från|fra|z|ze|с|из|з|a partir)\b.{0,110}"
    r"|from my (?:\w+ ?){1,4}|.{0,30}\bfrom (?:a )?(?:mobile|phone)\b[\W_]*"
    r"|(?:get|download|hol(?:en)? sie sich|obtenir|téléchargez|obtener|scarica)\b.{0,20}\b(?:outlook|spark|edison|proton ?mail)\b.{0,120}"
    r"|von (?:meinem|unterwegs).{0,80}gesendet\W*|diese nachricht wurde von .{0,80} gesendet\W*|從我的.{0,30}傳送|发自我的.{0,30}|iPhoneから送信.{0,10}"
    r"|(?:please )?(?:excuse|forgive) (?:the |any )?(?:brevity|typos).{0,60}|typed (?:on|with) .{0,60}|ᐧ)[\W_]*$",
    re.IGNORECASE,
)
_DISCLAIMER = tuple(
    re.compile(p, re.IGNORECASE)
    for p in (
        r"confidential|vertraulich|confidentiel|confidencial|riservat",
        r"intended (?:solely |only |exclusively )?(?:for|recipient)|intended recipients?|addressee|destinataire|destinatari|empfänger|named above",
        r"privileged|proprietary information|legally protected",
        r"(?:received|receive) (?:this|it) (?:\S+ ){0,4}in error|notify (?:the sender|us)|advise the sender|irrtümlich|par erreur|por error|per errore",
        r"dissemination|distribution|disclos\w+|copying|unauthori[sz]ed|prohibited|do not (?:read|copy|use|forward)",
        r"delete (?:it|this|the|all)|destroy|permanently remove",
        r"virus|malware|liability|liable|accepts? no responsibility|warrant",
        r"registered (?:in|office|number|company)|company (?:no|number|registration)|vat (?:no|number|reg)|handelsregister|amtsgericht|geschäftsführer",
        r"views (?:or opinions )?expressed|do(?:es)? not necessarily (?:represent|reflect)",
        r"think before (?:you )?print|consider the environment|printing this e-?mail",
        r"this (?:e-?mail|message|communication|transmission)(?: message)?(?: \(?(?:and|including|together))?|any attachments?|any files transmitted",
    )
)
_LINE_BOILERPLATE = re.compile(
    r"unsubscribe|manage (?:your )?(?:email )?preferences|view (?:this (?:e-?mail|message) )?(?:in|online in) (?:your |a )?browser|mailing list\b.{0,60}https?://|"
    r"^\W*(?:caution|warning|external(?: e-?mail| sender| message)?)\W*[:!].{0,200}(?:outside|external|originat|click)|^\W*\[?external(?: sender| e-?mail)?\]?\W*$|"
    r"you don.t often get (?:e-?mail|email) from|originated (?:from )?outside (?:of )?(?:the|your|our) organi[sz]ation|"
    r"join (?:zoom|with google|microsoft teams|teams|the|a|webex)?\s?(?:meeting|meet|on your computer)|microsoft teams (?:meeting|need help)|"
    r"^\W*(?:meeting id|passcode|meeting number|access code|conference id|phone conference id|one tap mobile|dial[- ]in(?: by| numbers?)?|find (?:your |a )?local number|dial by your location|"
    r"or call in|join by phone|meeting options|reset dial-in pin|more phone numbers|video call link)\b.{0,120}|"
    r"https?://\S*(?:zoom\.us/[jw]/|teams\.microsoft\.com/l/meetup|meet\.google\.com/|webex\.com/)\S*",
    re.IGNORECASE,
)
_KEEP = re.compile(r"^\s*\[.*attach.*|^\s*(?:p\.?\s?p?\.?\s?s\b|nb\b|n\.b\.)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?…][\"')\]]*\s*$")
_CONTACT = re.compile(
    r"@|https?://|www\.|\+?\d[\d ()./-]{6,}\d|\||\b(?:tel|phone|mob|mobile|cell|fax|direct)\b", re.IGNORECASE
)


class Part(StrEnum):
    """What a line of one writer is."""

    SAID = "said"
    CLOSING = "closing"  # the closing formula and the name under it
    FOOTER = "footer"  # after the signature delimiter, and device footers
    BOILERPLATE = "boilerplate"


def parts(lines: Sequence[Line], name: str | None, *, last: bool = True) -> tuple[Part, ...]:
    """One ``Part`` per line. ``name`` is the writer's display name or address; ``last``: nothing of theirs
    follows."""
    found = _boilerplate(lines)
    end = _footer_start(lines, found)
    for index in range(end, len(lines)):
        if found[index] is Part.SAID and not _KEEP.match(lines[index].text):
            found[index] = Part.FOOTER
    start = _closing_start(lines, found, end, name) if last else None
    if start is not None:
        for index in range(start, end):
            if found[index] is Part.SAID and not _KEEP.match(lines[index].text):
                found[index] = Part.CLOSING
    return tuple(found)


def is_disclaimer(text: str) -> bool:
    """Whether a paragraph is a legal notice: at least three of its usual elements, or two in a short one."""
    words = len(text.split())
    if words < 6:
        return False
    hits = sum(bool(p.search(text)) for p in _DISCLAIMER)
    return hits >= 3 or (
        hits == 2 and bool(re.search(r"this (?:e-?mail|message)|intended recipient", text, re.IGNORECASE))
    )


def _boilerplate(lines: Sequence[Line]) -> list[Part]:
    found = [Part.SAID] * len(lines)
    start = 0
    for index in range(len(lines) + 1):
        if index < len(lines) and not lines[index].blank:
            if _LINE_BOILERPLATE.search(lines[index].text[:400]):
                found[index] = Part.BOILERPLATE
            continue
        text = " ".join(line.text for line in lines[start:index])
        if is_disclaimer(text[:4000]):
            found[start:index] = [Part.BOILERPLATE] * (index - start)
        start = index + 1
    return found


def _footer_start(lines: Sequence[Line], found: Sequence[Part]) -> int:
    """First line of the delimiter signature or of the trailing device footers; ``len(lines)`` without one."""
    end = _without_device(lines, len(lines), found)
    for index in range(max(0, end - MAX_FOOTER), len(lines)):
        line = lines[index]
        hard = bool(_DELIMITER.match(line.text))
        if not hard and not _RULE.match(line.text):
            continue
        tail = [k for k in range(index + 1, end) if not lines[k].blank and found[k] is Part.SAID]
        limit = 20 if hard else MAX_SIGNATURE
        if len(tail) <= limit and (
            hard or (_said_before(lines, index) and all(_fits(lines[k].text) for k in tail))
        ):
            return _without_device(lines, index, found)
    return end


def _said_before(lines: Sequence[Line], index: int) -> bool:
    return any(not line.blank for line in lines[:index])


def _without_device(lines: Sequence[Line], end: int, found: Sequence[Part]) -> int:
    cut = end
    for index in range(end - 1, -1, -1):
        text = lines[index].text.strip()
        if not text or found[index] is Part.BOILERPLATE:
            continue
        if len(text) > 160 or not _DEVICE.match(text):
            break
        cut = index
    return cut


def _fits(text: str) -> bool:
    """Whether a line can stand in a signature: short, and not a sentence unless it carries contact data."""
    text = text.strip()
    if len(text) > MAX_SIGNATURE_LINE and not _CONTACT.search(text):
        return False
    return (
        not (_SENTENCE.search(text) and len(text.split()) > 6)
        or bool(_CONTACT.search(text))
        or text[:1] in "\"'“"
    )


def _closing_start(lines: Sequence[Line], found: Sequence[Part], end: int, name: str | None) -> int | None:
    """The topmost closing formula or own name below which every line fits a signature.

    Up to two short sentences (a motto) may stand in it, but then a closing formula must open it.
    """
    start: int | None = None
    seen: list[int] = []
    loose = 0
    for index in range(end - 1, -1, -1):
        line = lines[index]
        if line.blank or found[index] is Part.BOILERPLATE or _KEEP.match(line.text):
            continue
        if not _fits(line.text):
            loose += 1
        if len(seen) >= MAX_SIGNATURE or loose > 2 or (not _fits(line.text) and len(line.text.split()) > 15):
            break
        below = lines[seen[-1]].text if seen else ""
        if _is_closing(line.text, below, name) or (not loose and _is_name(line.text, name)):
            start = index
        seen.append(index)
    return start if start is not None and any(not line.blank for line in lines[:start]) else None


def _is_closing(text: str, below: str, name: str | None) -> bool:
    """A closing formula, known or any short line with a comma, above a name; a known one may also be the
    last line."""
    if _CLOSING.match(text):
        return not below or _name_like(below, name)
    return text.rstrip().endswith(",") and len(text.split()) <= 6 and bool(below) and _is_name(below, name)


def _name_like(text: str, name: str | None) -> bool:
    words = re.findall(r"[^\W\d_][\w'’.-]*", text)
    if _is_name(text, name):
        return True
    return (
        1 <= len(words) <= 5
        and all(w[0].isupper() or (w.islower() and len(w) <= 3) for w in words)
        and words[0][0].isupper()
    )


def _is_name(text: str, name: str | None) -> bool:
    """Whether a line is, or begins with, the writer's name, first name or initials ("T.", "N. Pratt")."""
    text = text.strip(" \t,.-–—/~*_")
    if not text or not name:
        return False
    own = [w for w in re.findall(r"[^\W\d_][\w'’-]*", name.split("@")[0].replace(".", " ")) if len(w) > 1]
    words = [w.strip(".") for w in re.findall(r"[^\W\d_][\w'’.-]*", text)]
    if not own or not words:
        return False
    low, mine = [w.lower() for w in words], [w.lower() for w in own]
    initials = "".join(w[0] for w in mine)
    if len(words) == 1:
        return (
            low[0] in mine
            or low[0] in (initials, initials[0])
            or (len(low[0]) >= 3 and mine[0].startswith(low[0]))
        )
    return low[: len(mine)] == mine or (len(words) <= 4 and low[-1] == mine[-1] and low[0][0] == mine[0][0])


def signature_of(source: Source) -> tuple[str, ...]:
    """The lines of the sender's own signature, top to bottom: name, title, company, telephone, address."""
    sender = next((p.label for p in source.participants if p.role == "from"), None)
    return tuple(
        u.text for u in source.utterances if u.kind is UtteranceKind.SIGNATURE and u.speaker == sender
    )
