"""The published mail sets in ../shared/data/email: skipped where they are not present."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from ingest.errors import IngestError
from ingest.mail import parse_mail, parse_msg, thread
from ingest.mail.message import read_message
from ingest.mail.reply import reply_of
from ingest.model import Source


def test_replies_are_trimmed_as_discourse_does(shared: Path) -> None:
    cases = [json.loads(line) for line in (shared / "data/email/discourse/trim.jsonl").open()]
    exact = sum(reply_of(c["input"]).strip() == c["expected_trimmed"].strip() for c in cases)
    assert exact / len(cases) >= 0.9


def test_fields_are_read_as_imap_tools_reads_them(shared: Path) -> None:
    root = shared / "data/email/imap_tools"
    cases = [json.loads(line) for line in (root / "expected.jsonl").open()]
    right = dict.fromkeys(("subject", "from", "to", "attachments"), 0)
    for case in cases:
        want, got = case["expected"], read_message(case["file"], (root / case["file"]).read_bytes())
        right["subject"] += got.subject == " ".join(want["subject"].split())
        right["from"] += [a.email for a in got.sender] == ([want["from_"]] if want["from_"] else [])
        right["to"] += [(a.email or "").lower() for a in got.to if a.email] == [
            t.lower() for t in want["to"] if t
        ]
        right["attachments"] += list(got.attachments) == [
            a["filename"] for a in want["attachments"] if a["filename"]
        ]
    assert min(right.values()) / len(cases) >= 0.9, right


def test_nothing_crashes(shared: Path) -> None:
    files = [
        p
        for p in sorted((shared / "data/email").rglob("*"))
        if p.suffix in (".eml", ".msg") or p.parent.name == "cpython"
    ]
    refused = 0
    for path in files:
        outlook = "outlook-msg" in path.parts
        try:
            (parse_msg if outlook else parse_mail)(path.name, path.read_bytes())
        except IngestError:
            refused += 1
    assert len(files) > 100 and refused <= 5


def _counts(gold: Sequence[int], found: Sequence[str | None]) -> tuple[int, int, int]:
    both = wrong = missed = 0
    for a, b in combinations(range(len(gold)), 2):
        same, said = gold[a] == gold[b], found[a] == found[b]
        both, wrong, missed = (
            both + (same and said),
            wrong + (said and not same),
            missed + (same and not said),
        )
    return both, wrong, missed


def _f1(corpora: dict[str, list[tuple[int, Source]]], *, hide: bool) -> float:
    both = wrong = missed = 0
    for mails in corpora.values():
        sources = [s for _, s in mails]
        if hide:
            sources = [
                replace(s, mail=replace(s.mail, in_reply_to=None, references=())) for s in sources if s.mail
            ]
        found = [s.mail.thread for s in thread(sources) if s.mail]
        counts = _counts([g for g, _ in mails], found)
        both, wrong, missed = both + counts[0], wrong + counts[1], missed + counts[2]
    return 2 * both / (2 * both + wrong + missed)


def test_threads_are_those_of_notmuch(shared: Path) -> None:
    root = shared / "data/email/notmuch"
    corpora: dict[str, list[tuple[int, Source]]] = {}
    for number, line in enumerate((root / "threads.jsonl").open()):
        found = json.loads(line)
        for mail in found["messages"]:
            source = parse_mail(mail["file"], (root / mail["file"]).read_bytes())
            corpora.setdefault(found["corpus"], []).append((number, source))
    assert _f1(corpora, hide=False) == 1.0
    assert _f1(corpora, hide=True) >= 0.9
