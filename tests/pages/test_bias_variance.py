"""The Bias & variance page under AppTest: its tasks, both ways, extremes, and the data drawn anew."""

import pytest

from core.studies.bias_variance.decomposition import DIGITS, MOONS, TASK, VALUES, WIDTHS
from tests.pages.app import address, close, job, latest, names, now, open_link, run, said, stage_data


@pytest.fixture
def open_page():
    pages = []

    def open_it(experiment):
        pages.append(open_link("bias_variance.py", experiment.to_query()))
        return pages[-1]

    yield open_it
    for page in pages:
        close(page)


@pytest.mark.parametrize(
    ("task", "figures", "values"),
    [
        (TASK, ["parts", "bundle"], VALUES),
        (TASK.replace(vary="width"), ["parts", "bundle"], WIDTHS),
        (MOONS, ["parts", "bundle", "zero_one", "log_loss"], VALUES),
        (MOONS.replace(data="spiral3"), ["parts", "bundle", "zero_one", "log_loss"], VALUES),
        (TASK.replace(data="multi_gaussian"), ["parts", "bundle"], VALUES),
        (DIGITS, ["parts", "zero_one", "log_loss"], VALUES),
        (TASK.replace(data="diabetes", n_sets=4), ["parts"], VALUES),
    ],
)
def test_every_task_stands_ready_with_its_charts(open_page, task, figures, values):
    page = open_page(task.replace(n_epochs=5))
    assert address(page) == (task.replace(n_epochs=5), [])
    assert names(page) == figures
    assert latest(page)["state"] == "paused" and not page.error
    chosen, of_set = stage_data(page)["scrubs"]
    assert chosen["values"] == list(values) and len(of_set["values"]) == task.bias_variance.n_sets


def test_the_tasks_are_offered_and_taken(open_page):
    page = open_page(TASK)
    chooser = page.sidebar.selectbox(key="bias_variance.task")
    assert chooser.value == "Sine: 20 noisy points"
    chooser.set_value("Moons: two classes")
    run(page)
    assert now(page) == MOONS


def test_redraw_takes_the_next_training_sets(open_page):
    page = open_page(TASK.replace(n_sets=4, n_epochs=5))
    before = job(page)
    page.button(key="bias_variance.redraw").click()
    run(page)
    assert now(page).data.seed == 4 and job(page) is not before
    assert latest(page)["epoch"] == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"n_sets": 3, "n_set_starts": 2, "n_train": 5, "values": (0.5,)},
        {"n_sets": 30, "n_set_starts": 5, "hidden_sizes": ()},
        {"values": tuple(i / 39 for i in range(40))},
        {"param_name": "elastic"},
        {"param_name": "weight_decay", "batch_size": 7},
        {"vary": "width", "activation": "relu", "hidden_sizes": (8, 8)},
    ],
)
def test_extremes_give_a_page_with_a_run(open_page, settings):
    page = open_page(TASK.replace(n_epochs=3, **settings))
    assert not page.error and latest(page)["state"] == "paused"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"data": "diabetes", "n_train": 150}, "n_sets: expected at most 1 disjoint sets of 150 rows"),
        ({"vary": "width", "activation": "sigmoid"}, "activation: expected one that is 0 at 0"),
        ({"vary": "width", "hidden_sizes": ()}, "hidden_sizes: expected at least one hidden layer"),
        ({"values": tuple(i / 40 for i in range(41))}, "λ values: expected at most 40 on this page, received 41"),
    ],
)
def test_what_cannot_be_done_is_said(open_page, settings, words):
    page = open_page(TASK.replace(**settings))
    assert words in said(page.error[0]) and job(page) is None
