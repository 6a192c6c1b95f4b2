"""The shown images: their answers against the network's own, what is written at each, and their places in the picture."""

import numpy as np
import pytest

from core.data import load_split
from core.figures.digits import ACROSS, plot_digits
from core.live.playground.run import playground_run
from core.presets import DIGITS
from core.readings.digits import (
    N_TRAIN,
    N_VAL,
    NOTHING,
    SIDE,
    describe_images,
    image_labels,
    n_trained_on,
    shown_images,
)
from core.stream.commands import Run


@pytest.fixture(scope="module")
def run():
    run = playground_run(DIGITS.replace(n_epochs=60), load_split(DIGITS.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(1.0)
    return run


def test_the_answers_are_those_of_the_network(run):
    split, snapshot = load_split(DIGITS.data), run.snapshot()
    X = np.concatenate([split.X_train[:N_TRAIN], split.X_val[:N_VAL]])
    stack = run.training.trainer.stack
    hidden = np.maximum(X @ stack.weights[0][0].numpy() + stack.biases[0][0].numpy().ravel(), 0)
    by_hand = (hidden @ stack.weights[1][0].numpy() + stack.biases[1][0].numpy().ravel()).argmax(1)
    np.testing.assert_array_equal(snapshot.arrays["answer"], by_hand)
    right, wrong = snapshot.meta["labels"]["images_right"], snapshot.meta["labels"]["images_wrong"]
    y = np.concatenate([split.y_train[:N_TRAIN], split.y_val[:N_VAL]])
    for answer, label, good, bad in zip(by_hand, y, right, wrong, strict=True):
        assert (good, bad) == ((str(label), NOTHING) if answer == label else (NOTHING, f"{answer}, not {label}"))
    said = snapshot.meta["descriptions"]["digits"]
    assert said == describe_images(by_hand, split)
    assert f"Of {N_TRAIN} training images {int((by_hand == y)[:N_TRAIN].sum())} " in said


def test_the_pictures_are_the_images_and_each_answer_stands_below_its_own():
    split = load_split(DIGITS.data)
    _, images, y = shown_images(split)
    assert images.min() >= -1e-6 and images.max() == pytest.approx(16, abs=1e-6)  # the grey levels of the data set
    figure = plot_digits(image_labels(y, split), split)
    cells, text = np.array(figure.data[0].z, dtype=float), figure.data[1]
    assert len(text.x) == len(images) == N_TRAIN + N_VAL and n_trained_on(split) == N_TRAIN
    for image, x, under in zip(images, text.x, text.y, strict=True):
        row, column = int(under - SIDE - 1), int(x - SIDE / 2 + 0.5)
        np.testing.assert_allclose(cells[row : row + SIDE, column : column + SIDE], image / image.max())
    assert np.isnan(cells[:, SIDE : SIDE + 2]).all() and len(set(np.array(text.x))) == ACROSS
