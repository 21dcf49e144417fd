from dataclasses import dataclass

import numpy as np

from training.train_sections import Case, learn, marked


@dataclass(frozen=True)
class Said:
    key: str
    ordinal: int
    text: str
    mail: bool = False


class Found:
    """As much of the statements as the training looks at."""

    def __init__(self, said, buyers):
        self.all, self.buyers = said, np.array(buyers, bool)
        self.index = {(s.key, s.ordinal): i for i, s in enumerate(said)}

    def __len__(self):
        return len(self.all)

    def similarity(self, left, right):
        return 0.0


def test_a_quote_marks_what_stands_beside_it_in_a_call_and_itself_in_a_mail():
    call = [Said("a", i, f"number {i} of the call") for i in range(6)]
    mail = [Said("m", i, f"line {i} of the mail", mail=True) for i in range(2)]
    found = Found([*call, *mail], [True, False, True, True, True, True, True, True])
    assert marked(found, [{"source": "a", "quote": "2 of  the call"}]).nonzero()[0].tolist() == [0, 2, 3, 4]
    assert marked(found, [{"source": "m", "quote": "line 1"}]).nonzero()[0].tolist() == [7]
    assert not marked(found, [{"source": "b", "quote": "number 2"}]).any()


def test_the_least_odds_part_deals_with_a_moment_from_those_without():
    def deal(n, exists):
        said = [Said("a", i, "text") for i in range(8)]
        top = 2.0 if exists else 1.0
        prior = np.array([top + 0.01 * n, *np.linspace(0.5, 0.0, 7)])
        right = np.array([exists, *[False] * 7])
        return Case(str(n), Found(said, [True] * 8), {"moment": {"prior": prior}}, {"moment": right}, exists)

    cases = [deal(n, n % 3 > 0) for n in range(9)]
    ranker = learn("moment", cases)
    tops = {c.exists: [] for c in cases}
    for c in cases:
        tops[c.exists].append(ranker.score(c.traits["moment"], c.found.buyers).max())
    assert max(tops[False]) < ranker.least < min(tops[True])


def test_a_moment_that_the_picks_miss_is_worth_nothing():
    """Two deals have a moment which no pick holds: telling it for their sake would tell it where there is none."""

    def deal(name, top, exists, hit):
        said = [Said("a", i, "text") for i in range(3)]
        traits = {"moment": {"prior": np.array([top, 0.0, -1.0])}}
        return Case(name, Found(said, [True] * 3), traits, {"moment": np.array([hit, 0, 0], bool)}, exists)

    kinds = [(3.0, True, True)] * 4 + [(1.0, False, False)] * 3 + [(0.9, True, False)] * 2
    cases = [deal(str(n), top + 0.01 * n, exists, hit) for n, (top, exists, hit) in enumerate(kinds)]
    ranker = learn("moment", cases)
    tops = [ranker.score(c.traits["moment"], c.found.buyers).max() for c in cases]
    assert max(tops[4:]) < ranker.least < min(tops[:4])
