import itertools

from api.views import SourceView
from api.web.path import picture


def source(key: str, kind: str, when: str | None) -> SourceView:
    return SourceView(key, key, kind, "x", key, when, 3, None, False, "ready")


def test_touchpoints_stand_in_order_of_time_within_the_frame() -> None:
    drawn = picture(
        [
            source("b", "mail", "2026-05-20"),
            source("a", "call", "2026-05-01"),
            source("c", "call", "2026-07-01"),
        ],
        "2026-06-18",
        "2026-07-17",
    )
    assert drawn is not None
    assert [d.key for d in drawn.dots] == ["a", "b", "c"]
    assert [d.x for d in drawn.dots] == sorted(d.x for d in drawn.dots)
    assert all(0 <= d.x <= 1000 for d in drawn.dots)
    assert drawn.moment is not None and drawn.dots[1].x < drawn.moment < drawn.dots[2].x
    assert drawn.closed == 980.0


def test_dots_of_one_day_do_not_hide_each_other() -> None:
    drawn = picture(
        [source(f"m{i}", "mail", "2026-05-01") for i in range(3)] + [source("z", "mail", "2026-09-01")],
        None,
        None,
    )
    assert drawn is not None
    xs = [d.x for d in drawn.dots]
    assert min(b - a for a, b in itertools.pairwise(xs)) >= 13


def test_no_picture_of_a_single_day_or_of_undated_sources() -> None:
    assert picture([source("a", "call", "2026-05-01"), source("b", "mail", "2026-05-01")], None, None) is None
    assert picture([source("a", "call", None), source("b", "mail", "soon")], None, "2026-05-01") is None
