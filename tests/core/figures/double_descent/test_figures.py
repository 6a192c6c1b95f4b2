"""The charts of double descent draw the arrays that they are given, where they belong."""

import numpy as np
import pytest

from core.figures.double_descent.curves import plot_double_descent_page
from core.figures.double_descent.epochs import plot_epochs_page
from core.figures.double_descent.trained import plot_trained_page
from core.readings.double_descent.trained import trained_arrays

WIDTHS = (2, 10, 100)
RNG = np.random.default_rng(0)


def lines(figure):
    """Return x and y of the traces that have a name of their own, by name."""
    return {trace.name: (np.array(trace.x), np.array(trace.y)) for trace in figure.data if trace.name != "draws"}


def test_the_networks_losses_stand_over_the_logarithms_of_their_widths():
    numbers = {name: RNG.random((2, 3, 2)) for name in ("train_loss", "val_loss", "val_error")}
    numbers["train_error"] = np.array([[0.5, 0.0, 0.0], [0.5, 0.5, 0.5]])[..., None]
    arrays = trained_arrays(numbers, WIDTHS)
    loss, error = plot_trained_page(arrays, WIDTHS, 0)
    x, y = lines(loss)["fresh rows"]
    np.testing.assert_allclose(x, np.log10(WIDTHS))
    np.testing.assert_allclose(y, numbers["val_loss"][0].mean(1))
    mark = next(trace for trace in error.data if "no training row" in trace.name)
    assert list(mark.x) == [1.0, 1.0] and list(mark.y) == list(error.layout.yaxis.range)
    assert error.layout.yaxis.title.text == "share of wrong answers"


def test_the_epochs_stand_at_their_logarithms_and_every_part_is_its_own():
    epochs, arrays = (1, 10, 100), {f"de_{name}": RNG.random((2, 3)) for name in ("test", "train", "fast", "slow")}
    arrays["de_test_draws"] = np.full((2, 4), 1.0)
    loss, parts = plot_epochs_page(arrays, epochs, 1)
    np.testing.assert_allclose(lines(loss)["training rows"][1], arrays["de_train"][1])
    np.testing.assert_allclose(lines(parts)["slow features"][0], [0, 1, 2])
    np.testing.assert_allclose(lines(parts)["slow features"][1], arrays["de_slow"][1])
    assert loss.layout.xaxis.ticktext[:3] == ("1", "10", "100")


@pytest.mark.parametrize("chosen", [(0, 0, 0), (1, 1, 2)])
def test_random_features_draw_the_row_that_the_sliders_pick(chosen):
    arrays = {"dd_confusion": RNG.integers(0, 9, (2, 2, 3, 2, 2)).astype(float)}
    for name in ("error", "loss", "train_loss", "norm"):
        arrays |= {f"dd_{name}": RNG.random((2, 2, 3)), f"dd_{name}_draws": RNG.random((2, 2, 8))}
    error, answers, _, norm = plot_double_descent_page(arrays, WIDTHS, 10, chosen, ["a", "b"])
    np.testing.assert_allclose(lines(error)["fresh rows"][1], arrays["dd_error"][chosen[:2]])
    np.testing.assert_allclose(lines(norm)["norm"][1], arrays["dd_norm"][chosen[:2]])
    np.testing.assert_array_equal(np.array(answers.data[0].z), arrays["dd_confusion"][chosen])
    here = next(trace for trace in error.data if trace.name == "chosen width")
    assert here.x[0] == np.log10(WIDTHS[chosen[2]])
    assert error.layout.shapes[0].x0 == 1.0  # the mark at 10 training rows
