"""The pace of the session's run: told to each new run, taken from the hand, no part of the experiment."""

import pytest
import streamlit as st

from core.presets import PRESETS
from core.stream.commands import MAX_PACE, MIN_PACE, Pace, StopAt
from core.stream.job import Job
from pages.shared import hand, pace
from pages.shared.jobs import KEPT
from tests.core.stream.studies import TIMEOUT_S, counting
from tests.pages.app import address, close, job, now, open_link, run


def pace_of(page):
    found = job(page, "run")
    snapshot = found.latest
    while snapshot is None or snapshot.meta["pace"] == "full":
        snapshot = found.wait(snapshot.version if snapshot else -1, TIMEOUT_S)
    return snapshot.meta["pace"]


def test_a_run_of_the_playground_tells_its_story_and_the_next_has_the_pace_that_the_hand_chose():
    page = open_link("playground.py", {})
    assert pace_of(page) == "story"
    page.session_state[KEPT]["pace"] = 20.0
    first, before = job(page, "run"), now(page)
    page.session_state["lab.experiment"] = PRESETS["digits"].experiment
    run(page)
    assert job(page, "run") is not first and pace_of(page) == 20.0
    assert "pace" not in str(address(page)[0].to_query()) and before != now(page)
    close(page)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


@pytest.mark.parametrize(
    ("value", "kept"),
    [("slow", "slow"), ("full", "full"), (7, 7.0), ("fast", "story"), (0, "story"), (None, "story"), (True, "story")],
)
def test_of_what_a_browser_says_only_a_pace_is_kept(session, value, kept):
    pace.take({"pace": {"value": value, "gesture": 1}, "l2": {"value": 0.5, "gesture": 1}})
    assert hand.heard() == {"pace": 1}, "it is not told again, whatever it was"
    job = Job(counting)
    pace.begin(job)
    assert job.mailbox.take() == [Pace(pace=kept)]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"when": "epoch", "value": 30}, [StopAt(when="epoch", value=30)]),
        ({"when": "epoch", "value": 0.5}, []), ({"when": "lunch"}, []), ("epoch", []), (None, []), ({"type": "run"}, []),
    ],
)  # fmt: skip
def test_of_what_a_browser_says_only_a_condition_is_kept(session, value, kept):
    pace.take({"stop_at": {"value": value, "gesture": 1}})
    job = Job(counting)
    pace.begin(job)
    assert job.mailbox.take() == [Pace(pace="story"), *kept]


def test_every_condition_that_is_offered_is_one_at_its_usual_value_and_at_its_bounds():
    for choice in pace.STOPS["choices"]:
        for value in (choice["value"], choice["min"], choice["max"]):
            assert StopAt(when=choice["when"], value=value).value == value


def test_an_old_gesture_is_not_taken_twice(session):
    for value, gesture in (("slow", 5), ("full", 4)):
        pace.take({"pace": {"value": value, "gesture": gesture}})
    assert session[KEPT]["pace"] == "slow"


def test_every_choice_that_is_offered_is_a_pace():
    for choice in pace.PACES["choices"]:
        assert Pace(pace=choice["value"]).pace == choice["value"]
    assert (pace.PACES["number"]["min"], pace.PACES["number"]["max"]) == (MIN_PACE, MAX_PACE)
