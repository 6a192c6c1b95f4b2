"""The Remedies page under AppTest: default, extremes, bad input, the look at the test rows."""

import pytest

from core import Experiment
from core.runtime.commands import Run
from core.runtime.scheduler import get_scheduler
from core.studies.remedies import DIGITS, POINTS
from tests.pages.test_playground import address, now, open_page, run


@pytest.fixture
def open_remedies():
    pages = []

    def open_it(**query):
        page = open_page(query)
        page.switch_page("remedies.py")
        pages.append(page)
        return run(page)

    yield open_it
    for page in pages:
        if (found := job(page)) is not None:
            get_scheduler().drop(found)


def job(page):
    return get_scheduler().find(page.session_state["lab.study.job"]) if "lab.study.job" in page.session_state else None


def latest(page):
    return job(page).latest.meta


def finish(page):
    job(page).send(Run())
    while latest(page)["state"] != "finished":
        assert job(page).wait(job(page).latest.version, 60) is not None


def short(experiment=POINTS, **more):
    return experiment.replace(n_epochs=4, n_remedy_starts=2, **more).to_query()


def test_the_default_task_stands_ready(open_remedies):
    page = open_remedies(**POINTS.to_query())
    assert now(page) == POINTS and address(page) == (POINTS, [])
    assert page.sidebar.selectbox(key="remedies.task").value == "Noisy points (two moons)"
    assert "networks, each for as many steps as 400 epochs" in page.caption[0].value
    assert latest(page)["state"] == "paused"


def test_a_task_replaces_the_settings_but_not_the_study_s(open_remedies):
    page = open_remedies(**POINTS.replace(n_remedy_starts=3).to_query())
    page.sidebar.selectbox(key="remedies.task").set_value("Digits, some labelled wrong")
    run(page)
    assert now(page) == DIGITS.replace(n_remedy_starts=3)


@pytest.mark.parametrize(
    "settings",
    [
        {"n_remedy_starts": 1, "hidden_sizes": ()},
        {"n_remedy_starts": 20, "tune_remedies": True},
        {"data": "sine", "n_train": 20},
        {"data": "digits", "n_train": 1000},
        {"first_combination": ("ensemble", "more_data"), "second_combination": ("l1", "l2", "dropout", "augmentation")},
        {"data": "diabetes", "n_train": 5},
    ],
)
def test_extremes_give_a_page_with_a_study(open_remedies, settings):
    experiment = POINTS.replace(n_epochs=3, **settings)
    page = open_remedies(**experiment.to_query())
    assert not page.error
    assert latest(page)["state"] == "paused"
    note = any("no labels that could be wrong" in caption.value for caption in page.caption)
    assert note == (settings.get("data") in ("sine", "diabetes"))


def test_a_study_that_is_too_large_is_refused_in_words(open_remedies):
    page = open_remedies(**POINTS.replace(n_epochs=1_000_000).to_query())
    assert "Choose fewer epochs" in page.error[0].value
    assert job(page) is None


def test_a_combination_of_one_is_refused_in_words(open_remedies):
    page = open_remedies(**short())
    pills = next(w for w in page.sidebar.get("button_group") if w.key.startswith("remedies.first_combination"))
    pills.set_value(["l2"])
    run(page)
    assert "expected two different remedies or more" in page.sidebar.error[0].value
    assert now(page).study.first_combination == Experiment().study.first_combination


def test_the_test_set_opens_once_training_is_done_and_looks_are_counted(open_remedies):
    page = open_remedies(**short())
    page.button(key="remedies.look").click()
    run(page)
    assert "opens once all remedies are trained" in page.warning[0].value
    assert not latest(page)["has_looked"]
    finish(page)
    page.button(key="remedies.look").click()
    run(page)
    assert any("looked at once" in caption.value for caption in page.caption)
    while not latest(page)["has_looked"]:
        job(page).wait(job(page).latest.version, 60)
    page.sidebar.slider(key="remedies.n_remedy_starts").set_value(3)
    run(page)
    finish(page)
    page.button(key="remedies.look").click()
    run(page)
    assert "looked at 2 times" in page.warning[0].value


def test_the_same_settings_find_the_same_study_again(open_remedies):
    page = open_remedies(**short())
    before = job(page).id
    page.switch_page("playground.py")
    run(page)
    page.switch_page("remedies.py")
    run(page)
    assert job(page).id == before
