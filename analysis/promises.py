"""The form of a promise: sentences by which somebody undertakes, towards the other side, to do or hand over something.

Grammar only: a first person (or "you'll have …") with a verb of doing, or a performative ("I undertake", "to
confirm: …"). Not what is done on a screen at that moment, not a hedge, not somebody else's words told again.
"""

from __future__ import annotations

import re

from analysis.claims import shorten
from analysis.evidence import fold, sentences
from analysis.windows import is_question

_DO = (
    r"send|get|give|write|e?mail|forward|come|come back|get back|circle back|revert|call|ring|phone"
    r"|set up|arrange|book|schedule|organi[sz]e|find out|ask|speak (?:to|with)|talk to|raise|confirm|bring"
    r"|introduce|connect|prepare|draft|build|make|run|wire|leave|hand|return|settle|cover|replace|install"
    r"|sort|fix|chase|follow up|update|add|upload|provide|deliver|have|pass|look into|work (?:on|out|up)"
    r"|let you know|check (?:with|whether|and)|put (?:it|that|this|them|a|an|the|in|together|something)\b"
    r"|sign|review|grab|drop|propose|price|quote|start|move|try|donate|pay|order|share (?:it|that|the|our|with)"
)
_ADVERB = (
    r"(?: (?:also|then|just|definitely|certainly|happily|personally|gladly|now|absolutely|both|probably))*"
)
_PROMISE = re.compile(
    rf"\b(?:(?:I|we)(?:['’]ll| will| shall|['’]m going to| am going to|['’]re going to| are going to)"
    rf"{_ADVERB}(?: to)? (?:{_DO})\b"
    rf"|(?:I|we) can{_ADVERB} (?:get|send|introduce|connect|arrange|set) (?:you|it|that|this|up)\b"
    rf"|(?:I|we)(?: hereby| do)? (?:promise|undertake|commit|guarantee|confirm)\b(?! (?:that )?(?:receipt|we received))"
    rf"|(?:^|[.;:] )(?:to confirm|confirming|as (?:I )?(?:promised|said|agreed))\b[^.?!]*(?::| (?:will|I['’]d|we['’]d)\b)"
    rf"|(?:you|he|she|they)['’]?(?:ll| will) (?:have|get|receive|hear)\b"
    rf"|\bwill be (?:with you|in your hands)\b"
    rf"|let (?:me|us) (?:come back|get back|find out|check with|ask|look into|take that)\b"
    rf"|leave (?:it|that) with (?:me|us)|\bI(?:['’]ll| will) (?:be )?(?:sending|coming back|writing))",
    re.I,
)
# said of the call itself, of what is shown on a screen at that moment, or no promise at all
_NOW = re.compile(
    r"\b(?:share my screen|show you(?: now| here| the| how)?$|take a note|mute|be honest|be (?:frank"
    r"|straight|quick|brief)|tell you (?:what|why|how|something|a)|give you an example|let (?:me|us) see\b|go first"
    r"|stop (?:sharing|there)|hand over|drop off|see you|(?:talk|speak) (?:to you )?(?:soon|then|later|tomorrow|again)"
    r"|get started|have to|get (?:it|by|there)\b|take that as|let you go|have a look at the|walk you|jump|(?:one|a) sec\b"
    r"|quote you on|leave you to|hang on|hold on|bear with me|trust me|I think (?:I|we)['’]ll|(?:keep|kept) saying"
    r"|have (?:been )?\w+ed\b|have (?:paid|done)\b)",
    re.I,
)
# somebody else's words, told again
_REPORTED = re.compile(
    r"\b(?:said|says|say|told|tells|wrote|written|goes|asked|answered|was like|were like)\b[^.?!]{0,40}[,:“\"‘']\s*[“\"‘']?$"
    r"|[“\"]$",
    re.I,
)
_HEDGED = re.compile(
    r"\b(?:if (?:I['’]m|there['’]s|we(?:['’]re| are)) (?:still|a chance|lucky)|maybe|might|perhaps|some ?day|hopefully)\b",
    re.I,
)
_THING = re.compile(
    r"\b(?:it|that|this|them|these|those|one|everything|all|both|answer|draft|quote|letter|report|file|date)\b",
    re.I,
)
_BY = re.compile(
    r"\b(?:today|tonight|tomorrow|by|before|on|within|next|this) ?(?:the )?(?:\w+ )?(?:\d+|\w*day|week|month|end|"
    r"morning|noon|five|six|evening|first|second|third|\w+th)?\b",
    re.I,
)
_IF = re.compile(r"^(?:if|when|unless|once|in case|suppose|what if)\b", re.I)


def promise_in(text: str) -> str | None:
    """The sentence of a text that promises something, by its form alone."""
    for sentence in sentences(text):
        found = _PROMISE.search(sentence)
        if found is None or len(sentence.split()) < 4 or is_question(sentence):
            continue
        if any(p.search(sentence) for p in (_IF, _NOW, _HEDGED)) or _REPORTED.search(
            sentence[: found.start()]
        ):
            continue
        if found[0].lower().startswith(("you", "he", "she", "they")) and not _handed(sentence[found.end() :]):
            continue
        return sentence
    return None


def _handed(rest: str) -> bool:
    """Whether "you'll have …" hands something over ("it by Friday"), rather than foretells."""
    return bool(_THING.search(" ".join(rest.split()[:6])) or _BY.search(rest))


def task_in(sentence: str) -> str:
    """The promise as a task: what follows "I'll", without the speaker's asides."""
    m = _PROMISE.search(sentence)
    text = sentence[m.start() :] if m else sentence
    text = re.sub(
        r"^(?:I|we)(?:['’](?:ll|m|re)| will| shall| can| am| are| hereby| do| promise| undertake| confirm)+"
        r"(?: going to| to)?[\s:,]+",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(r"^let (?:me|us) ", "", text, flags=re.I)
    text = re.sub(
        r"\b(?:um|uh|er|you know|let's say|I mean|sort of|kind of|actually)\b,? ?", "", text, flags=re.I
    )
    text = re.sub(r"\bby, ", "by ", text)
    text = fold(re.split(r"(?<=\w\w)[;:–—]| (?:because|but|although|so that's) ", text)[0]).rstrip(" .,!")
    return shorten(text[:1].upper() + text[1:], 22)
