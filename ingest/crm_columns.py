"""The headers under which Salesforce, HubSpot and spreadsheets export what we look for."""

from __future__ import annotations

from collections.abc import Mapping

Columns = Mapping[str, tuple[str, ...]]
"""Field -> headers that mean it, best first, in the form of ``tables.normal``."""


def _columns(text: str) -> Columns:
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {field.strip(): tuple(name.strip() for name in names.split(",")) for field, _, names in lines}


OPPORTUNITY = _columns("""
id: opportunity id, id, deal id, record id, record id deal, hs object id, 18 digit opportunity id
name: opportunity name, deal name, dealname, name, opportunity
account: account name, account, company name, company, associated company, primary company, associated company primary
amount: amount, deal amount, amount in company currency, amount converted, close value, total amount, deal value, value
currency: currency, amount currency, currency iso code, opportunity currency, deal currency code, deal currency
stage: stage, stage name, deal stage, dealstage, opportunity stage, status
created: created date, create date, createdate, created, created at, engage date, hs createdate
close_date: close date, closedate, closed date, close
owner: owner, opportunity owner, deal owner, owner name, owner full name, sales agent, hubspot owner id, owner id
owner_email: owner email, opportunity owner email, deal owner email, hubspot owner email
type: type, opportunity type, deal type, dealtype
lead_source: lead source, leadsource, original source, original source type, hs analytics source, record source
competitor: primary competitor, competitor, main competitor s, main competitors, competitors, competitor name
stated_reason: closed lost reason, loss reason, lost reason, reason lost, reason for loss, closed reason, close reason
won_reason: closed won reason, won reason, reason won, reason for win
next_step: next step, next steps, hs next step
description: description, opportunity description, deal description, notes
is_won: is won, iswon, won, hs is closed won, is closed won
is_closed: is closed, isclosed, closed, hs is closed, is deal closed
""")

CONTACT = _columns("""
name: name, full name, contact name, contact
first: first name, firstname, given name
last: last name, lastname, surname, family name
email: email, email address, e mail, e mail address, work email, contact email
title: title, job title, jobtitle, position
account: account, account name, company, company name, associated company
role: role, contact role, buying role, opportunity contact role, hs buying role
""")

CALL = _columns("""
file: file, filename, file name, path, recording, transcript
date: date, datetime, when, start, started, start time, time
title: title, subject, name, meeting, topic
participants: participants, attendees, emails, people, participant emails
""")
