import pytest

from analysis.documents import (
    Citation,
    Claim,
    DealHeader,
    DraftedBy,
    Factor,
    MeddpiccItem,
    Moment,
    PersonRef,
    PreRead,
    Voice,
)
from analysis.edits import (
    AddClaim,
    AddFactor,
    AddVoice,
    BackTo,
    EditError,
    Move,
    Reject,
    Restore,
    Reword,
    apply,
    carry_over,
    find,
    section_of,
)


def said(i: str) -> Claim:
    return Claim(
        id=i,
        text=f"text {i}",
        citations=[Citation(source="calls/a.vtt", quote=f"quote of {i}")],
        verified=True,
    )


def document() -> PreRead:
    person = PersonRef(id="p-1", name="Dana")
    return PreRead(
        deal=DealHeader(id="d", name="D", outcome="lost"),
        drafted_by=DraftedBy(llm="none", embeddings="e"),
        went_well=[said("a"), said("b"), said("c")],
        influential_voices=[Voice(rank=1, person=person, in_room=True, score=0.9, claims=[said("v")])],
        moment_of_demand=Moment(found=True, claims=[said("m")], alternatives=[said("n")]),
        deciding_factors=[
            Factor(factor="F1", direction="against_us", claims=[said("f")]),
            Factor(factor="F2", direction="for_us", claims=[said("g")]),
        ],
        meddpicc={
            "champion": MeddpiccItem(status="met", claims=[said("k")]),
            "metrics": MeddpiccItem(status="met", claims=[]),  # as versions before had it
        },
    )


def ids(claims):
    return [c.id for c in claims]


def test_rewording_keeps_the_citations_and_is_human():
    before = document()
    after = apply(before, Reword("b", "  our   words "))
    c = find(after, "b")
    assert (c.text, c.origin, c.citations[0].quote) == ("our words", "human", "quote of b")
    assert find(before, "b").text == "text b"


def test_rejecting_and_restoring():
    after = apply(document(), Reject("b"))
    assert ids(after.went_well) == ["a", "c"] and after.rejected == ["b"]
    back = apply(after, Restore("b"))
    assert back == document()


def test_an_item_goes_with_its_last_claim():
    after = apply(document(), Reject("f"))
    assert [f.factor for f in after.deciding_factors] == ["F2"]
    assert apply(document(), Reject("v")).influential_voices == []


def test_what_is_met_is_so_no_more_when_its_last_line_goes_and_no_other_item_changes():
    after = apply(document(), Reject("k"))
    assert {k: i.status for k, i in after.meddpicc.items()} == {"champion": "partial", "metrics": "met"}


def test_when_the_moment_is_rejected_the_next_likely_one_is_shown():
    after = apply(document(), Reject("m"))
    assert ids(after.moment_of_demand.claims) == ["n"] and after.moment_of_demand.found
    assert not apply(after, Reject("n")).moment_of_demand.found


def test_adding_and_moving():
    after = apply(
        document(), AddClaim("went_well", "We met them on site.", [Citation(source="a", quote="q q q")])
    )
    new = after.went_well[-1]
    assert new.origin == "human" and new.id not in ids(document().went_well)
    up = apply(after, Move(new.id, by=-1))
    assert ids(up.went_well) == ["a", "b", new.id, "c"]
    assert ids(apply(up, Move(new.id, to=0)).went_well)[0] == new.id
    assert ids(apply(up, Move("a", by=-1)).went_well) == ids(up.went_well)
    assert [f.factor for f in apply(document(), Move("g", by=-1)).deciding_factors] == ["F2", "F1"]
    assert section_of(apply(document(), AddClaim("meddpicc.champion", "x")), "k") == "meddpicc.champion"


@pytest.mark.parametrize(
    "edit",
    [
        Reword("nope", "x"),
        Reword("a", "  "),
        Reject("nope"),
        Move("nope", 1),
        AddClaim("nope", "x"),
        AddClaim("went_well", " "),
    ],
)
def test_what_does_not_fit_is_refused(edit):
    with pytest.raises(EditError):
        apply(document(), edit)


def test_a_new_draft_never_overwrites_what_a_person_did():
    edited = apply(document(), Reword("b", "ours"))
    edited = apply(edited, Reject("c"))
    edited = apply(edited, AddClaim("could_go_better", "We were late."))
    edited = apply(edited, Reword("v", "she decides"))
    edited = apply(edited, Reword("f", "it was the hosting"))
    fresh = document()
    fresh.went_well = [said("c"), said("z"), said("b")]
    fresh.deciding_factors = []
    fresh.influential_voices = [
        v.model_copy(update={"claims": [said("other")]}) for v in fresh.influential_voices
    ]
    out = carry_over(fresh, edited)
    assert ids(out.went_well) == ["z", "b"]
    assert find(out, "b").text == "ours"
    assert out.could_go_better[0].text == "We were late."
    assert ids(out.influential_voices[0].claims) == ["other", "v"]
    assert (
        out.deciding_factors[0].factor == "F1"
        and out.deciding_factors[0].claims[0].text == "it was the hosting"
    )
    assert out.rejected == ["c"]
    assert carry_over(fresh, out) == out


@pytest.mark.parametrize("claim_id", ["a", "b", "c", "v", "m", "n", "f", "g", "k"])
def test_restoring_is_the_opposite_of_rejecting(claim_id):
    before = document()
    assert apply(apply(before, Reject(claim_id)), Restore(claim_id)) == before


def test_a_rejected_claim_can_be_read_and_comes_back_into_a_later_draft():
    edited = apply(apply(document(), Reword("f", "it was the hosting")), Reject("f"))
    assert [w.claims[0].text for w in edited.withdrawn] == ["it was the hosting"]
    assert find(edited, "f") is None
    fresh = document()
    fresh.deciding_factors = fresh.deciding_factors[1:]
    later = carry_over(fresh, edited)
    back = apply(later, Restore("f"))
    assert [(f.factor, f.claims[0].text) for f in back.deciding_factors] == [
        ("F1", "it was the hosting"),
        ("F2", "text g"),
    ]


def test_restoring_what_was_never_rejected_is_refused():
    with pytest.raises(EditError):
        apply(document(), Restore("a"))


def test_a_voice_of_somebody_new_stays_through_a_new_draft():
    cited = (Citation(source="calls/a.vtt", quote="ask Ruth first"),)
    edited = apply(document(), AddVoice("Ruth Lowe", False, "The CIO nobody called.", cited))
    ruth = edited.influential_voices[-1]
    assert (ruth.rank, ruth.person.name, ruth.in_room) == (2, "Ruth Lowe", False)
    assert ruth.claims[0].origin == "human" and ruth.claims[0].verified
    assert [p.name for p in edited.people] == ["Ruth Lowe"]
    assert [v.person.name for v in carry_over(document(), edited).influential_voices] == ["Dana", "Ruth Lowe"]


@pytest.mark.parametrize("who", ["p-1", "Dana", "  dana "])
def test_a_voice_who_is_there_already_gets_the_claim(who):
    edited = apply(document(), AddVoice(who, False, "She was not on the last call."))
    (dana,) = edited.influential_voices
    assert ids(dana.claims)[0] == "v" and len(dana.claims) == 2 and not dana.in_room


def test_a_factor_with_its_direction():
    edited = apply(document(), AddFactor("hosting in the EU", "against_us"))
    last = edited.deciding_factors[-1]
    assert (last.factor, last.direction, last.claims[0].text) == (
        "hosting in the EU",
        "against_us",
        "hosting in the EU",
    )
    assert last.weight <= min(f.weight for f in edited.deciding_factors)


@pytest.mark.parametrize(
    "edit", [AddVoice(" ", True, "x"), AddVoice("R", True, " "), AddFactor(" ", "for_us")]
)
def test_a_voice_or_factor_without_words_is_refused(edit):
    with pytest.raises(EditError):
        apply(document(), edit)


def test_back_to_an_earlier_version_is_that_version():
    first = document()
    later = apply(apply(first, Reject("a")), Reword("b", "ours"))
    assert apply(later, BackTo(first)) == first
    assert find(later, "b").text == "ours"
