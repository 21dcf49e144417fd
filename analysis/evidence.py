"""Evidence: quotes are pasted by code from the record, and found there again before anything is shown.

``verify`` is the promise of the program: the quote stands word for word (white space folded) in the named
source, is said by the named speaker, and has 3 to 80 words. It reads a transcript as runs of consecutive
utterances of one speaker, a mail paragraph by paragraph, and the CRM cell by cell, as the contract does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from analysis.corpus import Corpus
from analysis.documents import Citation
from analysis.windows import CITABLE
from ingest.model import Contact, Person, Record, Source, SourceKind, Utterance

MIN_WORDS, MAX_WORDS = 3, 80
OPPORTUNITY, CONTACTS = "opportunity.csv", "contacts.csv"
_WORD = re.compile(r"[a-z0-9']+")
_END = re.compile(r"[.!?…]+[\"'”’)]*\s+")
# a full stop after these ends no sentence
_ABBREVIATED = re.compile(r"(?:\b(?:Mrs?|Ms|Dr|St|Prof|vs|etc|approx|e\.g|i\.e|[A-Z]))\.$", re.I)
_HONORIFICS = {"mr", "mrs", "ms", "dr", "prof", "sir"}
_GENERIC = re.compile(r"(?:speaker|spk|s|participant|unknown)[ _-]?\d+$|speaker ", re.I)


def fold(text: str) -> str:
    """White space folded to single blanks."""
    return re.sub(r"\s+", " ", text or "").strip()


def words(text: str) -> list[str]:
    """The words of a text as the contract counts them: small letters and digits, accents off, hyphens
    split."""
    plain = text.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("Ø", "O")
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _WORD.findall(plain.lower().replace("’", "'"))


def sentences(text: str) -> list[str]:
    """The sentences of a text; joined with blanks they are the folded text again."""
    folded = fold(text)
    out: list[str] = []
    begin = 0
    for m in _END.finditer(folded):
        if not _ABBREVIATED.search(folded[begin : m.end()].rstrip()):
            out.append(folded[begin : m.end()].rstrip())
            begin = m.end()
    return [*out, folded[begin:]] if begin < len(folded) else out


def same_name(left: str, right: str) -> bool:
    """Whether two names may be one person's: equal, or the same last name and first names that agree as far
    as they are written, or one is a single word that is the other's first or last name."""
    a = [w for w in words(left) if w not in _HONORIFICS]
    b = [w for w in words(right) if w not in _HONORIFICS]
    if not a or not b:
        return False
    if a == b:
        return True
    if len(a) > 1 and len(b) > 1:
        return a[-1] == b[-1] and (a[0].startswith(b[0]) or b[0].startswith(a[0]))
    return a[-1] == b[-1] or a[0] == b[0]


# -- citing ------------------------------------------------------------------------------------------------


def cite(corpus: Corpus, key: str, ordinals: Sequence[int], *, focus: str | None = None) -> Citation | None:
    """A citation of utterances ``ordinals`` of source ``key``, its quote pasted from the record.

    Utterances of a call are joined while they are consecutive and by one speaker (the run that shares most
    words with ``focus``, else the longest, is kept); of a mail one paragraph is kept. What is shorter than 3
    words is widened by the speaker's neighbouring utterances; what is longer than 80 is cut to the sentences
    around ``focus`` (a phrase), else its first sentences. None when nothing there can be quoted."""
    source = corpus.sources[key]
    chosen = [
        u
        for o in sorted(set(ordinals))
        if corpus.has(key, o) and (u := corpus.utterance(key, o)).kind in CITABLE
    ]
    run = _best_run(source, chosen, focus)
    if not run:
        return None
    run = _widen(corpus, source, run)
    text = " ".join(fold(u.text) for u in run)
    quote = trim(text, focus)
    if not MIN_WORDS <= len(words(quote)) <= MAX_WORDS:
        return None
    start, end = _times(run, text, quote)
    return Citation(
        source=source.path,
        speaker=speaker_name(corpus.speaker(key, run[0].speaker), run[0].speaker, source),
        start=start,
        end=end,
        message_id=source.mail.message_id if source.mail else None,
        quote=quote,
        key=key,
        ordinals=[u.ordinal for u in run],
        when=day.isoformat() if (day := corpus.when(key, run[0].ordinal)) else None,
        label=run[0].speaker,
    )


def cite_cell(corpus: Corpus, header: str, source: str = OPPORTUNITY) -> Citation | None:
    """A citation of one cell of the CRM row by its exported header ("Closed Lost Reason"). A cell may be
    shorter than 3 words: it is quoted whole. None when the cell is empty or longer than 80 words can be
    cut."""
    cell = fold(corpus.record.opportunity.cells.get(header, ""))
    quote = trim(cell, None)
    if not quote or len(words(quote)) > MAX_WORDS:
        return None
    return Citation(source=source, speaker=None, quote=quote)


def cell_header(corpus: Corpus, value: str | None) -> str | None:
    """The header of the first CRM cell that holds exactly ``value``."""
    wanted = fold(value or "")
    return next((h for h, v in corpus.record.opportunity.cells.items() if wanted and fold(v) == wanted), None)


def speaker_name(person: Person | None, label: str | None, source: Source) -> str | None:
    """How a citation names who speaks: the person's name, unless the source's label is another name of theirs
    (a changed surname), then the label, so that the quote is found under it. A name that a person gave always
    holds."""
    if person is None:
        return label
    if (
        person.renamed
        or source.kind is not SourceKind.CALL
        or label is None
        or is_generic(label)
        or same_name(person.name, label)
    ):
        return person.name
    return label


def is_generic(label: str) -> bool:
    """Whether a speaker label names nobody ("Speaker 1", "S2")."""
    return bool(_GENERIC.match(label.strip()))


def trim(text: str, focus: str | None) -> str:
    """At most 80 words of a folded text: whole sentences around the one that shares most words with
    ``focus``, else the first; a sentence that is longer by itself is cut at a word."""
    if len(words(text)) <= MAX_WORDS:
        return text
    parts = sentences(text)
    wanted = set(words(focus)) if focus else set[str]()
    centre = max(range(len(parts)), key=lambda i: (len(wanted & set(words(parts[i]))), -i))
    low = high = centre
    while True:
        for a, b in ((low, high + 1), (low - 1, high)):
            if a >= 0 and b < len(parts) and len(words(" ".join(parts[a : b + 1]))) <= MAX_WORDS:
                low, high = a, b
                break
        else:
            break
    piece = " ".join(parts[low : high + 1])
    # splitting drops nothing but white space, so the piece stands in the text as it is
    return piece if len(words(piece)) <= MAX_WORDS else _cut(piece, wanted)


def _cut(sentence: str, wanted: set[str]) -> str:
    tokens = sentence.split(" ")
    at = next((i for i, t in enumerate(tokens) if wanted & set(words(t))), 0)
    first = max(0, min(at - 20, len(tokens) - 1))
    kept: list[str] = []
    for token in tokens[first:]:
        if len(words(" ".join([*kept, token]))) > MAX_WORDS:
            break
        kept.append(token)
    return " ".join(kept)


def _best_run(source: Source, chosen: Sequence[Utterance], focus: str | None) -> list[Utterance]:
    runs: list[list[Utterance]] = []
    for u in chosen:
        joins = source.kind is SourceKind.CALL and runs and runs[-1][-1].ordinal == u.ordinal - 1
        if joins and runs[-1][-1].speaker == u.speaker:
            runs[-1].append(u)
        else:
            runs.append([u])
    wanted = set(words(focus)) if focus else set[str]()

    def worth(run: list[Utterance]) -> tuple[int, int]:
        own = words(" ".join(u.text for u in run))
        return len(wanted & set(own)), len(own)

    return max(runs, key=worth, default=[])


def _widen(corpus: Corpus, source: Source, run: list[Utterance]) -> list[Utterance]:
    """Add the speaker's neighbouring utterances until there are three words."""
    if source.kind is not SourceKind.CALL:
        return run
    turn = corpus.turn(source.key, run[0].ordinal)
    inside = set(turn.ordinals) if turn else set[int]()
    while len(words(" ".join(u.text for u in run))) < MIN_WORDS:
        after, before = run[-1].ordinal + 1, run[0].ordinal - 1
        if after in inside:
            run = [*run, corpus.utterance(source.key, after)]
        elif before in inside:
            run = [corpus.utterance(source.key, before), *run]
        else:
            return run
    return run


def _times(run: Sequence[Utterance], text: str, quote: str) -> tuple[float | None, float | None]:
    """Seconds at which the quote begins and ends: of its words where they are timed, of its utterances where
    it is whole, else in proportion to the characters."""
    if run[0].start is None:
        return None, None
    first = text.find(quote)
    spans: list[tuple[int, int, Utterance]] = []
    at = 0
    for u in run:
        n = len(fold(u.text))
        spans.append((at, at + n, u))
        at += n + 1
    last = first + len(quote)
    begin = next((s for s in spans if s[1] > first), spans[0])
    finish = next((s for s in spans if s[1] >= last), spans[-1])
    return _time_at(begin, first, True), _time_at(finish, last, False)


def _time_at(span: tuple[int, int, Utterance], char: int, begin: bool) -> float | None:
    low, high, u = span
    if begin and char <= low:
        return u.start
    if not begin and char >= high:
        return u.end
    share = (char - low) / max(1, high - low)
    if u.words:
        word = u.words[min(len(u.words) - 1, max(0, round(share * len(u.words)) - (0 if begin else 1)))]
        return word.start if begin else word.end
    if u.start is None or u.end is None:
        return u.start if begin else u.end
    return round(u.start + share * (u.end - u.start), 3)


# -- verifying ---------------------------------------------------------------------------------------------


def verify(record: Record, citation: Citation) -> bool:
    """Whether the quote stands verbatim in the named source, is said by the named speaker, and has 3 to 80
    words (a CRM cell may be shorter)."""
    quote = fold(citation.quote)
    if not quote or len(words(quote)) > MAX_WORDS:
        return False
    if citation.source == OPPORTUNITY:
        return any(quote in fold(cell) for cell in record.opportunity.cells.values())
    if citation.source == CONTACTS:
        return any(quote in fold(cell) for c in record.contacts for cell in _contact_cells(c))
    if len(words(quote)) < MIN_WORDS:
        return False
    return any(
        quote in text and said_by(record, source, label, citation.speaker)
        for source in record.sources
        if source.path == citation.source and (citation.key is None or source.key == citation.key)
        for label, text in _runs(source)
    )


def said_by(record: Record, source: Source, label: str | None, speaker: str | None) -> bool:
    """Whether a source's label is the named speaker: the same name, or the person it was resolved to."""
    if label is None:
        return speaker is None
    if speaker is None:
        return False
    if label == speaker or (source.kind is SourceKind.CALL and same_name(label, speaker)):
        return True
    found = record.people.speakers.get((source.key, label))
    person = next((p for p in record.people.persons if p.id == found), None)
    if person is None:
        return False
    if source.kind is SourceKind.CALL and not is_generic(label) and not person.renamed:
        return False  # a transcript that names its speakers is quoted under the name it gives
    return same_name(person.name, speaker)


def _runs(source: Source) -> Iterator[tuple[str | None, str]]:
    if source.kind is not SourceKind.CALL:
        yield from ((u.speaker, fold(u.text)) for u in source.utterances if u.kind in CITABLE)
        return
    for label, run in groupby(source.utterances, key=lambda u: u.speaker):
        yield label, " ".join(fold(u.text) for u in run if u.kind in CITABLE)


def _contact_cells(contact: Contact) -> tuple[str, ...]:
    return tuple(c for c in (contact.name, contact.email, contact.title, contact.account, contact.role) if c)
