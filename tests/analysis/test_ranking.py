from analysis.ranking import CueSet, rank, similar, topic_vectors
from ingest.model import Side


def texts(corpus, found):
    return [" ".join(corpus.utterance(c.key, o).text for o in c.ordinals) for c in found]


def test_what_is_like_the_examples_comes_first(corpus):
    found = rank(corpus, "commitment_broken", sides=(Side.BUYER, Side.SELLER), k=3)
    assert "never sent" in " ".join(texts(corpus, found[:2])) or "forgot" in " ".join(
        texts(corpus, found[:2])
    )
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)


def test_only_the_asked_sides_and_no_questions(corpus):
    buyers = rank(corpus, "commitment", sides=(Side.BUYER,), k=50, min_words=1)
    assert buyers
    assert all(corpus.side_of(*c.place) is Side.BUYER for c in buyers)
    assert not any(t.endswith("?") for t in texts(corpus, rank(corpus, "commitment", k=50, min_words=1)))


def test_cues_move_a_candidate_up_and_say_so(corpus):
    plain = rank(corpus, "value", k=20, join=False)
    cued = rank(corpus, "value", k=20, join=False, cues=CueSet.of(board=("board", 5.0)))
    assert "board" in texts(corpus, cued[:1])[0]
    assert cued[0].signals["board"] == 5.0
    assert len(plain) == len(cued)


def test_neighbours_of_one_turn_join(corpus):
    found = rank(corpus, "value", k=30, sources=("c1",))
    assert all(len({corpus.utterance(c.key, o).speaker for o in c.ordinals}) == 1 for c in found)
    places = [(c.key, o) for c in found for o in c.ordinals]
    assert len(places) == len(set(places))


def test_similar_finds_the_echo_in_a_later_source(corpus):
    found = similar(corpus, ("c1", 6), later=True, k=2)
    assert {c.key for c in found} == {"c2"}
    assert "letters" in texts(corpus, found)[0]


def test_topics_are_embedded_once(corpus, embedder):
    topic_vectors(embedder, "objection")
    embedder.embedded.clear()
    topic_vectors(embedder, "objection")
    assert embedder.embedded == []


def test_an_empty_record_ranks_nothing(corpus):
    assert rank(corpus, "value", sources=("no such source",)) == ()
