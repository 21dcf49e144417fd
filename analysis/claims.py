"""Claims: a sentence with its citations, and the check that the sentence adds nothing to them.

Every number, amount, percentage, date word and name in a claim's text must stand in its quotes (number words
and digits are the same), or be the name of a citation's speaker, or be the recorded resolution of a mention
in the quoted utterances ("our CIO"). Plain words are free. A text that fails is replaced by a template.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from analysis.corpus import Corpus, names
from analysis.documents import Citation, Claim
from analysis.evidence import fold, sentences, verify, words
from analysis.numbers import numbers
from ingest.model import Person, Side
from prompts import vocabulary

_CALENDAR = """
january february march april june july august september october november december jan feb mar apr jun jul
aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
"""
# words that open a sentence and are no names, even where a short record never writes them small
_OPENING = """
a an the this that these those there here we our ours us they their them he she it its his her i you your
one two three no not nobody nothing none some somebody someone everyone everybody anyone all both each every
many most more less few and but or so if when while where what who why how which because since until before
after during once then now later as at by for from in into of on over to under up with within without about
against between through is are was were be been do does did has have had can could will would should may
might must let ask asked after also only still buyer buyers seller sellers customer customers team price
pricing budget decision timing product support trust security integration data users finance legal
procurement contract proposal demo call mail next early late lack fear risk cost costs delay delays strong
weak good better best clear unclear slow fast easy hard high low new old current previous another other
others promises proof paperwork expected called met
"""
_OPENERS = frozenset(_OPENING.split())
CALENDAR = frozenset(_CALENDAR.split())
_NAME = re.compile(r"[^\W\d_][\w'’&-]*")
_BLAME = re.compile(
    r"\byou (?:should(?:n['’]t| not)?|could|ought to|failed|forgot|missed)\b"
    r"|\byour (?:mistake|fault|failure)\b",
    re.I,
)
_BAD_VERB = (
    r"(?:failed|forgot|missed|ignored|neglected|blew|lost|dropped|botched|refused|didn['’]t|did not|never|"
    r"should(?:n['’]t| not)?|waved away|overlooked|mishandled|delayed)"
)


def supported(text: str, citations: Sequence[Citation], corpus: Corpus) -> tuple[str, ...]:
    """The numbers and names of ``text`` that its citations do not carry: empty when the text may stand."""
    quotes = " . ".join(c.quote for c in citations)
    return (*_unsupported_numbers(text, quotes), *_unsupported_names(text, quotes, citations, corpus))


def claim(
    corpus: Corpus,
    section: str,
    text: str,
    citations: Sequence[Citation | None],
    *,
    template: str | None = None,
    support: float | None = None,
) -> Claim | None:
    """A claim for a section of the pre-read; None when no citation verifies.

    ``text`` stands if the citations support it and it blames nobody; else ``template`` if that does; else the
    claim quotes its first citation. The id hashes the section and the citations, so the same evidence keeps
    its id."""
    kept = [c for c in citations if c is not None and verify(corpus.record, c)]
    if not kept:
        return None
    return Claim(
        id=claim_id(section, kept),
        text=checked(text, kept, corpus) or checked(template or "", kept, corpus) or said(kept[0]),
        citations=kept,
        verified=True,
        support=support,
    )


def claim_id(section: str, citations: Sequence[Citation]) -> str:
    """Deterministic: a hash of the section and the cited places."""
    places = sorted(f"{c.source}\x01{c.message_id or ''}\x01{fold(c.quote)}" for c in citations)
    return "c-" + hashlib.sha256("\x00".join((section, *places)).encode()).hexdigest()[:16]


def checked(text: str, citations: Sequence[Citation], corpus: Corpus) -> str | None:
    """``text`` on one line with blame turned into "we", or None when it is empty, too long or not supported.

    The same check holds for model text outside claims: factor, what, due, problem, objections, next
    window."""
    neutral = without_blame(one_line(text), corpus)
    if not neutral or len(neutral) > 400 or supported(neutral, citations, corpus):
        return None
    return neutral


def one_line(text: str) -> str:
    """Folded, without the markup that models add and without quotation marks around the whole."""
    plain = fold(re.sub(r"[*_`#>|]+|\[?\bE\d+\b\]?", " ", text))
    whole = re.fullmatch(r"[\"“']([^\"“”]*)[\"”']", plain)
    return whole[1].strip() if whole else plain


def said(citation: Citation, limit: int = 32) -> str:
    """The template of last resort: who said it, and the first words of it."""
    who = citation.speaker or ("The CRM row" if citation.source.endswith(".csv") else "Somebody")
    return f"{who}: “{shorten(citation.quote, limit)}”"


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` words, ended at a sentence or marked with an ellipsis."""
    tokens = text.split()
    if len(tokens) <= limit:
        return text.strip()
    head = " ".join(tokens[:limit])
    whole = " ".join(sentences(head)[:-1])
    return whole if len(whole) > len(head) // 3 else head.rstrip(",;:—- ") + " …"


def without_blame(text: str, corpus: Corpus) -> str:
    """ "You should have …" and a seller's name before a reproach become "we": a retro is about the team."""
    text = _BLAME.sub(
        lambda m: re.sub(r"^you", "we", re.sub(r"^your", "our", m[0], flags=re.I), flags=re.I), text
    )
    for person in corpus.record.people.persons:
        if person.side is not Side.SELLER:
            continue
        for name in sorted({person.name, *person.name.split()[:1]}, key=len, reverse=True):
            text = re.sub(rf"\b{re.escape(name)}(?= (?:\w+ )?{_BAD_VERB}\b)", "we", text)
    return text[:1].upper() + text[1:]


# -- the parts of the check --------------------------------------------------------------------------------


def _unsupported_numbers(text: str, quotes: str) -> tuple[str, ...]:
    there = numbers(quotes)
    bad = [
        n.text for n in numbers(text) if not any(q.value == n.value and n.unit in ("", q.unit) for q in there)
    ]
    return tuple(dict.fromkeys(bad))


def _unsupported_names(
    text: str, quotes: str, citations: Sequence[Citation], corpus: Corpus
) -> tuple[str, ...]:
    allowed = (
        set(words(quotes)) | set(_speaker_words(citations, corpus)) | set(_mentioned_words(citations, corpus))
    )
    known = names(corpus.persons.values()) | set(_firm_words(corpus))
    bad: list[str] = []
    for m in _NAME.finditer(text):
        token = re.sub(r"['’]s?$", "", m[0])
        if not _looks_like_name(token, text[: m.start()], known, corpus):
            continue
        parts = set(words(token)) or {token.lower()}
        if not parts <= allowed:
            bad.append(token)
    return tuple(dict.fromkeys(bad))


def _looks_like_name(token: str, before: str, known: frozenset[str] | set[str], corpus: Corpus) -> bool:
    small = token.lower()
    if small in CALENDAR and small not in {"mar", "sun", "sat", "dec", "jan"} | {"march"}:
        return True
    if token[0].islower() or token in {"I", "I'm", "I'd", "I'll", "I've"}:
        return False
    opens = not before.strip() or before.rstrip()[-1] in '.!?:“"(•–—'
    if not opens:
        return True
    if small in known:
        return True
    plain = small in _OPENERS or small in corpus.plain_words or small in vocabulary() or _inflected(small)
    return not plain or not token[1:].islower()


def _inflected(word: str) -> bool:
    """Whether a capitalised opening word has the shape of an inflected English word rather than of a name."""
    return bool(
        re.search(r"(?:ing|ed|ly|tion|ment|ness|ity|ance|ence|able|ible|ful|less|ous|ive|ies|ship)$", word)
    )


def _speaker_words(citations: Sequence[Citation], corpus: Corpus) -> list[str]:
    out: list[str] = []
    for c in citations:
        if not c.speaker:
            continue
        out += words(c.speaker)
        person = _person_behind(c, corpus)
        if person:
            out += words(" ".join((person.name, person.title or "")))
    return out


def _person_behind(citation: Citation, corpus: Corpus) -> Person | None:
    if citation.key is None or not citation.ordinals or not corpus.has(citation.key, citation.ordinals[0]):
        return None
    return corpus.person_of(citation.key, citation.ordinals[0])


def _mentioned_words(citations: Sequence[Citation], corpus: Corpus) -> list[str]:
    out: list[str] = []
    for c in citations:
        for ordinal in c.ordinals if c.key else ():
            for mention in corpus.mentions(c.key or "", ordinal):
                person = corpus.persons.get(mention.person_id)
                spoken = corpus.utterance(c.key or "", ordinal).text[mention.start : mention.end]
                if person and fold(spoken) in c.quote:
                    out += words(" ".join((person.name, person.title or "")))
    return out


def _firm_words(corpus: Corpus) -> list[str]:
    o = corpus.record.opportunity
    return words(" ".join(v for v in (o.account, o.competitor) if v))
