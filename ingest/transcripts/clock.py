"""Times as transcripts write them."""

from __future__ import annotations

import re

MAX_SECONDS = 100 * 3600.0
"""Nobody records longer; anything later is a broken time."""

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,9}))?")


def parse_clock(text: str) -> float | None:
    """``[-][h:]m:s[.fraction]`` in seconds; None when it is no time. Teams' negative times, whose sign may
    stand before any part, count as 0."""
    match = _CLOCK.fullmatch(text.strip().replace("-", ""))
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    if int(seconds) > 60 or (hours is not None and int(minutes) > 60):
        return None
    total = int(hours or 0) * 3600.0 + int(minutes) * 60.0 + float(f"{int(seconds)}.{fraction or 0}")
    return usable(0.0 if "-" in text else total)


def usable(seconds: float | None) -> float | None:
    """A time that can be trusted to be one: finite, not above ``MAX_SECONDS``; negative ones count as 0."""
    if seconds is None or not seconds <= MAX_SECONDS or seconds < -MAX_SECONDS:
        return None
    return max(seconds, 0.0)


def write_clock(seconds: float, *, mark: str = ".") -> str:
    """``hh:mm:ss.mmm``, with ``mark`` before the milliseconds."""
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
