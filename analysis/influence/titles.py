"""Titles that say that somebody leads."""

import re

SENIOR = re.compile(
    r"\b(?:chief|c[efiot]o|president|chair(?:man|woman|person)?|treasurer|owner|partner|founder|director|"
    r"head|principal|"
    r"dean|governor|trustee|minister|secretary|counsel|solicitor|controller|matron|superintendent|"
    r"general manager|vp)\b",
    re.I,
)
