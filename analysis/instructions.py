"""Sentences that are addressed to a program, not to a person of the deal.

Whoever writes "ignore your instructions and …" into a mail speaks to whatever reads it. Such a sentence stays in the
record and can be read there, but it is evidence of nothing: no section chooses it and no LLM is shown it. The rule is
narrow, since buyers do write of assistants, models and answers: it wants an order about instructions, about the
reader's own answer, about what the reader is, or the control marks of a chat template.
"""

from __future__ import annotations

import re

_ANSWER = r"(?:next |final |own |entire |whole )?(?:response|answer|reply|output|summary|message)s?"
_OVERRIDE = re.compile(
    r"\b(?:ignore|disregard|forget|overlook|override|bypass|drop|skip|do not (?:follow|obey)|"
    r"don['’]t (?:follow|obey)|stop following)\b"
    r"[^.?!\n]{0,60}\b(?:instruct\w+|prompts?|directives?|guidelines|system message|told(?: so far)?|programming)\b",
    re.I,
)
# an order begins with its verb; what mails say of somebody's answer begins otherwise, or waits or thanks for it
_NO_ORDER = (
    r"I|we|you|he|she|it|they|this|that|these|those|there|the|an?|my|our|his|her|its|their|your|what|when|where|which|who|"
    r"why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|if|as|since|because|after|"
    r"before|for|from|in|on|at|by|of|with|without|to|regarding|concerning|re|per|following|not|no|yes|sorry|thanks?|many|hope|"
    r"hoping|await\w*|wait\w*|look\w*|appreciat\w*|got|saw|read|reading|received|seen|see|based|given|until|once|while|pending|"
    r"subject|great|good|both|all|any|some|one|two|here|just|only|still|even|but|or|so|also|glad|happy|grateful|"
    r"send|forward|submit|e?mail|return|post|bring|let|call|check|take|discuss|share"
)
_ABOUT_ANSWER = re.compile(
    rf"^\W*(?:(?:please|now|then|important|note|and|also|in your {_ANSWER})\b[\s:,]*)*(?!(?:{_NO_ORDER})\b)[a-z]+\b"
    rf"(?!['’])[^.?!\n]*\b(?:your {_ANSWER}\b(?! (?:of|on|about|from|dated|"
    r"to (?:the|an?|my|our|his|her|their|this|these|those|each|all|every|question))\b))",
    re.I,
)
_IN_ANSWER = re.compile(rf"^\W*in your {_ANSWER}, (?!(?:{_NO_ORDER})\b)[a-z]+\b", re.I)
_ROLE = re.compile(
    r"\b(?:you are|act as|pretend (?:to be|you are)|you['’]re|behave as|imagine you are)(?: now)?(?: \w+){0,3} "
    r"(?:AI|LLM|language model|chat ?bot|assistant model|virtual assistant|GPT\w*|DAN|unrestricted \w+)\b"
    r"|\b(?:dear|hey|hi|hello|attention|note to(?: the)?|to(?: the)?|if you are an?) (?:AI|LLM|language model|chat ?bot|"
    r"AI (?:assistant|model|agent|system|reader|summari[sz]er)|(?:summari[sz]ing|drafting|virtual) (?:assistant|model|agent))\b"
    r"|\bas an? (?:AI|LLM|language model|chat ?bot)(?: (?:assistant|model|agent))?,? (?:you|ignore|please)\b",
    re.I,
)
_MARKS = re.compile(
    r"<\|[^|>]{1,40}\|>|\[/?INST\]|<</?SYS>>|(?:^|[.!?:] )\W*(?:###|\*\*\*|---|===|\[)? ?(?:system|assistant|developer)"
    r"(?: (?:prompt|message|override|instructions?|note|update))?\s*(?:\]|:|###|\*\*\*)"
    r"|\b(?:new|updated|additional|real|actual|begin|end of) (?:system )?(?:instructions?|prompt)\s*:|\bsystem prompt\b",
    re.I | re.M,
)  # fmt: skip


def to_a_program(text: str) -> bool:
    """Whether a text, or a sentence in it, gives orders to a program that reads it."""
    if _OVERRIDE.search(text) or _ROLE.search(text) or _MARKS.search(text):
        return True
    return any(
        _ABOUT_ANSWER.search(part) or _IN_ANSWER.search(part)
        for part in re.split(r"(?<=[.!?:;])\s+|\n", text)
    )
