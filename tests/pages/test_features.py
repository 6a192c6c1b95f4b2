"""The Features page under AppTest: every task, extremes, data without inputs to select from."""

import json

import pytest

from core.runtime.scheduler import get_scheduler
from core.studies.features import CLASSES, DIGITS, DUPLICATES, REVIEWS, TASK, VALUES, VOWELS
from tests.pages.test_playground import address, now, open_page, run
from tests.pages.test_remedies import job, latest


@pytest.fixture
def open_features():
    pages = []

    def open_it(experiment):
        page = open_page(experiment.to_query())
        page.switch_page("features.py")
        pages.append(page)
        return run(page)

    yield open_it
    for page in pages:
        if (found := job(page)) is not None:
            get_scheduler().drop(found)


def stage_data(page):
    return json.loads(page.get("bidi_component")[0].proto.json)


def names(page):
    return [figure["layout"]["meta"]["name"] for figure in stage_data(page)["figures"]]


@pytest.mark.parametrize(
    ("task", "figures"),
    [
        (TASK, ["scores", "in_use", "inputs_none", "inputs_l1", "inputs_l2", "cv"]),
        (DUPLICATES, ["scores", "in_use", "inputs_none", "inputs_l1", "inputs_l2", "twins", "cv"]),
        (CLASSES, ["scores", "in_use", "inputs_none", "inputs_l1", "inputs_l2", "cv"]),
        (REVIEWS, ["scores", "in_use", "inputs_none", "inputs_l1", "inputs_l2", "cv"]),
        (VOWELS, ["scores", "in_use", "inputs_none", "inputs_l1", "inputs_l2", "cv"]),
        (DIGITS, ["in_use", "inputs_none", "inputs_l1", "inputs_l2", "cv"]),
    ],
)
def test_every_task_stands_ready_with_its_charts(open_features, task, figures):
    page = open_features(task.replace(n_epochs=5))
    assert address(page) == (task.replace(n_epochs=5), [])
    assert names(page) == figures
    assert latest(page)["state"] == "paused" and not page.error
    (scrub,) = stage_data(page)["scrubs"]
    assert scrub["values"] == list(VALUES)


def test_the_tasks_are_offered_and_taken(open_features):
    page = open_features(TASK)
    chooser = page.sidebar.selectbox(key="features.task")
    assert chooser.value == "3 signals in noise (values)"
    chooser.set_value("Film reviews: words")
    run(page)
    assert now(page) == REVIEWS


@pytest.mark.parametrize(
    "settings",
    [
        {"n_informative": 20, "n_noise_features": 200, "n_duplicates": 20, "duplicate_correlation": 1.0},
        {"n_informative": 1, "n_noise_features": 0, "n_train": 5},
        {"hidden_sizes": (8,), "n_splits": 10},
        {"values": (0.5,)},
        {"l1_method": "subgradient", "optimizer": "sgd"},
    ],
)
def test_extremes_give_a_page_with_a_run(open_features, settings):
    page = open_features(TASK.replace(n_epochs=3, **settings))
    assert not page.error and latest(page)["state"] == "paused"


def test_data_without_inputs_to_select_from_say_so(open_features):
    page = open_features(TASK.replace(data="sine", n_train=20))
    assert "nothing to select from" in page.info[0].value
    assert job(page) is None


def test_too_many_networks_are_refused_in_words(open_features):
    page = open_features(DIGITS.replace(hidden_sizes=(512, 512), batch_size=1))
    assert "too large" in page.error[0].value and job(page) is None
