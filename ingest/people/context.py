"""What the words around a name say about it: a title, a company, a family, somebody being addressed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.people import lexicon
from ingest.people.lexicon import fold
from ingest.people.titles import title_at

_VERBS = (
    "said|says|asked|asks|told|tells|thinks|thought|wants|wanted|reckons|reckoned|knows|knew|signed|signs|"
    "runs|ran|wrote|writes|sent|sends|came|comes|went|goes|mentioned|agreed|agrees|"
    "approved|approves|decided|decides|insisted|insists|needs|needed|likes|liked|hates|hated|loves|loved|"
    "called|rang|emailed|mailed|forwarded|confirmed|joined|left|retired|"
    "clapped|laughed|explained|suggested|suggests|argued|warned|promised|refused|worries|worried|believes|"
    "believed|looked|looks|took|takes|gave|gives|made|makes|got|gets|read|reads|"
    "understands|understood|remembers|remembered|pointed|showed|shows|built|checks|checked|owns|handles|"
    "manages|leads|led|joins|prefers|preferred|pushed|pushes|keeps|kept|sits|sat"
)
_AUXILIARY = re.compile(
    r"^(?:['’](?:s|d|ll)\b| (?:is|was|has|had|will|would|won't|can|can't|could|couldn't|might|did|didn't|"
    r"does|doesn't|isn't|wasn't|and I|and me)\b)"
)
_ACTS = re.compile(
    rf"^(?: (?:just|always|never|already|also|really|then|still|actually|even))? (?:{_VERBS})\b"
    r"|^(?: is|['’]s) (?:running|leading|doing|asking|saying|looking|handling|joining|coming|working|"
    r"checking)\b"
)
_GIVEN_TO = re.compile(
    r"(?:\b(?:ask|asked|asking|tell|told|with|to|for|by|from|like|saw|met|meet|call|called|email|emailed|"
    r"send|sent|get|got|let|help|cc|copy|copied|copying|thank|give|gave|show|showed|know|"
    r"and|see|via|poor|bless|than|about|because|if|when|that|think|what|until|unless|before|after|had|"
    r"made|have|introduce|bring|invite|including|either|or|only|except) )$",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:in|at|near|around|outside|through|into|across|the|a|an|near|between|this|that|every|on|of|"
    r"under) $",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:colleague|boss|(?:is|was|'s|’s)? ?(?:named|called)|name is|name's|name was|guy|chap|woman|lady|"
    r"fellow|bloke|counterpart|successor|predecessor|teammate|lad)[, ]+$",
    re.IGNORECASE,
)
_KIN_BEFORE = re.compile(
    rf"\b(?:my|his|her|our|your|their|the)(?: \w+)? (?:{'|'.join(sorted(lexicon.KIN))}),? $", re.IGNORECASE
)
_KIN_AFTER = re.compile(
    rf"^(?:,| is|['’]s) (?:my|his|her|our|your|their|the)(?: \w+)? (?:{'|'.join(sorted(lexicon.KIN))})\b",
    re.IGNORECASE,
)
_APPOSITION = re.compile(
    r"^(?:,|,? (?:she|he|they)(?:['’]s|['’]re| is| are| was)| is| was|['’]s|,? who(?:['’]s| is|"
    r" was))(?: now| still| actually| also)? (?P<whose>our|my|their|your|the|his|her|its|an?) ",
    re.IGNORECASE,
)
_PLAIN_APPOSITION = re.compile(r"^(?:,| \(| - | – | — |, (?:she|he)(?:['’]s| is)) ?", re.IGNORECASE)
_DOES = re.compile(
    r"^(?:,|) who (?:runs|is|does|heads|leads|manages|looks|handles|owns|works|sits|was|used|has|had|"
    r"keeps|signs|took|came|joined|will|would|can|decides|approves)\b",
    re.IGNORECASE,
)
_HEADS = "|".join(sorted(lexicon.ROLE_HEADS, key=len, reverse=True))
_ROLE_BEFORE = re.compile(
    r"(?:\b(?P<whose>our|my|your|their|the|his|her|a|an|new|old)|^|[.,;:!?]) ?"
    rf"(?P<title>(?:[\w&'’/-]+ ){{0,4}}?(?:{_HEADS}))(?P<of>(?: (?:of|for|at|in) [\w'’-]+)?),? $",
    re.IGNORECASE,
)
_DEPARTMENT = re.compile(
    r"^,? (?:from|in|at|over in|down in|up in|on|of) (?:the |our |their |your )?(?:accounts|finance|"
    r"procurement|purchasing|legal|security|operations|ops|payroll|hr|marketing|sales|engineering|"
    r"compliance|facilities|the warehouse|warehouse|stores|production|maintenance|quality|planning|it|"
    r"logistics|treasury|audit|research|training|admin|reception|supply chain|"
    r"customer service|credit control|data|infrastructure|networks|estates|scheduling|dispatch)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"^,? (?:from|at|of|with|over at) (?:the )?(?P<org>[A-Z][\w'’&-]+(?: [A-Z][\w'’&-]+){0,3})"
)
_OF = re.compile(r"\b(?:of|at|from|in) (?:the )?$", re.IGNORECASE)
_VOCATIVE_AFTER = re.compile(r"^[,?!]|^\.?$")
_GREETING = re.compile(
    r"(?:^|[.!?,] )(?:hi|hello|hey|morning|good morning|good afternoon|afternoon|evening|thanks|thank you|"
    r"cheers|sorry|okay|ok|yes|yeah|no|right|well|so|welcome|bye|g'day|hiya|dear|over to you|"
    r"go ahead|after you|brilliant|great|lovely|perfect|please)[, ]+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clues:
    """``strong``: the words introduce a person. ``weight`` adds up over mentions.

    ``kin``: family or pet, left out.
    """

    strong: bool = False
    weight: float = 0.0
    kin: bool = False
    title: str | None = None
    whose: str | None = None  # "our", "my", "your", "their" … before the title
    company: str | None = None


def clues(text: str, start: int, end: int) -> Clues:
    """What stands around ``text[start:end]``."""
    before, after = text[max(0, start - 70) : start], text[end : end + 130]
    if _KIN_BEFORE.search(before) or _KIN_AFTER.match(after):
        return Clues(kin=True, weight=-5)
    company = _COMPANY.match(after)
    # "Mrs. Doerksen of Loon Prairie, she is their privacy officer": the title is hers, not the company's.
    title, whose = _title(before, after[company.end() :] if company else after)
    if _OF.search(before):
        title, whose = None, None
    strong = bool(title or _DOES.match(after) or _DEPARTMENT.match(after) or _NAMED.search(before))
    return Clues(strong, _weight(before, after), False, title, whose, company["org"] if company else None)


def _title(before: str, after: str) -> tuple[str | None, str | None]:
    apposed = _APPOSITION.match(after)
    if apposed and (title := title_at(after[apposed.end() :])):
        return title, fold(apposed["whose"])
    plain = _PLAIN_APPOSITION.match(after)
    if plain and (title := title_at(after[plain.end() :])):
        return title, None
    ahead = _ROLE_BEFORE.search(before)
    if ahead and ahead["whose"]:
        return (ahead["title"] + ahead["of"]).strip(), fold(ahead["whose"])
    return None, None


def _weight(before: str, after: str) -> float:
    weight = 0.0
    if _ACTS.match(after):
        weight += 1.0
    elif _AUXILIARY.match(after):
        weight += 0.6
    if _GREETING.search(before) or (re.search(r", $", before) and _VOCATIVE_AFTER.match(after)):
        weight += 1.0
    elif _GIVEN_TO.search(before):
        weight += 0.6
    if _PLACED.search(before):
        weight -= 1.0
    return weight


def is_addressed(text: str, start: int, end: int) -> bool:
    """Whether the name is called out to somebody: "Morning, Stu.", "Hemi, can you …", "Over to you,
    Hemi.".
    """
    before, after = text[:start], text[end : end + 3]
    if _GREETING.search(before[-40:]) and (not after or after[0] in ",.!?"):
        return True
    opening = not before.strip() or before.rstrip()[-1:] in ".!?"
    if opening and after[:1] in (",", "?", "!"):
        return True
    # "our solutions consultant, Adrian." introduces him; it does not call him.
    introduced = _ROLE_BEFORE.search(before[-70:])
    return (
        before.endswith(", ")
        and after[:1] in ("", ".", "?", "!", ",")
        and not (introduced and introduced["whose"])
    )
