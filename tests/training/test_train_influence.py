import numpy as np
import pytest

from analysis.influence.traits import TRAITS
from training.train_influence import Case, figures, learn, of_statements, order


def same(name, person):
    return name == person["name"]


def deal(name, rng, flip=False):
    """Eight people; the first two are influential and others speak of them in statements that carry the label."""
    kind = np.array([1, 1, -1, 0, 0, 0, 0, 0])
    felt = rng.normal(0, 0.1, (16, 2))
    for person in range(8):
        felt[person, 0] += float(kind[person] == 1) * (-1.0 if flip else 1.0)
    people = tuple({"name": f"{name} {i}", "aliases": []} for i in range(8))
    gold = {
        "influential_voices": [
            {"name": f"{name} 0", "in_room": False},
            {"name": f"{name} 1", "in_room": True},
        ],
        "loud_but_not_influential": [f"{name} 2"],
    }
    return Case(
        name,
        ("authority", "other"),
        people,
        felt,
        tuple((i,) for i in range(8)),
        tuple((8 + i,) for i in range(8)),
        np.zeros((8, len(TRAITS))),
        kind,
        np.array([1, 2, 0, 0, 0, 0, 0, 0]),
        gold,
    )


@pytest.fixture
def cases():
    rng = np.random.default_rng(0)
    return [deal(f"d{i}", rng) for i in range(12)]


def test_what_is_said_of_the_influential_carries_over_to_a_deal_left_out(cases):
    found = learn(cases[1:])
    assert found.weights[TRAITS.index("told")] > 0
    ordered = order(cases[0], found)
    assert figures(ordered, cases[0].gold, same).tolist() == [1.0, 1.0, 1.0, 1.0]


def test_the_loud_are_kept_out_only_of_the_first_three(cases):
    gold, people = cases[0].gold, cases[0].people
    last = [*people[3:], *people[:3]]
    first = [people[2], people[0], people[1], *people[3:]]
    assert figures(last, gold, same).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert figures(first, gold, same).tolist() == [1.0, 0.0, 1.0, 0.0]


def test_a_person_who_is_two_labelled_people_counts_for_none(cases):
    both = [{"name": "d0 0 or d0 1", "aliases": []}]

    def either(name, person):
        return name in person["name"].split(" or ")

    assert figures(both, cases[0].gold, either)[0] == 0.0


def test_statements_of_the_loud_pull_harder_than_those_of_others(cases):
    def weight(kind):
        c = cases[0]
        felt = np.zeros((16, 2))
        felt[2] = 1.0, 0.0
        kinds = np.array([1, 1, kind, 0, 0, 0, 0, 0])
        moved = Case(c.name, c.labels, c.people, felt, c.about, c.by, c.traits, kinds, c.rank, c.gold)
        return of_statements([moved], lambda one: one.about)[0]

    assert weight(-1) < weight(0) < weight(1)
