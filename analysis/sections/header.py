"""The deal as the CRM has it."""

from __future__ import annotations

from analysis.documents import DealHeader
from ingest.model import Record


def draft(record: Record) -> DealHeader:
    o = record.opportunity
    return DealHeader(
        id=record.deal_id,
        name=o.name,
        account=o.account,
        amount=o.amount,
        currency=o.currency,
        outcome=o.outcome,
        close_date=o.close_date.isoformat() if o.close_date else None,
        owner=o.owner,
        competitor=o.competitor,
        stated_reason=o.stated_reason,
    )
