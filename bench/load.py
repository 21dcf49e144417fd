"""Labelled deals for the measurements: a deal folder read without its gold.json, and the measuring tool of ../shared."""

from __future__ import annotations

import importlib.util
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType

from analysis.answers.readings import with_readings
from analysis.corpus import Corpus, build_corpus
from analysis.embedders import Embedder
from analysis.rerankers import Reranker, open_reranker
from ingest import crm
from ingest.mail import parse_mail, strip_repeats, thread
from ingest.model import Opportunity, Record, Source
from ingest.people import resolve
from ingest.transcripts import parse_transcript


def record_of(root: Path) -> tuple[Opportunity, tuple[Source, ...]]:
    """The CRM row and the sources in order of time."""
    opportunity = crm.opportunity_for_folder(
        "opportunity.csv", (root / "opportunity.csv").read_bytes(), folder=root.name
    )
    index = crm.parse_calls_index("calls/calls.csv", (root / "calls" / "calls.csv").read_bytes())
    sources: list[Source] = []
    for path in sorted((root / "calls").iterdir()):
        if path.name.endswith((".parties.json", ".script.json", ".csv")):
            continue
        meta = index.get(path.name) or index.get(f"calls/{path.name}")
        parties = path.with_name(path.stem + ".parties.json")
        sources.append(
            parse_transcript(
                f"calls/{path.name}",
                path.read_bytes(),
                parties=parties.read_bytes() if parties.exists() else None,
                when=meta.when if meta else None,
                title=meta.title if meta else None,
                participants=meta.participants if meta else (),
            )
        )
    sources += [
        parse_mail(f"emails/{p.name}", p.read_bytes()) for p in sorted((root / "emails").glob("*.eml"))
    ]
    sources.sort(key=lambda s: s.when.timestamp() if isinstance(s.when, datetime) else 0.0)
    return opportunity, tuple(strip_repeats(thread(sources)))


def whole_record(root: Path) -> Record:
    """The record of a deal folder whose calls are transcripts, with who is who."""
    opportunity, sources = record_of(root)
    contacts = crm.parse_contacts("contacts.csv", (root / "contacts.csv").read_bytes())
    people = resolve(opportunity=opportunity, contacts=contacts, sources=sources)
    return Record(opportunity.id or root.name, opportunity, contacts, sources, people)


def corpus_of(root: Path, embedder: Embedder, reader: Reranker | None = None) -> Corpus:
    """The corpus of a deal folder whose calls are transcripts, read by ``reader`` where there is one."""
    corpus = build_corpus(whole_record(root), embedder)
    return with_readings(corpus, reader) if reader else corpus


def reader_of(name: str, models: Path) -> Reranker | None:
    """The reranker of a name where sections judge by it, because it reads ahead; None for another one."""
    reranker = open_reranker(name, models)
    return reranker if reranker and reranker.ahead else None


def scorer(deal: Path) -> ModuleType:
    """The tool ``score_deals.py`` as a module: the one that came with the deal, else the one beside this checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    places = [root / "tools" / "score_deals.py" for root in (deal.resolve().parents[1], beside)]
    path = next((place for place in places if place.is_file()), places[0])
    spec = importlib.util.spec_from_file_location("score_deals", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is not there")
    module = importlib.util.module_from_spec(spec)
    kept, sys.argv = sys.argv, sys.argv[:1]
    spec.loader.exec_module(module)
    sys.argv = kept
    return module
