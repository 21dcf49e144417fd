"""Commissives: sentences by which a speaker binds themself or their firm to an act that a purchase needs.

Embeddings find the subject (contracts, dates) but not the force: "the contract takes two weeks" lies as
near to the examples of readiness as "I'll sign it this week". So the force is read from grammar, after
Searle's class of commissive speech acts: a first person (or the firm) as subject, a verb that binds
(will, want, intend, have decided; not the counterfactual "I'd buy two"), and an act of deciding, ordering
or starting. General English, no phrases of any deal.
"""

from __future__ import annotations

import re

from analysis.evidence import sentences

_ACT = (
    r"(?:sign(?:s|ed|ing)?|order(?:ed|ing)?|buy(?:ing)?|bought|purchas(?:e|ed|ing)|start(?:s|ed|ing)?|"
    r"begin(?:ning)?|begun|began|"
    r"go(?:ing|ne)? (?:ahead|with|for|live)|went with|proceed(?:ing)?|commit(?:ted|ting)?|decid(?:e|ed|"
    r"ing)|choos(?:e|ing)|chosen|pick(?:ed|ing)?|"
    r"approv(?:e|ed|ing)|releas(?:e|ed|ing)|award(?:ed|ing)?|recommend(?:ed|ing)?|nominat(?:e|ed|ing)|"
    r"renew(?:ing)?|install(?:ed|ing)?|"
    r"switch(?:ed|ing)?|roll(?:ed|ing)? (?:it )?out|mov(?:e|ed|ing) (?:ahead|forward|over)|plac(?:e|ed|"
    r"ing) (?:an|the|our|my)? ?order|"
    r"(?:be|have (?:it|this|that|you)|get (?:it|this|that|you)) (?:live|in|running|done|started|signed|"
    r"fitted)|take (?:it|this|that|both|the)|"
    r"bring(?:ing)? (?:it|yours|this|that|you)|fund(?:ed|ing)?|countersign(?:ed|ing)?|"
    r"press(?:ing)? the button|put (?:my|our) name|see (?:it|this) through|"
    r"stop(?:ped)? (?:looking|seeing)|cancel(?:l?ed|l?ing)?|give (?:notice|you)|raise (?:the|a) (?:order|"
    r"requisition)|book(?:ed|ing)?)"
)
_BINDS = (
    r"(?:i['’]ll|we['’]ll|i (?:will|shall)|we (?:will|shall)|i['’]m going to|we['’]re going to|i (?:intend|"
    r"mean|plan|want|need|aim)|"
    r"we (?:intend|mean|plan|want|need|aim)|i['’]d (?:like|want)|we['’]d (?:like|want)|i would (?:like|"
    r"want)|we would (?:like|want)|"
    r"i['’]m|we['’]re|we are|i am|i can|we can|i have|we have|i['’]ve|we['’]ve|(?:our|the|my) \w+ (?:will|"
    r"wants?|has|have|gets?))"
)
_STRONG = re.compile(rf"\b{_BINDS}\b(?:\W+\w+(?:['’]\w+)?){{0,7}}?\W+{_ACT}\b", re.I)
_BARE = re.compile(
    rf"\b(?:we do it|let['’]s do it|we['’]re doing it)\b|(?:^|[.;:!]\s+|\b(?:so|then|right|"
    rf"ok|okay|and|but)\W+)(?:we |i |let['’]s ){_ACT}\b|^(?:approved|agreed|ordered|confirmed)\b",
    re.I,
)
_WILL = re.compile(rf"\b{_BINDS}\b|\b(?:he|she|they)['’]ll {_ACT}\b", re.I)
_BODY = re.compile(
    r"\b(?:board|council|committee|trustees|partners|governors|panel|group|director|chair\w*|boss|team|"
    r"family)\b[^.?!]{0,30}\b(?:met|voted|agreed|approved|said yes|signs|signed off)\b",
    re.I,
)
_SEND = re.compile(
    r"(?:^|[.;:!,]\s+|\b(?:so|then|right|ok|okay|and|please|can you|could you)\W+)(?:send|book|prepare|"
    r"draw up|tell|bring|put|fix|have)\b[^.?!]{0,50}"
    r"\b(?:agreement|contract|order|paper(?:s|work)?|form|invoice|quotation|us down|kick-?off|start|"
    r"engineer|team|people)\b",
    re.I,
)
_CONDITION = re.compile(
    r"\b(?:if|once|as soon as|when|provided|subject to|unless)\b[^.?!]{3,90}?\b(?:i|"
    r"we)(?:['’]ll| will| can| start| sign| order| go)\b|\b(?:i|we)(?:['’]ll| will)\b[^.?!]{3,60}\b(?:if|"
    r"once|as soon as|provided)\b",
    re.I,
)
_NARROWED = re.compile(
    r"\b(?:not|n['’]t|nobody|no one|stopped)\b[^.?!]{0,40}\b(?:anybody|anyone|any(?:thing)? (?:others?|"
    r"more)|else|others|elsewhere)\b|"
    r"\b(?:chosen|choose|pick|name|one (?:name|supplier|vendor|recommendation)|shortlist|narrowed|"
    r"down to you|you first)\b[^.?!]{0,60}\b(?:by|before|this|next|end of|within)\b",
    re.I,
)
_BY_WHEN = re.compile(
    r"\b(?:by|before|on|from|in|this|next|until|end of)\b(?: the)?(?: \w+)?(?: of)? ?\b(?:(?:mon|tues|"
    r"wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|\d{1,2}(?:st|nd|rd|th)|(?:twenty|thirty)?-?(?:first|"
    r"second|third|fourth|fifth|sixth|seventh|eighth|ninth)|"
    r"(?:ten|eleven|twelf|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twentie|thirtie)th|"
    r"week|month|quarter|year|autumn|summer|spring|winter|christmas|easter|evening|"
    r"afternoon|morning|noon|\d{1,2})\b|\b(?:today|tonight|tomorrow|at once|straight away|right away|"
    r"immediately)\b",
    re.I,
)
_UNREAL = re.compile(
    r"\b(?:if (?:it|that) (?:was|were|['’]s) (?:just |only )?(?:up to|left to)|if i (?:could|were|was|had|"
    r"won)|would have|['’]d have|['’]d be (?:\w+ing)|"
    r"i['’]d (?:buy|sign|order|take|have|do|start|go)|we['’]d (?:buy|sign|order|take|have|do)|"
    r"out of my own|ha ha|some ?day|one of these days|at some point|"
    r"i reckon|hopefully|maybe|might|perhaps|in principle|in theory|i suppose|consider)\b",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:won['’]t|wouldn['’]t|can['’]t|cannot|not|never|couldn['’]t|isn['’]t|aren['’]t|hasn['’]t|"
    r"haven['’]t|don['’]t|didn['’]t)\W+(?:\w+\W+){0,3}?"
    rf"{_ACT}\b",
    re.I,
)

_REFUSES = re.compile(
    r"\b(?:i|we)(?:['’](?:m|re|ve|ll|d))? (?:\w+ ){0,3}?"
    r"(?:not|never|refuse|cannot|(?:won|don|can|shan|wouldn)['’]t)\b[^.?!;]{0,60}"
    r"\b(?:another|again|any ?more|any longer|once more|one more|twice|(?:second|third|fourth|fifth) \w+)\b",
    re.I,
)
_TELLS_OTHERS = re.compile(
    r"\b(?:i|we)(?:['’]ve| have)? (?:\w+ )?(?:told|promised|informed|asked|wrote to|written to|said to)\b",
    re.I,
)
_SAID = (
    r"(?:\w+ ){0,4}?(?:what|that|my|our|any\w*) (?:\w+ ){0,3}?"
    r"(?:i|we|said|wrote|told|promised|words?|mail|message)\b"
)
_TAKES_BACK = re.compile(
    r"\b(?:(?:i|we)(?:['’]ve)? (?:\w+ ){1,3}?carried away|"
    r"(?:got|get|getting|gone|went|ran) (?:\w+ )?(?:ahead of|in front of) (?:my|our|the)\w*|"
    r"(?:spoke|spoken|talked|promised) (?:\w+ ){0,2}?(?:too soon|too early|out of turn)|"
    r"should(?:n['’]t| not| never) have (?:\w+ )?(?:said|promised|told|written|agreed)|"
    r"take (?:that|it|this|(?:my|the) (?:words?|yes)) (?:back|home)|(?:hold|pin) (?:me|us) to|"
    r"(?:treat|consider|regard|count|read) (?:\w+ ){1,9}?(?:as )?(?:not said|unsaid|withdrawn|void)|"
    rf"(?:forget|scrub|disregard|ignore|withdraw|retract|unsay|take back) {_SAID}|"
    r"(?:can['’]?t|cannot|can not|no longer) stand by|"
    r"(?:was|were|is)(?: not|n['’]t) (?:mine|ours|for me|for us) to \w+|"
    r"had no (?:authority|mandate|right|business) to)\b",
    re.I,
)


def refuses_more(text: str) -> bool:
    """Whether the speaker refuses to let things go on as they do: the first person, a negation and a word of
    repetition ("I won't … another", "we are not … again"). Who says so has recognised the problem and binds
    themself."""
    return bool(_REFUSES.search(text))


def tells_others(text: str) -> bool:
    """Whether the speaker reports what they told or asked of somebody else: a word given before others."""
    return bool(_TELLS_OTHERS.search(text))


def takes_back(text: str) -> bool:
    """Whether the speaker withdraws what they said before."""
    return bool(_TAKES_BACK.search(text))


def commissive(text: str) -> float:
    """How firmly a sentence binds its speaker to deciding, ordering or starting: 0 not at all, 1 by its
    grammar, up to about 2.5 with a date, a condition of their own or a field narrowed down. Negated and
    unreal acts count little. Of several sentences the firmest counts."""
    return max((_of_sentence(s) for s in sentences(text)), default=0.0)


def _of_sentence(text: str) -> float:
    bound = 1.0 if _STRONG.search(text) else 0.6 if _BARE.search(text) or _BODY.search(text) else 0.0
    if not bound and (_SEND.search(text) or (_WILL.search(text) and _BY_WHEN.search(text))):
        bound = 0.4
    narrowed = 0.6 if _NARROWED.search(text) else 0.0
    if not bound and not narrowed:
        return 0.0
    score = bound + narrowed
    score += 0.5 if _BY_WHEN.search(text) else 0.0
    score += 0.5 if _CONDITION.search(text) else 0.0
    if _UNREAL.search(text):
        score *= 0.4
    if _DENIED.search(text) and not narrowed:
        score *= 0.5
    return score
