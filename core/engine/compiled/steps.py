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
    HALF,
    OPTIONS,
    TWO,
    ZERO,
    activate,
    exp,
    log,
    log_1p,
    sigmoid,
    slope,
)
from core.engine.compiled.lanes import (
    N,
    absolute,
    larger,
    load,
    number,
    root,
    smaller,
    spread,
    store,
    store_some,
    total,
    turn,
    where_positive,
    where_zero,
    write,
)
from core.engine.optimizers import Adam
from core.engine.schedule import rate_factor

f32 = np.float32
LOSS_NUMBERS = {"mse": 0, "binary_cross_entropy": 1, "cross_entropy": 2}
MSE, BINARY, CROSS = LOSS_NUMBERS.values()
INFINITY = f32(np.inf)
HALF_BITS, LOW = np.uint64(32), np.uint64(2**32 - 1)
BETA1, BETA2, EPSILON = Adam.beta1, Adam.beta2, Adam.epsilon
LOG_BETA1, LOG_BETA2 = math.log(BETA1), math.log(BETA2)

factor = njit(**OPTIONS)(rate_factor)


class Plan(NamedTuple):
    """Where things stand, for layers 0 (the inputs) to L. Whole numbers, counted in numbers from the start of their array.

    sizes: units; weights, biases: of the layer above, in a member's parameters. In `work`: values (units, width) after the
    activation, sums the same before it (where the slope needs them, else the same place), rows (width, widths) the values
    transposed, with rows of `widths` numbers; slopes and below: (units, width), two in turn; targets (outputs, width); weight:
    (width,).
    """

    sizes: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    values: np.ndarray
    sums: np.ndarray
    rows: np.ndarray
    widths: np.ndarray
    slopes: int
    below: int
    targets: int
    weight: int
    width: int
    activation: int
    loss: int


class Feed(NamedTuple):
    """What is trained on: X (V·n·d,) and targets (n·C,), row after row, n of them, and order (G, n_steps·size), the rows of the
    batches of each group of members (of fewer steps: they come again and again), counts (G, n_batches) how many of a batch are
    no padding.

    group, version: (M,) those of each member; members: those to train. first: which batch of the epoch comes first; size: of
    a batch, padding included.
    """

    X: np.ndarray
    targets: np.ndarray
    n: int
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
        order, counts = feed.order[feed.group[m]], feed.counts[feed.group[m]]
        parameters, gradient, X = state.parameters[m], state.gradient[m], feed.version[m] * feed.n * plan.sizes[0]
        mean, square = state.mean[m], state.square[m]
        for i in range(n_steps):
            count = number(counts, (feed.first + i) % n_batches)
            if count == 0:  # a member with fewer rows has no such batch, and stays as it is
                continue
            gather(plan, feed, X, order, i % n_drawn * feed.size, count, work)
            width = (count + N - 1) // N * N
            forward(plan, parameters, work, plan.values[0], plan.width, work, width)
            fill_gradient(plan, parameters, gradient, f32(2 * strengths.activity_l2[m]), work, count, width)
            update(strengths, state, m, parameters, gradient, mean, square, factor(state.n_done + i, state.n_cosine))


@njit(**OPTIONS)
def gather(plan, feed, X, order, at, count, work):
    """Fetch the rows of a batch: inputs as rows and as columns, targets as columns, and the weight of each sample.

    X: where the member's inputs begin. The rows are `count` numbers of `order` from number `at` on.
    """
    n_inputs, n_outputs, width = plan.sizes[0], plan.sizes[-1], plan.width
    rows, row_width, columns, weight = plan.rows[0], plan.widths[0], plan.targets, plan.weight
    share = f32(1 / count)
    for s in range(count):
        row = number(order, at + s)
        for j in range(n_inputs):
            write(work, rows + s * row_width + j, number(feed.X, X + row * n_inputs + j))
        for c in range(n_outputs):
            write(work, columns + c * width + s, number(feed.targets, row * n_outputs + c))
        write(work, weight + s, share)
    for s in range(count, (count + N - 1) // N * N):
        write(work, weight + s, ZERO)
    transpose(work, rows, row_width, plan.values[0], width, count, n_inputs)


@njit(**OPTIONS)
def multiply(out, o, o_row, A, a, a_row, a_column, shift, B, b, b_row, n_rows, n_between, width):
    """Write A·B, plus a column of shifts if `shift` ≥ 0: out (n_rows, width), A (n_rows, n_between), B (n_between, width).

    o, a, b: where they begin; o_row, a_row, b_row: from row to row; a_column: from column to column. Eight rows of
    the result are held in registers while their sums grow. B is read in whole groups of N, the result has `width` columns.
    """
    for c in range(0, width, N):
        for r in range(0, n_rows - 7, 8):
            at = a + r * a_row
            z0 = z1 = z2 = z3 = z4 = z5 = z6 = z7 = spread(ZERO)
            if shift >= 0:
                i = shift + r
                z0, z1 = spread(number(A, i)), spread(number(A, i + 1))
                z2, z3 = spread(number(A, i + 2)), spread(number(A, i + 3))
                z4, z5 = spread(number(A, i + 4)), spread(number(A, i + 5))
                z6, z7 = spread(number(A, i + 6)), spread(number(A, i + 7))
            for k in range(n_between):
                x, i = load(B, b + k * b_row + c), at + k * a_column
                z0 = z0 + number(A, i) * x
                z1 = z1 + number(A, i + a_row) * x
                z2 = z2 + number(A, i + 2 * a_row) * x
                z3 = z3 + number(A, i + 3 * a_row) * x
                z4 = z4 + number(A, i + 4 * a_row) * x
                z5 = z5 + number(A, i + 5 * a_row) * x
                z6 = z6 + number(A, i + 6 * a_row) * x
                z7 = z7 + number(A, i + 7 * a_row) * x
            to = o + r * o_row + c
            store_some(out, to, z0, width - c)
            store_some(out, to + o_row, z1, width - c)
            store_some(out, to + 2 * o_row, z2, width - c)
            store_some(out, to + 3 * o_row, z3, width - c)
            store_some(out, to + 4 * o_row, z4, width - c)
            store_some(out, to + 5 * o_row, z5, width - c)
            store_some(out, to + 6 * o_row, z6, width - c)
            store_some(out, to + 7 * o_row, z7, width - c)
        for r in range(n_rows // 8 * 8, n_rows):
            z0 = spread(number(A, shift + r)) if shift >= 0 else spread(ZERO)
            for k in range(n_between):
                z0 = z0 + number(A, a + r * a_row + k * a_column) * load(B, b + k * b_row + c)
            store_some(out, o + r * o_row + c, z0, width - c)


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
def fill_gradient(plan, parameters, gradient, activity, work, count, width):
    """Fill the gradient of a member by the chain rule, from the outputs down, see `Stack.backward`; penalties come later.

    activity: twice the strength of activity L2.
    """
    output_slopes(plan, work, width)
    above, below = plan.slopes, plan.below
    for layer in range(len(plan.sizes) - 2, -1, -1):
        fan_in, fan_out = plan.sizes[layer], plan.sizes[layer + 1]
        row = plan.widths[layer]
        if layer > 0:
            transpose(work, plan.values[layer], plan.width, plan.rows[layer], row, fan_in, count)
        # dW = slopes · hᵀ
        multiply(
            gradient, plan.weights[layer], fan_in, work, above, plan.width, 1, -1,
            work, plan.rows[layer], row, fan_out, count, fan_in,
        )  # fmt: skip
        for u in range(fan_out):
            along = spread(ZERO)
            for s in range(0, width, N):
                along = along + load(work, above + u * plan.width + s)
            write(gradient, plan.biases[layer] + u, total(along))
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
    """Write a matrix (n_rows, n_columns) that begins at number `at` with its rows as columns, whole groups of N of them: there
    is room for them."""
    for r in range(0, n_rows, N):
        for c in range(0, n_columns, N):
            turn(work, at + r * row + c, row, to + c * to_row + r, to_row, n_columns - c)


@njit(**OPTIONS)
def update(strengths, state, m, parameters, gradient, mean, square, rate_factor):
    """Apply what shrinks by itself, one step of the optimizer, and the soft threshold of L1, see `Block` and `optimizers`."""
    state.n_steps[m] += 1
    t, rate = state.n_steps[m], strengths.rate[m] * rate_factor
    correction = math.sqrt(1 - math.exp(t * LOG_BETA2))  # βᵗ, in half the time of a power
    length = f32(rate * correction / (1 - math.exp(t * LOG_BETA1))) if state.is_adam else f32(rate)
    momentum = state.momentum
    grown = rate * correction if state.is_adam else rate * (1 - momentum**t) / (1 - momentum)
    threshold = f32(strengths.l1[m] * grown)
    floor = f32(EPSILON * correction)
    shrink, constant_pull = f32(2 * strengths.l2[m]), f32(strengths.l1_slope[m])
    kept = f32(strengths.weight_decay[m] * rate)
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


@njit(**OPTIONS)
def shuffle(numbers, last, pool, places, drawn):
    """Fill drawn (n_epochs, …) at `places` with the rows of the pool, in the order that torch.randperm draws for each epoch.

    Fisher and Yates: place i changes with place i + r mod (n - i), r the next random number of 32 bits. numbers: two of them
    each, the first one above; last: what is left of an odd count, modulo 2.
    """
    n, order = len(pool), np.empty_like(pool)
    at, n_drawn = 0, len(drawn) * (n - 1)
    for epoch in range(len(drawn)):
        order[:] = pool
        for i in range(n - 1):
            two = number(numbers, at >> 1)
            r = np.int64(two & LOW if at & 1 else two >> HALF_BITS)
            if at == n_drawn - 1 and at & 1 == 0:
                r = last
            at += 1
            j = i + r % (n - i)
            row = number(order, i)
            write(order, i, number(order, j))
            write(order, j, row)
        for i in range(n):
            drawn[epoch, places[i]] = order[i]


class Look(NamedTuple):
    """What is measured: X (V, n_inputs·n) and targets (C·n,), a row of n for each input and output, n a multiple of 16; version
    (M,) of each member; weight (2, 1 or M, n) of each row in the mean over the training and the validation rows; variance
    (2, 1 or M) of the targets in both, by which R² goes where scores are no shares of right classes; small: below it a weight
    is small; n_penalized: how many layers' weights are."""

    X: np.ndarray
    targets: np.ndarray
    version: np.ndarray
    weight: np.ndarray
    variance: np.ndarray
    is_classification: bool
    small: float
    n_penalized: int


@njit(**OPTIONS)
def measure(plan, look, parameters, l1, l2, activity_l2, work, figures, counts):
    """Fill figures (7, M) and counts (2, M, L + 1), see `Looker`. In evaluation mode; see `Trainer.measure`."""
    for m in range(len(parameters)):
        train_loss, val_loss, train_score, val_score, activity = average(
            plan, look, parameters[m], m, activity_l2[m] != 0, work
        )
        size, square, norm = weigh(plan, look, parameters[m], counts[0, m], counts[1, m])
        penalty = 0.0
        for strength, value in ((l1[m], size), (l2[m], square), (activity_l2[m], activity)):
            if strength != 0:
                penalty += strength * value
        if not look.is_classification:
            at = min(m, look.variance.shape[1] - 1)
            train_score, val_score = 1 - train_loss / look.variance[0, at], 1 - val_loss / look.variance[1, at]
        figures[0, m], figures[1, m], figures[2, m], figures[3, m] = train_loss, val_loss, train_score, val_score
        figures[4, m] = penalty
        figures[5, m] = figures[0, m] + figures[4, m]
        figures[6, m] = math.sqrt(norm)


@njit(**OPTIONS)
def average(plan, look, parameters, m, has_activity, work):
    """Return mean losses and shares of right classes of both splits, and the mean over the training rows of the sum of squared
    hidden outputs, of member `m`."""
    train_loss = val_loss = train_score = val_score = activity = 0.0
    inputs, n = look.X[look.version[m]], look.weight.shape[2]
    weights = look.weight[:, min(m, look.weight.shape[1] - 1)]
    of_train, of_val = weights[0], weights[1]
    for first in range(0, n, plan.width):
        width = min(plan.width, n - first)
        forward(plan, parameters, inputs, first, n, work, width)
        judge(plan, look, first, work, width, has_activity)
        for s in range(width):
            in_train, in_val = number(of_train, first + s), number(of_val, first + s)
            loss, is_right = number(work, plan.slopes + s), number(work, plan.below + s)
            if in_train != 0:  # nan in another split must not leak
                train_loss += np.float64(loss) * in_train
                train_score += np.float64(is_right) * in_train
                if has_activity:
                    activity += np.float64(number(work, plan.targets + s)) * in_train
            if in_val != 0:
                val_loss += np.float64(loss) * in_val
                val_score += np.float64(is_right) * in_val
    return train_loss, val_loss, train_score, val_score, activity


@njit(**OPTIONS)
def judge(plan, look, first, work, width, has_activity):
    """Write for each sample its loss, whether its class is right (1 or 0), see `sample_losses` and `is_correct`, and the sum of
    its squared hidden values. They stand where slopes, those below and targets begin."""
    n_outputs, n, zero, one = plan.sizes[-1], look.weight.shape[2], spread(ZERO), spread(f32(1))
    bound = spread(HALF) if plan.loss == BINARY else zero
    for s in range(0, width, N):
        loss, own, others = zero, zero, spread(-INFINITY)
        highest = logarithm = zero
        if plan.loss == CROSS:
            highest, together = sum_exponentials(plan, work, s)
            logarithm = log(together)
        for c in range(n_outputs):
            o, t = load(work, plan.values[-1] + c * plan.width + s), load(look.targets, c * n + first + s)
            if plan.loss == MSE:
                loss = loss + (o - t) * (o - t)
            elif plan.loss == BINARY:
                loss = loss + (larger(o, zero) - t * o + log_1p(exp(zero - absolute(o))))
            else:
                loss = loss + t * (highest + logarithm - o)
            own = own + where_positive(t - bound, o, zero)
            others = where_positive(t - bound, others, larger(others, o))
        store(work, plan.slopes + s, loss)
        if (
            n_outputs == 1
        ):  # of two classes: right where the output is above zero and the target above the bound, or neither
            o, t = load(work, plan.values[-1] + s), load(look.targets, first + s)
            is_one = where_positive(o, one, zero)
            store(work, plan.below + s, where_positive(t - bound, is_one, one - is_one))
        else:
            store(work, plan.below + s, where_positive(own - others, one, zero))
        if has_activity:
            store(work, plan.targets + s, square_hidden(plan, work, s))


@njit(**OPTIONS)
def sum_exponentials(plan, work, s):
    """Return for each sample its largest output, and the sum of exp(output - largest)."""
    outputs = plan.values[-1] + s
    highest, together = load(work, outputs), spread(ZERO)
    for c in range(1, plan.sizes[-1]):
        highest = larger(highest, load(work, outputs + c * plan.width))
    for c in range(plan.sizes[-1]):
        together = together + exp(load(work, outputs + c * plan.width) - highest)
    return highest, together


@njit(**OPTIONS)
def square_hidden(plan, work, s):
    """Return the sums of squares of all hidden values of some samples."""
    square = spread(ZERO)
    for layer in range(1, len(plan.sizes) - 1):
        for u in range(plan.sizes[layer]):
            h = load(work, plan.values[layer] + u * plan.width + s)
            square = square + h * h
    return square


@njit(**OPTIONS)
def weigh(plan, look, parameters, n_zero, n_small):
    """Return Σ|w| and Σw² of the penalized layers, and Σw² of all; fill n_zero and n_small (L + 1,) with how many weights of each
    layer, and of all, are exactly zero, and small but not zero. What is no number is neither."""
    last = len(plan.weights)
    n_zero[last] = n_small[last] = 0
    size = square = penalized_size = penalized_square = 0.0
    for layer in range(last):
        zeros, smalls, first = 0, 0, plan.weights[layer]
        for i in range(first, first + plan.sizes[layer] * plan.sizes[layer + 1]):
            w = abs(np.float64(number(parameters, i)))
            zeros += w == 0
            smalls += 0 < w < look.small
            size += w
            square += w * w
        n_zero[layer], n_small[layer] = zeros, smalls
        n_zero[last] += zeros
        n_small[last] += smalls
        if layer < look.n_penalized:
            penalized_size, penalized_square = size, square
    return penalized_size, penalized_square, square


def prepare() -> None:
    """Compile the three functions that are called, or load them from Numba's cache, for the one kind of arguments that they get."""
    f, whole, real = types.float32, types.int64, types.float64

    def array(kind: Any, n_axes: int) -> Any:
        return types.Array(kind, n_axes, "C")

    plan = types.NamedTuple([array(whole, 1)] * 7 + [whole] * 7, Plan)
    feed = types.NamedTuple(
        [*[array(f, 1)] * 2, whole, *[array(whole, 2)] * 2, *[array(whole, 1)] * 3, whole, whole], Feed
    )
    strengths = types.NamedTuple([array(real, 1)] * 6 + [array(f, 1)], Strengths)
    state = types.NamedTuple([array(f, 2)] * 4 + [array(real, 1), types.boolean, real, whole, whole], State)
    look = types.NamedTuple(
        [array(f, 2), array(f, 1), array(whole, 1), array(f, 3), array(real, 2), types.boolean, real, whole], Look
    )
    for function, arguments in (
        (train, [plan, feed, strengths, state, array(f, 1), whole]),
        (shuffle, [array(types.uint64, 1), whole, array(whole, 1), array(whole, 1), array(whole, 2)]),
        (measure, [plan, look, array(f, 2), *[array(f, 1)] * 4, array(f, 2), array(whole, 3)]),
    ):
        if not function.signatures:
            function.compile(tuple(arguments))
        function.disable_compile()  # another kind of argument is a mistake here, and not to be waited for
