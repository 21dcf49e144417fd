"""The texts of a pre-read that a model or a template wrote, and what quotation marks inside them protect."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from analysis.documents import Claim, PreRead, TimelineEntry

_QUOTED = re.compile(r"“[^”]*(?:”|$)")


def human(claims: Sequence[Claim]) -> bool:
    """Whether an item is people's own: everything it claims was written by them."""
    return bool(claims) and all(c.origin == "human" for c in claims)


def rewrite_texts(out: PreRead, rewrite: Callable[[str], str]) -> None:
    """Rewrite, in place, every text outside claims and the timeline; what people wrote is passed over."""
    for factor in out.deciding_factors:
        if not human(factor.claims):
            factor.factor = rewrite(factor.factor)
    for promise in out.commitments:
        if not human(promise.claims):
            promise.what = rewrite(promise.what)
            promise.due = rewrite(promise.due) if promise.due else promise.due
    for change in out.change_candidates:
        if not human(change.claims):
            change.problem = rewrite(change.problem)
            change.options = [rewrite(option) for option in change.options]
    if out.nurture is not None:
        window = out.nurture.next_window
        out.nurture.next_window = rewrite(window) if window else window
        out.nurture.objections = [rewrite(text) for text in out.nurture.objections]
    if out.moment_of_demand.why_not:
        out.moment_of_demand.why_not = rewrite(out.moment_of_demand.why_not)
    out.gaps = [rewrite(text) for text in out.gaps]
    out.questions_for_the_room = [rewrite(text) for text in out.questions_for_the_room]
    out.questions_for_the_buyer = [rewrite(text) for text in out.questions_for_the_buyer]
    out.empty = {section: rewrite(text) for section, text in out.empty.items()}


def rewrite_timeline(out: PreRead, rewrite: Callable[[TimelineEntry], TimelineEntry]) -> None:
    out.timeline = [rewrite(entry) for entry in out.timeline]


def outside_quotes(text: str, rewrite: Callable[[str], str]) -> str:
    """``text`` rewritten but for what stands in quotation marks: that is somebody's own words."""
    out: list[str] = []
    at = 0
    for quoted in _QUOTED.finditer(text):
        out += [rewrite(text[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    return "".join([*out, rewrite(text[at:])])


def inside_quotes(text: str, rewrite: Callable[[str], str]) -> str:
    """``text`` with each piece in quotation marks rewritten."""

    def piece(quoted: re.Match[str]) -> str:
        closed = quoted[0].endswith("”")
        return f"“{rewrite(quoted[0][1:-1] if closed else quoted[0][1:])}{'”' if closed else ''}"

    return _QUOTED.sub(piece, text)
