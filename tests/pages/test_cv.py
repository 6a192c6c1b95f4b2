"""The cross-validation page under AppTest: default, extremes, bad lists, refit and the counted looks at the test set."""

import dataclasses

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.cv.refit import refit_work
from core.live.cv.run import csv_of, found
from core.presets import CV_START
from core.stream.commands import Pause, Run
from pages.parts.cv import test_set
from pages.shared import splits
from tests.pages.app import address, close, job, now, open_link, run, said

SMALL = {
    "data": "diabetes", "n_train": "60", "hidden_sizes": "8", "n_epochs": "5", "values": "0,0.01,0.1", "n_splits": "3",
    "learning_rate": "0.01",
}  # fmt: skip


def open_page(query=None, **more):
    return open_link("cv.py", {**SMALL, **(query or {}), **more})


def train(page, slot="study"):
    """Train to the end, as the Run button does, and rerun the page, as the stage does then."""
    job(page, slot).send(Run())
    return wait(page, slot, ("finished", "diverged"))


def wait(page, slot="study", states=("finished",)):
    version = -1
    while (snapshot := job(page, slot).wait(version, 60)).meta["state"] not in states:
        version = snapshot.version
    return run(page)


def words(page):
    return " ".join(said(e) for kind in ("warning", "info", "error", "markdown", "caption") for e in page.get(kind))


def press(page, key):
    found_button = next(b for b in page.button if b.key == key)
    found_button.click()
    return run(page)


def field(page, key):
    found_fields = [w for kind in ("text_input", "selectbox", "slider") for w in page.sidebar.get(kind)
                    if (w.key or "").split(".")[:2] == ["cv", key]]  # fmt: skip
    assert len(found_fields) == 1
    return found_fields[0]


# --- the page ---


def test_the_default_page_is_paused_at_epoch_zero():
    page = open_link("cv.py", {})
    assert now(page) == CV_START
    snapshot = job(page).wait(-1, 60)
    assert (snapshot.meta["state"], snapshot.meta["epoch"]) == ("paused", 0)
    assert "170 networks" in snapshot.meta["verdict"]["text"]
    assert "The Playground trains on 150 rows, each fold on 226: fewer rows may need a stronger penalty." in words(page)
    assert page.button(key="cv.open.λ_min").disabled and page.button(key="cv.open.λ_1se").disabled
    assert (
        page.get("download_button")[0].proto.disabled and "Press Run first" in page.get("download_button")[0].proto.help
    )
    assert not page.warning and not page.error
    close(page)


def test_a_link_gives_the_study():
    page = open_page(param_name="elastic", l1_share="0.25", n_repeats="2")
    cv = found(job(page))
    assert cv.val_loss.shape == (3, 3 * 2) and cv.n_repeats == 2
    assert cv.param_name == "elastic" and cv.experiment.get("l1_share") == 0.25 and max(cv.values) == 0.1
    assert address(page) == (now(page), [])
    close(page)


@pytest.mark.parametrize("n_splits", ["3", "10"])
@pytest.mark.parametrize("data", ["wine", "sine", "reviews"])
def test_extremes_of_folds_on_all_kinds_of_data(data, n_splits):
    page = open_page(data=data, n_splits=n_splits, n_epochs="1")
    assert found(job(page)).val_loss.shape == (3, int(n_splits))
    close(page)


def test_changed_settings_in_the_middle_begin_a_new_run_and_end_the_old():
    page = open_page(n_epochs="100000", hidden_sizes="none")
    press(page, "lab.study.go") if page.warning else None
    old = job(page)
    old.send(Run())
    field(page, "n_splits").set_value(4)
    run(page)
    assert old.is_closed and job(page) is not old
    assert job(page).wait(-1, 60).meta["epoch"] == 0 and found(job(page)).val_loss.shape == (3, 4)
    close(page)


def test_the_strength_that_is_on_the_grid_does_not_change_the_study():
    page = open_page()
    before = job(page)
    page.session_state["lab.experiment"] = now(page).replace(l2=0.5, path_start="warm")
    run(page)
    assert job(page) is before
    close(page)


# --- the list of λ ---


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0.1, abc", "received 'abc'"),
        ("0.1, -2", "received '-2'"),
        (" ".join(map(str, range(10_000))), "at most 500"),
        ("1e9", "1000000"),
        ("nan", "received 'nan'"),
    ],
)
def test_a_bad_list_is_answered_under_the_field_and_changes_nothing(text, complaint):
    page = open_page()
    before, same = now(page), job(page)
    field(page, "values").set_value(text)
    run(page)
    assert complaint in said(page.sidebar.error[0])
    assert now(page) == before and job(page) is same
    close(page)


def test_a_typed_list_is_sorted_and_each_once_and_an_empty_one_is_the_default_grid():
    page = open_page()
    field(page, "values").set_value("0.1 0.01; 0.1, 0")
    run(page)
    assert now(page).grid.values == (0.0, 0.01, 0.1)
    field(page, "values").set_value("0.3, 0.1 0.3")
    run(page)
    assert now(page).grid.values == (0.1, 0.3) and found(job(page)).values.tolist() == [0.1, 0.3]
    field(page, "values").set_value(" ")
    run(page)
    assert now(page).grid.values == () and len(found(job(page)).values) == 34
    close(page)


def test_a_link_with_a_bad_list_falls_back_with_a_sentence():
    page = open_page(values="0.1,abc", n_epochs="1")
    assert "cannot be used" in page.warning[0].value and now(page).grid.values == ()
    close(page)


def test_a_best_at_the_end_offers_a_longer_grid():
    page = train(open_page(values="0,1e-5,1e-4", n_epochs="60", hidden_sizes="64"))
    assert found(job(page)).edge == "high"
    press(page, "cv.extend")
    assert now(page).grid.values == (0.0, 1e-5, 1e-4, 1e-3)
    assert found(job(page)).values.tolist() == [0.0, 1e-5, 1e-4, 1e-3]
    close(page)


def test_a_best_at_the_start_offers_a_grid_with_smaller_values():
    page = train(open_page(values="1.2345678,12.345678,123.45678", n_epochs="40"))
    assert found(job(page)).edge == "low" and "smallest λ of the grid" in job(page).latest.meta["verdict"]["text"]
    press(page, "cv.extend")
    assert now(page).grid.values == (0.123457, 1.2345678, 12.345678, 123.45678)
    train(page)
    assert found(job(page)).edge in ("", "low")
    close(page)


# --- time and faults ---


def test_a_long_study_says_what_it_takes_and_asks():
    page = open_page(n_epochs="100000", hidden_sizes="64-64")
    assert "lab.study.job" not in page.session_state
    assert "9 networks for 100,000 epochs" in page.warning[0].value
    press(page, "lab.study.fewer")
    assert 10 < now(page).training.n_epochs < 100_000 and not page.warning
    assert job(page).wait(-1, 60).meta["epoch"] == 0
    close(page)
    page = open_page(n_epochs="100000", hidden_sizes="64-64")
    press(page, "lab.study.go")
    assert not page.warning and job(page).wait(-1, 60).meta["epoch"] == 0
    close(page)


def rare_class(split):
    """Return wine with one single row of the last class."""
    last = split.n_classes - 1
    y_train = np.where(split.y_train == last, 0, split.y_train)
    y_train[0] = last
    return dataclasses.replace(split, y_train=y_train, y_val=np.where(split.y_val == last, 0, split.y_val))


def constant_target(split):
    return dataclasses.replace(split, y_train=split.y_train * 0, y_val=split.y_val * 0)


def four_rows(split):
    cut = {name: getattr(split, name)[:2] for name in ("X_train", "y_train", "X_val", "y_val")}
    return dataclasses.replace(split, **cut)


@pytest.mark.parametrize(
    ("data", "change", "sentence"),
    [
        ("wine", rare_class, "has only 1 row: in 1 fold it is held out altogether"),
        ("diabetes", constant_target, "All targets are equal"),
        ("diabetes", four_rows, "n_splits: expected a whole number from 2 to 4 (the rows), received 5"),
    ],
)
def test_odd_data_get_a_sentence(monkeypatch, data, change, sentence):
    split = change(load_split(Experiment(data={"name": data, "n_train": 60}).data))
    monkeypatch.setattr(
        "core.live.making.load_split", lambda config: split if config.name == data else load_split(config)
    )
    splits.shared_split.cache_clear()
    page = open_page(data=data, n_splits="5")
    splits.shared_split.cache_clear()
    assert sentence in words(page)
    if change is four_rows:
        return
    train(page)
    assert np.isfinite(found(job(page)).val_loss).all()
    close(page)


def test_more_networks_than_a_server_can_hold_are_refused_with_the_numbers():
    page = open_page(
        values=",".join(f"{i / 500:g}" for i in range(500)), n_repeats="10", n_splits="10", hidden_sizes="64-64"
    )
    assert "× 50,000 networks would" in page.error[0].value and "lab.study.job" not in page.session_state


def test_stopped_in_the_middle_the_numbers_can_be_taken_home():
    page = open_page(n_epochs="5000")
    job(page).send(Run())
    job(page).wait(job(page).latest.version, 60)
    job(page).send(Pause())
    wait(page, states=("paused",))
    button = page.get("download_button")[0]
    assert button.proto.label == "Download as CSV" and not button.proto.disabled
    lines = csv_of(job(page)).splitlines()
    assert lines[0] == "l2,repeat,fold,train_loss,val_loss,n_nonzero" and len(lines) == 10
    close(page)


# --- onwards ---


def test_the_best_value_opens_in_the_playground():
    page = train(open_page())
    best = found(job(page)).best
    press(page, "cv.open.λ_min")
    assert now(page).regularization.l2 == best
    assert "lab.run.job" in page.session_state
    close(page)


# --- the test set ---


def refit(page):
    press(page, "cv.start_refit")
    return wait(page, "refit")


def look(page, expected):
    next(field for field in page.main.number_input if field.key.startswith("cv.expected")).set_value(expected)
    run(page)
    return press(page, "cv.look")


def test_the_test_set_stays_locked_until_an_estimate_is_given_and_looks_are_counted():
    page = train(open_page())
    assert not page.main.number_input
    refit(page)
    assert next(b for b in page.button if b.key == "cv.look").disabled
    assert "test rows say" not in words(page)
    look(page, 0.7)
    assert "You expected 0.7 (off by " in words(page) and "looked at once" in words(page)
    assert page.button(key="cv.look").disabled  # another look needs an estimate of its own
    look(page, 0.7)
    assert "looked at 2 times" in words(page)
    page.switch_page("playground.py")
    run(page)
    page.switch_page("cv.py")
    for name, value in SMALL.items():
        page.query_params[name] = value
    run(page)
    assert "looked at 2 times" in words(page)
    close(page)


def test_a_refit_that_takes_long_asks_first(monkeypatch):
    page = train(open_page())
    work = refit_work(now(page), 3)
    monkeypatch.setattr(test_set, "refit_work", lambda *of: dataclasses.replace(work, n_epochs=1_000_000))
    press(page, "cv.start_refit")
    assert "This refit would take about" in said(page.warning[-1]) and job(page, "refit") is None
    press(page, "lab.refit.go")
    assert job(page, "refit") is not None
    close(page)


def test_other_folds_of_the_same_data_are_a_further_look_and_another_seed_is_not():
    page = train(open_page())
    look(refit(page), 0.5)
    field(page, "n_splits").set_value(4)
    run(page)
    look(refit(train(page)), 0.5)
    assert "looked at 2 times" in words(page)
    page.session_state["lab.experiment"] = now(page).replace(data_seed=1)
    run(page)
    look(refit(train(page)), 0.5)
    assert "looked at once" in words(page)
    close(page)


def test_looks_on_this_page_and_on_remedies_are_one_count():
    page = train(open_page(n_remedy_starts="1"))
    look(refit(page), 0.5)
    page.switch_page("remedies.py")
    run(page)
    assert page.button(key="remedies.look").label == "Look again (look 2)"
    press(train(page), "remedies.look")
    assert "looked at 2 times" in words(page)
    page.switch_page("cv.py")
    train(run(page))
    assert page.button(key="cv.start_refit").disabled  # these networks were ordered before
    wait(page, "refit")
    assert "looked at 2 times" in words(page) and page.button(key="cv.look").label == "Look again (look 3)"
    close(page)
