"""The live run of trained networks: its arrays are the study's numbers at every moment, its words are read off them."""

import numpy as np
import pytest

from core import trained_descent
from core.live.double_descent.trained import trained_run
from core.readings.double_descent.trained import trained_arrays, width_sentence
from core.settings.experiment import Experiment
from core.stream.commands import Frames, Run
from core.studies.double_descent.trained import N_STARTS, TASK, VALUES, WIDTHS


@pytest.fixture(scope="module")
def finished():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.live.double_descent.trained.TASK", TASK.replace(n_epochs=30))
        run = trained_run(Experiment(data={"seed": 2}))
        assert run.snapshot().meta["members"][0]["verdict"]["text"].startswith("Not started. Run trains 42 networks")
        run.obey(Run())
        while run.state == "running":
            run.train_for(5)
    return run


def test_the_page_shows_what_python_computes(finished):
    shown = finished.snapshot().arrays
    result = trained_descent(n_starts=N_STARTS, seed=2, experiment=TASK.replace(n_epochs=30), progress=False)
    for name, of in (("val", "val_loss"), ("train", "train_loss"), ("val_error", "val_error")):
        np.testing.assert_allclose(shown[f"dt_{name}"], getattr(result, of)[..., -1].mean(-1), rtol=1e-5, atol=1e-6)


def test_every_moment_can_be_gone_back_to(finished):
    frames = [finished.answer(Frames(after=-1))]
    while frames[-1].meta["has_more"]:
        frames.append(finished.answer(Frames(after=frames[-1].version)))
    epochs = [moment["epoch"] for some in frames for moment in some.meta["frames"]]
    val = np.concatenate([some.arrays["dt_val"] for some in frames])
    assert val.shape == (len(epochs), len(VALUES), len(WIDTHS))
    assert epochs[0] == 0 and epochs[-1] == 30 and epochs == sorted(epochs)
    first, last = val[[0, -1]]
    assert (last < first).mean() > 0.9
    np.testing.assert_allclose(last, finished.snapshot().arrays["dt_val"], rtol=1e-6)


def test_the_mark_stands_at_the_first_width_that_fits_and_nowhere_without_one():
    error = np.array([[0.4, 0.0, 0.0], [0.4, 0.3, 0.1]])[..., None]
    arrays = trained_arrays(
        {name: error for name in ("train_loss", "val_loss", "train_error", "val_error")}, (2, 10, 100)
    )
    np.testing.assert_array_equal(arrays["dt_fit_x"], [[1.0, 1.0], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("loss", "fits", "words"),
    [
        ([0.8, 0.5, 0.6, 0.9], -1, "is a U so far: 0.500 at width 10, 0.900 at 100."),
        (
            [0.8, 0.7, 3.0, 0.9],
            2,
            "0.700 at width 10, a peak of 3.000 at 17, 0.900 at 100. From width 17 on no training row",
        ),
        ([0.8, 0.7, 3.0, 0.9], -1, "a peak of 3.000 at 17, 0.900 at 100."),
        ([0.8, 0.7, 0.71, 0.6], 3, "falls to 0.600 at width 100 without a clear rise."),
    ],
)
def test_the_sentence_is_read_off_the_losses(loss, fits, words):
    assert words in width_sentence(np.array(loss), (2, 10, 17, 100), fits)
