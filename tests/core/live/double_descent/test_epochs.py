"""The run of double descent along the epochs: its arrays are the study's numbers, its words are read off them."""

import numpy as np
import pytest

from core import epoch_descent
from core.live.double_descent.epochs import epochs_run
from core.readings.double_descent.epochs import epoch_sentence
from core.settings.experiment import Experiment
from core.stream.commands import Reset, Run
from core.studies.double_descent.epochs import EPOCHS, N_DRAWS, VALUES


@pytest.fixture(scope="module")
def run():
    run = epochs_run(Experiment(data={"seed": 3}))
    assert "Not started" in run.snapshot().meta["members"][0]["verdict"]["text"]
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    assert run.state == "finished"
    return run


def test_the_page_shows_what_python_computes(run):
    arrays, result = run.snapshot().arrays, epoch_descent(seed=3)
    for shown, name in (("test", "test_loss"), ("train", "train_loss"), ("fast", "fast_error"), ("slow", "slow_error")):
        np.testing.assert_allclose(arrays[f"de_{shown}"], getattr(result, name).mean(-1), rtol=1e-5)
    draws = arrays["de_test_draws"].reshape(len(VALUES), N_DRAWS, len(EPOCHS) + 1)
    np.testing.assert_allclose(draws[..., :-1].mean(1), arrays["de_test"], rtol=1e-5)
    assert np.isnan(draws[..., -1]).all()


def test_the_words_say_where_it_falls_rises_and_falls_and_that_too_much_hurts(run):
    said = [member["verdict"]["text"] for member in run.snapshot().meta["members"]]
    assert "The second descent ends below the first." in said[0]
    assert "this λ hurts" in said[VALUES.index(1e-2)]


def test_reset_begins_anew(run):
    run.obey(Reset())
    assert np.isnan(run.snapshot().arrays["de_test"]).all() and run.state == "paused"
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (
            [6, 4, 7, 0.5],
            "falls to 4.000 at epoch 10, rises to 7.000 at 100 and ends at 0.500. The second descent ends below",
        ),
        ([6, 4, 7, 6.5], "ends at 6.500. The slow features are held at zero"),
        ([6, 4, 3, 2], "It falls to 2.000 and does not rise."),
    ],
)
def test_the_sentence_is_read_off_the_loss(loss, words):
    assert words in epoch_sentence(np.array(loss, dtype=float), (1, 10, 100, 1000), 0.5)
