import numpy as np

from analysis.corpus import Corpus
from analysis.influence.graph import edges, spoken_of
from analysis.influence.ranking import rank_people
from analysis.statements import statements


def at(found, words):
    return next(s for s in found.all if words in s.text)


def test_a_pronoun_is_the_person_last_spoken_of(corpus):
    found = statements(corpus)
    s = at(found, "the president one name")
    assert [p for p, _ in spoken_of(corpus, s)] == ["p-viv"]


def test_nobody_is_invented(corpus):
    found = statements(corpus)
    known = set(corpus.persons)
    assert {e.person for e in edges(found)} <= known


def test_people_out_of_the_room_are_ranked(corpus):
    found = statements(corpus)
    spoken = {e.person for e in edges(found) if e.by != e.person}
    assert "p-viv" in spoken


def test_the_owner_of_the_deal_is_no_voice(corpus):
    found = statements(corpus)
    names = [r.person.name for r in rank_people(found, edges(found))]
    assert corpus.record.opportunity.owner not in names


def test_sellers_count_only_where_a_buyer_says_so(corpus):
    found = statements(corpus)
    for r in rank_people(found, edges(found)):
        if r.person.side.value == "seller":
            assert all(found.all[e.at].side.value != "seller" for e in r.edges)


def test_scores_fall_from_one(corpus):
    found = statements(corpus)
    scores = [r.score for r in rank_people(found, edges(found))]
    assert scores == sorted(scores, reverse=True)
    assert not scores or scores[0] == 1.0


def test_big_talk_takes_weight_from_a_statement_and_gives_none_to_others(corpus):
    def reweighed(own):
        fresh = Corpus(corpus.record, corpus.windows, corpus.vectors, corpus.embedder)
        found = statements(fresh)
        i = next(i for i, s in enumerate(found.all) if "the president one name" in s.text)
        decides = np.zeros(len(found))
        decides[i] = own
        vars(found)["_heads"] = {"decides": decides}
        about = [e.weight for e in edges(found) if e.at == i and e.kind == "deferred_to"]
        return max(about, default=0.0)

    assert reweighed(-1.0) < reweighed(0.0) <= reweighed(1.0)
    assert reweighed(9.0) == reweighed(1.0)


def test_a_boaster_falls_and_talk_does_not_lift(corpus):
    def score(own):
        fresh = Corpus(corpus.record, corpus.windows, corpus.vectors, corpus.embedder)
        found = statements(fresh)
        decides = np.array([own if s.person == boaster else 0.0 for s in found.all])
        vars(found)["_heads"] = {"decides": decides}
        return {r.person.id: r.score for r in rank_people(found, every)}

    found = statements(corpus)
    every = edges(found)
    heard = {s.person for s in found.all}
    boaster = next(r.person.id for r in rank_people(found, every) if r.score < 1 and r.person.id in heard)
    assert score(-1.0)[boaster] < score(1.0)[boaster]
