"""The small picture in each unit of a drawn network: its own values over the range of the inputs, by hand and by NumPy."""

import numpy as np
import pytest
import torch

from core import Experiment
from core.data import load_split
from core.engine import Stack
from core.figures.playground.page import plot_playground
from core.live.playground.run import playground_run
from core.readings.looks import look_at_network
from core.readings.network import N_LINE, N_SIDE, is_drawable, scaled, unit_half, unit_lines


def split_of(name, **data):
    return load_split(Experiment(data={"name": name, "n_train": 20, **data}).data)


def test_on_a_curve_each_unit_shows_its_values_along_x():
    split, stack = split_of("sine"), Stack(1, (2,), 1, "tanh", [3, 4])
    arrays = look_at_network(stack, split)
    lines = arrays["unit_y"].reshape(2, 4, N_LINE + 1)
    assert np.isnan(lines[..., -1]).all()
    x = split.grid.X[np.linspace(0, len(split.grid.x) - 1, N_LINE).astype(int)]
    for m in range(2):
        (w1, w2), (b1, b2) = ([values[m].numpy() for values in some] for some in (stack.weights, stack.biases))
        hidden = np.tanh(x @ w1 + b1)
        values = np.hstack([x, hidden, hidden @ w2 + b2]).T  # input, two units, output
        middle = np.array([0.5, 0.75, 0.25, 0.5])[:, None]  # one, two and one in a row
        expected = middle + 0.85 * unit_half((1, 2, 1)) * values / np.maximum(1, np.abs(values).max(1, keepdims=True))
        np.testing.assert_allclose(lines[m, :, :-1], expected, atol=1e-6)


def test_on_a_plane_the_inputs_show_themselves_row_0_lowest():
    split, stack = split_of("circle"), Stack(2, (3,), 1, "relu", [0])
    maps = look_at_network(stack, split)["unit_map"]
    assert maps.shape == (1, 6, N_SIDE, N_SIDE) and np.abs(maps).max() <= 1
    x, y = maps[0, :2]
    assert (np.diff(x, axis=1) > 0).all() and np.ptp(x, axis=0).max() < 1e-6  # from left to right
    assert (np.diff(y, axis=0) > 0).all() and np.ptp(y, axis=1).max() < 1e-6  # from below


def test_a_dead_unit_is_flat_and_small_values_stay_small():
    assert scaled(np.array([[0.0, 0.0], [0.1, -0.2], [4.0, -2.0]])).tolist() == [[0, 0], [0.1, -0.2], [1, -0.5]]
    assert np.nanmax(unit_lines(np.zeros((1, 3, N_LINE)), (1, 1, 1))) == 0.5


@pytest.mark.parametrize(
    ("sizes", "is_drawn"),
    [((2, 8, 8, 8, 1), True), ((2, 16, 16, 1), True), ((2, 17, 1), False), ((30, 1), False), ((16, 16, 10), False)],
)
def test_networks_with_more_than_16_units_in_a_row_or_400_links_are_not_drawn(sizes, is_drawn):
    assert is_drawable(sizes) == is_drawn
    stack = Stack(sizes[0], sizes[1:-1], sizes[-1], "tanh", [0])
    assert ("matrices" in look_at_network(stack, split_of("breast_cancer"))) != is_drawn


@pytest.mark.parametrize(("name", "n_images"), [("sine", 0), ("circle", 2 + 4 + 1)])
def test_the_drawing_stands_beside_the_losses_with_a_picture_for_each_unit(name, n_images):
    one = Experiment(data={"name": name, "n_train": 20}, network={"hidden_sizes": [4]})
    split = load_split(one.data)
    shown = playground_run(one, split).snapshot()
    diagram = next(
        f for f in plot_playground(shown.arrays, shown.meta["labels"], split) if f.layout.meta["name"] == "diagram"
    )
    assert diagram.layout.meta["place"] == "side" and len(diagram.layout.meta["images"]) == n_images
    drawn = [trace.name for trace in diagram.data]
    assert "frames" in drawn and ("what each unit computes" in drawn) == (name == "sine")
    assert [text for text in diagram.data[-1].text if text] == list(split.feature_names)
    assert torch.isfinite(torch.as_tensor(shown.arrays["node_x"])).all()
