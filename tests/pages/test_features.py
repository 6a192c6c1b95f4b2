"""The Features page under AppTest: every task, extremes, data without inputs to select from."""

import pytest

from core.data import DATASETS
from core.studies.features.selection import CLASSES, DIGITS, DUPLICATES, REVIEWS, TASK, VALUES, VOWELS
from tests.pages.app import address, close, job, latest, names, now, open_link, run, stage_data
from tests.pages.test_playground import setting_of


@pytest.fixture
def open_features():
    pages = []

    def open_it(experiment):
        pages.append(open_link("features.py", experiment.to_query()))
        return pages[-1]

    yield open_it
    for page in pages:
        close(page)


@pytest.mark.parametrize(
    ("task", "figures"),
    [
        (TASK, ["scores", "in_use", "kept", "inputs_none", "inputs_l1", "inputs_group_l1", "inputs_l2", "cv"]),
        (
            DUPLICATES,
            ["scores", "in_use", "kept", "inputs_none", "inputs_l1", "inputs_group_l1", "inputs_l2", "twins", "cv"],
        ),
        (CLASSES, ["scores", "in_use", "kept", "inputs_none", "inputs_l1", "inputs_group_l1", "inputs_l2", "cv"]),
        (REVIEWS, ["scores", "in_use", "kept", "inputs_none", "inputs_l1", "inputs_group_l1", "inputs_l2", "cv"]),
        (VOWELS, ["scores", "in_use", "kept", "inputs_none", "inputs_l1", "inputs_group_l1", "inputs_l2", "cv"]),
        (DIGITS, ["in_use", "kept", "inputs_none", "inputs_l1", "inputs_group_l1", "inputs_l2", "cv"]),
    ],
)
def test_every_task_stands_ready_with_its_charts(open_features, task, figures):
    page = open_features(task.replace(n_epochs=5))
    assert address(page) == (task.replace(n_epochs=5), [])
    assert names(page) == figures
    assert latest(page)["state"] == "paused" and not page.error
    assert page.main.markdown[0].value.startswith("**Which inputs does a penalty keep?**")
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
        {"values": tuple(i / 49 for i in range(50)), "n_splits": 10},
        {"l1_method": "subgradient", "optimizer": "sgd"},
    ],
)
def test_extremes_give_a_page_with_a_run(open_features, settings):
    page = open_features(TASK.replace(n_epochs=3, **settings))
    assert not page.error and latest(page)["state"] == "paused"


DIALS = {
    "informative_regression": ["n_informative", "n_noise_features", "n_duplicates", "duplicate_correlation"],
    "vowels": ["n_noise_features"],
    "digits": [],
}


@pytest.mark.parametrize("data", list(DIALS))
def test_every_dial_of_the_task_stands_beside_its_data_with_help(open_features, data):
    page = open_features(TASK.replace(data=data, n_epochs=3, n_duplicates=1))
    in_more = {setting_of(w) for w in page.sidebar.expander[0]}
    shown = [w for w in page.sidebar.slider if setting_of(w) in DIALS["informative_regression"]]
    assert [setting_of(w) for w in shown] == DIALS[data] and in_more.isdisjoint(DIALS[data])
    assert all(w.help and not w.disabled for w in shown)


def test_a_dial_changes_the_task_and_the_link(open_features):
    page = open_features(TASK.replace(n_epochs=3))
    for name, value in {
        "n_informative": 2,
        "n_noise_features": 7,
        "n_duplicates": 5,
        "duplicate_correlation": 0.5,
    }.items():
        (dial,) = [w for w in page.sidebar.slider if setting_of(w) == name]
        assert dial.disabled == (name == "duplicate_correlation" and now(page).data.n_duplicates == 0)
        dial.set_value(value)
        run(page)
        assert now(page).get(name) == value and address(page) == (now(page), [])
    assert latest(page)["readouts"]["epoch"] == "0 of 3"
    assert stage_data(page)["figures"][1]["layout"]["yaxis"]["title"]["text"] == "inputs of 14"


def test_a_list_of_lambdas_is_taken_and_letters_are_answered(open_features):
    page = open_features(TASK.replace(n_epochs=3))
    page.sidebar.text_input[0].set_value("0.3; 0.1 1e-2")
    run(page)
    assert now(page).grid.values == (0.01, 0.1, 0.3)
    assert stage_data(page)["scrubs"][0]["values"] == [0, 0.01, 0.1, 0.3]
    page.sidebar.text_input[0].set_value("0.1, abc")
    run(page)
    assert "expected numbers such as 0.01 or 1e-3, received 'abc'" in page.sidebar.error[0].value
    assert now(page).grid.values == (0.01, 0.1, 0.3)
    page.sidebar.text_input[0].set_value(" ".join(str(i) for i in range(60)))
    run(page)
    assert "expected at most 50 on this page" in page.error[0].value and job(page) is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"n_informative": "0"}, "n_informative"),
        ({"n_duplicates": "21"}, "n_duplicates"),
        ({"duplicate_correlation": "1.5"}, "duplicate_correlation"),
        ({"n_train": "2"}, "n_train"),
        ({"values": "0.1,abc"}, "values"),
    ],
)
def test_a_link_with_a_setting_that_cannot_be_used_says_so_and_the_page_stands(open_features, query, words):
    page = open_link("features.py", {**TASK.replace(n_epochs=3).to_query(), **query})
    assert words in page.warning[0].value and "cannot be used" in page.warning[0].value
    assert names(page)[0] == "scores" and not page.error


@pytest.mark.parametrize("data", ["reviews", "vowels", "informative_classes"])
def test_a_task_names_its_source(open_features, data):
    page = open_features(TASK.replace(data=data, n_epochs=3))
    text = " ".join(caption.value for caption in page.sidebar.caption)
    assert DATASETS[data].description in text and DATASETS[data].source in text


def test_data_without_inputs_to_select_from_say_so(open_features):
    page = open_features(TASK.replace(data="sine", n_train=20))
    assert "nothing to select from" in page.info[0].value
    assert job(page) is None


def test_too_many_networks_are_refused_in_words(open_features):
    page = open_features(DIGITS.replace(hidden_sizes=(512, 512), batch_size=1))
    assert "too large" in page.error[0].value and job(page) is None
