"""The labelled deals in training/deals hold together: every quote stands in the named source, said by the named person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.load import record_of

DEALS = sorted((Path(__file__).resolve().parents[2] / "training" / "deals").glob("*/gold.json"))

GENERIC = [f"Speaker {n}" for n in range(1, 7)]


def spoken(text: str) -> str:
    return " " + " ".join(re.findall(r"\w+", text.lower())) + " "


def evidence(label: Any) -> Iterator[dict[str, str]]:
    if isinstance(label, dict):
        if {"source", "quote"} <= set(label):
            yield label
            return
        for value in label.values():
            yield from evidence(value)
    elif isinstance(label, list):
        for value in label:
            yield from evidence(value)


@pytest.mark.parametrize("gold", DEALS, ids=lambda path: path.parent.name)
def test_every_quote_of_a_label_stands_in_its_source(gold: Path) -> None:
    _, sources = record_of(gold.parent)
    told = {source.path: source for source in sources}
    found = list(evidence(json.loads(gold.read_text(encoding="utf-8"))))
    assert len(found) > 20
    more = gold.with_name("questions.json")
    if more.is_file():
        found += evidence(json.loads(more.read_text(encoding="utf-8")))
    for each in found:
        source = told[each["source"]]
        if source.path.startswith("calls/"):
            saying = [u for u in source.utterances if each["quote"] in u.text]
            assert saying, each
            assert any(u.speaker in {each["speaker"], *GENERIC} for u in saying), each
        else:  # a mail's quote may go over a salutation or a bullet, which the reader of mails cuts apart
            assert spoken(each["quote"]) in spoken(" ".join(u.text for u in source.utterances)), each


def test_there_are_deals_of_several_outcomes() -> None:
    labels = [json.loads(path.read_text(encoding="utf-8")) for path in DEALS]
    assert {"won", "lost"} == {label["outcome"] for label in labels}
    assert {True, False} == {label["price_is_the_real_reason"] for label in labels}
    assert {True, False} == {label["moment_of_demand"]["exists"] for label in labels}
