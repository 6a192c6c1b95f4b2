"""The live run of double descent: its arrays are the study's numbers, its words are read off them."""

import numpy as np
import pytest

from core import double_descent
from core.live.double_descent.run import N_DRAWS, N_TRAIN, NOISES, VALUES, double_descent_run
from core.readings.double_descent.words import peak_sentence
from core.settings.experiment import Experiment
from core.stream.commands import Pause, Reset, Run, Step
from core.studies.double_descent.random_features import WIDTHS


@pytest.fixture(scope="module")
def shown():
    run = double_descent_run(Experiment())
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    assert run.state == "finished"
    return run.snapshot()


def test_the_page_shows_what_python_computes(shown):
    places = [WIDTHS.index(w) for w in (40, 200, 800)]
    for i, noise in enumerate(NOISES):
        result = double_descent(label_noise=noise, widths=(40, 200, 800), values=(0.0, 1e-3), n_draws=N_DRAWS)
        rows = [VALUES.index(value) for value in (0.0, 1e-3)]
        for shown_as, name in (("error", "test_error"), ("loss", "test_loss"), ("norm", "norm")):
            expected = getattr(result, name).mean(-1)
            np.testing.assert_allclose(shown.arrays[f"dd_{shown_as}"][i][np.ix_(rows, places)], expected, rtol=1e-4)


def test_each_draw_is_shown_and_their_mean_is_the_line(shown):
    draws = shown.arrays["dd_error_draws"].reshape(len(NOISES), len(VALUES), N_DRAWS, len(WIDTHS) + 1)
    assert np.isnan(draws[..., -1]).all()
    np.testing.assert_allclose(draws[..., :-1].mean(2), shown.arrays["dd_error"], rtol=1e-5)


def test_the_answers_of_a_width_are_those_that_its_first_draw_counts(shown):
    counts = shown.arrays["dd_confusion"]
    wrong = 1 - np.trace(counts, axis1=-2, axis2=-1) / counts.sum((-2, -1))
    draws = shown.arrays["dd_error_draws"].reshape(len(NOISES), len(VALUES), N_DRAWS, -1)
    np.testing.assert_allclose(wrong, draws[:, :, 0, :-1], atol=1e-6)


def test_the_words_name_the_peak_without_a_penalty_and_none_with_one(shown):
    said = [member["verdict"]["text"] for member in shown.meta["members"]]
    assert "a peak of 87% at 200, where the width reaches the number of training rows" in said[0]
    assert "No peak" in said[VALUES.index(1e-3)]


def test_before_the_run_nothing_is_claimed_and_reset_begins_anew():
    run = double_descent_run(Experiment())
    assert run.snapshot().meta["members"][0]["verdict"]["text"].startswith("Not started.")
    run.obey(Run())
    run.train_for(0.001)
    run.obey(Pause())
    assert run.state == "paused" and 0 < run.n_done < run.pieces.n_pieces
    run.obey(Step())  # it has no steps
    assert run.state == "paused"
    run.obey(Reset())
    assert run.n_done == 0 and np.isnan(run.snapshot().arrays["dd_error"]).all()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ([0.5, 0.3, 0.9, 0.1], "30% wrong at width 10, a peak of 90% at 200, where the width reaches"),
        ([0.5, 0.3, 0.9, 0.1], "10% at 400: lower than before the peak."),
        ([0.5, 0.3, 0.9, 0.31], "31% at 400: as low as before the peak."),
        ([0.5, 0.3, 0.4, 0.36], "36% at 400."),
        ([0.5, 0.3, 0.31, 0.1], "No peak: the error falls to 10.0%"),
        ([0.5, np.nan, np.nan, np.nan], "Not enough widths yet."),
    ],
)
def test_the_sentence_is_read_off_the_errors(error, words):
    assert words in peak_sentence(np.array(error), (5, 10, N_TRAIN, 400), N_TRAIN)
