"""The Remedies page under AppTest: default, extremes, bad input, the look at the test rows."""

import pytest

from core import Experiment
from core.stream.commands import Reset, Run
from core.studies.remedies.remedy import DIGITS, POINTS
from pages.shared.widgets import UNSEEN
from tests.pages.app import address, close, job, latest, now, open_link, run


@pytest.fixture
def open_remedies():
    pages = []

    def open_it(**query):
        pages.append(open_link("remedies.py", query))
        return pages[-1]

    yield open_it
    for page in pages:
        close(page)


def finish(page):
    job(page).send(Run())
    while latest(page)["state"] != "finished":
        assert job(page).wait(job(page).latest.version, 60) is not None
    run(page)  # the stage tells the page


def type_in(page, name, text):
    """Type a value that the list does not offer."""
    box = page.sidebar.selectbox(key=f"remedies.{name}")
    if UNSEEN + text not in box.options:
        box.options.append(UNSEEN + text)
    box.set_value(text)
    run(page)


def short(experiment=POINTS, **more):
    return experiment.replace(n_epochs=4, n_remedy_starts=2, **more).to_query()


def test_the_default_task_stands_ready(open_remedies):
    page = open_remedies(**POINTS.to_query())
    assert now(page) == POINTS and address(page) == (POINTS, [])
    assert page.sidebar.selectbox(key="remedies.task").value == "Noisy points (two moons)"
    assert "networks, each for as many steps as 400 epochs" in page.markdown[0].value
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
        {"n_train": 5, "n_remedy_starts": 1, "batch_size": 1},
        {
            "patience": 100_000,
            "min_delta": 10.0,
            "remedy_augment": 0.0,
            "n_ensemble": 2,
            "remedy_l1": 1e6,
            "remedy_l2": 0.0,
        },
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
    assert now(page).remedies.first_combination == Experiment().remedies.first_combination


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [("patience", "35", 35), ("min_delta", "0.005", 0.005), ("remedy_l1", "0.02", 0.02), ("remedy_l2", "0", 0.0)],
)
def test_strengths_are_set_on_the_page_and_travel_in_the_link(open_remedies, name, typed, value):
    page = open_remedies(**short())
    before = job(page).id
    type_in(page, name, typed)
    assert now(page).get(name) == value and address(page) == (now(page), [])
    assert job(page).id != before
    again = open_remedies(**now(page).to_query())
    assert float(again.sidebar.selectbox(key=f"remedies.{name}").value) == value


@pytest.mark.parametrize(
    ("name", "typed"), [("patience", "0"), ("patience", "soon"), ("min_delta", "-1"), ("min_delta", "nan")]
)
def test_a_bad_strength_is_answered_in_words(open_remedies, name, typed):
    page = open_remedies(**short())
    type_in(page, name, typed)
    assert f"received '{typed}'" in page.sidebar.error[0].value
    assert now(page).get(name) == Experiment().get(name) and latest(page)["state"] == "paused"


@pytest.mark.parametrize(
    "bad",
    [
        {"patience": "0"}, {"patience": "1e99"}, {"min_delta": "nan"}, {"n_ensemble": "1"}, {"n_remedy_starts": "21"},
        {"first_combination": "l2"}, {"first_combination": "l2,l2"}, {"second_combination": ""}, {"first_combination": "l2,magic"},
        {"remedy_augment": "99"}, {"remedy_dropout": "1"},
    ],
)  # fmt: skip
def test_a_bad_link_is_answered_in_words_and_the_default_shown(open_remedies, bad):
    page = open_remedies(**{**short(), **bad})
    (name,) = bad
    assert any("cannot be used" in warning.value for warning in page.warning)
    assert now(page).get(name) == Experiment().get(name)
    assert latest(page)["state"] == "paused"


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        (("l2", "dropout"), ("early_stopping", "augmentation"), ["L2 + dropout", "Early stopping + augmentation"]),
        (("ensemble", "more_data"), ("l1", "ensemble"), ["Ensemble of 5 + 4 × the data", "L1 + ensemble of 5"]),
        (("l1", "l2"), ("l2", "l1"), ["L1 + L2"]),
    ],
)
def test_any_two_combinations_can_be_chosen(open_remedies, first, second, labels):
    page = open_remedies(**short())
    for name, keys in (("first_combination", first), ("second_combination", second)):
        next(w for w in page.sidebar.get("button_group") if w.key.startswith(f"remedies.{name}")).set_value(list(keys))
        run(page)
    assert [row["cells"][0] for row in latest(page)["tables"]["remedies"]["rows"]][8:] == labels
    assert any("are the same" in caption.value for caption in page.caption) == (len(labels) == 1)


def test_tuned_strengths_cannot_be_set_and_the_page_has_the_table_of_what_is_tried(open_remedies):
    page = open_remedies(**short(tune_remedies=True))
    assert page.sidebar.selectbox(key="remedies.patience").disabled
    assert not page.sidebar.selectbox(key="remedies.min_delta").disabled
    assert len(latest(page)["tables"]["tuning"]["rows"]) == 5


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_a_gap_below_0_is_explained_where_training_labels_are_wrong(open_remedies, share):
    page = open_remedies(**short(label_noise=share))
    charts = page.session_state["remedies.charts"][1]
    words = next(m["look_for"] for m in (c["layout"]["meta"] for c in charts) if m["name"] == "remedies")
    assert ("gap below 0" in words) == bool(share)


def test_the_test_set_opens_once_training_is_done_and_looks_are_counted(open_remedies):
    page = open_remedies(**short())
    assert page.button(key="remedies.look").disabled and page.get("download_button")[0].proto.disabled
    assert any("It opens once all remedies are trained" in caption.value for caption in page.caption)
    finish(page)
    assert not latest(page)["has_looked"] and not page.get("download_button")[0].proto.disabled
    assert not any("It opens once" in caption.value for caption in page.caption)
    page.button(key="remedies.look").click()
    run(page)
    assert any("looked at once" in caption.value for caption in page.caption)
    assert latest(page)["has_looked"] and page.button(key="remedies.look").disabled
    page.sidebar.slider(key="remedies.n_remedy_starts").set_value(3)
    run(page)
    assert page.button(key="remedies.look").label == "Look again (look 2)"
    finish(page)
    page.button(key="remedies.look").click()
    run(page)
    assert "looked at 2 times" in page.warning[0].value
    page.switch_page("playground.py")
    run(page)
    page.switch_page("remedies.py")
    run(page)
    assert "looked at 2 times" in page.warning[0].value


def test_a_second_click_before_a_busy_server_has_answered_is_no_second_look(open_remedies, monkeypatch):
    page = open_remedies(**short())
    finish(page)
    with monkeypatch.context() as busy:
        busy.setattr("pages.parts.remedies.looks.LOOK_S", 0.01)
        busy.setattr("core.stream.job.Job.send", lambda self, command: None)
        for _ in range(2):
            page.button(key="remedies.look").click()
            run(page)
            assert any("looked at once" in caption.value for caption in page.caption)
            assert page.button(key="remedies.look").label == "Reveal the test loss"
    page.button(key="remedies.look").click()
    run(page)
    assert latest(page)["has_looked"] and any("looked at once" in caption.value for caption in page.caption)
    job(page).send(Reset())
    while latest(page)["state"] != "paused":
        assert job(page).wait(job(page).latest.version, 60) is not None
    run(page)  # the stage tells the page
    finish(page)
    run(page)
    page.button(key="remedies.look").click()
    run(page)
    assert "looked at 2 times" in page.warning[0].value


def test_a_look_at_a_study_that_other_settings_end_is_none_at_their_rows(open_remedies):
    page = open_remedies(**short())
    finish(page)
    page.button(key="remedies.look").click()
    page.session_state["lab.experiment"] = now(page).replace(data_seed=7)
    run(page)
    assert any("untouched" in caption.value for caption in page.caption)


def test_other_rows_have_not_been_looked_at(open_remedies):
    page = open_remedies(**short())
    finish(page)
    page.button(key="remedies.look").click()
    run(page)
    page.sidebar.slider(key="remedies.noise_std").set_value(0.5)
    run(page)
    assert any("looked at once" in caption.value for caption in page.caption)
    page.sidebar.number_input(key="remedies.data_seed").set_value(7)
    run(page)
    assert any("untouched" in caption.value for caption in page.caption)
    assert page.button(key="remedies.look").label == "Reveal the test loss"


def test_the_same_settings_find_the_same_study_again(open_remedies):
    page = open_remedies(**short())
    before = job(page).id
    page.switch_page("playground.py")
    run(page)
    page.switch_page("remedies.py")
    run(page)
    assert job(page).id == before
