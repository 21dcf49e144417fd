"""The judgement without a model, where a reranker has read the places."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.answers.judge import CITED, measure
from analysis.answers.question import Question, parse
from analysis.answers.retrieve import Place, with_lead
from analysis.corpus import Corpus
from analysis.documents import Citation
from ingest.model import People

WHY = parse("Why did the clerks want it?", People())
HOW_MANY = parse("How many clerks are there?", People())


@pytest.fixture
def place(corpus: Corpus) -> Place:
    window = next(w for w in corpus.windows if w.kind == "window")
    return Place("d1", window, 1.0, 0.2, 0.2, True, near=0.3, lead=0.1)


def verdict(question: Question, *places: Place) -> tuple[str, int]:
    quotes = [Citation(source="calls/a.vtt", speaker=None, quote="It was the hours, mostly.") for _ in places]
    found = measure(question, places, quotes)
    return found.verdict, len(found.chosen)


def test_a_place_that_leads_is_an_answer_shown_with_the_next_ones(place: Place) -> None:
    assert verdict(WHY, *[place] * 6) == ("answered", CITED)


def test_places_that_are_only_like_the_question_are_shown_as_no_answer(place: Place) -> None:
    assert verdict(WHY, replace(place, lead=-0.01), place, place) == ("unconfirmed", 3)


def test_a_place_with_every_word_of_the_question_answers_it(place: Place) -> None:
    assert verdict(WHY, replace(place, lead=-0.01, coverage=1.0))[0] == "answered"


def test_a_number_that_is_asked_for_must_be_there(place: Place) -> None:
    none = replace(place, fits=False)
    assert verdict(HOW_MANY, none)[0] == "unconfirmed"
    assert verdict(HOW_MANY, none, place)[0] == "answered"
    assert verdict(HOW_MANY, none, none, place)[0] == "unconfirmed"


def test_the_lead_is_of_the_first_places_over_likeness_and_the_same_for_all(place: Place) -> None:
    read = [
        replace(place, read=score, near=near, lead=None)
        for score, near in ((0.5, 0.2), (0.3, 0.2), (0.4, 0.6))
    ]
    unread = replace(place, read=None, lead=None)
    found = with_lead([*read, unread], floor=-0.1)
    assert [p.lead for p in found] == [pytest.approx(0.4 - (0.6 + 1.0 / 3) / 2 + 0.1)] * 4
    assert with_lead([unread], floor=0.0) == (unread,)


def test_nothing_found_is_no_answer() -> None:
    assert verdict(WHY) == ("not_in_record", 0)
