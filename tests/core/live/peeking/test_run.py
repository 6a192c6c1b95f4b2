"""The live run of peeking: its arrays are the simulation's numbers, its words are read off them."""

import numpy as np
import pytest

from core.live.peeking.run import peeking_run, peeking_work
from core.presets import START
from core.readings.peeking.winners import PLACES, winner_arrays, winner_sentence
from core.stream.commands import Run
from core.studies.peeking.simulation import N_ROWS, N_SETTINGS, Peeks, peek, wrong_answers


@pytest.fixture(scope="module")
def run():
    run = peeking_run(START)
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    return run


def test_the_page_shows_what_the_simulation_gives(run):
    shown = run.snapshot()
    peeks = peek(wrong_answers(run.training.plan, run.training.state()), seed=START.data.seed)
    np.testing.assert_allclose(shown.arrays["pk_optimism"], 100 * peeks.optimism.T, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(shown.arrays["pk_test_mean"][..., 0], peeks.test.mean(-1), rtol=1e-5)
    assert (shown.arrays["pk_test"].sum(-1) == 200).all() and (shown.arrays["pk_fresh"].sum(-1) == 200).all()
    assert shown.meta["members"][5]["readouts"]["gap_50"] == f"{100 * peeks.optimism[5, 0]:+.1f}"
    text = shown.meta["members"][5]["verdict"]["text"]
    assert text.startswith(f"The best of 50 on 100 test rows: {peeks.test[5, 1].mean():.1%} wrong there")
    assert f"{peeks.fresh[5, 1].mean():.1%} on fresh rows" in text


def test_more_settings_look_better_and_are_hardly_better(run):
    """What the page claims, on its default seeds: the test score falls by over 5 points, the fresh one by under 1."""
    arrays = run.snapshot().arrays
    looked, real = (arrays[f"pk_{name}_mean"][:, 0, 0] for name in ("test", "fresh"))
    assert looked[0] - looked[-1] > 0.05 and abs(real[0] - real[-1]) < 0.01


def test_before_the_run_nothing_is_claimed():
    assert peeking_run(START).snapshot().meta["members"][0]["verdict"]["text"].startswith("Not started.")


def test_bars_stand_where_the_shares_are():
    shares = np.array([[[0.1, 0.11, 0.12, 0.9]]])
    arrays = winner_arrays(Peeks(shares, shares + 0.02))
    assert arrays["pk_test"][0, 0][[5, 6, len(PLACES) - 1]].sum() == 4 and arrays["pk_test"][0, 0, -1] == 1
    assert arrays["pk_optimism"] == pytest.approx(2) and arrays["pk_test_mean"][0, 0].tolist() == [shares.mean()] * 2


def test_one_setting_is_told_as_no_choice():
    arrays = winner_arrays(Peeks(np.full((2, 1, 4), 0.1), np.full((2, 1, 4), 0.15)))
    assert (
        winner_sentence(arrays, 0, 0, 1, 50)
        == "One setting, no choice: 10.0% wrong there, 15.0% on fresh rows (+5.0 points)."
    )
    assert winner_sentence(arrays, 1, 0, 5, 50).endswith("Choosing has really gained 0.0 points.")


def test_its_cost_counts_all_fresh_rows():
    assert peeking_work(START).n_members == 50 and peeking_work(START).n_shown == 4800
    assert len(N_SETTINGS) == 6 and max(N_ROWS) < 4800
