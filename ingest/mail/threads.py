"""Which mails belong to one conversation: by References and In-Reply-To, else by subject, people, quoted
text, time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest.mail.paragraphs import sentences
from ingest.model import Source, UtteranceKind

MAX_GAP = 45 * 86_400.0  # seconds between two mails that only their subject and people join
MIN_QUOTE = 6  # words of a quoted sentence that say which mail is answered
SERIES = 3_600.0  # seconds between neighbouring parts of a numbered series

_PART = re.compile(
    r"[\[(](?:[^\])]{0,30}\s)?(?P<part>\d{1,3})\s?(?:/|of|von|de)\s?(?P<total>\d{1,3})[\])]", re.IGNORECASE
)
_PREFIX = re.compile(
    r"^\s*(?:\[[^\]]{1,60}\]\s*)?(?:(?:re|aw|antw|antwort|sv|vs|odp|res|rif|r|ynt|回复|答复|fwd?|wg|tr|rv|enc|i|doorst|vb|pd|转发)(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_TAG = re.compile(r"^\s*\[[^\]]{1,60}\]\s*")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Mail:
    index: int
    time: float
    subject: str
    answers: bool
    linked: bool
    people: frozenset[str]
    sender: str


def thread(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The same sources in the same order, ``mail.thread`` filled: the id of the conversation's first mail.

    Mails without any link in their headers join the nearest earlier conversation (at most 45 days
    back) that has the same
    subject without its prefixes and shares a person, or one whose words they quote. Sources that are
    not mails stay
    as they are.
    """
    groups = _Groups()
    _by_headers(sources, groups)
    mails = sorted(_mails(sources), key=lambda m: (m.time, m.index))
    _by_quotation(sources, mails, groups)
    _by_series(sources, mails, groups)
    _by_subject(mails, groups)
    names: dict[int, str] = {}
    for mail in mails:
        source = sources[mail.index]
        own = source.mail.message_id if source.mail else None
        names.setdefault(groups.root(mail.index), own or source.key)
    return tuple(
        replace(s, mail=replace(s.mail, thread=names[groups.root(n)])) if s.mail else s
        for n, s in enumerate(sources)
    )


def normal_subject(subject: str) -> str:
    """A subject without reply and forward prefixes and list tags, lower case, white space folded."""
    while (shorter := _TAG.sub("", _PREFIX.sub("", subject), count=1)) != subject:
        subject = shorter
    return " ".join(subject.lower().split())


class _Groups:
    """Union-find over mails (by index) and message ids (by name)."""

    def __init__(self) -> None:
        self._parent: dict[int | str, int | str] = {}
        self._ids: dict[int | str, int] = {}

    def root(self, node: int | str) -> int:
        top = self._top(node)
        return self._ids.setdefault(top, len(self._ids))

    def _top(self, node: int | str) -> int | str:
        path: list[int | str] = []
        while (up := self._parent.get(node, node)) != node:
            path.append(node)
            node = up
        for step in path:
            self._parent[step] = node
        return node

    def join(self, left: int | str, right: int | str) -> None:
        self._parent[self._top(left)] = self._top(right)

    def same(self, left: int, right: int) -> bool:
        return self._top(left) == self._top(right)


def _by_headers(sources: Sequence[Source], groups: _Groups) -> None:
    for index, source in enumerate(sources):
        if source.mail:
            for name in (source.mail.message_id, source.mail.in_reply_to, *source.mail.references):
                if name:
                    groups.join(index, name)


def _mails(sources: Sequence[Source]) -> Iterable[_Mail]:
    known = {s.mail.message_id for s in sources if s.mail and s.mail.message_id}
    meant = {i for s in sources if s.mail for i in (s.mail.in_reply_to, *s.mail.references) if i}
    for index, source in enumerate(sources):
        if source.mail is None:
            continue
        header = source.mail
        links = {i for i in (header.in_reply_to, *header.references) if i}
        yield _Mail(
            index,
            seconds(source.when),
            normal_subject(header.subject),
            bool(_PREFIX.match(header.subject)),
            bool(links & known) or header.message_id in meant,
            frozenset(
                p for p in (_person(x.email, x.name) for x in source.participants if x.role in _ROLES) if p
            ),
            next((_person(x.email, x.name) for x in source.participants if x.role == "from"), ""),
        )


_ROLES = ("from", "to", "cc", "bcc")


def _person(email: str | None, name: str | None) -> str:
    return (email or name or "").lower()


def seconds(when: datetime | date | None) -> float:
    """A time that can be compared; undated last."""
    if isinstance(when, datetime):
        try:
            return when.timestamp()
        except (OverflowError, ValueError):
            return float("inf")
    if when is not None:
        return (when.toordinal() - date(1970, 1, 1).toordinal()) * 86_400.0
    return float("inf")


def _by_quotation(sources: Sequence[Source], mails: Sequence[_Mail], groups: _Groups) -> None:
    """An unlinked mail joins the mail whose sentences it quotes (in order of time, so that each is asked
    once)."""
    written: dict[str, int] = {}
    for mail in mails:
        quoted: dict[int, int] = defaultdict(int)
        for utterance in sources[mail.index].utterances:
            if utterance.kind is UtteranceKind.QUOTED and not mail.linked:
                for sentence in _long_sentences(utterance.text):
                    if sentence in written:
                        quoted[written[sentence]] += 1
        if quoted:
            groups.join(mail.index, max(quoted, key=lambda index: quoted[index]))
        for utterance in sources[mail.index].utterances:
            if utterance.kind is UtteranceKind.BODY:
                for sentence in _long_sentences(utterance.text):
                    written.setdefault(sentence, mail.index)


def _long_sentences(text: str) -> Iterable[str]:
    for sentence in sentences(text):
        words = _WORDS.findall(sentence.lower())
        if len(words) >= MIN_QUOTE:
            yield " ".join(words)


def _by_subject(mails: Sequence[_Mail], groups: _Groups) -> None:
    earlier: dict[str, list[_Mail]] = defaultdict(list)
    for mail in mails:
        if not mail.subject:
            continue
        if mail.answers:
            for before in reversed(earlier[mail.subject][-50:]):
                if mail.linked and before.linked:
                    continue  # their own headers speak for both
                if _near(before, mail) and (mail.people & before.people):
                    groups.join(mail.index, before.index)
                    break
        earlier[mail.subject].append(mail)


def _by_series(sources: Sequence[Source], mails: Sequence[_Mail], groups: _Groups) -> None:
    """Numbered parts that one sender sent within the hour ("contract pack (2/3)", "[PATCH 03/44]")."""
    running: dict[tuple[str, int], tuple[_Mail, set[int]]] = {}
    for mail in mails:
        header = sources[mail.index].mail
        found = _PART.search(header.subject) if header and not mail.answers else None
        if found is None or not mail.sender:
            continue
        part, total = int(found["part"]), int(found["total"])
        before, parts = running.get((mail.sender, total), (None, set[int]()))
        if before is None or part in parts or mail.time - before.time > SERIES:
            before, parts = None, set[int]()
        if before is not None and not (mail.linked and before.linked):
            groups.join(mail.index, before.index)
        running[(mail.sender, total)] = (mail, {*parts, part})


def _near(before: _Mail, mail: _Mail) -> bool:
    infinite = float("inf")
    return infinite in (before.time, mail.time) or mail.time - before.time <= MAX_GAP
