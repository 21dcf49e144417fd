"""How values look on a page: times, money, dates. Pure functions, registered as template filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from analysis.documents import Claim, Factor

SECTION_TITLES = {
    "value_articulation": "How the customer would put the value",
    "influential_voices": "Influential voices",
    "moment_of_demand": "The moment of demand",
    "deciding_factors": "What decided, beyond price",
    "reason_check": "Stated against evidenced reason",
    "timeline": "The whole path",
    "meddpicc": "MEDDPICC check",
    "went_well": "What went well",
    "could_go_better": "What could go better",
    "worked_together": "How we worked together",
    "change_candidates": "Changes to consider",
    "commitments": "Promises, kept or not",
    "nurture": "The next window",
    "gaps": "What the record cannot tell",
    "questions_for_the_room": "Questions for the room",
    "questions_for_the_buyer": "Questions for the buyer",
}
MEDDPICC_TITLES = {
    "metrics": "Metrics",
    "economic_buyer": "Economic buyer",
    "decision_criteria": "Decision criteria",
    "decision_process": "Decision process",
    "paper_process": "Paper process",
    "identify_pain": "Identified pain",
    "champion": "Champion",
    "competition": "Competition",
}
CAUSES = {
    "existing_relationship": "an existing relationship",
    "product_fit": "product fit",
    "price": "price",
    "timing": "timing",
    "process": "process",
    "no_decision": "no decision (the status quo)",
}


def clock(seconds: float | None) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``; empty for None."""
    if seconds is None:
        return ""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def day(value: date | datetime | str | None) -> str:
    """A date as people write it: "14 July 2026"; unparsable text comes back as it is."""
    if value is None or value == "":
        return "undated"
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    return f"{value.day} {value:%B %Y}"


def money(amount: float | None, currency: str | None) -> str:
    """An amount with its currency, without needless decimals; empty for None."""
    if amount is None:
        return ""
    number = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    return f"{currency} {number}" if currency else number


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def initials(name: str) -> str:
    """Up to two letters that stand for a person."""
    parts = [p for p in name.split() if p[:1].isalpha()]
    return "".join(p[0].upper() for p in (parts[:1] + parts[-1:] if len(parts) > 1 else parts))


def eta(seconds: float | None) -> str:
    """What is left, in words: "about 2 min left"; empty while unknown."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"about {max(1, round(seconds))} s left"
    return f"about {round(seconds / 60)} min left"


def repeats(claim: Claim) -> bool:
    """The claim's text only leads up to its first quote, which it repeats: 'Dana Shiels put it so: “…”'."""
    _, mark, quoted = claim.text.partition(" “")
    words = quoted.partition("”")[0].rstrip(" …")
    return bool(mark) and any(words in citation.quote for citation in claim.citations[:1])


def lead(claim: Claim, about: str = "") -> str:
    """What a page says above a claim's quotes: its text; where that only repeats the quote, what is left of it
    without the quote, the name of who says it (it stands below) and ``about``, whom the page names above.
    """
    if not repeats(claim):
        return claim.text
    head = claim.text.partition(" “")[0].rstrip(" -–:,")
    for name in (claim.citations[0].speaker, about):
        if name:
            head = head.removeprefix(name).removesuffix(name).strip(" -–:,")
    head = head.removesuffix("put it so").removesuffix("promised").strip()
    return head[:1].upper() + head[1:]


def place(value: str) -> str:
    """A section's name in words: "went_well" as "What went well", "meddpicc.champion" as "MEDDPICC: Champion"."""
    name, _, item = value.partition(".")
    if name == "meddpicc" and item:
        return f"MEDDPICC: {MEDDPICC_TITLES.get(item, item)}"
    return SECTION_TITLES.get(value, value.replace("_", " "))


def signals(found: Mapping[str, float]) -> str:
    """What makes a voice count, the strongest first: "deferred to, credited, copied"."""
    return ", ".join(name.replace("_", " ") for name, n in sorted(found.items(), key=lambda x: -x[1]) if n)


def own_words(factor: Factor) -> bool:
    """A factor's phrase was taken from a quote as it stands: it is shown as one."""
    words = factor.factor.rstrip(" …")
    return len(words.split()) > 3 and any(words in x.quote for c in factor.claims for x in c.citations)
