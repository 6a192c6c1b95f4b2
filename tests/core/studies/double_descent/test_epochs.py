"""Double descent along the epochs: the closed form is gradient descent, and what the page says comes out."""

import numpy as np
import pytest
import torch

from core import epoch_descent
from core.studies.double_descent.epochs import (
    LEARNING_RATE,
    N_FAST,
    NOISE_STD,
    VALUES,
    descend,
    draw_training,
    learned,
    scales,
    truth,
)


@pytest.mark.parametrize("l2", [0.0, 0.01, 0.1])
def test_the_closed_form_is_what_torchs_gradient_descent_does(l2):
    X, y = (torch.from_numpy(a) for a in draw_training(3))
    w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    sgd = torch.optim.SGD([w], lr=LEARNING_RATE, weight_decay=2 * l2)
    ours = descend([l2], range(201), 3)[:, 0]
    for epoch in range(201):
        wrong = (w.detach().numpy() * scales() - truth()) ** 2
        fast, slow = wrong[:N_FAST].sum(), wrong[N_FAST:].sum()
        loss = (X @ w - y).square().mean()
        np.testing.assert_allclose(ours[:, epoch], [fast + slow + NOISE_STD**2, loss.item(), fast, slow], rtol=1e-9)
        sgd.zero_grad()
        loss.backward()
        sgd.step()


def test_the_error_on_fresh_rows_is_that_of_many_of_them():
    rng, (X, y) = np.random.default_rng(0), draw_training(0)
    w = np.linalg.solve(X.T @ X / len(X) + 0.01 * np.eye(X.shape[1]), X.T @ y / len(X))
    z = rng.standard_normal((200_000, X.shape[1]))
    measured = np.square((z * scales()) @ w - z @ truth() - NOISE_STD * rng.standard_normal(len(z))).mean()
    assert descend([0.01], [10**8], 0)[0, 0, 0] == pytest.approx(measured, rel=0.02)


def test_a_direction_without_curvature_grows_as_the_gradient_says():
    np.testing.assert_allclose(learned(np.zeros(1), [0, 10])[:, 0], [0, 2 * LEARNING_RATE * 10])


def test_without_a_penalty_it_falls_rises_and_falls_below():
    result = epoch_descent(n_draws=5)
    loss = result.test_loss[0].mean(-1)
    peak = 20 + int(loss[20:].argmax())  # after the first fall
    first = int(loss[:peak].argmin())
    assert loss[first] < 0.75 * loss[0] and loss[peak] > 1.5 * loss[first] and loss[-1] < 0.2 * loss[first]
    assert 5 < result.epochs[first] < 50 < 300 < result.epochs[peak] < 2000
    fast, slow = (part[0].mean(-1) for part in (result.fast_error, result.slow_error))
    assert fast[peak] > 3 * fast[first] and slow[peak] > 0.7 * slow[0] and slow[-1] < 0.1 * slow[0]


def test_too_much_lambda_never_gets_there():
    end = epoch_descent(n_draws=5).test_loss.mean(-1)[:, -1]
    assert end[VALUES.index(1e-4)] < 2 * end[0]
    assert end[VALUES.index(1e-3)] > 4 * end[0] and end[VALUES.index(1e-2)] > 8 * end[0]


def test_every_seed_draws_anew_and_the_same_again():
    a, b, c = (epoch_descent((0.0,), (1000,), 2, seed).test_loss for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert a[0, 0, 1] == c[0, 0, 0] and a[0, 0, 0] != c[0, 0, 0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"values": (-1.0,)}, "values: expected"), ({"epochs": ()}, "epochs: expected whole numbers"),
        ({"epochs": (1.5,)}, "epochs: expected whole numbers"), ({"epochs": 3}, "epochs: expected whole numbers"),
        ({"n_draws": 0}, "n_draws: expected"), ({"seed": -1}, "seed: expected"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_in_words(given, expected):
    with pytest.raises(ValueError, match=expected):
        epoch_descent(**given)
