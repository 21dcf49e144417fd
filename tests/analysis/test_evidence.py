from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.corpus import Corpus, build_corpus
from analysis.evidence import MAX_WORDS, MIN_WORDS, cite, cite_cell, fold, sentences, trim, verify, words
from ingest.model import Utterance


def test_a_quote_is_pasted_with_its_place(corpus):
    c = cite(corpus, "c1", [2])
    assert c is not None
    assert c.quote == "Our clerks lose two hundred and eighty hours a month on corrections."
    assert (c.source, c.speaker, c.start, c.when) == (
        "calls/01-intro.vtt",
        "Dana Whitfield",
        20.0,
        "2026-06-10",
    )
    assert verify(corpus.record, c)


def test_short_utterances_are_widened_within_the_turn_or_not_quoted(corpus):
    assert (
        cite(corpus, "c1", [1]).quote
        == "Yes, fine. Our clerks lose two hundred and eighty hours a month on corrections."
    )
    assert cite(corpus, "c1", [8]) is None


def test_quotes_never_join_speakers_or_paragraphs(corpus):
    c = cite(corpus, "c1", [2, 3, 4], focus="budget")
    assert c.quote == "Who decides about the budget on your side?"
    assert (
        cite(corpus, "m1", [0, 3]).quote
        == "The security form is attached. It has two rows that cannot be waived, 14.2 and 22.6."
    )


def test_a_forwarded_paragraph_is_quoted_as_its_author(corpus):
    c = cite(corpus, "m1", [3])
    assert (c.speaker, c.when, c.message_id) == ("Vivienne Asare", "2026-06-20", "<1@northwind.example>")
    assert verify(corpus.record, c)


def test_a_number_label_is_cited_by_the_resolved_name(corpus):
    c = cite(corpus, "c1", [7])
    assert c.speaker == "Amrit Gill"
    assert verify(corpus.record, c)


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "Our clerks lose two hundred and ninety hours a month on corrections."},
        {"speaker": "Cole Brandvold"},
        {"speaker": None},
        {"source": "calls/02-after.vtt", "key": None},
        {"quote": "Our clerks"},
        {"quote": "corrections. Who decides about the budget"},
    ],
)
def test_what_is_not_verbatim_by_that_speaker_there_does_not_verify(corpus, change):
    good = cite(corpus, "c1", [2])
    assert verify(corpus.record, good)
    assert not verify(corpus.record, good.model_copy(update=change))


def test_white_space_is_folded(corpus):
    good = cite(corpus, "c1", [2])
    assert verify(
        corpus.record, good.model_copy(update={"quote": "Our  clerks\nlose two hundred and eighty hours"})
    )


def test_a_signature_or_quoted_reply_is_never_cited(corpus):
    assert cite(corpus, "m1", [1]) is None
    assert cite(corpus, "m1", [2]) is None


def test_a_cell_of_the_crm_row(corpus):
    c = cite_cell(corpus, "Closed Lost Reason")
    assert (c.source, c.quote) == ("opportunity.csv", "Price")
    assert verify(corpus.record, c)
    assert not verify(corpus.record, c.model_copy(update={"quote": "Timing"}))
    assert cite_cell(corpus, "Nothing of the kind") is None


def test_a_cut_quote_begins_when_its_words_are_spoken(record, embedder):
    text = " ".join(f"This is sentence number {i} of a long turn." for i in range(20))
    u = Utterance(0, "Dana Whitfield", text, 100.0, 200.0)
    long = build_corpus(replace(record, sources=(replace(record.sources[0], utterances=(u,)),)), embedder)
    c = cite(long, "c1", [0], focus="number 15")
    assert "number 15" in c.quote and verify(long.record, c)
    true = 100.0 + 100.0 * text.index(c.quote) / len(text)
    assert c.start == pytest.approx(true, abs=0.5)
    assert c.end > c.start


def test_sentences_keep_abbreviations_and_quotes_together():
    assert sentences('In spring Mrs. Doerksen came. "Fine." Then she left.') == [
        "In spring Mrs. Doerksen came.",
        '"Fine."',
        "Then she left.",
    ]


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=900) | st.lists(
    st.sampled_from(
        ["well", "we", "can't", "sign.", "before", "“May”?", "Mrs.", "twenty-five", "12,5", "end!"]
    ),
    max_size=200,
).map(" ".join)


@given(TEXT)
@settings(max_examples=150, deadline=None)
def test_sentences_join_to_the_text_and_a_trimmed_quote_stands_in_it(text):
    folded = fold(text)
    assert " ".join(sentences(text)) == folded
    cut = trim(folded, "before May")
    assert cut in folded
    assert len(words(cut)) <= MAX_WORDS or len(cut.split()) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["Dana Whitfield", "Cole Brandvold", "Speaker 1", "Unknown Guest"]), TEXT),
        max_size=12,
    ),
    st.lists(st.integers(0, 11), min_size=1, max_size=5),
)
@settings(max_examples=120, deadline=None)
def test_whatever_is_cited_verifies(record, embedder, lines, ordinals):
    us = tuple(Utterance(i, who, fold(text), float(i), i + 0.9) for i, (who, text) in enumerate(lines))
    changed = replace(record, sources=(replace(record.sources[0], utterances=us), *record.sources[1:]))
    corpus = Corpus(changed, (), embedder.embed([]), embedder)
    c = cite(corpus, "c1", ordinals)
    if c is not None:
        assert verify(changed, c)
        assert MIN_WORDS <= len(words(c.quote)) <= MAX_WORDS
