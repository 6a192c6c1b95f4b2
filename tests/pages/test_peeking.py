"""The Peeking page under AppTest: it stands ready, and knows the real looks of Cross-validation and Remedies."""

import pytest

from core.presets import START
from core.studies.cv.peeking import peeking_in_words
from core.studies.peeking.simulation import N_ROWS, N_SETTINGS
from pages.parts.peeking.words import nearest_k
from pages.shared.away import LOOKS
from tests.pages.app import close, job, latest, open_link, run, said, stage_data


@pytest.fixture
def page():
    opened = open_link("peeking.py", START.to_query())
    yield opened
    close(opened)


def test_it_stands_ready_with_its_charts_and_sliders(page):
    data = stage_data(page)
    assert [figure["layout"]["meta"]["name"] for figure in data["figures"]] == ["pk_winners", "pk_optimism"]
    assert [axis["values"] for axis in data["scrubs"]] == [list(N_SETTINGS), list(N_ROWS)]
    assert latest(page)["state"] == "paused" and not page.error
    assert "none yet" in page.main.caption[-1].value


def test_another_seed_is_another_run_and_settings_of_other_pages_are_not(page):
    before = job(page)
    page.session_state["lab.experiment"] = START.replace(l2=0.1, n_train=33)
    run(page)
    assert job(page) is before
    page.session_state["lab.experiment"] = START.replace(data_seed=9)
    run(page)
    assert job(page) is not before


def test_real_looks_are_told_and_set_the_slider(page, monkeypatch):
    """The count is that of Cross-validation and Remedies, kept with the session's jobs."""
    from pages.shared import jobs

    monkeypatch.setattr(jobs, "notes", lambda: {LOOKS: {(START.data.name, START.data.seed): 5}})
    run(page)
    assert stage_data(page)["scrubs"][0]["index"] == N_SETTINGS.index(5)
    assert peeking_in_words(5)[:60] in said(page.info[0])


@pytest.mark.parametrize(("n_looks", "k"), [(0, 20), (1, 20), (2, 2), (4, 5), (12, 10), (99, 50)])
def test_the_slider_first_stands_nearest_to_the_real_looks(n_looks, k):
    assert N_SETTINGS[nearest_k(n_looks)] == k
