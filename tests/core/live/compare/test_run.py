"""The comparison's live run: one clock for all, a slider per variant, a table with its best, and a lost variant."""

import numpy as np
import pytest

from core.data import load_split
from core.live.compare.run import compare_run, note_on, verdict_of
from core.stream.commands import Focus, Reset, Run, Set, Step, Stop
from core.studies.compare.geometry import WeightRef, current_point, data_losses, place_of
from core.studies.compare.variants import BY_KEY, TASK, CompareRow, make_training
from tests.core.live.rewound import all_frames

SHORT = TASK.replace(n_epochs=40, hidden_sizes=(8, 8))
SIX = ("none", "l1_proximal", "l1_subgradient", "l2", "elastic_net", "dropout")


def live(**settings):
    experiment = SHORT.replace(**settings)
    return compare_run(experiment, load_split(experiment.data))


def run_to_the_end(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    return run


def step(run, n=1):
    for _ in range(n):
        run.obey(Step())
        run.train_for(5.0)


def numbers(snapshot):
    return snapshot.meta["tables"]["numbers"]["rows"]


def test_one_clock_moves_all_variants():
    run = live(variants=SIX)
    first = run.snapshot()
    assert (first.meta["state"], first.meta["epoch"]) == ("paused", 0)
    assert first.arrays["map"].shape[0] == 6 and (first.arrays["map"] == first.arrays["map"][0]).all()
    step(run, 2)
    later = run.snapshot()
    assert later.meta["epoch"] == 2 and later.arrays["val_loss"].shape == (6, 3)
    assert len({later.arrays["map"][v].tobytes() for v in range(6)}) == 6
    run.obey(Reset())
    assert np.array_equal(run.snapshot().arrays["map"], first.arrays["map"])


def test_a_slider_moves_its_variant_alone_and_survives_a_reset():
    run, calm = live(n_starts=2), live(n_starts=2)
    for each in (run, calm):
        step(each)
    run.obey(Set(name="l2", value=0.5, member=3))
    run.obey(Set(name="l2", value=0.5, member=1))  # L1 has no such slider
    for each in (run, calm):
        step(each, 5)
    ours, theirs = run.training.arrays()["val_loss"], calm.training.arrays()["val_loss"]
    assert np.array_equal(ours[:6], theirs[:6]) and not np.array_equal(ours[6:], theirs[6:])
    assert run.changes == [{"epoch": 1, "step": 3, "name": "l2", "value": 0.5, "member": 3}]
    run.obey(Reset())
    strengths = run.snapshot().meta["strengths"]
    assert (strengths["compare_l2"], strengths["compare_l1"], strengths["learning_rate"]) == (0.5, 0.003, 0.01)


def test_the_best_is_marked_once_trained_and_the_headline_names_it():
    run = live()
    assert all(row["best"] == [] for row in numbers(run.snapshot()))
    snapshot = run_to_the_end(run).snapshot()
    val_loss = run.training.state().val_loss
    best = int(val_loss.argmin())
    assert [2 in row["best"] for row in numbers(snapshot)] == [v == best for v in range(4)]
    text = snapshot.meta["verdict"]["text"]
    assert run.view.plan.variants[best].label in text and f"{val_loss[best]:.3f}" in text and "raise Starts" in text


def test_variants_that_end_alike_share_the_headline():
    zero = {"compare_l1": 0.0, "compare_l2": 0.0}
    text = run_to_the_end(live(variants=("none", "l1_proximal", "l2"), **zero)).snapshot().meta["verdict"]["text"]
    assert text.startswith("Lowest validation loss: No penalty, L1 proximal and L2 alike, ") and "unknown" not in text


def row(variant, val_loss, n_zero=0, weight_norm=1.0, sentence=""):
    values = np.asarray(val_loss, dtype=float)
    same = [np.full(len(values), number) for number in (n_zero, weight_norm)]
    return CompareRow(variant, values, values, values, values, *same, sentence)


NONE, L1, SUBGRADIENT, L2 = (BY_KEY[key] for key in ("none", "l1_proximal", "l1_subgradient", "l2"))


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([[0.5]], "0.300; one start each: raise Starts to see the spread."),
        ([[0.5, 0.52]], "; all others are farther off than the spread over starts."),
        ([[0.25, 0.5]], "; within its spread over starts: L1 proximal."),
        ([[0.25, 0.5], [0.28, 0.34]], "; within its spread over starts: L1 proximal and L1 subgradient."),
        ([[0.5, np.nan]], "; some have one start left, so no known spread."),
        ([[np.nan, np.nan]], "0.300 ± 0.014."),
    ],
)
def test_the_headline_says_what_the_spread_allows(others, said):
    first = row(NONE, [0.29, 0.31] if len(others[0]) > 1 else [0.3])
    rows = [first, *(row(variant, values) for variant, values in zip((L1, SUBGRADIENT), others, strict=False))]
    assert verdict_of(rows, 5)["text"].endswith(said)


def test_the_notes_say_what_the_numbers_do_not():
    none = row(NONE, [0.3, 0.4])
    assert note_on(none, none) == ""
    assert "smaller" in note_on(row(L1, [0.3, 0.4], sentence="L1 proximal: the difference is smaller."), none)
    assert note_on(row(L1, [0.7], n_zero=9, weight_norm=0.0), row(NONE, [0.3])).startswith(
        "Collapsed: all weights are gone"
    )
    assert "rounding" in note_on(row(L2, [0.7], n_zero=9, weight_norm=1.0), row(NONE, [0.3]))
    assert note_on(row(L1, [0.7], n_zero=9), row(NONE, [0.3])) == ""
    lost = row(NONE, [np.nan, np.nan])
    assert note_on(row(L2, [0.3, np.nan], sentence="'No penalty': no run stayed finite."), lost) == (
        "1 of 2 starts diverged and are left out."
    )


def test_l2_may_round_a_weight_to_zero_and_this_is_said():
    experiment = TASK.replace(variants=("l2",), compare_l2=1.0)
    row = numbers(run_to_the_end(compare_run(experiment, load_split(experiment.data))).snapshot())[0]
    assert not row["cells"][5].startswith("0 of") and "rounding" in row["note"]


def test_differences_smaller_than_the_spread_are_said_to_be_within_it():
    run = run_to_the_end(live(n_starts=4, variants=("none", "l1_proximal", "l2"), compare_l2=1e-9))
    rows = numbers(run.snapshot())
    assert "smaller than the spread over 4 starts" in rows[2]["note"] and rows[0]["note"] == ""
    assert all("±" in cell for cell in rows[1]["cells"][1:])
    values = run.training.state().val_loss.reshape(3, 4)
    assert rows[1]["cells"][2] == f"{values[1].mean():.3f} ± {values[1].std(ddof=1):.3f}"
    first, second = (rows[v]["cells"][2].split()[0] for v in (0, 2))
    assert rows[2]["note"].startswith(f"Mean validation loss {second} against {first} with 'No penalty'")
    assert all(row["cells"][3][0] in "+-" for row in rows)


def test_the_read_out_of_the_epoch_is_that_of_the_rewind_between_two_records_too():
    run = live(n_epochs=100_000, batch_size=None)  # records far apart: a call of many epochs ends between two
    run.obey(Run())
    while run.state == "running" and run.training.n_epochs_done == run.training.history.epochs[-1]:
        run.train_for(0.0001)
    snapshot = run.snapshot()
    assert snapshot.meta["epoch"] > run.training.history.epochs[-1]
    assert snapshot.meta["readouts"]["epoch"] == f"{snapshot.meta['epoch']:,}"
    moment = all_frames(run).meta["frames"][1]
    assert moment["readouts"]["epoch"] == f"{moment['epoch']:,}"


def test_bands_are_sent_only_for_several_starts():
    one, many = live().snapshot().arrays, live(n_starts=3).snapshot().arrays
    assert "gap_low" not in one and many["gap_low"].shape == many["gap"].shape == (4, 1)


def test_a_lost_variant_is_named_its_remedy_works_and_the_others_go_on():
    wild = {"optimizer": "sgd", "learning_rate": 0.1, "variants": ("none", "l2")}
    run = run_to_the_end(live(**wild, compare_l2=1e3))
    snapshot, calm = run.snapshot(), run_to_the_end(live(**wild, compare_l2=0.0))
    assert run.state == "finished" and "L2 has diverged" in snapshot.meta["banner"]["text"]
    assert set(numbers(snapshot)[1]["cells"][1:]) == {"diverged"} and np.isfinite(snapshot.arrays["map"]).all()
    assert np.array_equal(run.training.arrays()["val_loss"][0], calm.training.arrays()["val_loss"][0])
    remedy = {"set": Set, "reset": Reset, "run": Run}
    for command in snapshot.meta["banner"]["remedy"]["commands"]:
        run.obey(remedy[command["type"]](**command))
    while run.state == "running":
        run.train_for(0.05)
    assert run.snapshot().meta["banner"] is None and np.isfinite(run.training.arrays()["val_loss"]).all()


def test_of_several_lost_variants_all_are_named_and_mended():
    wild = {"optimizer": "sgd", "learning_rate": 0.1, "compare_l2": 1e3, "compare_elastic": 1e4}
    run = run_to_the_end(live(**wild, variants=("none", "l2", "elastic_net")))
    banner = run.snapshot().meta["banner"]
    assert banner["text"].startswith("L2 and Elastic net have diverged; the others go on untouched.")
    sets = [(c["name"], c["value"], c["member"]) for c in banner["remedy"]["commands"] if c["type"] == "set"]
    assert sets == [("l2", 1e-3, 1), ("l1", 1e-3, 2)]


def test_when_all_are_lost_the_reason_is_one_of_this_page():
    """The Playground's own L2 is put aside here, however strong it is."""
    wild = {"optimizer": "sgd", "activation": "linear", "l2": 1e5}
    both = run_to_the_end(live(**wild, learning_rate=1e3, variants=("none", "dropout"))).snapshot()
    assert both.meta["state"] == "diverged" and "No penalty and Dropout have diverged." in both.meta["banner"]["text"]
    assert "A learning rate of 1000 is too large here." in both.meta["banner"]["text"]
    assert both.meta["banner"]["remedy"]["commands"][0] == {"type": "set", "name": "learning_rate", "value": 0.01}
    strong = run_to_the_end(live(optimizer="sgd", learning_rate=0.1, compare_l2=1e4, variants=("l2",))).snapshot()
    assert strong.meta["state"] == "diverged" and "learning rate" not in strong.meta["banner"]["text"]
    assert strong.meta["banner"]["remedy"]["label"] == "Set L2 to 0.001 and start again"


def test_a_changed_strength_is_marked_on_the_curve_of_its_variant():
    run = live(n_starts=2)
    step(run, 2)
    run.obey(Set(name="l2", value=0.5, member=3))
    run.obey(Set(name="learning_rate", value=0.02))
    step(run, 3)
    snapshot = run.snapshot()
    at = snapshot.arrays["epoch"].tolist().index(2)
    assert snapshot.arrays["change_epoch"].tolist() == [2, 2]
    assert snapshot.arrays["change_loss"].tolist() == snapshot.arrays["val_loss"][[3, 0], at].tolist()
    assert snapshot.meta["labels"]["changes"] == ["L2 → 0.5 from epoch 2", "learning rate → 0.02 from epoch 2"]


def test_a_comparison_is_repeated_exactly_from_its_start_and_its_changes():
    run = live(n_starts=2, variants=("none", "l2", "elastic_net", "dropout"))
    run.obey(Set(name="l2", value=0.02, member=1))  # before the first step: part of the start
    step(run, 3)
    run.obey(Set(name="l1", value=0.05, member=2))
    run.obey(Set(name="dropout_rate", value=0.1, member=3))
    run_to_the_end(run)
    assert (run.started_as.compare.compare_l2, run.started_as.compare.compare_elastic) == (0.02, 0.003)
    assert (run.experiment.compare.compare_elastic, run.experiment.compare.compare_dropout) == (0.05, 0.1)
    again = make_training(run.started_as, load_split(SHORT.data))
    again.run(changes=run.changes)
    assert np.array_equal(run.training.state().parameters, again.state().parameters)


def test_stop_ends_all_variants_at_once_and_keeps_what_they_found():
    run = live(variants=SIX)
    run.obey(Run())
    run.train_for(0.05)
    run.obey(Stop())
    done, before = run.training.n_epochs_done, run.training.state().parameters.copy()
    run.obey(Run())
    run.train_for(0.05)
    assert run.training.n_epochs_done == done and np.array_equal(run.training.state().parameters, before)
    snapshot = run.snapshot()
    assert (snapshot.meta["state"], snapshot.meta["can_go_on"]) == ("stopped", False)
    assert np.isfinite(snapshot.arrays["val_loss"]).all()


def test_the_geometry_shows_the_weights_it_is_told_to():
    run = live(geometry_of="l2")
    step(run, 3)
    run.obey(Focus(at=(1, 2, 3, 1, 4)))
    snapshot = run.snapshot()
    pair = (WeightRef(1, 0, 2), WeightRef(1, 3, 2))
    now = current_point(run.training.trainer, 1, pair)
    assert snapshot.arrays["geometry_now_x"][0, 0] == pytest.approx(now[0])
    np.testing.assert_allclose(np.abs(snapshot.arrays["diamond"][0]).sum(0), np.abs(now).sum(), rtol=1e-5)
    np.testing.assert_allclose(snapshot.arrays["path"][:, -1], now, rtol=1e-5)
    x, y, loss = (snapshot.arrays[f"geometry_{name}"] for name in ("x", "y", "loss"))
    expected = data_losses(run.training.trainer, 1, pair, np.array([[x[4], y[7]]]))[0]
    assert loss[7, 4] == pytest.approx(expected, rel=1e-4)
    assert "unit 1 of layer 1 → unit 3 of layer 2" in snapshot.meta["tables"]["update"]["rows"][0]["note"]
    assert len(snapshot.meta["tables"]["update"]["rows"]) == 5
    run.obey(
        Focus(at=(9, 7, 7, 7, 8))
    )  # no such variant, no such weight: the last variant, two weights of its own choice
    assert len(run.snapshot().arrays["path"]) == 2


def test_columns_of_weights_are_those_of_the_stack():
    from core.live.compare.geometry import place_of_shape

    run = live()
    for ref in (WeightRef(0, 1, 3), WeightRef(1, 4, 2), WeightRef(2, 5, 0)):
        assert place_of_shape(run.view.plan, ref) == place_of(run.training.trainer.stack, ref)


def test_a_moment_of_the_rewind_shows_what_was_shown_then():
    run = live(n_starts=2)
    step(run)
    shown = run.snapshot()
    run_to_the_end(run)
    frames = all_frames(run)
    i = frames.arrays["frame_epoch"].tolist().index(1.0)
    for name in ("map", "overlay_share", "overlay_zero", "geometry_now_x", "diamond"):
        np.testing.assert_allclose(frames.arrays[name][i], shown.arrays[name], atol=1e-5)
    assert numbers(frames.meta["frames"][i] and type(shown)(0, frames.meta["frames"][i], {})) == numbers(shown)
    update = frames.meta["frames"][i]["tables"]["update"]["rows"]
    assert len(update) == 1 and "contours are those of now" in update[0]["note"]


def test_a_long_rewind_stays_small_enough_to_send():
    run = run_to_the_end(live(variants=SIX, n_epochs=900, batch_size=None))
    frames = all_frames(run)
    assert 20 < len(frames.meta["frames"]) <= 60 and len(frames.encoded) < 7e6
    assert frames.arrays["frame_epoch"][0] == 0


@pytest.mark.parametrize("data", ["sine", "spiral3", "digits", "wine", "diabetes", "reviews", "plane"])
def test_every_kind_of_data_gives_a_snapshot_that_can_be_sent(data):
    run = live(data=data, n_epochs=2, batch_size=None)
    snapshot = run_to_the_end(run).snapshot()
    assert len(snapshot.encoded) > 1000 and np.isfinite(snapshot.arrays["train_loss"]).all()
    assert len(all_frames(run).encoded) > 1000
