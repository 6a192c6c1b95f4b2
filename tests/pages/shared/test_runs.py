"""A page with a run: its sliders keep their place, whatever a browser sends."""

import pytest

from pages.shared import runs


@pytest.fixture
def page_of(monkeypatch):
    """Return a page whose session is a plain dictionary."""
    session = {}
    monkeypatch.setattr(runs.st, "session_state", session)
    monkeypatch.setattr(runs.hand.st, "session_state", session)

    def make(picked):
        session["toy.stage"] = {"picked": picked}
        page = runs.RunPage("toy", "run", None, None, None, None, ())
        page.take_picked()
        return page

    return make


@pytest.mark.parametrize(
    ("picked", "expected"),
    [({"lambda": 3}, 3), ({"lambda": 99}, 8), ({"lambda": -1}, 0), ({"lambda": "3"}, 4), ({"other": 3}, 4), (None, 4)],
)
def test_a_slider_stands_where_it_was_released_and_in_the_middle_at_first(page_of, picked, expected):
    assert page_of(picked).picked("lambda", 9) == expected


def test_a_slider_may_stand_elsewhere_at_first(page_of):
    assert page_of({}).picked("lambda", 9, 0) == 0 and page_of({"lambda": 5}).picked("lambda", 9, 0) == 5
