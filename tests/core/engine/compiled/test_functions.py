"""The functions of sixteen numbers at a time against NumPy, SciPy and torch in float64: the errors that are stated."""

import numpy as np
import pytest
import torch
from numba import njit
from scipy import special

from core.engine.activations import ACTIVATIONS
from core.engine.compiled import functions
from core.engine.compiled.functions import ACTIVATION_NUMBERS
from core.engine.compiled.lanes import N, load, spread, store, store_some, total
from core.engine.compiled.steps import transpose as transpose_loops

X = np.linspace(-12, 12, N * 20_000, dtype=np.float32)


def apply(function, x):
    @njit
    def work(x, out):
        for i in range(0, len(x), N):
            store(out, i, function(load(x, i)))

    out = np.empty_like(x)
    work(x, out)
    return out.astype(float)


@pytest.mark.parametrize(
    "function, truth, error",
    [
        (functions.tanh, np.tanh, 4e-7), (functions.erf, special.erf, 5e-7), (functions.exp, np.exp, 2e-7),
        (functions.sigmoid, special.expit, 4e-7),
    ],
)  # fmt: skip
def test_the_relative_error_is_what_is_stated(function, truth, error):
    np.testing.assert_allclose(apply(function, X), truth(X.astype(float)), rtol=error)


def test_far_out_and_for_what_is_no_number():
    far = np.array([-np.inf, -1e30, -87, 87, 1e30, np.inf, np.nan, 0.0] * 2, dtype=np.float32)
    np.testing.assert_allclose(apply(functions.tanh, far)[:8], [-1, -1, -1, 1, 1, 1, np.nan, 0], rtol=4e-7)
    np.testing.assert_allclose(apply(functions.erf, far)[:8], [-1, -1, -1, 1, 1, 1, np.nan, 0], rtol=4e-7)
    low, high = np.exp(-87.0), np.exp(87.0)
    np.testing.assert_allclose(apply(functions.exp, far)[:8], [low, low, low, high, high, high, np.nan, 1], rtol=1e-5)


def test_logarithms_are_as_exact_as_stated_and_leave_what_is_no_number():
    x = np.geomspace(1e-30, 1, N * 20_000, dtype=np.float32)
    np.testing.assert_allclose(apply(functions.log_1p, x), np.log1p(x.astype(float)), rtol=3e-7)
    far = np.concatenate([1 + x, 1 / x])
    np.testing.assert_allclose(apply(functions.log, far), np.log(far.astype(float)), rtol=3e-7)
    strange = apply(functions.log, np.array([np.nan, np.inf, 1.0, 2.0] * 4, dtype=np.float32))[:4]
    np.testing.assert_allclose(strange, [np.nan, np.inf, 0, np.log(2)], rtol=3e-7)


@pytest.mark.parametrize("n_rows, n_columns", [(16, 16), (3, 5), (20, 37), (33, 16)])
def test_a_matrix_is_transposed_and_nothing_beside_it_is_touched(n_rows, n_columns):
    work = np.arange(8000, dtype=np.float32)
    before, to, to_row = work.copy(), 3000, 48
    njit(transpose_loops.py_func)(work, 7, 48, to, to_row, n_rows, n_columns)
    matrix = before[7:][: n_rows * 48].reshape(n_rows, 48)[:, :n_columns]
    written = work[to : to + n_columns * to_row].reshape(n_columns, to_row)
    np.testing.assert_array_equal(written[:, :n_rows], matrix.T)
    np.testing.assert_array_equal(work[to + n_columns * to_row :], before[to + n_columns * to_row :])
    np.testing.assert_array_equal(work[:to], before[:to])


@pytest.mark.parametrize("n", [0, 1, 15, 16, 40])
def test_some_of_sixteen_are_written(n):
    @njit
    def work(out, n):
        store_some(out, 2, spread(np.float32(1)), n)

    out = np.zeros(20, np.float32)
    work(out, n)
    np.testing.assert_array_equal(out, np.r_[0, 0, np.arange(16) < n, 0, 0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_their_slopes_are_those_of_torch(name):
    kind = ACTIVATION_NUMBERS[name]

    @njit
    def work(x, values, slopes):
        for i in range(0, len(x), N):
            z = load(x, i)
            h = functions.activate(kind, z)
            store(values, i, h)
            store(slopes, i, functions.slope(kind, z, h))

    values, slopes = np.empty_like(X), np.empty_like(X)
    work(X, values, slopes)
    z = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    h = z * 1 if name == "linear" else getattr(torch.nn.functional, name)(z)
    h.sum().backward()
    np.testing.assert_allclose(values, h.detach().numpy(), rtol=4e-6, atol=1e-6)
    np.testing.assert_allclose(slopes, z.grad.numpy(), atol=2e-6)


def test_the_sum_of_sixteen():
    @njit
    def work(x):
        return total(load(x, 0) * np.float32(2) + spread(np.float32(1)))

    x = np.arange(N, dtype=np.float32)
    assert work(x) == 2 * x.sum() + N
