"""The training step in plain loops, compiled: the same formulas as `stack`, `block` and `optimizers`, one member after the other.

Samples are columns, as there. A batch is padded to a multiple of 16 columns, and the padding has weight zero; so the number of
columns depends on the batch alone, and a member's bits are those it would have alone. What a batch needs in between (hidden
values, slopes) stands in one flat array, `work`; a matrix in it is an offset and the length of its rows.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit, types

from core.engine.compiled.functions import (
    OPTIONS,
    TWO,
    ZERO,
    activate,
    exp,
    sigmoid,
    slope,
)
from core.engine.compiled.lanes import N, larger, load, root, smaller, spread, store, total, where_positive, where_zero
from core.engine.optimizers import Adam
from core.engine.schedule import rate_factor

f32 = np.float32
LOSS_NUMBERS = {"mse": 0, "binary_cross_entropy": 1, "cross_entropy": 2}
MSE, BINARY, CROSS = LOSS_NUMBERS.values()
BETA1, BETA2, EPSILON = Adam.beta1, Adam.beta2, Adam.epsilon

factor = njit(**OPTIONS)(rate_factor)


class Plan(NamedTuple):
    """Where things stand, for layers 0 (the inputs) to L. Whole numbers, counted in numbers from the start of their array.

    sizes: units; weights, biases: of the layer above, in a member's parameters. In `work`: values (units, width) after the
    activation, sums the same before it (where the slope needs them, else the same place), rows (width, widths) the values
    transposed, gradient (units above, widths), both with rows of `widths` numbers; slopes and below: (units, width), two in
    turn; targets (outputs, width); weight: (width,).
    """

    sizes: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    values: np.ndarray
    sums: np.ndarray
    rows: np.ndarray
    widths: np.ndarray
    gradient: np.ndarray
    slopes: int
    below: int
    targets: int
    weight: int
    width: int
    activation: int
    loss: int


class Feed(NamedTuple):
    """What is trained on: X (V, n, d), targets (n, C), and order (G, n_steps·size), the rows of the batches of each group of
    members (of fewer steps: they come again and again), counts (G, n_batches) how many of a batch are no padding.

    group, version: (M,) those of each member; members: those to train. first: which batch of the epoch comes first; size: of
    a batch, padding included.
    """

    X: np.ndarray
    targets: np.ndarray
    order: np.ndarray
    counts: np.ndarray
    group: np.ndarray
    version: np.ndarray
    members: np.ndarray
    first: int
    size: int


class Strengths(NamedTuple):
    """Strengths of the members, (M,) each, and which parameters (P,) they reach: 1 or 0."""

    rate: np.ndarray
    l1: np.ndarray
    l1_slope: np.ndarray
    l2: np.ndarray
    weight_decay: np.ndarray
    activity_l2: np.ndarray
    reach: np.ndarray


class State(NamedTuple):
    """What a step changes, (M, P) each, and n_steps (M,) made. `square` is Adam's; n_cosine: steps of its schedule, or 0;
    n_done: steps made by the trainer."""

    parameters: np.ndarray
    gradient: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    n_steps: np.ndarray
    is_adam: bool
    momentum: float
    n_cosine: int
    n_done: int


@njit(**OPTIONS)
def train(plan, feed, strengths, state, work, n_steps):
    """Make `n_steps` steps of the members."""
    n_batches, n_drawn = feed.counts.shape[1], feed.order.shape[1] // feed.size
    for m in feed.members:
        group = feed.group[m]
        for i in range(n_steps):
            count = feed.counts[group, (feed.first + i) % n_batches]
            if count == 0:  # a member with fewer rows has no such batch, and stays as it is
                continue
            at = i % n_drawn * feed.size
            rows = feed.order[group, at : at + count]
            gather(plan, feed.X[feed.version[m]], feed.targets, rows, work)
            width = (count + N - 1) // N * N
            forward(plan, state.parameters[m], work, plan.values[0], plan.width, work, width)
            fill_gradient(plan, strengths, state, work, m, count, width)
            update(strengths, state, m, factor(state.n_done + i, state.n_cosine))


@njit(**OPTIONS)
def gather(plan, X, targets, rows, work):
    """Fetch the rows of a batch: inputs as rows and as columns, targets as columns, and the weight of each sample."""
    n_inputs, n_outputs, width = plan.sizes[0], plan.sizes[-1], plan.width
    for s in range(len(rows)):
        row = rows[s]
        for j in range(n_inputs):
            work[plan.rows[0] + s * plan.widths[0] + j] = X[row, j]
        for c in range(n_outputs):
            work[plan.targets + c * width + s] = targets[row, c]
        work[plan.weight + s] = f32(1 / len(rows))
    for s in range(len(rows), (len(rows) + N - 1) // N * N):
        work[plan.weight + s] = ZERO
    transpose(work, plan.rows[0], plan.widths[0], plan.values[0], width, len(rows), n_inputs)


@njit(**OPTIONS)
def multiply(out, o, o_row, A, a, a_row, a_column, shift, B, b, b_row, n_rows, n_between, width):
    """Write A·B, plus a column of shifts if `shift` ≥ 0: out (n_rows, width), A (n_rows, n_between), B (n_between, width).

    o, a, b: where they begin; o_row, a_row, b_row: from row to row; a_column: from column to column. Eight rows of
    the result are held in registers while their sums grow.
    """
    for c in range(0, width, N):
        for r in range(0, n_rows - 7, 8):
            at = a + r * a_row
            z0 = z1 = z2 = z3 = z4 = z5 = z6 = z7 = spread(ZERO)
            if shift >= 0:
                z0, z1, z2, z3 = (
                    spread(A[shift + r]), spread(A[shift + r + 1]), spread(A[shift + r + 2]), spread(A[shift + r + 3])
                )  # fmt: skip
                z4, z5, z6, z7 = (
                    spread(A[shift + r + 4]), spread(A[shift + r + 5]), spread(A[shift + r + 6]), spread(A[shift + r + 7])
                )  # fmt: skip
            for k in range(n_between):
                x, i = load(B, b + k * b_row + c), at + k * a_column
                z0 = z0 + A[i] * x
                z1 = z1 + A[i + a_row] * x
                z2 = z2 + A[i + 2 * a_row] * x
                z3 = z3 + A[i + 3 * a_row] * x
                z4 = z4 + A[i + 4 * a_row] * x
                z5 = z5 + A[i + 5 * a_row] * x
                z6 = z6 + A[i + 6 * a_row] * x
                z7 = z7 + A[i + 7 * a_row] * x
            to = o + r * o_row + c
            store(out, to, z0)
            store(out, to + o_row, z1)
            store(out, to + 2 * o_row, z2)
            store(out, to + 3 * o_row, z3)
            store(out, to + 4 * o_row, z4)
            store(out, to + 5 * o_row, z5)
            store(out, to + 6 * o_row, z6)
            store(out, to + 7 * o_row, z7)
        for r in range(n_rows // 8 * 8, n_rows):
            z0 = spread(A[shift + r]) if shift >= 0 else spread(ZERO)
            for k in range(n_between):
                z0 = z0 + A[a + r * a_row + k * a_column] * load(B, b + k * b_row + c)
            store(out, o + r * o_row + c, z0)


@njit(**OPTIONS)
def forward(plan, parameters, inputs, at, row, work, width):
    """Compute all layers: z = W·h + b, h = activation(z), see `Stack.forward`. The outputs stand in the last values.

    inputs: what holds the inputs as columns, from number `at` on, `row` numbers from one input to the next.
    """
    last = len(plan.sizes) - 1
    for layer in range(last):
        fan_in, fan_out = plan.sizes[layer], plan.sizes[layer + 1]
        z, h = plan.sums[layer + 1], plan.values[layer + 1]
        multiply(
            work, z, plan.width, parameters, plan.weights[layer], fan_in, 1, plan.biases[layer],
            inputs, at, row, fan_out, fan_in, width,
        )  # fmt: skip
        inputs, at, row = work, h, plan.width
        if layer < last - 1:
            for u in range(fan_out):
                for i in range(u * plan.width, u * plan.width + width, N):
                    store(work, h + i, activate(plan.activation, load(work, z + i)))


@njit(**OPTIONS)
def output_slopes(plan, work, width):
    """Compute d(mean loss)/d(outputs), see `core/engine/losses.py`."""
    n_outputs, outputs = plan.sizes[-1], plan.values[-1]
    for s in range(0, width, N):
        weight = load(work, plan.weight + s)
        highest = load(work, outputs + s)
        together = spread(ZERO)
        if plan.loss == CROSS:  # softmax, from the largest output down so that nothing overflows
            for c in range(1, n_outputs):
                highest = larger(highest, load(work, outputs + c * plan.width + s))
            for c in range(n_outputs):
                together = together + exp(load(work, outputs + c * plan.width + s) - highest)
        for i in range(s, n_outputs * plan.width, plan.width):
            o, t = load(work, outputs + i), load(work, plan.targets + i)
            if plan.loss == MSE:
                d = (o - t) * TWO
            elif plan.loss == BINARY:
                d = sigmoid(o) - t
            else:
                d = exp(o - highest) / together - t
            store(work, plan.slopes + i, d * weight)


@njit(**OPTIONS)
def fill_gradient(plan, strengths, state, work, m, count, width):
    """Fill the gradient of a member by the chain rule, from the outputs down, see `Stack.backward`; penalties come later."""
    output_slopes(plan, work, width)
    parameters, gradient = state.parameters[m], state.gradient[m]
    activity = f32(2 * strengths.activity_l2[m])
    above, below = plan.slopes, plan.below
    for layer in range(len(plan.sizes) - 2, -1, -1):
        fan_in, fan_out = plan.sizes[layer], plan.sizes[layer + 1]
        row = plan.widths[layer]
        if layer > 0:
            transpose(work, plan.values[layer], plan.width, plan.rows[layer], row, fan_in, count)
        # dW = slopes · hᵀ
        multiply(
            work, plan.gradient[layer], row, work, above, plan.width, 1, -1,
            work, plan.rows[layer], row, fan_out, count, (fan_in + N - 1) // N * N,
        )  # fmt: skip
        for u in range(fan_out):
            to, at = plan.weights[layer] + u * fan_in, plan.gradient[layer] + u * row
            for j in range(fan_in):
                gradient[to + j] = work[at + j]
            along = spread(ZERO)
            for s in range(0, width, N):
                along = along + load(work, above + u * plan.width + s)
            gradient[plan.biases[layer] + u] = total(along)
        if layer == 0:
            return
        # slopes of the layer below: Wᵀ · slopes
        multiply(
            work, below, plan.width, parameters, plan.weights[layer], 1, fan_in, -1,
            work, above, plan.width, fan_in, fan_out, width,
        )  # fmt: skip
        for u in range(fan_in):
            for s in range(0, width, N):
                i = u * plan.width + s
                h, z = load(work, plan.values[layer] + i), load(work, plan.sums[layer] + i)
                d = load(work, below + i) + h * (load(work, plan.weight + s) * activity)
                store(work, below + i, d * slope(plan.activation, z, h))
        above, below = below, above


@njit(**OPTIONS)
def transpose(work, at, row, to, to_row, n_rows, n_columns):
    """Write a matrix (n_rows, n_columns) that begins at number `at` with its rows as columns, in pieces that the cache holds."""
    for r0 in range(0, n_rows, N):
        for c0 in range(0, n_columns, N):
            for r in range(r0, min(r0 + N, n_rows)):
                for c in range(c0, min(c0 + N, n_columns)):
                    work[to + c * to_row + r] = work[at + r * row + c]


@njit(**OPTIONS)
def update(strengths, state, m, rate_factor):
    """Apply what shrinks by itself, one step of the optimizer, and the soft threshold of L1, see `Block` and `optimizers`."""
    state.n_steps[m] += 1
    t, rate = state.n_steps[m], strengths.rate[m] * rate_factor
    correction = math.sqrt(1 - BETA2**t)
    length = f32(rate * correction / (1 - BETA1**t)) if state.is_adam else f32(rate)
    momentum = state.momentum
    grown = rate * correction if state.is_adam else rate * (1 - momentum**t) / (1 - momentum)
    threshold = f32(strengths.l1[m] * grown)
    floor = f32(EPSILON * correction)
    shrink, constant_pull = f32(2 * strengths.l2[m]), f32(strengths.l1_slope[m])
    kept = f32(strengths.weight_decay[m] * rate)
    parameters, gradient, mean, square = state.parameters[m], state.gradient[m], state.mean[m], state.square[m]
    zero, one = spread(ZERO), spread(f32(1))
    for i in range(0, len(parameters), N):
        w, g, reach = load(parameters, i), load(gradient, i), load(strengths.reach, i)
        sign = where_zero(w, zero, where_positive(w, one, zero - one))
        g = g + (w * shrink + sign * constant_pull) * reach
        store(gradient, i, g)
        w = w - w * reach * kept
        if state.is_adam:
            u = load(mean, i)
            u = u + (g - u) * f32(1 - BETA1)
            v = load(square, i) * f32(BETA2) + g * g * f32(1 - BETA2)
            store(square, i, v)
            per_unit = one / (root(v) + floor)
        else:
            u = load(mean, i) * f32(momentum) + g
            per_unit = one
        store(mean, i, u)
        w = w - u * length * per_unit
        bound = reach * threshold * per_unit
        w = w - larger(smaller(w, bound), zero - bound)
        store(parameters, i, w)


class Look(NamedTuple):
    """What is measured: X (V, n_inputs, n) and targets (C, n) as columns, n a multiple of 16; version (M,) of each member;
    weight (2, 1 or M, n) of each row in the mean over the training and the validation rows; has_activity: whether to measure
    the hidden outputs, too."""

    X: np.ndarray
    targets: np.ndarray
    version: np.ndarray
    weight: np.ndarray
    has_activity: bool


@njit(**OPTIONS)
def measure(plan, look, parameters, work, losses, scores, activity):
    """Fill losses and scores (2, M), mean loss and share of right classes of both splits, and activity (M,), the mean over
    the training rows of the sum of squared hidden outputs. In evaluation mode; see `Trainer.measure`."""
    n = look.X.shape[2]
    for m in range(len(parameters)):
        inputs = look.X[look.version[m]].ravel()
        weights = look.weight[:, min(m, look.weight.shape[1] - 1)]
        losses[:, m] = 0
        scores[:, m] = 0
        activity[m] = 0
        for first in range(0, n, plan.width):
            width = min(plan.width, n - first)
            forward(plan, parameters[m], inputs, first, n, work, width)
            if plan.loss == CROSS:
                sum_exponentials(plan, work, width)
            for s in range(width):
                in_train, in_val = weights[0, first + s], weights[1, first + s]
                if in_train == 0 and in_val == 0:
                    continue
                loss, is_right = judge(plan, look.targets, first + s, work, s)
                for split, weight in ((0, in_train), (1, in_val)):
                    if weight != 0:  # nan in another split must not leak
                        losses[split, m] += loss * weight
                        scores[split, m] += is_right * weight
                if look.has_activity and in_train != 0:
                    activity[m] += in_train * square_hidden(plan, work, s)


@njit(**OPTIONS)
def sum_exponentials(plan, work, width):
    """Write for each sample its largest output, and the sum of exp(output - largest)."""
    for s in range(0, width, N):
        highest, together = load(work, plan.values[-1] + s), spread(ZERO)
        for c in range(1, plan.sizes[-1]):
            highest = larger(highest, load(work, plan.values[-1] + c * plan.width + s))
        for c in range(plan.sizes[-1]):
            together = together + exp(load(work, plan.values[-1] + c * plan.width + s) - highest)
        store(work, plan.slopes + s, highest)
        store(work, plan.below + s, together)


@njit(**OPTIONS)
def judge(plan, targets, row, work, s):
    """Return the loss of a sample and whether its class is right, see `sample_losses` and `is_correct`."""
    n_outputs, outputs = plan.sizes[-1], plan.values[-1] + s
    bound = 0.5 if plan.loss == BINARY else 0.0
    loss, own, others = 0.0, 0.0, -np.inf
    for c in range(n_outputs):
        o, t = np.float64(work[outputs + c * plan.width]), np.float64(targets[c, row])
        if plan.loss == MSE:
            loss += (o - t) ** 2
        elif plan.loss == BINARY:
            loss += max(o, 0.0) - t * o + math.log1p(math.exp(-abs(o)))
        else:
            loss += t * (work[plan.slopes + s] + math.log(np.float64(work[plan.below + s])) - o)
        if n_outputs == 1:
            return loss, (o > 0) == (t > bound)
        if t > bound:
            own += o
        else:
            others = max(others, o)
    return loss, own > others


@njit(**OPTIONS)
def square_hidden(plan, work, s):
    """Return the sum of squares of all hidden values of a sample."""
    square = 0.0
    for layer in range(1, len(plan.sizes) - 1):
        for u in range(plan.sizes[layer]):
            square += np.float64(work[plan.values[layer] + u * plan.width + s]) ** 2
    return square


@njit(**OPTIONS)
def weigh(plan, parameters, small, counts, sums):
    """Fill counts (2, M, L), of the weights of each layer that are exactly zero, and of those that are below `small` but not
    zero, and sums (2, M, L), of their sizes |w| and squares w². What is no number is neither zero nor small."""
    for m in range(len(parameters)):
        for layer in range(len(plan.weights)):
            n_zero, n_small, size, square = 0, 0, 0.0, 0.0
            first = plan.weights[layer]
            for i in range(first, first + plan.sizes[layer] * plan.sizes[layer + 1]):
                w = abs(np.float64(parameters[m, i]))
                n_zero += w == 0
                n_small += 0 < w < small
                size += w
                square += w * w
            counts[0, m, layer], counts[1, m, layer] = n_zero, n_small
            sums[0, m, layer], sums[1, m, layer] = size, square


def prepare() -> None:
    """Compile the three functions that are called, or load them from Numba's cache, for the one kind of arguments that they get."""
    f, whole, real = types.float32, types.int64, types.float64

    def array(kind: Any, n_axes: int) -> Any:
        return types.Array(kind, n_axes, "C")

    plan = types.NamedTuple([array(whole, 1)] * 8 + [whole] * 7, Plan)
    feed = types.NamedTuple(
        [
            array(f, 3),
            array(f, 2),
            array(whole, 2),
            array(whole, 2),
            array(whole, 1),
            array(whole, 1),
            array(whole, 1),
            whole,
            whole,
        ],
        Feed,
    )
    strengths = types.NamedTuple([array(real, 1)] * 6 + [array(f, 1)], Strengths)
    state = types.NamedTuple([array(f, 2)] * 4 + [array(real, 1), types.boolean, real, whole, whole], State)
    look = types.NamedTuple([array(f, 3), array(f, 2), array(whole, 1), array(f, 3), types.boolean], Look)
    results = [array(real, 2), array(real, 2), array(real, 1)]
    for function, arguments in (
        (train, [plan, feed, strengths, state, array(f, 1), whole]),
        (measure, [plan, look, array(f, 2), array(f, 1), *results]),
        (weigh, [plan, array(f, 2), real, array(whole, 3), array(real, 3)]),
    ):
        if not function.signatures:
            function.compile(tuple(arguments))
        function.disable_compile()  # another kind of argument is a mistake here, and not to be waited for
