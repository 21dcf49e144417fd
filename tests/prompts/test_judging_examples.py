"""Example sentences are our own: many, different, and not lifted from the deals that measure them."""

import json
import re

import pytest

from prompts import examples

TOPICS = [
    "authority",
    "authority_not",
    "comparison",
    "decision_message",
    "decision_story",
    "factor_against",
    "factor_for",
    "neutral",
    "no_urgency",
    "polite_enthusiasm",
    "price_as_reason",
    "price_excuse",
    "problem_talk",
    "readiness",
    "recognition",
    "request_person",
    "retraction",
    "self_authority",
    "value",
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "identify_pain",
    "champion",
    "competition",
    "cause_existing_relationship",
    "cause_product_fit",
    "cause_price",
    "cause_timing",
    "cause_process",
    "cause_no_decision",
]


def grams(text, n):
    words = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


@pytest.mark.parametrize("topic", TOPICS)
def test_examples_are_many_and_different(topic):
    lines = examples(topic)
    assert len(lines) >= 10
    assert len(set(lines)) == len(lines)


def test_examples_share_no_phrase_with_the_gold_evidence(shared):
    gold = [json.loads(p.read_text()) for p in (shared / "deals").glob("*/gold.json")]
    quotes = re.findall(r'"quote": "((?:[^"\\]|\\.)*)"', json.dumps(gold, ensure_ascii=False))
    seen = set().union(*(grams(q, 6) for q in quotes))
    for topic in TOPICS:
        for line in examples(topic):
            assert not grams(line, 6) & seen, (topic, line)
