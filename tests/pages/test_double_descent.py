"""The Double descent page under AppTest: it stands ready, follows the data seed, and its slider positions."""

import pytest

from core.live.double_descent.run import NOISES, VALUES
from core.presets import START
from core.studies.double_descent.random_features import WIDTHS
from tests.pages.app import close, job, latest, open_link, run, stage_data


@pytest.fixture
def page():
    opened = open_link("double_descent.py", START.to_query())
    yield opened
    close(opened)


def test_it_stands_ready_with_its_charts_and_sliders(page):
    data = stage_data(page)
    assert [figure["layout"]["meta"]["name"] for figure in data["figures"]] == [
        "dd_error",
        "dd_answers",
        "dd_loss",
        "dd_norm",
    ]
    assert [len(axis["values"]) for axis in data["scrubs"]] == [len(VALUES), len(NOISES), len(WIDTHS)]
    assert [axis["index"] for axis in data["scrubs"]] == [0, 1, WIDTHS.index(200)]
    assert latest(page)["state"] == "paused" and not page.error


def test_another_data_seed_is_another_run(page):
    before = job(page)
    page.sidebar.number_input[0].set_value(7)
    run(page)
    assert job(page) is not before and job(page).latest.meta["epoch"] == 0


def test_settings_of_other_pages_leave_the_run_alone(page):
    before = job(page)
    page.session_state["lab.experiment"] = START.replace(l2=0.1, data="moons")
    run(page)
    assert job(page) is before


@pytest.mark.parametrize(
    ("descent", "charts"), [("networks", ["dt_loss", "dt_error"]), ("epochs", ["de_loss", "de_parts"])]
)
def test_its_other_kinds_stand_ready_with_charts_of_their_own(page, descent, charts):
    before = job(page)
    page.sidebar.selectbox[0].set_value(descent)
    run(page)
    data = stage_data(page)
    assert [figure["layout"]["meta"]["name"] for figure in data["figures"]] == charts
    assert len(data["scrubs"]) == 1 and job(page) is not before and not page.error
