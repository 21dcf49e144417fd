"""Deals, their CRM rows and their people."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.errors import Ambiguous, NotFound
from api.store import codec
from api.store.models import CorrectionRow, DealRow, SourceRow
from api.store.transcripts import TranscriptEdits
from ingest.model import Contact, Correction, Opportunity, People, Record


@dataclass(frozen=True, slots=True)
class Deal:
    id: str
    name: str
    opportunity_id: str | None
    folder: str | None
    opportunity: Opportunity
    indexed: str
    created_at: datetime


def slug(name: str) -> str:
    """A name as an id: lower case letters, digits and dashes, at most 80 characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-") or "deal"


def _deal(row: DealRow) -> Deal:
    opportunity = codec.load_opportunity(row.opportunity)
    return Deal(row.id, row.name, row.opportunity_id, row.folder, opportunity, row.indexed, row.created_at)


def _names(row: DealRow) -> tuple[str, str]:
    """The folder's and the opportunity's."""
    return row.name.casefold(), codec.load_opportunity(row.opportunity).name.casefold()


class Deals:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> tuple[Deal, ...]:
        return tuple(
            _deal(row) for row in self._session.scalars(select(DealRow).order_by(DealRow.created_at))
        )

    def get(self, deal_id: str) -> Deal | None:
        row = self._session.get(DealRow, deal_id)
        return _deal(row) if row else None

    def lock(self, deal_id: str) -> bool:
        """Hold the deal against other writers until the transaction ends. False when it is gone."""
        query = select(DealRow.id).where(DealRow.id == deal_id).with_for_update()
        return self._session.scalar(query) is not None

    def find(self, wanted: str) -> Deal:
        """By id, Opportunity ID, or name where only one deal has it. Raises ``NotFound`` or ``Ambiguous``."""
        row = self._session.get(DealRow, wanted)
        if row:
            return _deal(row)
        rows = self._session.scalars(select(DealRow).where(DealRow.opportunity_id == wanted)).all()
        rows = rows or [
            row for row in self._session.scalars(select(DealRow)) if wanted.casefold() in _names(row)
        ]
        if not rows:
            raise NotFound(f"there is no deal {wanted!r}: `preread deals` lists them")
        if len(rows) > 1:
            ids = ", ".join(row.id for row in rows)
            raise Ambiguous(f"{len(rows)} deals are called {wanted!r}: say which by its id: {ids}")
        return _deal(rows[0])

    def by_opportunity(self, opportunity_id: str) -> Deal | None:
        row = self._session.scalars(select(DealRow).where(DealRow.opportunity_id == opportunity_id)).first()
        return _deal(row) if row else None

    def by_name(self, name: str) -> tuple[Deal, ...]:
        query = select(DealRow).where(func.lower(DealRow.name) == name.lower()).order_by(DealRow.created_at)
        return tuple(_deal(row) for row in self._session.scalars(query))

    def create(self, name: str, opportunity: Opportunity, folder: str | None = None) -> Deal:
        row = DealRow(
            id=self._free_id(slug(name)),
            name=name,
            opportunity_id=opportunity.id,
            folder=folder,
            opportunity=codec.dump_opportunity(opportunity),
        )
        self._session.add(row)
        self._session.flush()
        return _deal(row)

    def _free_id(self, base: str) -> str:
        taken = set(self._session.scalars(select(DealRow.id).where(DealRow.id.startswith(base))))
        if base not in taken:
            return base
        return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)

    def update(
        self,
        deal_id: str,
        *,
        opportunity: Opportunity | None = None,
        contacts: tuple[Contact, ...] | None = None,
        people: People | None = None,
        indexed: str | None = None,
        folder: str | None = None,
    ) -> None:
        row = self._session.get_one(DealRow, deal_id)
        if opportunity is not None:
            row.opportunity, row.opportunity_id = codec.dump_opportunity(opportunity), opportunity.id
        if contacts is not None:
            row.contacts = codec.dump_contacts(contacts)
        if people is not None:
            row.people = codec.dump_people(people)
        if indexed is not None:
            row.indexed = indexed
        if folder is not None:
            row.folder = folder
        self._session.flush()

    def remove(self, deal_id: str) -> None:
        self._session.execute(delete(DealRow).where(DealRow.id == deal_id))

    def contacts(self, deal_id: str) -> tuple[Contact, ...]:
        return codec.load_contacts(self._session.get_one(DealRow, deal_id).contacts)

    def people(self, deal_id: str) -> People:
        stored = self._session.get_one(DealRow, deal_id).people
        return codec.load_people(stored) if stored else People()

    def record(self, deal_id: str) -> Record:
        """Everything known of the deal: what analysis works on."""
        row = self._session.get_one(DealRow, deal_id)
        docs = self._session.scalars(select(SourceRow.doc).where(SourceRow.deal_id == deal_id))
        sources = sorted((codec.load_source(doc) for doc in docs), key=codec.by_time)
        return Record(
            deal_id=deal_id,
            opportunity=codec.load_opportunity(row.opportunity),
            contacts=codec.load_contacts(row.contacts),
            sources=tuple(sources),
            people=codec.load_people(row.people) if row.people else People(),
        )

    # corrections

    def corrections(self, deal_id: str) -> tuple[Correction, ...]:
        """What people said about the people, in order of time: here, and by giving utterances to somebody."""
        query = select(CorrectionRow).where(CorrectionRow.deal_id == deal_id).order_by(CorrectionRow.id)
        said = [
            (row.created_at, codec.correction(row.kind, row.subject, row.value))
            for row in self._session.scalars(query)
        ]
        meant = TranscriptEdits(self._session).meant(deal_id)
        return tuple(correction for _, correction in sorted((*said, *meant), key=lambda pair: pair[0]))

    def correct(self, deal_id: str, correction: Correction, author: str) -> None:
        self._session.add(
            CorrectionRow(
                deal_id=deal_id,
                kind=correction.kind,
                subject=correction.subject,
                value=correction.value,
                author=author,
            )
        )

    def undo(self, deal_id: str) -> Correction | None:
        query = (
            select(CorrectionRow).where(CorrectionRow.deal_id == deal_id).order_by(CorrectionRow.id.desc())
        )
        row = self._session.scalars(query.limit(1)).first()
        if row is None:
            return None
        self._session.delete(row)
        return codec.correction(row.kind, row.subject, row.value)
