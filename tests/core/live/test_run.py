"""The live run: it obeys, repeats, ends and diverges as the page promises."""

import numpy as np
import pytest
import torch

from core import Experiment, train
from core.data import DATASETS, load_split
from core.live.moments import MAX_MARKS, MAX_MOMENTS, PIECE_BYTES
from core.live.playground.run import playground_run
from core.live.run import LiveRun
from core.live.study import live_study
from core.stream.commands import Pause, Reseed, Reset, Run, Set, Step, Stop
from core.stream.mailbox import Mailbox
from core.stream.showing import CROWDED_SHARE, SHOW_SHARE, STALE_S, Showing
from core.studies.base.plan import Plan, make_pool
from core.studies.base.training import Training
from tests.core.live.rewound import all_frames, pieces_of

SINE = Experiment(data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 40})


def live(experiment=SINE):
    return playground_run(experiment, load_split(experiment.data))


def run_to_the_end(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.01)
    return run


def test_it_starts_paused_and_step_trains_one_epoch():
    run = live()
    assert run.state == "paused"
    run.obey(Step())
    run.train_for(1.0)
    assert (run.state, run.training.n_epochs_done) == ("paused", 1)


def test_two_steps_that_are_read_at_once_are_two_epochs():
    run = live()
    for n_epochs in (2, 4):
        run.obey(Step())
        run.obey(Step())
        run.train_for(1.0)
        assert (run.state, run.training.n_epochs_done) == ("paused", n_epochs)
    run.obey(Step())
    run.obey(Pause())
    run.obey(Step())
    run.train_for(1.0)
    assert (run.state, run.training.n_epochs_done) == ("paused", 5)


def test_reset_repeats_the_same_run_and_reseed_another():
    run = run_to_the_end(live())
    assert run.state == "finished"
    first = run.snapshot()
    run.obey(Reset())
    again = run_to_the_end(run).snapshot()
    assert np.array_equal(first.arrays["val_loss"], again.arrays["val_loss"])
    assert again.version > first.version
    run.obey(Reseed(seed=5))
    other = run_to_the_end(run).snapshot()
    assert other.meta["seed"] == 5
    assert not np.array_equal(first.arrays["val_loss"], other.arrays["val_loss"])


def test_a_changed_strength_takes_effect_without_a_reset_and_is_recorded():
    run = live()
    run.obey(Step())
    run.train_for(1.0)
    run.obey(Set(name="l1", value=5.0))
    assert run.training.n_epochs_done == 1
    run.obey(Step())
    run.train_for(1.0)
    assert run.changes == [{"epoch": 1, "step": 1, "name": "l1", "value": 5.0, "member": None}]
    assert run.snapshot().arrays["change_epoch"].tolist() == [1.0]
    for _ in range(20):
        run.obey(Step())
        run.train_for(1.0)
    assert run.training.trainer.stack.weights[0].abs().max() == 0


def run_dragged(run, gesture, values, name="l2"):
    """Train a little between the values of one gesture."""
    for value in values:
        run.obey(Step())
        run.train_for(1.0)
        run.obey(Set(name=name, value=value, gesture=gesture))


def test_one_gesture_is_one_mark_and_every_change_of_it_is_recorded():
    run = live(SINE.replace(n_epochs=10_000))
    run_dragged(run, 5, [0.1, 0.2, 0.003])
    assert [change["value"] for change in run.changes] == [0.1, 0.2, 0.003]
    snapshot = run.snapshot()
    assert snapshot.meta["labels"]["changes"] == ["λ₂ → 0.003 from epoch 3"]
    assert snapshot.arrays["change_epoch"].tolist() == [3.0] and snapshot.arrays["change_loss"].shape == (1,)
    run_dragged(run, 6, [0.5])  # another gesture
    run_dragged(run, 6, [0.5], "l1")  # another strength
    run_dragged(run, 0, [0.6, 0.7])  # no gesture: from the sidebar
    labels = run.snapshot().meta["labels"]["changes"]
    assert [text.split(" from")[0] for text in labels] == [
        "λ₂ → 0.003", "λ₂ → 0.5", "λ₁ → 0.5", "λ₂ → 0.6", "λ₂ → 0.7",
    ]  # fmt: skip


def test_marks_and_what_is_sent_of_them_are_bounded_and_the_record_is_whole():
    run = live(SINE.replace(n_epochs=100_000))
    run_dragged(run, 1, [0.1])
    size = len(run.snapshot().encoded)
    for gesture in range(2, 402):
        run.obey(Set(name="l2", value=gesture / 1000, gesture=gesture))
    assert len(run.changes) == 401 and len(run.marks) == MAX_MARKS
    assert len(run.snapshot().encoded) - size < 100 * MAX_MARKS


def test_a_value_that_a_strength_has_already_is_no_change():
    run = live(SINE.replace(n_epochs=10_000, l2=0.1))
    run_dragged(run, 1, [0.1, 0.3, 0.3])
    assert [change["value"] for change in run.changes] == [0.3]


def test_a_moment_that_a_browser_was_given_is_found_though_it_is_not_kept_any_more():
    run = live(SINE.replace(n_epochs=10_000))
    run.max_moments = 10
    for _ in range(9):
        run.obey(Step())
        run.train_for(1.0)
    given = [int(epoch) for epoch in all_frames(run).arrays["frame_epoch"]]
    for _ in range(20):
        run.obey(Step())
        run.train_for(1.0)
    assert not set(given) <= {int(moment.epoch[0]) for moment in run.moments}
    assert [int(run.state_at(epoch).epoch[0]) for epoch in given] == given


def test_a_second_answer_holds_only_newer_moments_and_says_which_are_gone():
    run = live(SINE.replace(n_epochs=10_000))
    run.max_moments = 20
    known: dict[int, int] = {}
    for _ in range(12):
        for _ in range(5):
            run.obey(Step())
            run.train_for(1.0)
        newest = max(known, default=-1)
        for piece in pieces_of(run, newest):
            assert all(number > newest for number in piece.meta["numbers"])
            known |= dict(zip(piece.meta["numbers"], piece.arrays["frame_epoch"].astype(int).tolist(), strict=True))
        known = {number: epoch for number, epoch in known.items() if number in piece.meta["kept"]}
        assert list(known.values()) == [int(state.epoch[0]) for state in run.moments]
    assert len(known) <= 20 and run.training.n_epochs_done == 60


def test_moments_of_before_a_reset_are_told_from_those_after_it():
    run = live()
    for _ in range(6):
        run.obey(Step())
        run.train_for(1.0)
    before = run.stored_frames(-1)  # the first piece, on its way as the hand resets
    run.obey(Reset())
    after = run.stored_frames(before.version)
    assert before.meta["n_begun"] < after.meta["n_begun"] == run.snapshot().meta["n_begun"]
    assert not set(before.meta["numbers"]) & set(after.meta["kept"])
    assert after.arrays["frame_epoch"].tolist() == [0.0]


def test_no_piece_is_large():
    run = run_to_the_end(live(SINE.replace(data="digits", hidden_sizes=(64, 32), n_epochs=100)))
    sizes = [len(piece.encoded) for piece in pieces_of(run)]
    assert len(sizes) > 3 and max(sizes) < 2 * PIECE_BYTES


def test_two_minutes_of_dragging_make_no_snapshot_and_no_rewind_large():
    run = live(SINE.replace(n_epochs=10_000))
    run.obey(Step())
    run.train_for(1.0)
    calm = (len(run.snapshot().encoded), len(all_frames(run).encoded))
    for i in range(5000):
        run.obey(Set(name="l2", value=1e-6 * (1 + i % 7)))
        if i % 50 == 0:
            run.obey(Step())
            run.train_for(1.0)
    snapshot, moments = run.snapshot(), len(run.moments)
    assert len(run.changes) == 5000 and len(snapshot.meta["changes"]) == MAX_MARKS
    assert len(snapshot.encoded) < calm[0] + 20_000
    assert len(all_frames(run).encoded) / moments < 1.2 * calm[1] / 2  # of two moments
    marks = snapshot.meta["changes"]
    assert marks[-1] == run.changes[-1] and marks[0] == run.changes[0]
    assert len(snapshot.arrays["change_epoch"]) == len(snapshot.meta["labels"]["changes"]) == MAX_MARKS
    again = train(run.started_as.replace(n_epochs=run.training.n_epochs_done), progress=False, changes=run.changes)
    assert torch.equal(run.training.trainer.stack.parameters, again.network.parameters)


def test_divergence_is_a_reported_state_with_finite_charts_and_a_remedy():
    experiment = SINE.replace(optimizer="sgd", learning_rate=1e3, activation="linear")
    run = run_to_the_end(live(experiment))
    snapshot = run.snapshot()
    assert run.state == "diverged"
    assert "learning rate of 1000" in snapshot.meta["banner"]["text"]
    assert np.isfinite(snapshot.arrays["fit_y"]).all() and np.isfinite(snapshot.arrays["val_loss"]).all()
    assert not any("nan" in text for text in snapshot.meta["readouts"].values())
    for command in (Set(name="learning_rate", value=0.01), Reset(), Run()):
        run.obey(command)
    assert run.state == "running"


def test_stop_and_pause():
    run = live()
    run.obey(Run())
    run.obey(Pause())
    assert run.state == "paused"
    run.obey(Stop())
    run.obey(Run())
    assert run.state == "stopped"


def test_frames_hold_the_moments_seen_so_far_thinned():
    run = run_to_the_end(live(SINE.replace(n_epochs=350)))
    frames = all_frames(run)
    epochs = frames.arrays["frame_epoch"]
    assert len(epochs) <= MAX_MOMENTS and epochs[0] == 0
    assert all(len(values) == len(epochs) for values in frames.arrays.values())
    assert [facts["epoch"] for facts in frames.meta["frames"]] == epochs.tolist()


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_gives_a_snapshot_that_can_be_sent(name):
    experiment = SINE.replace(data=name, n_epochs=2)
    snapshot = run_to_the_end(live(experiment)).snapshot()
    assert len(snapshot.encoded) > 1000
    assert np.isfinite(snapshot.arrays["train_loss"]).all()


def test_a_finished_run_goes_on_when_told_to():
    run = run_to_the_end(live())
    run_to_the_end(run)
    assert (run.state, run.training.n_epochs_done) == ("finished", 80)
    run.obey(Set(name="l2", value=0.1))  # a strength moved after the end shows what it does
    assert run.state == "running"
    run_to_the_end(run)
    assert (run.state, run.training.n_epochs_done) == ("finished", 120)


def test_a_run_on_after_a_cosine_trains_and_is_repeated_exactly():
    run = run_to_the_end(live(SINE.replace(learning_rate_schedule="cosine")))
    first = run.training.trainer.stack.copy_parameters()
    run_to_the_end(run)
    assert run.training.n_epochs_done == 80
    assert not torch.allclose(run.training.trainer.stack.parameters, first, atol=1e-2)
    again = train(run.started_as, n_epochs=80, progress=False)
    assert torch.equal(run.training.trainer.stack.parameters, again.network.parameters)
    assert again.history["epoch"][-1] == 80


def test_a_moment_of_the_rewind_shows_what_was_shown_then():
    run = live()
    run.obey(Step())
    run.train_for(1.0)
    shown = run.snapshot()
    run_to_the_end(run)
    frames = all_frames(run)
    i = frames.arrays["frame_epoch"].tolist().index(1.0)
    for name in ("fit_y", "hist_y", "zero_share", "link_pos_2_y"):
        then = frames.arrays[name][i]
        np.testing.assert_allclose(then[: len(shown.arrays[name])], shown.arrays[name], atol=1e-5)
    assert frames.meta["frames"][i]["readouts"]["val_loss"] == shown.meta["readouts"]["val_loss"]


def test_moments_stand_close_after_a_change_of_strength():
    run = live(SINE.replace(n_epochs=600))
    run.obey(Run())
    while run.training.n_epochs_done < 300:
        run.train_for(0.001)
    run.obey(Set(name="l2", value=0.1))
    changed = run.training.n_epochs_done
    run_to_the_end(run)
    epochs = all_frames(run).arrays["frame_epoch"]
    assert np.diff(epochs[epochs <= 300]).max() > 10
    assert np.diff(epochs[(epochs > changed + 1)])[:3].max() <= 2


def stack_of_three(**strengths):
    """A live stack of three equal members but for the strengths given as lists."""
    split = load_split(SINE.data)

    def make_training(experiment):
        pool = make_pool(experiment, split, "float32", 3)
        return Training(Plan(experiment, split, "", np.zeros(3), pool, strengths, (0, 0, 0), (np.arange(3),)))

    return LiveRun(SINE, make_training, BareView())


class BareView:
    """Shows the number of zeros of each member."""

    is_single = False

    def look(self, stack):
        return {"n_zero": (stack.weights[0] == 0).sum((1, 2)).numpy()}

    def history(self, run):
        return {"val_loss": run.training.history.arrays()["val_loss"]}

    def facts(self, run, state, arrays):
        return {"epoch": int(state.epoch[0])}

    def banner(self, run, state):
        return None


def test_a_strength_of_one_member_leaves_the_others_alone():
    run, alone = stack_of_three(), stack_of_three()
    for _ in range(5):
        run.obey(Step())
        run.train_for(1.0)
        run.obey(Set(name="l1", value=5.0, member=1))
        run.obey(Set(name="l1", value=1.0, member=7))  # no such member
    run.obey(Step())
    run.train_for(1.0)
    assert run.snapshot().arrays["n_zero"].tolist()[1] == 8
    assert run.snapshot().meta["strengths"]["l1.1"] == 5.0
    for _ in range(6):
        alone.obey(Step())
        alone.train_for(1.0)
    mine, other = run.training.history.arrays()["val_loss"], alone.training.history.arrays()["val_loss"]
    assert np.array_equal(mine[[0, 2]], other[[0, 2]]) and not np.array_equal(mine[1], other[1])
    run.obey(Reset())
    assert run.snapshot().meta["strengths"]["l1.1"] == 5.0


def test_a_diverged_member_is_marked_and_its_neighbours_go_on():
    run = run_to_the_end(stack_of_three(learning_rate=[0.01, 1e30, 0.01]))
    calm = run_to_the_end(stack_of_three(learning_rate=[0.01, 0.01, 0.01]))
    assert run.state == "finished" and run.training.is_diverged.tolist() == [False, True, False]
    losses, other = run.training.history.arrays()["val_loss"], calm.training.history.arrays()["val_loss"]
    assert np.isnan(losses[1, -1])
    np.testing.assert_allclose(losses[[0, 2]], other[[0, 2]], atol=1e-5)
    assert np.isfinite(run.training.trainer.stack.parameters.numpy()).all()


def test_a_run_is_repeated_exactly_from_its_start_and_its_changes():
    run = live(SINE.replace(n_epochs=200, batch_size=7, dropout_rate=0.1))
    run.obey(Set(name="l2", value=0.003))  # before the first step: part of the start
    run.obey(Run())
    for name, value in (("l1", 0.01), ("dropout_rate", 0.3), ("learning_rate", 0.003), ("l1", 0.0)):
        run.train_for(0.01)
        run.obey(Set(name=name, value=value))
    run_to_the_end(run)
    assert len(run.changes) == 4 and run.started_as.regularization.l2 == 0.003
    again = train(run.started_as, progress=False, changes=run.changes)
    assert torch.equal(run.training.trainer.stack.parameters, again.network.parameters)


def test_starting_twice_stopping_while_starting_and_resetting_while_paused():
    run = live()
    for command in (Run(), Run(), Step(), Run()):
        run.obey(command)
    assert run.state == "running" and not run.n_single
    run.obey(Pause())
    run.obey(Reset())
    assert (run.state, run.training.n_epochs_done) == ("paused", 0)
    run.obey(Run())
    run.obey(Stop())
    run.train_for(0.01)
    assert (run.state, run.training.trainer.n_steps_done) == ("stopped", 0)


@pytest.mark.parametrize(("age_s", "share"), [(0.0, SHOW_SHARE), (2 * STALE_S, CROWDED_SHARE)])
def test_snapshots_take_a_share_of_the_time_and_more_of_it_where_a_job_is_seldom_served(age_s, share):
    now = [0.0]
    showing = Showing(lambda: now[0])
    showing.note(0.006)
    now[0] += age_s
    needed = 0.006 * (1 - share) / share
    showing.earn(0.99 * needed)
    assert not showing.is_affordable
    showing.earn(0.02 * needed)
    assert showing.is_affordable


def test_a_part_of_the_rest_that_a_job_left_to_others_counts_as_trained():
    now = [0.0]
    showing = Showing(lambda: now[0])
    showing.note(0.006)
    showing.rest()
    now[0] += 0.1
    showing.rise(0.5)
    assert showing.trained_s == pytest.approx(0.1 * 0.5 * 0.35) and showing.is_affordable
    showing.rise(1.0)
    assert showing.trained_s == pytest.approx(0.0175), "it has not rested since"


def test_jobs_that_rest_all_the_time_show_themselves_in_less_than_one_processor_would_take():
    now, n_jobs, n_shown = [0.0], 30, 0
    showing = Showing(lambda: now[0])
    for _ in range(10_000):
        showing.rest()
        now[0] += 0.01
        showing.rise(1 / n_jobs)
        if showing.is_affordable:
            showing.note(0.006)
            n_shown += 1
    assert 0.3 < n_jobs * n_shown * 0.006 / 100 <= CROWDED_SHARE


def test_a_moved_slider_is_shown_though_a_snapshot_is_not_yet_affordable():
    mailbox = Mailbox()
    steps = live_study(lambda: live(SINE.replace(n_epochs=10**6)))(mailbox)
    mailbox.put(Run())
    next(steps)
    mailbox.slice_s, mailbox.wants_snapshot, mailbox.owes_snapshot = 0.0, True, False
    assert next(steps) is None  # it has only just been shown
    mailbox.put(Set(name="l2", value=0.5))
    shown = next(steps)
    assert shown is not None and shown.meta["strengths"]["l2"] == 0.5
