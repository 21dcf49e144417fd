"""A question, taken apart: what kind of answer it wants, whom it names, which words carry it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from ingest.model import People

_STOP_WORDS = (
    "a about after again all also am an and any are as at be because been before being but by can could "
    "did do does doing done else ever for from get give go had has have having he her hers him his how i "
    "if in into is it its just let like made make many may me might mine more most much must my never no "
    "not of off on once only or other our ours out over own put say said she should so some such take "
    "tell than that the their them then there these they thing this those to too under up upon us very "
    "was we were what when where which while who whom whose why will with would you your yours end really "
    "actually anyone anybody someone somebody everyone exactly "
)
STOP = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")


class Wants(StrEnum):
    """The kind of answer a question asks for."""

    PERSON = "person"
    TIME = "time"
    NUMBER = "number"
    REASON = "reason"
    YES_NO = "yes or no"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    wants: Wants
    persons: tuple[str, ...]  # ids of people whom it names
    terms: tuple[str, ...]  # content words, lower case, in order, names included
    statement: str  # the question without its question words: what an answer would talk about


_WANTS: tuple[tuple[Wants, re.Pattern[str]], ...] = (
    (
        Wants.NUMBER,
        re.compile(
            r"\bhow (?:much|many|big|large|high|far|few|long|often|late|old)\b|\bwhat (?:percentage|"
            r"share|number|proportion|rate|sum|amount|figure|price|discount)\b"
            r"|\b(?:cost|price|budget|saving)s?\b.*\?$|\bwhat (?:did|does|would|will) .*\bcost\b",
            re.I,
        ),
    ),
    (
        Wants.TIME,
        re.compile(
            r"\bwhen\b|\bwhat (?:date|day|month|year|time)\b|\bhow soon\b|\bby what date\b|\bsince when\b",
            re.I,
        ),
    ),
    (
        Wants.PERSON,
        re.compile(
            r"\bwho(?:m|se)?\b|\b(?:which|what) (?:person|people|member|colleague|executive|manager|director|name)\b",
            re.I,
        ),
    ),
    (
        Wants.REASON,
        re.compile(
            r"\bwhy\b|\bhow come\b|\bwhat (?:made|led|caused|drove|turned|tipped|persuaded|convinced|"
            r"stopped|held)\b|\breasons?\b",
            re.I,
        ),
    ),
    (
        Wants.YES_NO,
        re.compile(
            r"^(?:and |so |but )?(?:did|does|do|was|were|is|are|has|have|had|will|would|could|can|should)\b",
            re.I,
        ),
    ),
)
_ASKING = re.compile(
    r"^(?:and|so|but|well)?\s*(?:(?:who(?:m|se)?|what|when|where|which|why|how(?: much| many|"
    r" long| often| come)?)\b\s*)?"
    r"(?:(?:did|does|do|was|were|is|are|has|have|had|will|would|could|can|should)\b\s*)?",
    re.I,
)


def fold(text: str) -> str:
    """Lower case without accents, for comparing words."""
    text = text.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("Ø", "O").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def terms_of(text: str) -> tuple[str, ...]:
    """The content words of a text, in order, each once."""
    words = (w.removesuffix("'s") for w in _WORD.findall(fold(text)))
    return tuple(dict.fromkeys(w for w in words if w not in STOP and (len(w) > 1 or w.isdigit())))


def named(text: str, people: People) -> tuple[str, ...]:
    """The ids of the people whom a text names: by full name, or by a part that only one person has."""
    folded = f" {' '.join(_WORD.findall(fold(text))).replace(chr(39) + 's', '')} "
    parts: dict[str, set[str]] = {}
    found: set[str] = set()
    for person in people.persons:
        for name in (person.name, *person.aliases):
            key = " ".join(_WORD.findall(fold(name)))
            if " " in key and f" {key} " in folded:
                found.add(person.id)
            for word in key.split():
                if len(word) > 2 and word not in STOP:
                    parts.setdefault(word, set()).add(person.id)
    for word, owners in parts.items():
        if len(owners) == 1 and f" {word} " in folded and re.search(rf"\b{re.escape(word)}", fold(text)):
            found |= owners
    return tuple(p.id for p in people.persons if p.id in found)


def parse(text: str, people: People) -> Question:
    """Take a question apart. Pure and deterministic."""
    wants = next((kind for kind, pattern in _WANTS if pattern.search(text)), Wants.FACT)
    statement = _ASKING.sub("", text.strip(), count=1).rstrip("? ").strip() or text
    return Question(text, wants, named(text, people), terms_of(text), statement)


_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen|half|"
    r"third|quarter|per ?cent|twice|once|none|zero)\b",
    re.I,
)
_TIME = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:jan(?:uary)?|feb(?:ruary)?|march|"
    r"april|june|july|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b|\b(?:may) \d|\b\d{1,2}(?:st|nd|rd|th)\b|\b(?:19|20)\d\d\b|"
    r"\b\d{1,2}[:.]\d\d\b|\b(?:today|tomorrow|yesterday|tonight|"
    r"week|weeks|month|months|year|years|quarter|spring|summer|autumn|winter|easter|christmas|"
    r"morning|afternoon|evening|"
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\w+teenth|twentieth|"
    r"\w+[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))\b",
    re.I,
)
_REASON = re.compile(
    r"\bbecause\b|\bsince\b|\bso (?:that|we|I)\b|\bthat's why\b|\breason\b|\bcan't\b|\bdidn't\b|"
    r"\bwon't\b|\bneed(?:s|ed)?\b|\bproblem\b|\bworr",
    re.I,
)


def could_answer(wants: Wants, text: str, persons: int) -> bool:
    """Whether a text holds the kind of thing that is asked for. ``persons``: how many people it names or who says it."""
    match wants:
        case Wants.NUMBER:
            return bool(_NUMBER.search(text))
        case Wants.TIME:
            return bool(_TIME.search(text) or re.search(r"\d", text))
        case Wants.PERSON:
            return persons > 0
        case Wants.REASON:
            return bool(_REASON.search(text)) or len(text.split()) > 12
        case _:
            return True
