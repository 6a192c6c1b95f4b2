"""A series is the same networks as single runs, one after another."""

import numpy as np
import pytest

from core.live.making import split_of
from core.live.playground.run import playground_run
from core.live.series import ARMS, SeriesRun, changed, check_series, series_needs
from core.presets import SINE
from core.stream.commands import Pause, Reset, Run

TINY = SINE.replace(n_epochs=20, hidden_sizes=(6,))


def finished(run: SeriesRun) -> SeriesRun:
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    return run


def test_each_network_ends_where_a_run_of_its_own_ends() -> None:
    run = finished(SeriesRun(TINY))
    for arm, losses in zip(ARMS, run.losses, strict=True):
        now = arm.experiment(TINY)
        alone = playground_run(now, split_of(now.data))
        alone.obey(Run())
        while alone.state == "running":
            alone.train_for(0.05)
        state = alone.training.state()
        assert losses.tolist() == [float(state.train_loss[0]), float(state.val_loss[0])]


def test_what_is_changed_is_what_the_label_says() -> None:
    data, units, longer, rate = (arm.experiment(SINE) for arm in ARMS[1:])
    assert data.data.n_train == 10 * SINE.data.n_train and units.network.hidden_sizes == (8,)
    assert longer.training.n_epochs == 3 * SINE.training.n_epochs and rate.training.learning_rate == pytest.approx(
        0.001
    )
    assert changed(SINE, "n_train", 10) == 200


def test_its_arrays_and_words_follow() -> None:
    run = SeriesRun(TINY)
    assert np.isnan(run.arrays()["series_gap"]).all() and "Nothing" in run.description()
    shown = finished(run).snapshot()
    train, val, lines = (shown.arrays[name] for name in ("series_train", "series_val", "series_lines"))
    assert lines.reshape(-1, 3)[:, :2].tolist() == np.stack([train, val], 1).tolist()
    assert np.allclose(shown.arrays["series_gap"], val - train)
    assert all(arm.label in shown.meta["descriptions"]["series"] for arm in ARMS)
    assert shown.meta["state"] == "finished" and not shown.meta["can_go_on"]


def test_it_pauses_and_begins_anew() -> None:
    run = SeriesRun(TINY)
    run.obey(Run())
    run.obey(Pause())
    assert run.state == "paused"
    finished(run).obey(Reset())
    assert (run.state, run.at) == ("paused", 0) and np.isnan(run.losses).all()


def test_another_seed_is_another_series_and_too_little_data_is_refused() -> None:
    assert series_needs(TINY).key != series_needs(TINY.replace(seed=1)).key
    check_series(TINY)
    with pytest.raises(ValueError, match="n_train: expected at most"):
        check_series(TINY.replace(data="wine", n_train=60))
