"""Questions for the room, and neutral questions for the buyer.

The buyer is asked the same base set each time, so that answers add up over deals, and then what this record
leaves open. Nothing in them leads, sells or blames.
"""

from __future__ import annotations

from analysis.context import DraftContext
from analysis.documents import PersonRef, PreRead

BASE_FOR_BUYER = (
    "How would you put the value of what you chose, in your own words?",
    "Who else had a say in the decision, and what mattered to them?",
    "When did it become clear that something had to change, and what made it clear?",
    "Apart from price, what decided?",
    "How did we compare on what mattered most to you?",
    "What would you have wanted us to do differently?",
)
_IN_DOUBT = {
    "economic_buyer": "Who released the money in the end, and what did they need to see?",
    "decision_criteria": "Against which criteria were the offers compared, and who set them?",
    "decision_process": "What steps did the decision go through after our last conversation?",
    "paper_process": "Which steps between the decision and the signature took longest?",
    "metrics": "How did you measure, or mean to measure, whether it is worth it?",
    "competition": "What did the other offer have that stood out?",
    "champion": "Who inside made the case, for whichever choice?",
    "identify_pain": "What would have happened if nothing had been decided?",
}
_MOST = 10


def draft(ctx: DraftContext) -> dict[str, list[str]]:
    return {"questions_for_the_room": for_the_room(ctx), "questions_for_the_buyer": for_the_buyer(ctx)}


def for_the_buyer(ctx: DraftContext) -> list[str]:
    """The base set, then one question for each thing that the record leaves open."""
    so_far = ctx.so_far
    out = list(BASE_FOR_BUYER)
    out += [
        _IN_DOUBT[k] for k, item in so_far.meddpicc.items() if item.status == "missed" and k in _IN_DOUBT
    ][:3]
    for person in _unheard(ctx)[:2]:
        own = person.side == "buyer"
        out.append(
            f"What was {person.name}'s view of the choice?"
            if own
            else f"What part did {person.name} play in the choice?"
        )
    if so_far.deal.outcome == "lost":
        out.append("When will you look at this again, and what should be different by then?")
    return out[:_MOST]


def for_the_room(ctx: DraftContext) -> list[str]:
    """The three questions of every retro, then what this pre-read raises."""
    so_far = ctx.so_far
    out = [
        "How would the customer put the value of their choice, also for other departments?",
        "Who was the most influential voice, in and out of the room, and did we know it then?",
        "Beyond price, what decided?",
    ]
    out.append(_about_moment(so_far))
    out += [
        f"Who on our side could have spoken with {person.name}, and when?"
        if person.side == "buyer"
        else f"What did we know of {person.name}'s part in it, and when did we know it?"
        for person in _unheard(ctx)[:2]
    ]
    out += _about_reason(so_far)
    open_promises = sum(c.kept is False for c in so_far.commitments)
    if open_promises:
        out.append("Which of our promises stayed open, and what would have kept them in sight?")
    if so_far.change_candidates:
        out.append("Which one change will we make, who owns it, and by when?")
    return out[:_MOST]


def _about_moment(so_far: PreRead) -> str:
    if so_far.moment_of_demand.found:
        return "Did we notice the moment when the customer was ready to decide, and what did we do with it?"
    return "Was there ever a moment when the customer was ready to decide, outside what was recorded?"


def _about_reason(so_far: PreRead) -> list[str]:
    check = so_far.reason_check
    if so_far.deal.outcome != "lost" or not check.stated or check.loss_cause is None:
        return []
    cause = check.loss_cause.replace("_", " ")
    if cause in check.stated.lower():
        return []
    return [f"The CRM says “{check.stated}”, the record points to {cause}: which would the customer sign?"]


def _unheard(ctx: DraftContext) -> list[PersonRef]:
    """Influential people on the other sides who never speak in the record."""
    corpus = ctx.corpus
    heard = {p.id for s, u in corpus.citable() if (p := corpus.speaker(s.key, u.speaker))}
    return [
        v.person
        for v in ctx.so_far.influential_voices
        if v.person.side != "seller" and v.person.id not in heard
    ]
