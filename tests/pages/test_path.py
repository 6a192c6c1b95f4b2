"""The λ path page under AppTest: default, every control, lists typed by hand, the ways between the pages, long studies."""

from threading import Event

import numpy as np
import pytest

from core import Experiment
from core.data import DATASETS
from core.live.path.rates import RATES
from core.presets import START, preset_of
from core.stream.commands import Run
from pages.shared import jobs, live
from tests.core.settings.test_experiment import OTHER
from tests.pages.app import address, job, now, open_link, run, said
from tests.pages.test_playground import first_screen

QUICK = {"n_epochs": "3", "hidden_sizes": "8", "values": "0.0,0.001,0.1"}


def open_page(query=None, **more):
    return open_link("path.py", {**(query or {}), **more})


def widget(page, name, kind):
    found = [w for w in page.sidebar.get(kind) if (w.key or "").split(".")[1:2] == [name]]
    assert len(found) == 1, name
    return found[0]


def type_values(page, text):
    widget(page, "values", "text_input").set_value(text)
    return run(page)


def test_the_default_page_is_a_path_of_34_networks_not_started():
    page = open_page()
    assert now(page) == START.replace(param_name="l1")  # whose path ends with exact zeros
    snapshot = job(page).wait(-1, 60)
    assert (snapshot.meta["state"], snapshot.meta["epoch"]) == ("paused", 0)
    assert len(snapshot.meta["members"]) == 34
    assert snapshot.meta["readouts"]["epoch"] == f"0 of {START.training.n_epochs:,}"
    assert not page.warning and not page.error


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_has_a_page(name):
    page = open_page(QUICK, data=name)
    assert not page.error
    assert len(page.session_state["path.charts"][1]) >= 6


@pytest.mark.parametrize("param_name", ["l1", "l2", "elastic"])
@pytest.mark.parametrize("path_start", ["cold", "warm"])
@pytest.mark.parametrize("path_view", ["path", "rates"])
def test_every_kind_of_path(param_name, path_start, path_view):
    page = open_page(QUICK, param_name=param_name, path_start=path_start, path_view=path_view)
    assert not page.error and not page.warning
    assert job(page).wait(-1, 60).meta["state"] == "paused"


def test_every_setting_at_another_value_gives_a_page():
    page = open_page(Experiment().replace(**{**OTHER, "n_epochs": 3}).to_query())
    assert not page.error


def test_the_share_is_asked_for_the_mix_alone():
    page = open_page(QUICK)
    assert not [w for w in page.sidebar.slider if "l1_share" in (w.key or "")]
    before = job(page)
    widget(page, "param_name", "selectbox").set_value("elastic")
    run(page)
    widget(page, "l1_share", "slider").set_value(0.2)
    run(page)
    assert now(page).grid.l1_share == 0.2
    assert job(page) is not before and before.is_closed
    assert page.query_params["param_name"] == "elastic"


# --- lists typed by hand ---


def test_a_typed_list_is_sorted_and_each_value_is_tried_once():
    page = type_values(open_page(QUICK), "0.1; 0.01 0.1, 0\t1e-3")
    assert now(page).grid.values == (0.0, 0.001, 0.01, 0.1)
    assert page.query_params["values"] == "0.0,0.001,0.01,0.1"
    assert len(job(page).wait(-1, 60).meta["members"]) == 4
    page = type_values(page, "")
    assert len(job(page).wait(-1, 60).meta["members"]) == 34


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0.1, abc", "λ values: expected numbers such as 0.01 or 1e-3, received 'abc'."),
        ("0.1 -0.2", "λ values: expected numbers from 0 up, received '-0.2'."),
        ("nan", "received 'nan'"),
        ("1e400", "received '1e400'"),
        (",;", "expected at least one number"),
        (" ".join(str(i / 1e4) for i in range(10_000)), "at most 500 different numbers, received 10,000"),
        ("1e7", "1000000"),
    ],
)
def test_a_list_that_cannot_be_used_is_said_in_words_and_changes_nothing(text, sentence):
    page = open_page(QUICK)
    before = job(page)
    type_values(page, text)
    assert sentence in said(page.error[0])
    assert now(page).grid.values == (0.0, 0.001, 0.1)
    assert job(page) is before


def test_five_hundred_values_fit_into_a_link():
    page = type_values(open_page(QUICK), " ".join(f"{0.123456789012 * i:.12g}" for i in range(500)))
    assert len(now(page).grid.values) == 500 and not page.error
    again = open_page(dict(page.query_params.items()))
    assert now(again) == now(page)


# --- changes in the middle ---


def test_another_learning_rate_goes_to_the_running_path_and_another_network_starts_a_new_one():
    page = open_page(QUICK)
    first = job(page)
    widget(page, "learning_rate", "selectbox").set_value("0.03")
    run(page)
    assert job(page) is first
    first.wait(first.latest.version, 60)
    while first.latest.meta["strengths"]["learning_rate"] != 0.03:
        first.wait(first.latest.version, 60)
    widget(page, "activation", "selectbox").set_value("relu")
    run(page)
    assert job(page) is not first and first.is_closed


def test_a_warm_path_starts_anew_with_another_learning_rate():
    page = open_page(QUICK, path_start="warm")
    first = job(page)
    widget(page, "learning_rate", "selectbox").set_value("0.03")
    run(page)
    assert job(page) is not first


# --- ways between the pages ---


def test_open_in_playground_continues_from_the_chosen_network():
    page = open_page(QUICK)
    path = job(page)
    page.button(key="path.open").click()
    run(page)
    run_job = job(page, "run")
    assert now(page).regularization.l2 == 0.001  # the middle of three
    assert "continues" in run_job.wait(-1, 60).meta["origin"]
    member = path.latest.arrays["fit_y"][1]
    assert run_job.latest.arrays["fit_y"] == pytest.approx(member, abs=1e-5)
    page.switch_page("playground.py")
    run(page)
    assert job(page, "run") is run_job
    assert any("continues" in caption.value for caption in page.caption)
    assert job(page) is path  # the path stays


def test_a_preset_is_not_told_beside_weights_of_the_path():
    page = open_link("path.py", START.replace(values=(0.0, 0.1)).to_query())
    page.button(key="path.open").click()
    run(page)
    page.switch_page("playground.py")
    page.session_state["lab.experiment"] = START  # its strength is slid back to that of the preset
    run(page)
    assert preset_of(now(page)) == "memorise" and job(page, "run").latest.meta["origin"]
    assert first_screen(page)["chosen"] is None
    page.session_state["lab.experiment"] = START.replace(seed=1)  # a new start is no longer that of the path
    run(page)
    assert first_screen(page)["chosen"] == "memorise"


def test_the_playground_says_where_its_network_comes_from_even_before_the_run_has_begun(monkeypatch):
    page, begin, make_run, wait = open_page(QUICK), Event(), live.playground_run, jobs.first_snapshot
    monkeypatch.setattr(live, "playground_run", lambda *args: begin.wait(60) and make_run(*args))
    # It begins when the page waits for it.
    monkeypatch.setattr(jobs, "first_snapshot", lambda job: begin.set() or wait(job))
    page.button(key="path.open").click()
    run(page)  # the Playground at once
    assert any("continues" in caption.value for caption in page.caption)


def test_the_playground_says_where_its_network_comes_from_before_the_run_has_taken_another_seed(monkeypatch):
    page = open_page(QUICK)
    page.button(key="path.open").click()
    run(page)
    page.switch_page("playground.py")
    run(page)
    monkeypatch.setattr(job(page, "run").mailbox, "take", list)  # it takes nothing
    for seed, is_said in ((3, False), (0, True)):
        widget(page, "seed", "number_input").set_value(seed)
        run(page)
        assert now(page).training.seed == seed
        assert ("From random weights." in [caption.value for caption in page.caption]) is not is_said


def test_the_map_says_how_many_of_the_listed_strengths_it_shows():
    captions = [caption.value for caption in open_page(path_view="rates", n_epochs="1").caption]
    assert (
        "9 learning rates × 17 of the 34 λ of the list: 153 networks, alike but for these, trained at once." in captions
    )
    captions = [caption.value for caption in open_page(QUICK, path_view="rates").caption]
    assert "9 learning rates × 3 λ: 27 networks, alike but for these, trained at once." in captions


def test_the_best_pair_of_the_map_goes_on_in_the_playground():
    page = open_page(QUICK, path_view="rates")
    button = page.button(key="rates.open")
    assert button.disabled and "Press Run first" in button.help
    study = job(page)
    study.send(Run())
    version = -1
    while (snapshot := study.wait(version, 60)).meta["state"] != "finished":
        version = snapshot.version
    run(page)  # the stage tells the page
    page.button(key="rates.open").click()
    run(page)
    run_job, val = job(page, "run"), snapshot.arrays["grid_val"]
    rate, value = divmod(int(np.nanargmin(val)), val.shape[1])
    assert now(page).training.learning_rate == RATES[rate] and now(page).regularization.l2 == (0.0, 0.001, 0.1)[value]
    start = run_job.wait(-1, 60)
    assert f"at learning rate {RATES[rate]:g}, trained for 3 epochs" in start.meta["origin"]
    assert start.arrays["val_loss"][-1] == pytest.approx(np.nanmin(val), abs=1e-5)


def test_the_playground_leads_to_the_path_of_its_experiment():
    page = open_link("playground.py", {"data": "xor", "hidden_sizes": "4"})
    page.switch_page("path.py")
    page.query_params.clear()
    run(page)
    assert now(page).data.name == "xor" and now(page).network.hidden_sizes == (4,)
    assert address(page) == (now(page), [])


def test_the_path_leads_to_cross_validation_of_the_same_grid():
    page = open_page(QUICK, param_name="l1")
    page.button(key="path.cv").click()
    run(page)
    assert now(page).grid.values == (0.0, 0.001, 0.1)
    assert job(page).wait(-1, 60).meta["readouts"]["networks"] == "3 × 5 = 15"


# --- long studies ---


def test_a_long_path_says_how_long_it_takes_and_asks():
    page = open_page(n_epochs="1000000", data="digits")
    assert "would take about" in page.warning[0].value and "34 networks" in page.warning[0].value
    assert "lab.study.job" not in page.session_state
    page.button(key="lab.study.go").click()
    run(page)
    assert not page.warning
    assert job(page) is not None


def test_a_long_path_offers_as_many_epochs_as_there_is_time_for():
    page = open_page(n_epochs="1000000", data="digits")
    page.button(key="lab.study.fewer").click()
    run(page)
    assert 10 < now(page).training.n_epochs < 1_000_000 and not page.warning
    assert job(page).wait(-1, 60).meta["epoch"] == 0


def test_a_network_that_is_too_large_is_refused_in_words():
    page = open_page(data="digits", n_train="1000", hidden_sizes="512-512-512-512-512-512", batch_size="1")
    assert "too large" in page.error[0].value


def test_more_networks_than_the_server_can_hold_are_refused_in_words():
    values = ",".join(str(i / 1000) for i in range(400))
    page = open_page(hidden_sizes="512-512-512-512-512-512", values=values, n_epochs="1")
    assert "× 400 networks would hold" in page.error[0].value


def test_a_path_of_the_largest_network_is_refused_before_anything_is_built(monkeypatch):
    monkeypatch.setattr("core.live.path.run.path_run", lambda *_: pytest.fail("nothing is to be built"))
    monkeypatch.setattr("pages.shared.splits.split_of", lambda *_: pytest.fail("nothing is to be loaded"))
    page = open_page(data="digits", n_train="899", hidden_sizes="512-512-512-512-512-512", n_epochs="1")
    assert "34 networks would hold" in page.error[0].value and "lab.study.job" not in page.session_state
