"""Roles that stand for a person: "our CIO", "the finance director", where one person of that side has the
title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model import Mention, Side, Source, Utterance
from ingest.people import lexicon
from ingest.people.draft import Draft
from ingest.people.mentions import Found
from ingest.people.spans import cited
from ingest.people.titles import meaning, means

_HEADS = "|".join(sorted(lexicon.ROLE_HEADS, key=len, reverse=True))
_ROLE = re.compile(
    rf"\b(?P<whose>our|my|your|the|their) (?P<role>(?:(?!(?:and|or|of|to|for|is|was|the|who|that|next|"
    rf"other|new|old|last|first|same|"
    rf"whole)\b)[\w&'’-]+ ){{0,3}}?(?:{_HEADS})\b(?P<of> of [\w&'’-]+(?: [A-Z][\w&'’-]+)?)?)(?![\w-])",
    re.IGNORECASE,
)
# Heads that say little alone: "our manager", "the lead", "your team lead" name nobody.
_VAGUE = frozenset(
    [
        "manager",
        "director",
        "head",
        "lead",
        "leader",
        "officer",
        "engineer",
        "analyst",
        "consultant",
        "specialist",
        "executive",
        "assistant",
        "deputy",
        "chief",
        "boss",
        "partner",
        "owner",
        "operator",
        "buyer",
        "producer",
        "sister",
        "principal",
        "representative",
        "rep",
        "agent",
        "captain",
        "planner",
        "technician",
        "developer",
        "editor",
        "conductor",
        "driver",
        "teacher",
        "nurse",
        "clerk",
        "supervisor",
        "coordinator",
        "administrator",
        "adviser",
        "advisor",
        "practitioner",
        "member",
        "governor",
        "curator",
        "tester",
        "trainer",
        "vet",
        "steward",
        "conductor",
        "doctor",
        "chair",
        "vice",
        "senior",
        "team",
        "project",
        "account",
        "sales",
        "business",
        "group",
        "integrator",
        "sponsor",
        "founder",
        "registrar",
        "responsable",
        "president-elect",
    ]
)


def find_roles(
    sources: Sequence[Source],
    drafts: Sequence[Draft],
    speakers: dict[tuple[str, str], Draft],
    named: Sequence[Found],
) -> list[Mention]:
    """Role phrases that mean exactly one person.

    Phrases beside a name ("our CFO Judith") are left to the name.
    """
    titled = [d for d in drafts if d.title]
    if not titled:
        return []
    taken: dict[tuple[str, int], list[Mention]] = {}
    for found in named:
        taken.setdefault((found.mention.source_key, found.mention.ordinal), []).append(found.mention)
    mentions: list[Mention] = []
    for source in sources:
        internal = _all_seller(source, drafts)
        for utterance in cited(source):
            speaker = speakers.get((source.key, utterance.speaker or ""))
            beside = taken.get((source.key, utterance.ordinal), [])
            mentions += _in_utterance(source, utterance, speaker, titled, beside, internal)
    return mentions


def _in_utterance(
    source: Source,
    utterance: Utterance,
    speaker: Draft | None,
    titled: Sequence[Draft],
    beside: Sequence[Mention],
    internal: bool,
) -> list[Mention]:
    found: list[Mention] = []
    for match in _ROLE.finditer(utterance.text):
        start, end = match.start(), match.end()
        if any(m.start <= end + 3 and start <= m.end + 3 for m in beside) or meaning(match["role"]) <= _VAGUE:
            continue
        side = _side(match["whose"].lower(), speaker, internal)
        fits = [
            d
            for d in titled
            if d.side is side
            and any(means(match["role"], title) for _, _, title in d.titles or [(0, 0, d.title or "")])
        ]
        if len(fits) == 1 and fits[0] is not speaker:
            only = f"{fits[0].text} is the only one on that side with the title {fits[0].title}"
            how = f"role: “{match[0]}”, and {only}"
            found.append(Mention(fits[0].id, source.key, utterance.ordinal, start, end, how))
    return found


def _side(whose: str, speaker: Draft | None, internal: bool) -> Side | None:
    own = speaker.side if speaker else None
    match whose:
        case "our" | "my":
            return own if own in (Side.BUYER, Side.SELLER) else None
        case "your":
            return {Side.BUYER: Side.SELLER, Side.SELLER: Side.BUYER}.get(own) if own else None
        case "their":
            return Side.BUYER if internal else None
        case _:
            return Side.BUYER if own in (Side.BUYER, Side.SELLER) else None


def _all_seller(source: Source, drafts: Sequence[Draft]) -> bool:
    """Whether only the seller's people are in a mail: there "their CFO" is the customer's."""
    here = [d for d in drafts if source.key in d.sources]
    return bool(here) and all(d.side is Side.SELLER for d in here)
