"""The λ path's live run: its arrays and facts are those of the study, whatever is done to it on the way."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from core import Experiment, sweep
from core.data import DATASETS, load_split
from core.figures.path.page import OF_MEMBERS, plot_path_page
from core.live.path.export import member_experiment, member_origin, path_csv
from core.live.path.rates import RATES, map_values, rates_run
from core.live.path.run import path_run, plan_of
from core.live.playground.run import playground_run
from core.stream.commands import Found, Pause, Reseed, Reset, Run, Set, Step
from core.studies.base.values import value_texts
from core.studies.path.sweep import PathMoment
from tests.core.live.rewound import all_frames

VALUES = (0.0, 1e-3, 0.1, 10.0)
SINE = Experiment(
    data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 40},
    study={"values": VALUES},
)  # fmt: skip


def path(experiment=SINE, **changes):
    now = experiment.replace(**changes)
    return path_run(now, load_split(now.data))


def run_to_the_end(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    return run


def run_to(run, epoch):
    run.obey(Run())
    while run.training.n_epochs_done < epoch:
        run.train_for(0.0005)
    run.obey(Pause())
    return run


# --- what it shows ---


def test_the_path_shown_is_the_one_that_sweep_trains():
    shown = run_to_the_end(path()).snapshot().arrays
    trained = sweep(SINE, "l2", VALUES, progress=False)
    np.testing.assert_allclose(shown["path_val"], trained.history["val_loss"][:, -1], rtol=1e-5)
    epochs, mine, other = np.intersect1d(shown["epoch"], trained.history["epoch"], return_indices=True)
    assert len(epochs) == len(trained.history["epoch"])  # a live run keeps some more, for rewind
    np.testing.assert_allclose(shown["train_loss"][:, mine], trained.history["train_loss"][:, other], rtol=1e-5)


def test_a_member_is_shown_as_the_playground_shows_it():
    run = run_to_the_end(path())
    snapshot = run.snapshot()
    alone = member_experiment(found(run), 2)
    assert alone.regularization.l2 == 0.1
    single = run_to_the_end(playground_run(alone, load_split(alone.data))).snapshot()
    for name in ("fit_y", "hist_y", "zero_share"):
        np.testing.assert_allclose(snapshot.arrays[name][2], single.arrays[name], atol=1e-4)
    member = snapshot.meta["members"][2]
    assert member["verdict"].items() <= single.meta["verdict"].items()
    for name in ("train_loss", "val_loss", "gap", "zeros"):
        assert member["readouts"][name] == single.meta["readouts"][name]
    assert member["descriptions"]["fit"].startswith("λ 0.1. Fitted curve")


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_gives_charts_whose_bindings_all_exist(name):
    run = path(data=name, n_epochs=2)
    first = run.snapshot()
    split = load_split(run.experiment.data)
    figures = plot_path_page(first.arrays, first.meta["members"][0]["labels"], np.array(VALUES), "l2", split)
    last = run_to_the_end(run).snapshot()
    bound = {
        name for figure in figures for trace in figure.data for name in (trace.meta or {}).get("bind", {}).values()
    }
    bound |= {image["array"] for figure in figures for image in figure.layout.meta["images"]}
    for binding in bound:
        array, _, rest = binding.partition("[")
        if ":" in array:
            continue
        assert array in last.arrays, binding
        if rest.startswith("@lambda"):
            assert array in OF_MEMBERS and len(last.arrays[array]) == len(VALUES), binding
    described = set(last.meta["descriptions"]) | set(last.meta["members"][0]["descriptions"])
    assert {figure.layout.meta["name"] for figure in figures} == described
    assert len(last.encoded) > 1000


def test_a_rewound_moment_holds_the_whole_path_of_then():
    run = run_to(path(), 20)
    run.obey(Step())  # the epoch after a step is always kept
    run.train_for(1)
    shown, epoch = run.snapshot(), run.training.n_epochs_done
    run_to_the_end(run)
    frames = all_frames(run)
    epochs = frames.arrays["frame_epoch"].tolist()
    assert epochs == sorted(epochs) and epochs[0] == 0 and 30 <= epochs[-1] <= 40
    first = frames.meta["frames"][0]
    assert {member["verdict"]["kind"] for member in first["members"]} == {"not started"}
    assert frames.arrays["path_val"].shape == (len(epochs), len(VALUES))
    then = epochs.index(epoch)
    np.testing.assert_allclose(frames.arrays["path_val"][then], shown.arrays["path_val"], rtol=1e-5)
    np.testing.assert_allclose(frames.arrays["fit_y"][then], shown.arrays["fit_y"], rtol=1e-4, atol=1e-5)


def test_elastic_mixes_by_the_share():
    plan = plan_of(SINE.replace(param_name="elastic", l1_share=0.25), load_split(SINE.data))
    assert plan.strengths["l1"] == pytest.approx([0.25 * v for v in VALUES])
    assert plan.strengths["l2"] == pytest.approx([0.75 * v for v in VALUES])


# --- faults ---


def test_a_diverged_member_is_marked_and_the_rest_of_the_path_goes_on():
    wild = {"optimizer": "sgd", "values": (0.0, 0.01, 1e6)}
    run = run_to_the_end(path(**wild, learning_rate=0.05, learning_rate_schedule="constant"))
    shown = run.snapshot()
    assert run.state == "finished" and shown.meta["banner"] is None
    assert np.isfinite(shown.arrays["path_val"]).tolist() == [True, True, False]
    assert shown.arrays["path_diverged_x"].tolist() == [6.0]
    assert shown.meta["members"][2]["verdict"]["kind"] == "diverged"
    assert np.isfinite(shown.arrays["fit_y"]).all()
    calm = run_to_the_end(path(**{**wild, "values": (0.0, 0.01, 1.0)}, learning_rate=0.05)).snapshot()
    np.testing.assert_allclose(shown.arrays["path_val"][:2], calm.arrays["path_val"][:2], atol=1e-5)


def test_all_diverged_says_so_with_a_remedy():
    run = run_to_the_end(path(optimizer="sgd", learning_rate=1e3, activation="linear"))
    assert run.state == "diverged"
    assert "learning rate of 1000" in run.snapshot().meta["banner"]["text"]


@pytest.mark.parametrize("data", [{"name": "sine"}, {"name": "xor"}])
def test_a_constant_target_gives_a_path_too(data):
    experiment = SINE.replace(data=data["name"], n_epochs=5)
    split = load_split(experiment.data)
    flat = replace(split, y_train=np.zeros_like(split.y_train), y_val=np.zeros_like(split.y_val))
    shown = run_to_the_end(path_run(experiment, flat)).snapshot()
    assert shown.meta["state"] == "finished"
    assert np.isfinite(shown.arrays["path_val"]).all()
    assert len(shown.encoded) > 1000


def test_a_changed_strength_acts_on_every_member_and_leaves_the_grid_alone():
    run = run_to(path(), 10)
    run.obey(Set(name="l1", value=5.0))
    run_to_the_end(run)
    shown = run.snapshot()
    assert shown.arrays["zero_share"].min() >= 0.5
    assert run.training.strengths()["l2"] == pytest.approx(VALUES)
    assert shown.arrays["change_loss"].shape == (len(VALUES), 1)
    run.obey(Reset())
    assert run.training.strengths()["l1"] == pytest.approx([5.0] * 4)
    assert run.training.strengths()["l2"] == pytest.approx(VALUES)


def test_the_epoch_that_is_read_out_is_that_of_the_weights_shown():
    for run in (path(n_epochs=3000), path(n_epochs=3000, path_start="warm")):
        run.obey(Run())
        for _ in range(30):
            run.train_for(0.0005)
            meta = run.snapshot().meta
            assert meta["readouts"]["epoch"].split(" of ")[0] == f"{meta['epoch']:,}"


# --- warm, and stacks one after another ---


def test_members_of_a_warm_path_come_one_by_one_and_end_as_sweep_says():
    run = path(path_start="warm")
    assert run.snapshot().meta["readouts"]["epoch"] == "0 of 160"
    run_to(run, 60)
    shown = run.snapshot()
    n_done = np.isfinite(shown.arrays["path_val"]).sum()
    assert 1 <= n_done < 4 and np.isfinite(shown.arrays["path_val"])[-1]
    assert "its turn comes" in shown.meta["members"][0]["verdict"]["text"]
    assert np.isnan(shown.arrays["train_loss"][0]).all() and np.isnan(shown.arrays["fit_y"][0]).all()
    assert shown.meta["epoch"] >= 60 and len(shown.encoded) > 1000
    run_to_the_end(run)
    shown = run.snapshot()
    trained = sweep(SINE, "l2", VALUES, start="warm", progress=False)
    np.testing.assert_allclose(shown.arrays["path_val"], trained.history["val_loss"][:, -1], rtol=1e-5)
    assert shown.meta["can_go_on"] is False
    run.obey(Run())
    assert run.state == "finished"
    run.obey(Reset())
    run_to_the_end(run)
    np.testing.assert_allclose(run.snapshot().arrays["path_val"], shown.arrays["path_val"], rtol=1e-5)


def test_a_path_in_several_stacks_shows_the_numbers_of_one(monkeypatch):
    whole = run_to_the_end(path()).snapshot()
    monkeypatch.setattr("core.studies.base.cost.STACK_BYTES", 1)
    run = run_to_the_end(path())
    assert run.training.plan.n_stacks == 4
    parts = run.snapshot()
    for name in ("path_val", "fit_y", "hist_y"):
        np.testing.assert_allclose(parts.arrays[name], whole.arrays[name], atol=1e-4)
    frames = all_frames(run).arrays["frame_epoch"].tolist()
    assert frames == sorted(frames) and 140 <= frames[-1] <= 160


# --- what leaves the page ---


def found(run, epoch=None):
    """Return a path as the page gets it: by request, as bytes."""
    return PathMoment.from_bytes(run.answer(Found(epoch=epoch)))


def test_a_path_stopped_in_the_middle_is_exported_as_it_is():
    run = run_to(path(path_start="warm"), 60)
    run.snapshot()
    text = path_csv(found(run), address="http://here/path?data=sine")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert Experiment.model_validate(json.loads(comments[1].removeprefix("# experiment: "))) == SINE.replace(
        path_start="warm"
    )
    assert comments[2] == "# link: http://here/path?data=sine"
    assert [float(row["l2"]) for row in rows] == list(VALUES)
    assert rows[0]["verdict"] == "not started" and rows[0]["val_loss"] == ""
    assert float(rows[-1]["val_loss"]) == pytest.approx(float(run.shown.val_loss[-1]))


def test_the_playground_continues_from_the_weights_of_a_member():
    run = run_to_the_end(path())
    shown = run.snapshot()
    origin, alone = member_origin(found(run), 1), member_experiment(found(run), 1)
    assert alone.regularization.l2 == 1e-3 and "λ = 0.001 of L2" in origin.text and "40 epochs" in origin.text
    single = playground_run(alone, load_split(alone.data), origin)
    first = single.snapshot()
    np.testing.assert_allclose(first.arrays["fit_y"], shown.arrays["fit_y"][1], atol=1e-5)
    assert first.meta["origin"] == origin.text
    assert first.meta["verdict"].items() >= shown.meta["members"][1]["verdict"].items()
    assert (first.meta["epoch"], first.meta["state"]) == (0, "paused")
    run_to_the_end(single)
    single.obey(Reset())
    np.testing.assert_array_equal(single.snapshot().arrays["fit_y"], first.arrays["fit_y"])


def test_what_is_opened_at_a_past_moment_are_the_weights_of_then():
    run = run_to(path(), 20)
    run.obey(Step())  # the epoch after a step is always kept
    run.train_for(1)
    epoch, then = run.training.n_epochs_done, run.snapshot().arrays["fit_y"][1]
    run_to_the_end(run)
    then_found = found(run, epoch)
    experiment, origin = then_found.experiment, member_origin(then_found, 1)
    assert f"{epoch} epochs" in origin.text
    single = playground_run(experiment.replace(l2=1e-3), load_split(experiment.data), origin)
    np.testing.assert_allclose(single.snapshot().arrays["fit_y"], then, atol=1e-5)
    assert found(run, 10**6).state.epoch[0] == run.moments[-1].epoch[0] and found(run, -1).state.epoch[0] == 0


def test_a_new_start_of_a_continued_run_is_random():
    run = run_to_the_end(path())
    run.snapshot()
    experiment = found(run).experiment
    single = playground_run(experiment, load_split(experiment.data), member_origin(found(run), 1))
    single.obey(Reseed(seed=7))
    plain = playground_run(experiment.replace(seed=7), load_split(experiment.data)).snapshot()
    meta = single.snapshot().meta
    assert meta["seed"] != meta["origin_seed"]
    np.testing.assert_array_equal(single.snapshot().arrays["fit_y"], plain.arrays["fit_y"])


def test_there_is_nothing_to_continue_from_before_a_member_has_begun():
    run = path(path_start="warm")
    assert member_origin(found(run), 0) is None


# --- learning rate × λ ---


def test_before_any_training_nothing_is_the_best():
    for run, names in (
        (path(), ("path_best_x", "path_best_y")),
        (rates_run(SINE, load_split(SINE.data)), ("grid_best_x",)),
    ):
        start = run.snapshot()
        assert not any(np.isfinite(start.arrays[name]).any() for name in names)
        assert any("nothing to show" in text for text in start.meta["descriptions"].values())
        trained = run_to_the_end(run).snapshot()
        assert all(np.isfinite(trained.arrays[name]).all() for name in names)
    first = all_frames(run)
    assert np.isnan(first.arrays["grid_best_x"][0]).all() and np.isfinite(first.arrays["grid_best_x"][-1]).all()


def test_the_map_is_the_grid_of_the_study():
    run = run_to_the_end(rates_run(SINE.replace(n_epochs=10), load_split(SINE.data)))
    shown = run.snapshot()
    assert shown.arrays["grid_val"].shape == (len(RATES), len(VALUES))
    row = RATES.index(1e-2)
    trained = sweep(SINE.replace(n_epochs=10), "l2", VALUES, progress=False)
    np.testing.assert_allclose(shown.arrays["grid_val"][row], trained.history["val_loss"][:, -1], rtol=1e-4)
    best = np.unravel_index(np.nanargmin(shown.arrays["grid_val"]), shown.arrays["grid_val"].shape)
    assert shown.meta["readouts"]["best"] == value_texts(VALUES)[best[1]]
    assert all_frames(run).arrays["grid_val"].shape[1:] == (len(RATES), len(VALUES))


def test_a_map_on_which_every_pair_diverged_names_no_best_one(monkeypatch):
    monkeypatch.setattr("core.live.path.rates.RATES", (1000.0,))
    shown = run_to_the_end(rates_run(SINE.replace(optimizer="sgd", activation="relu"), load_split(SINE.data)))
    facts = shown.snapshot().meta
    assert facts["state"] == "diverged" and (facts["readouts"]["rate"], facts["readouts"]["best"]) == ("–", "–")
    assert facts["readouts"]["diverged"] == "4 of 4"


def test_long_grids_are_thinned_for_the_map_and_keep_both_ends():
    values = map_values(Experiment())
    assert len(values) == 17 and values[0] == 0 and values[-1] == 1
