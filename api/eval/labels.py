"""A labelled deal: its gold file, and its texts read independently of the program's own parsers."""

from __future__ import annotations

import csv
import email
import email.policy
import html
import itertools
import json
import re
import unicodedata
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import cast

from pydantic import BaseModel, ConfigDict, Field

from analysis.documents import Citation, PersonRef
from api.errors import BadInput

MAX_WORDS = 80
_WORD = re.compile(r"[a-z0-9']+")
_CUE = re.compile(r"(?:\d\d):(?:\d\d):(?:\d\d\.\d+) --> (?:\d\d):(?:\d\d):(?:\d\d\.\d+)[^\n]*\n(.+)", re.S)
_OTTER = re.compile(r"^([^\n]+?) {2}(?:\d+):(?:\d\d)(?::\d\d)? *\n(.+?)(?=\n\s*\n|\Z)", re.M | re.S)
_LETTERS = str.maketrans("łŁøØ", "lLoO")
_TITLES = {"mr", "mrs", "ms", "dr", "prof", "sir"}
Said = tuple[str, str]  # who, what


class _Gold(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Evidence(_Gold):
    source: str
    quote: str
    speaker: str = ""


class GoldVoice(_Gold):
    name: str
    in_room: bool


class GoldMoment(_Gold):
    exists: bool
    evidence: list[Evidence] = Field(default_factory=list[Evidence])


class GoldFactor(_Gold):
    factor: str = ""
    direction: str = ""
    is_price: bool = False
    weight: float = 1
    evidence: list[Evidence] = Field(default_factory=list[Evidence])


class GoldStatus(_Gold):
    status: str | None = None


class GoldEvent(_Gold):
    date: str


class GoldValue(_Gold):
    evidence: list[Evidence] = Field(default_factory=list[Evidence])


class GoldQuestion(_Gold):
    q: str
    kind: str
    evidence: list[Evidence] = Field(default_factory=list[Evidence])


class Gold(_Gold):
    influential_voices: list[GoldVoice]
    loud_but_not_influential: list[str] = Field(default_factory=list[str])
    moment_of_demand: GoldMoment
    decoy_moments: list[Evidence] = Field(default_factory=list[Evidence])
    deciding_factors: list[GoldFactor]
    decoy_factors: list[GoldFactor] = Field(default_factory=list[GoldFactor])
    loss_cause: str | None = None
    loss_cause_also_acceptable: str | list[str | None] = Field(default_factory=list[str | None])
    price_is_the_real_reason: bool = False
    timeline: list[GoldEvent]
    meddpicc: dict[str, GoldStatus]
    value_articulation: GoldValue
    questions: list[GoldQuestion]


def fold(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def words(text: str | None) -> list[str]:
    """Small letters without accents, apostrophes kept."""
    plain = unicodedata.normalize("NFKD", (text or "").translate(_LETTERS))
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)).lower().replace("’", "'"))


def same_person(name: str | None, names: list[str]) -> bool:
    """Whether a name may be one of ``names``: the same words, or the same surname and first names that begin alike."""
    wanted = [w for w in words(name) if w not in _TITLES]
    for candidate in names:
        other = [w for w in words(candidate) if w not in _TITLES]
        if not other or not wanted:
            continue
        if other == wanted:
            return True
        if len(wanted) > 1 and len(other) > 1 and other[-1] == wanted[-1]:
            if other[0].startswith(wanted[0]) or wanted[0].startswith(other[0]):
                return True
        elif (len(wanted) == 1 or len(other) == 1) and (wanted[-1] == other[-1] or wanted[0] == other[0]):
            return True
    return False


def names_of(person: PersonRef) -> list[str]:
    return [person.name, *person.aliases]


class LabelledDeal:
    """Raises ``BadInput`` for a folder without a readable gold.json."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            self.gold = Gold.model_validate_json((root / "gold.json").read_bytes())
        except FileNotFoundError:
            raise BadInput(f"{root}: holds no gold.json: eval wants labelled deal folders") from None
        except (OSError, ValueError) as error:
            raise BadInput(f"{root}/gold.json: cannot be read: {str(error).splitlines()[0]}") from None
        self._utterances: dict[str, list[Said]] = {}
        self._mails: dict[str, list[str]] = {}

    @cached_property
    def sources(self) -> list[str]:
        found = [*self.root.glob("calls/*"), *self.root.glob("emails/*")]
        beside = (".parties.json", ".script.json", "calls.csv")
        return [p.relative_to(self.root).as_posix() for p in found if not p.name.endswith(beside)]

    def utterances(self, source: str) -> list[Said]:
        """Who says what in a source; nothing where it cannot be read."""
        if source not in self._utterances:
            try:
                self._utterances[source] = _read(self.root, source)
            except (OSError, ValueError, KeyError, IndexError, TypeError):
                self._utterances[source] = []
        return self._utterances[source]

    def _at(self, source: str, quote: str) -> int | None:
        """The utterance in which a quote stands, or which shares most of its words (at least 60 %)."""
        wanted = words(quote)
        if len(wanted) < 3:
            return None
        best, where = 0.0, None
        for n, (_, text) in enumerate(self.utterances(source)):
            if fold(quote) and fold(quote) in fold(text):
                return n
            held = set(words(text))
            share = sum(w in held for w in wanted) / max(1, len(wanted))
            if share > best:
                best, where = share, n
        return where if best >= 0.6 else None

    def hits(self, citation: Citation, gold: Evidence) -> bool:
        """In the same source, 3 to 80 words, and a run of five words shared, or at most two utterances away."""
        if PurePosixPath(citation.source or "").name != PurePosixPath(gold.source).name:
            return False
        c, g = words(citation.quote), words(gold.quote)
        if not 3 <= len(c) <= MAX_WORDS:
            return False
        runs = {tuple(g[i : i + 5]) for i in range(len(g) - 4)}
        if (
            any(tuple(c[i : i + 5]) in runs for i in range(len(c) - 4))
            or f" {' '.join(c)} " in f" {' '.join(g)} "
        ):
            return True
        if gold.source.endswith(".eml"):
            return False
        a, b = self._at(gold.source, citation.quote), self._at(gold.source, gold.quote)
        return a is not None and b is not None and abs(a - b) <= 2

    def verbatim(self, citation: Citation) -> bool:
        """Whether the quote stands word for word in the named source, said by the named speaker."""
        quote, name = fold(citation.quote), PurePosixPath(citation.source or "").name
        if citation.source in ("opportunity.csv", "contacts.csv"):
            with (self.root / citation.source).open(newline="") as file:
                return bool(quote) and any(quote in fold(cell) for row in csv.reader(file) for cell in row)
        source = next((s for s in self.sources if PurePosixPath(s).name == name), None)
        if source is None:
            return False
        if source.endswith(".eml"):
            return bool(quote) and any(quote in text for text in self._mail_texts(source))
        runs = itertools.groupby(self.utterances(source), key=lambda said: said[0])
        said = [(who, " ".join(fold(text) for _, text in run)) for who, run in runs]
        speaker = [citation.speaker or ""]
        return bool(quote) and any(
            quote in text and (who.lower().startswith("speaker ") or same_person(who, speaker))
            for who, text in said
        )

    def _mail_texts(self, source: str) -> list[str]:
        """Every text part of a mail, quoted text included, once with and once without the marks of quotation."""
        if source not in self._mails:
            message = _message(self.root / source)
            out = [fold(str(message["Subject"]))]
            for part in message.walk():
                if part.get_content_maintype() == "text":
                    text = cast(str, part.get_content())
                    if part.get_content_subtype() == "html":
                        bare = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", text, flags=re.S | re.I)
                        text = html.unescape(bare)
                    out += [fold(text), fold(re.sub(r"^[> ]+", "", text, flags=re.M))]
            self._mails[source] = out
        return self._mails[source]


def _message(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def _read(root: Path, source: str) -> list[Said]:
    path = root / source
    if path.suffix == ".eml":
        return _mail(path)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return _gong(root, source, text)
    if path.suffix == ".vtt":
        return [_cue(m[1]) for block in re.split(r"\n\s*\n", text) if (m := _CUE.search(block))]
    return [(m[1], re.sub(r"\s+", " ", m[2])) for m in _OTTER.finditer(text)]


def _cue(payload: str) -> Said:
    said = re.sub(r"\s+", " ", payload).strip()
    if voice := re.match(r"<v ([^>]+)>(.*?)(</v>)?$", said):
        return voice[1], voice[2]
    who, what = said.split(": ", 1)
    return who, what


def _gong(root: Path, source: str, text: str) -> list[Said]:
    parties = json.loads((root / source.replace(".json", ".parties.json")).read_text(encoding="utf-8"))[
        "parties"
    ]
    names: dict[str, str] = {party["speakerId"]: party["name"] for party in parties}
    turns = json.loads(text)["callTranscripts"][0]["transcript"]
    return [(names[turn["speakerId"]], sentence["text"]) for turn in turns for sentence in turn["sentences"]]


def _mail(path: Path) -> list[Said]:
    message = _message(path)
    body = message.get_body(preferencelist=("plain", "html"))
    text = cast(str, body.get_content()) if body else ""
    if body and body.get_content_type() == "text/html":
        text = re.sub(r"<[^>]+>", " ", text)
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    own = own.split("-----Original Message-----")[0]
    return [(str(message["From"]), re.sub(r"\s+", " ", own))]
