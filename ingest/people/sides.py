"""Which side of the deal somebody is on: by address, by CRM row, by what the people who speak of them say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.model import Contact, Opportunity, Side, Source
from ingest.people import lexicon
from ingest.people.context import Clues
from ingest.people.draft import Draft
from ingest.people.lexicon import fold
from ingest.people.spans import cited

_PARENT = re.compile(
    r"\b(?:parent|holding company|head office|headquarters|hq|owned by|owns us|our owners?|mother company|"
    r"mothership|bought us|acquired us|subsidiary|"
    r"the group|group (?:it|finance|planning|procurement|security|policy|office)|shareholders?)\b",
    re.IGNORECASE,
)
_PARTNER = re.compile(
    r"\b(?:integrator|reseller|implementation partner|implementers?|partner|partners|distributor|"
    r"contractor|systems? house|outsourcer)\b",
    re.IGNORECASE,
)
_WORKS_FOR = re.compile(
    r"\b(?:via|through|(?:contract|agreement|retainer) with|(?:outsourced|hosted|supported|installed|"
    r"run) (?:to|by)) (?:the )?$",
    re.IGNORECASE,
)
_RUNS = re.compile(
    r"^(?:['’]s)? (?:owns?|runs?|supports?|maintains?|implemented|installed|built|hosts?|manages?|"
    r"looks? after|did|do|does"
    r"|writes?|wrote) (?:the|our|all|it|that|everything|both|most)\b",
    re.IGNORECASE,
)
_GENERIC_WORDS = lexicon.ORGANISATION_WORDS | {"the", "and", "for"}


@dataclass(frozen=True, slots=True)
class Houses:
    """The parties of a deal: mail domains and the words of their names."""

    seller_domains: frozenset[str]
    buyer_domains: frozenset[str]
    account_words: frozenset[str]
    seller_label: str
    competitor_words: frozenset[str]


def houses(opportunity: Opportunity, contacts: Sequence[Contact], sources: Sequence[Source]) -> Houses:
    seller = {_domain(opportunity.owner_email or "")}
    for source in sources:
        seller |= {_domain(p.email or "") for p in source.participants if p.affiliation == "internal"}
    seller = {d for d in seller if d and d not in lexicon.FREE_MAIL}
    account = _words(opportunity.account or opportunity.name.partition(" - ")[0])
    domains = Counter(_domain(c.email or "") for c in contacts)
    candidates = [d for d, _ in domains.most_common() if d and d not in seller and d not in lexicon.FREE_MAIL]
    buyer = {d for d in _domains(sources) | set(candidates) if d not in seller and resembles(d, account)}
    if not buyer and candidates:
        buyer = {candidates[0]}
    if not buyer:
        seen = Counter(_domain(p.email or "") for s in sources for p in s.participants)
        buyer = {
            d
            for d, _ in seen.most_common()
            if d
            and d not in seller
            and d not in lexicon.FREE_MAIL
            and not resembles(d, _words(opportunity.competitor or ""))
        }
        buyer = {next(iter(d for d, _ in seen.most_common() if d in buyer))} if buyer else set()
    label = re.sub(r"[^a-z]", "", sorted(seller)[0].split(".")[0]) if seller else ""
    return Houses(frozenset(seller), frozenset(buyer), account, label, _words(opportunity.competitor or ""))


def _domains(sources: Sequence[Source]) -> set[str]:
    found = {_domain(p.email or "") for s in sources for p in s.participants}
    return {d for d in found if d and d not in lexicon.FREE_MAIL}


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower()


def _words(text: str) -> frozenset[str]:
    return frozenset(
        w for w in re.findall(r"[a-z0-9]+", fold(text)) if len(w) > 2 and w not in _GENERIC_WORDS
    )


def resembles(domain: str, words: frozenset[str]) -> bool:
    """Whether a mail domain is made of a company's name: "harborlight.example" and Harborlight Clinics."""
    label = re.sub(
        r"[^a-z0-9]",
        "",
        domain.rsplit(".", 1)[0] if domain.count(".") == 1 else ".".join(domain.split(".")[:-1]),
    )
    return any(len(w) >= 4 and w in label for w in words) or (
        len(label) >= 4 and label in "".join(sorted(words))
    )


def assign_by_address(drafts: Sequence[Draft], parties: Houses, sources: Sequence[Source]) -> None:
    """Sides that addresses, affiliations and CRM rows settle; the rest stays unknown."""
    nearby = _company_words(drafts, parties, sources)
    for person in drafts:
        person.side = person.fixed_side or _by_address(person, parties, nearby)


def _by_address(person: Draft, parties: Houses, nearby: Mapping[str, Side]) -> Side:
    domains = [_domain(e) for e in person.emails if _domain(e) not in lexicon.FREE_MAIL]
    if any(d in parties.seller_domains for d in domains):
        return Side.SELLER
    if any(d in parties.buyer_domains for d in domains):
        return Side.BUYER
    roles = _words(" ".join([*person.crm_roles, *(t for _, _, t in person.titles)]))
    if domains:
        if roles & lexicon.PARTNER_WORDS:
            return Side.PARTNER
        return nearby.get(domains[0], Side.THIRD_PARTY)
    if "internal" in person.affiliations:
        return Side.SELLER
    if person.accounts and (
        not parties.account_words or any(_words(a) & parties.account_words for a in person.accounts)
    ):
        return Side.BUYER
    return Side.BUYER if "external" in person.affiliations else Side.UNKNOWN


def _company_words(drafts: Sequence[Draft], parties: Houses, sources: Sequence[Source]) -> dict[str, Side]:
    """What the record says of each foreign company: the account's parent is the buyer, an integrator a
    partner.
    """
    foreign: dict[str, Counter[Side]] = {}
    for person in drafts:
        for address in person.emails:
            domain = _domain(address)
            if domain and domain not in parties.seller_domains | parties.buyer_domains | lexicon.FREE_MAIL:
                foreign.setdefault(domain, Counter())
                titles = " ".join(t for _, _, t in person.titles)
                foreign[domain][Side.BUYER] += bool(
                    re.search(r"\bgroup\b", titles, re.IGNORECASE)
                    or re.search(r"(?:holding|group|-hd\b)", domain)
                )
    if foreign:
        _read(foreign, parties, sources)
    return {domain: _verdict(domain, votes, parties) for domain, votes in foreign.items()}


def _read(foreign: Mapping[str, Counter[Side]], parties: Houses, sources: Sequence[Source]) -> None:
    patterns = {
        d: re.compile(rf"\b{re.escape(stem)}", re.IGNORECASE)
        for d in foreign
        if len(stem := re.split(r"[.-]", d)[0]) >= 4
    }
    for source in sources:
        texts = [u.text for u in cited(source)]
        for i, text in enumerate(texts):
            for domain, pattern in patterns.items():
                if pattern.search(text):
                    around = " ".join(texts[max(0, i - 1) : i + 2])
                    foreign[domain][Side.BUYER] += bool(_PARENT.search(around))
                    foreign[domain][Side.PARTNER] += bool(_PARTNER.search(text) or _serves(text, pattern))


def _serves(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the sentence says that the company does work for the account: runs, builds or supports
    something.
    """
    match = pattern.search(text)
    if match is None:
        return False
    after = re.sub(r"^\w*", "", text[match.end() :])
    return bool(_WORKS_FOR.search(text[: match.start()]) or _RUNS.match(after))


def _verdict(domain: str, votes: Counter[Side], parties: Houses) -> Side:
    if resembles(domain, parties.competitor_words):
        return Side.THIRD_PARTY
    # Who owns the account decides with it, whatever else they do for it.
    if votes[Side.BUYER] and votes[Side.BUYER] >= votes[Side.PARTNER]:
        return Side.BUYER
    return Side.PARTNER if votes[Side.PARTNER] else Side.THIRD_PARTY


class Hearsay:
    """Votes for the side of people without an address, from the words of those who speak of them."""

    def __init__(self, parties: Houses) -> None:
        self._parties = parties
        self._votes: dict[str, Counter[Side]] = defaultdict(Counter)

    def hear(self, person_id: str, speaker: Side, seen: Clues) -> None:
        votes = self._votes[person_id]
        company = self._company(seen.company) if seen.company else None
        if company:
            votes[company] += 30
        elif seen.company and not self._is_place_or_name(seen.company):
            # "Marcus at Fenwold", said by the seller, is somebody else's Marcus; a buyer may mean one of
            # their sites.
            votes[Side.THIRD_PARTY] += 12 if speaker is Side.SELLER else 6
        if seen.title and _words(seen.title) & lexicon.PARTNER_WORDS:
            votes[Side.PARTNER] += 20
        if speaker not in (Side.BUYER, Side.SELLER):
            return
        other = Side.SELLER if speaker is Side.BUYER else Side.BUYER
        if seen.whose in ("our", "my"):
            votes[speaker] += 20
        elif seen.whose == "your":
            votes[other] += 20
        elif seen.whose == "their":
            votes[Side.THIRD_PARTY if speaker is Side.BUYER else Side.BUYER] += 10
        else:
            votes[speaker] += 2

    def _company(self, text: str) -> Side | None:
        words = _words(text)
        if (
            not words
            or words & lexicon.places()
            or words <= lexicon.CALENDAR
            or words <= lexicon.first_names()
        ):
            return None
        if words & self._parties.account_words:
            return Side.BUYER
        joined = re.sub(r"[^a-z]", "", fold(text))
        if len(joined) >= 4 and joined in self._parties.seller_label:
            return Side.SELLER
        return Side.THIRD_PARTY if words & self._parties.competitor_words or len(text.split()) > 1 else None

    def _is_place_or_name(self, text: str) -> bool:
        words = _words(text)
        return not words or bool(words & (lexicon.places() | lexicon.CALENDAR | lexicon.first_names()))

    def side(self, person_id: str) -> Side:
        votes = self._votes.get(person_id)
        return max(votes.items(), key=lambda v: (v[1], v[0].value))[0] if votes else Side.UNKNOWN
