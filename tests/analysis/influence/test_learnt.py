import json
import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.cards import Encoders
from analysis.corpus import Corpus
from analysis.errors import ModelUnavailable
from analysis.heads import WEIGHTS as HEADS
from analysis.influence import learnt
from analysis.influence.graph import edges
from analysis.influence.learnt import Learnt, open_learnt, save
from analysis.influence.ranking import rank_by_edges, rank_people
from analysis.influence.traits import TRAITS, Said, drawn, said, strongest, traits
from analysis.statements import statements


@pytest.fixture(autouse=True)
def shipped_again():
    yield
    learnt.use(learnt.WEIGHTS)


def made(**weights):
    n = len(TRAITS)
    return Learnt(
        ("authority",),
        np.zeros(2),
        np.zeros(2),
        TRAITS,
        np.zeros(n),
        np.ones(n),
        np.array([*(float(weights.get(t, 0.0)) for t in TRAITS), 0.0]),
    )


def used(folder, embedder, **weights):
    save(made(**weights), folder, {"embedder": embedder})
    learnt.use(folder)


def ranked(corpus):
    found = statements(Corpus(corpus.record, corpus.windows, corpus.vectors, corpus.embedder))
    return rank_people(found, edges(found))


def test_the_shipped_weights_fit_the_shipped_heads_and_the_traits_of_today():
    card = json.loads((HEADS / "heads.json").read_text(encoding="utf-8"))
    shipped = open_learnt(Encoders(card["embedder"]))
    assert shipped is not None
    assert set(shipped.labels) <= set(card["labels"])
    assert shipped.traits == TRAITS
    assert np.isfinite(shipped.weights).all() and (shipped.spread > 0).all()


def test_another_embedder_is_ranked_by_the_edges_alone(corpus):
    assert open_learnt(corpus.encoders) is None
    found = statements(corpus)
    assert rank_people(found, edges(found)) == rank_by_edges(found, edges(found))


def test_learnt_weights_change_the_order_but_nobody_comes_without_an_edge(corpus, tmp_path):
    before = ranked(corpus)
    used(tmp_path, corpus.embedder.name, edges=-1.0)
    after = ranked(corpus)
    assert [r.person.id for r in after] != [r.person.id for r in before]
    assert {r.person.id for r in after} == {r.person.id for r in before}
    assert all(r.edges for r in after)
    assert after[0].score == 1.0
    assert [r.score for r in after] == sorted((r.score for r in after), reverse=True)


def test_a_trait_that_does_not_apply_counts_neither_way():
    weights = made(told=2.0)
    at_the_mean = np.zeros((1, len(TRAITS)))
    absent = at_the_mean.copy()
    absent[0, TRAITS.index("told")] = math.nan
    assert weights.chance(absent) == weights.chance(at_the_mean)


def test_one_extreme_trait_counts_for_three_deviations_at_most():
    rows = np.zeros((2, len(TRAITS)))
    rows[0, TRAITS.index("told")], rows[1, TRAITS.index("told")] = 3.0, 300.0
    first, second = made(told=1.0).chance(rows)
    assert first == second


def test_people_who_never_speak_have_traits_of_what_is_said_of_them(corpus):
    found = statements(corpus)
    about = said(found).about
    viv = corpus.persons["p-viv"]
    ones = np.ones(len(found))
    row = traits(found, [viv], {}, ones, ones, Said(about, {}))[0]
    assert row[TRAITS.index("talk")] == 0.0
    assert math.isnan(row[TRAITS.index("telling")])
    assert row[TRAITS.index("told")] == 1.0
    assert row[TRAITS.index("last_named")] == max(found.all[i].position for i in about["p-viv"])


def test_the_title_and_the_side_are_traits(corpus):
    found = statements(corpus)
    person = next(iter(corpus.persons.values()))
    both = [replace(person, title="Treasurer"), replace(person, title="Clerk")]
    nothing = np.zeros(len(found))
    rows = traits(found, both, {}, nothing, nothing, said(found))
    assert rows[:, TRAITS.index("senior")].tolist() == [1.0, 0.0]


def test_the_strongest_and_the_drawn_mean():
    assert strongest(np.array([0.0, 1.0, 2.0, 3.0])) == 2.0
    assert drawn(np.array([2.0])) == 0.5
    assert drawn(np.full(97, 2.0)) == pytest.approx(1.94)
    assert math.isnan(strongest(np.zeros(0)))


@pytest.mark.parametrize("broken", ["{", "[]", '{"embedder": "e", "labels": [], "traits": ["a"]}'])
def test_broken_weights_say_so(tmp_path, broken):
    (tmp_path / "influence.json").write_text(broken)
    learnt.use(tmp_path)
    with pytest.raises(ModelUnavailable):
        open_learnt(Encoders("e"))


def test_weights_that_do_not_fit_their_card_say_so(tmp_path):
    used(tmp_path, "e")
    card = json.loads((tmp_path / "influence.json").read_text())
    card["weights"] = card["weights"][:-1]
    (tmp_path / "influence.json").write_text(json.dumps(card))
    with pytest.raises(ModelUnavailable):
        open_learnt(Encoders("e"))
