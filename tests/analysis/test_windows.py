from dataclasses import replace

from analysis.corpus import build_corpus
from analysis.windows import MAX_WORDS, build_windows, is_question, turns
from ingest.model import Utterance


def test_every_citable_utterance_is_a_window_and_nothing_else(record):
    texts = {w.text for w in build_windows(record) if w.kind == "utterance"}
    assert "Our clerks lose two hundred and eighty hours a month on corrections." in texts
    assert "Both conditions come from our largest customer and stay." in texts
    assert "Dana Whitfield, Manager" not in texts
    assert "This was written before and stands elsewhere." not in texts


def test_a_turn_stands_with_the_question_before_it(record):
    found = [
        w for w in build_windows(record) if w.kind == "window" and 4 in w.ordinals and w.source_key == "c1"
    ]
    assert len(found) == 1
    assert found[0].text.startswith("Who decides about the budget on your side? That's our CIO")
    assert found[0].ordinals == (4, 5)
    assert (found[0].person_id, found[0].side) == ("p-dana", "buyer")


def test_ids_stay_while_the_text_stays_and_differ_for_text_said_twice(record):
    first, again = build_windows(record), build_windows(record)
    assert [w.id for w in first] == [w.id for w in again]
    assert len({w.id for w in first}) == len(first)
    c1 = record.sources[0]
    doubled = replace(c1, utterances=(*c1.utterances, replace(c1.utterances[8], ordinal=9)))
    ids = [w.id for w in build_windows(replace(record, sources=(doubled, *record.sources[1:])))]
    assert len(set(ids)) == len(ids)
    assert {w.id for w in first if w.kind == "utterance"} <= set(ids)


def test_long_turns_are_split(record):
    c1 = record.sources[0]
    many = tuple(
        Utterance(i, "Dana Whitfield", "this is a sentence of exactly eight words here", float(i))
        for i in range(40)
    )
    windows = build_windows(replace(record, sources=(replace(c1, utterances=many),)))
    pieces = [w for w in windows if w.kind == "window"]
    assert len(pieces) > 2
    assert all(len(w.text.split()) <= MAX_WORDS + 9 for w in pieces)
    assert [o for w in pieces for o in w.ordinals] == list(range(40))


def test_a_mail_paragraph_is_a_turn_of_its_own(record):
    assert [t.ordinals for t in turns(record.sources[1])] == [(0,), (3,)]


def test_questions():
    assert is_question("Who signs it?")
    assert not is_question("I know who signs it.")


def test_only_unknown_windows_are_embedded(record, embedder):
    whole = build_corpus(record, embedder)
    known = {w.id: whole.vectors[i] for i, w in enumerate(whole.windows)}
    known.pop(whole.windows[3].id)
    embedder.embedded.clear()
    again = build_corpus(record, embedder, known)
    assert embedder.embedded == [whole.windows[3].text]
    assert (again.vectors == whole.vectors).all()
