"""Signs: what the wording of a sentence shows that an embedding does not keep.

Its force, whether it binds its speaker or tells a decision, whether it speaks of money, of a limit, of a
benefit, and the vocabulary of each cause of a loss. General English; no phrase of any deal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from analysis.commissives import commissive
from analysis.documents import LossCause
from analysis.pricing import MONEY, TRULY, denies_price, on_paper, short_of_money

FORCE: tuple[tuple[float, re.Pattern[str]], ...] = tuple(
    (weight, re.compile(pattern, re.I))
    for weight, pattern in (
        # what somebody will, would, must or cannot do commits more than what is
        (0.6, r"\b(?:i|we|he|she|they|it|you|who|that)['’](?:ll|d)\b|\b(?:will|would|can(?:no|['’])?t|can|"
        r"could|must|need(?:s|ed)?|want(?:s|ed)?|has to|have to|had to)\b"),
        (0.6, r"\b(?:not|no|never|nothing|nobody|none|neither|without)\b|n['’]t\b"),
        (0.5, r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|"
        r"august|september|october|november|december|spring|summer|autumn|winter|christmas|easter|"
        r"today|tomorrow|yesterday|(?:this|last|next|the) (?:week|month|quarter|year|season)|"
        r"year[- ]end|before|after|until|till|since|by the)\b"),
        (0.3, r"\b(?:because|so that|unless|if|rather|instead|only|than|whatever|even|either|otherwise)\b"),
        (0.3, r"\b(?:i|we|my|our|i['’]m|i['’]ve|we['’]re|we['’]ve)\b"),
        (0.2, r"\d|\b(?:hundred|thousand|million|per ?cent|half|third|twice|twenty|thirty|forty|fifty|"
        r"sixty|seventy|eighty|ninety)\b"),
    )
)  # fmt: skip

CAUSES: tuple[LossCause, ...] = (
    "existing_relationship",
    "product_fit",
    "price",
    "timing",
    "process",
    "no_decision",
)

CUES: Mapping[LossCause, re.Pattern[str]] = {
    "existing_relationship": re.compile(
        r"\b(?:trust(?:s|ed)?|knows? (?:us|them|him|her|our)|known (?:him|her|them|each)|people (?:we|"
        r"who) know|years together|together (?:at|for|since)|used to work|worked (?:with|together)|"
        r"former colleague|old (?:friend|colleague|partner)s?|friends?|go(?:es)? back|best man|godfather|"
        r"golf|brother|cousin|school with|incumbent|current (?:supplier|vendor|provider|partner)|"
        r"existing (?:contract|supplier|vendor|terms|agreement|relationship|partner)|already (?:have|use|"
        r"work|under|with|look)|stay(?:ing|ed)? (?:with|put)|"
        r"remain(?:ing)? with|long[- ]standing|loyal\w*|relationship|(?:his|her|their) word)\b",
        re.I,
    ),
    "product_fit": re.compile(
        r"\b(?:requirements?|mandatory|must[- ]haves?|compulsory|certif\w+|complian\w+|features?|"
        r"capabilit\w+|functionalit\w+|integrat\w+|connector|hosting|hosted|region|on[- ]prem\w*|"
        r"offline|support(?:s|ed)? (?:it|that|our)|doesn['’]t (?:do|have|support|work|fit|handle|cover)|"
        r"can['’]t (?:do|handle|show|prove|read|run)|couldn['’]t (?:do|handle|show|prove|read|run)|"
        r"lacks?|lacking|missing|"
        r"didn['’]t (?:do|have|work|support|fit)|not (?:supported|available|possible|built)|roadmap|gap|"
        r"accuracy|too complex|too simple|usab\w+)\b",
        re.I,
    ),
    "price": re.compile(rf"\b{MONEY}\b|{MONEY}", re.I),
    "timing": re.compile(
        r"\b(?:too late|in time|deadline|lead[- ]time|go[- ]live|window|freeze|season|couldn['’]t (?:start|"
        r"wait|deliver)|can['’]t (?:start|wait|deliver)|not ready|ready (?:by|in|before)|"
        r"delivery date|weeks? (?:earlier|sooner|later|late)|months? (?:earlier|sooner|later|late)|slot|"
        r"schedule|start date|before (?:the|our) (?:season|opening|launch|deadline))\b",
        re.I,
    ),
    "process": re.compile(
        r"\b(?:legal|lawyers?|solicitor|procurement|purchasing|tender|framework|portal|paperwork|approval|"
        r"sign[- ]?off|disqualif\w+|clause|liability|indemnity|terms and conditions|supplier form|"
        r"vendor form|"
        r"onboarding form|working days|committee rules?|formalit\w+|non[- ]compliant|rejected|annex|"
        r"missing document|contract (?:came|arrived|was late|late)|red tape|audit rule|quorum)\b",
        re.I,
    ),
    "no_decision": re.compile(
        r"\b(?:on hold|paused|shelved|postponed?|parked|put off|next (?:year|budget|financial year)|"
        r"nothing new|no (?:urgency|rush|pressure|appetite)|not (?:urgent|a priority|now|this year)|"
        r"priorit\w+|"
        r"(?:low|down|bottom|number \w+|top) (?:on|of) (?:the|my|our) list|on (?:the|my|our) list|"
        r"as we are|as it is|do nothing|did nothing|carry on|get by|manage as|status quo|waits?|"
        r"have to wait|"
        r"cancel(?:led|ed)|too (?:busy|much on)|bandwidth|reorgani[sz]\w+|merger|not (?:proceeding|"
        r"going ahead)|wo(?:n['’]t|uld not) (?:be )?proceed\w*|leave it|without it|settled down|"
        r"bigger (?:project|programme|fish)|until (?:the|after))\b",
        re.I,
    ),
}
LIMIT = re.compile(
    r"\b(?:ceiling|cap(?:ped)?|limit|maximum|threshold|afford|too (?:expensive|dear|much|high)|"
    r"out of (?:our |my )?(?:range|reach|budget)|over (?:the|our|my) (?:budget|limit|line|ceiling|cap)|"
    r"budget (?:was|is|has been|got)? ?(?:cut|frozen|slashed|gone)|cut (?:the|our|my|every) budget|(?:half|"
    r"third|twice|double) (?:of )?(?:the|what|your|our|as|cheaper)|cheaper|lowest|undercut|"
    r"no (?:more )?money|can(?:no|['’])?t (?:go|pay|spend|commit|justify|find)|could(?:n['’]t| not) (?:go|"
    r"pay|spend|commit|justify|find|put)|above \w+|more than (?:we|i) (?:can|could|may))\b",
    re.I,
)  # fmt: skip

CHOSE = re.compile(
    r"\b(?:decided|chosen|chose|gone|going|go|went|signed|plac(?:ed|ing) (?:the|an|our) order|order(?:ed|"
    r"ing)|awarded|selected|picked|tak(?:e|en|ing)|stay(?:ing|ed)?|preferred|appointed)\b"
    r"[^.?!]{0,40}\b(?:with|to|for|from|another|other|elsewhere|direction|in[- ]house)\b",
    re.I,
)  # fmt: skip

TELLS = re.compile(
    r"\b(?:(?:have|has|['’]ve|we|i|they|board|council|committee) (?:\w+ )?(?:decided|chosen|chose|selected|"
    r"approved|awarded|signed|voted|opted|agreed to)|decision (?:is|was|has)|"
    r"(?:going|gone|go|went) (?:with|for|ahead|in (?:a|an)\w* (?:\w+ )?direction)|plac(?:ed|ing) (?:the|an|"
    r"our) order|stay(?:ing)? with|not (?:be )?(?:proceed\w*|going ahead|taking)|"
    r"(?:the )?reason (?:on|is|was|for)|approved|the outcome|successful|unsuccessful|you(?:['’]ve|"
    r" have) (?:got|won) it)\b",
    re.I,
)  # fmt: skip

BENEFIT = re.compile(
    r"\b(?:rather|so that|means?|lets? (?:us|me|them)|gives? (?:us|me|them)|we can|able to|pay(?:ing)? for|"
    r"paid for|worth|because|people (?:who|we|that)|trust|safe|sleep|inside|within|"
    r"keeps?|saves?d?|never again|no longer|don['’]t have to|without|instead of|prefer|sooner|reasonable|"
    r"good enough|explain|prove|show)\b",
    re.I,
)  # fmt: skip


NAMES: tuple[str, ...] = (
    *("modal", "negated", "dated", "reasoned", "first_person", "figure", "length", "mail", "answer"),
    *("binds", "tells", "benefit", "price_denied", "limit", "money", "chose"),
    *("short_of_money", "on_paper", "truly"),
    *(f"cue_{c}" for c in CAUSES),
)
_MONEY_WORD = re.compile(MONEY, re.I)


def signs(text: str, *, mail: bool, answer: bool) -> list[float]:
    """One number for each of ``NAMES``, most of them 0 or 1. ``answer``: the turn follows somebody else's question."""
    return [
        *(float(bool(pattern.search(text))) for _, pattern in FORCE),
        min(1.5, len(text.split()) / 20),
        float(mail),
        float(answer),
        commissive(text),
        float(bool(TELLS.search(text))),
        float(min(2, len(set(BENEFIT.findall(text))))),
        float(denies_price(text)),
        float(bool(LIMIT.search(text))),
        float(bool(_MONEY_WORD.search(text))),
        float(bool(CHOSE.search(text))),
        float(short_of_money(text)),
        float(on_paper(text)),
        float(bool(TRULY.search(text))),
        *(float(min(2, len(CUES[c].findall(text)))) for c in CAUSES),
    ]
