"""Drawn points on the pages: what the sidebar offers, what other pages say, what the hand and the copy do to the experiment."""

import json
from functools import partial

import pytest

from core import Experiment
from core.presets import START
from core.settings.points import pack, unpack
from core.stream.commands import Points
from pages.parts.playground import points
from pages.shared import experiment, live
from tests.pages import app
from tests.pages.app import address, close, now, open_link, run, said

MANY = pack([(x / 10, x * x / 100, x // 2 % 2, x % 3 == 0) for x in range(-9, 10)])
FEW = pack([(0.0, 0.5), (0.5, 0.2, 1), (0.3, 0.3, 0, True)])
NO_VAL = pack([(x / 10, 0.1, x % 2) for x in range(8)])
STUDIES = ("path.py", "cv.py", "compare.py", "remedies.py")
job = partial(app.job, slot="run")


def open_page(script="playground.py", name="my_curve", points=MANY, **more):
    return open_link(script, {"data": name, "points": points, "hidden_sizes": "4", "n_epochs": "20", **more})


def by_hand(page, callback):
    """Rerun the page as after a gesture on the stage, whose callback comes first."""
    opened = experiment.open_address
    with pytest.MonkeyPatch.context() as hand:
        hand.setattr("pages.shared.experiment.open_address", lambda default: (opened(default), callback()))
        return run(page)


def choose_data(page, name):
    page.sidebar.selectbox[0].set_value(name)
    run(page)


def warnings(page):
    return [said(one) for one in page.warning]


@pytest.mark.parametrize(("name", "n_classes"), [("my_curve", "2"), ("my_plane", "2"), ("my_plane", "4")])
@pytest.mark.parametrize("drawn", [MANY, FEW, NO_VAL, ""])
def test_the_playground_shows_any_number_of_points_and_says_what_is_missing(name, n_classes, drawn):
    page = open_page(name=name, points=drawn, n_point_classes=n_classes)
    snapshot = job(page).wait(-1, 60)
    assert snapshot.meta["points"] == drawn and address(page) == (now(page), [])
    kind = snapshot.meta["verdict"]["kind"]
    assert (kind == "missing") == (drawn in ("", NO_VAL))
    close(page)


def test_the_sidebar_has_only_what_acts_on_drawn_points():
    for name in ("my_curve", "my_plane"):
        page = open_page(name=name)
        keys, inside = (
            {f"{getattr(one, 'key', None)}.".split(".")[1] for one in some}
            for some in (page.sidebar, page.sidebar.expander[0])
        )
        assert not (keys | inside) & {"n_train", "noise_std", "label_noise", "val_fraction", "data_seed"}
        assert ("n_point_classes" in keys) == (name == "my_plane") == ("features" in inside)
        assert any("Click into the fit chart" in one.value for one in page.sidebar.caption)
        close(page)


def test_what_the_hand_did_is_in_the_experiment_and_in_the_address_and_the_run_goes_on():
    page = open_page()
    first = job(page)
    by_hand(page, lambda: live.hand.take({"points": {"value": FEW, "gesture": 5}}, live.LIVE))
    assert now(page).data.points == FEW and now(page).data.n_train == 5
    assert address(page) == (now(page), []) and job(page) is first
    assert first.said.last(Points(points="")).command == Points(points=FEW)
    by_hand(
        page, lambda: live.hand.take({"points": {"value": "<script>", "gesture": 6}}, live.LIVE)
    )  # a browser may send anything
    assert now(page).data.points == FEW
    close(page)


@pytest.mark.parametrize(("data", "name"), [("sine", "my_curve"), ("spiral3", "my_plane")])
def test_a_copy_to_draw_on_keeps_network_and_points(data, name):
    page = open_link("playground.py", {"data": data, "n_train": "30", "hidden_sizes": "5"})
    stage = json.loads(page.get("bidi_component")[0].proto.json)
    assert stage["drawing"]["can_copy"] and stage["drawing"]["words"]["copy"] == "Draw on this"
    with pytest.MonkeyPatch.context() as hand:
        hand.setattr("pages.shared.hand.told", lambda stage, what: {"gesture": 1} if what == "copy" else None)
        by_hand(page, points.take_copy)
    assert now(page).data.name == name and now(page).data.n_train == 30 and now(page).network.hidden_sizes == (5,)
    assert sum(not one.is_val for one in unpack(now(page).data.points)) == 30
    assert not json.loads(page.get("bidi_component")[0].proto.json)["drawing"]["can_copy"]
    close(page)


def test_drawn_points_are_there_again_after_other_data():
    page = open_page(name="my_plane", points=FEW, n_point_classes="3")
    choose_data(page, "moons")
    assert now(page).data.name == "moons" and now(page).data.points == ""
    choose_data(page, "my_plane")
    assert (now(page).data.points, now(page).data.n_point_classes) == (FEW, 3)
    choose_data(page, "my_curve")
    assert now(page).data.points == ""  # nothing was drawn there
    close(page)


@pytest.mark.parametrize("script", STUDIES)
@pytest.mark.parametrize("name", ["my_curve", "my_plane"])
def test_the_same_points_serve_every_page(script, name):
    page = open_page(script, name, n_splits="3")
    assert now(page).data.points == MANY and not page.error and not page.warning
    assert app.job(page).wait(-1, 60).meta["state"] == "paused"
    close(page)


@pytest.mark.parametrize("script", STUDIES)
@pytest.mark.parametrize("drawn", [FEW, NO_VAL, ""])
def test_a_page_with_too_few_points_says_so_and_leads_to_where_they_are_drawn(script, drawn):
    page = open_page(script, points=drawn)
    (warning,) = warnings(page)
    assert warning.startswith(
        "Too few points: this page needs at least 5 training points and one validation point, and there are"
    )
    assert app.job(page) is None and not page.error


def test_fewer_points_than_folds_and_no_test_rows_are_said():
    page = open_page("cv.py", points=pack([(x / 10, 0.1, 0, x == 0) for x in range(7)]), n_splits="10")
    assert "n_splits: expected at most 7 folds of 7 drawn points, received 10" in said(page.error[0])
    page = open_page("remedies.py")
    assert any("Drawn points have no test rows" in one.value for one in page.caption)
    assert next(one for one in page.button if one.key == "remedies.look").disabled
    close(page)


def test_bias_and_variance_say_that_there_is_but_one_training_set():
    page = open_page("bias_variance.py")
    assert "received drawn points, of which there is one" in said(page.error[0])


def test_bad_points_in_a_link_get_a_sentence():
    page = open_page(points="2abc")
    assert any("data.points: expected points of version 1" in one for one in warnings(page))
    assert now(page).data.points == "" and now(page).data.name == "my_curve"
    close(page)


def test_other_data_have_no_points_in_their_link():
    page = open_link("playground.py", {**START.to_query(), "points": MANY, "n_point_classes": "4"})
    assert now(page).data == START.data == Experiment(data=START.data.model_dump()).data
    close(page)
