"""The geometry of a penalty around two weights of a network, and one step of each update rule with numbers put in.

All other weights are held fixed. The data loss is measured on the member's training rows; slopes in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.engine import Stack, Trainer
from core.engine.losses import sample_losses
from core.engine.optimizers import Adam
from core.measures.histograms import round_reach
from core.words import joined, say

FINE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # an axis ends at one of these times a power of ten
PROBE = 1e-5  # half the distance of the two points of a central difference


@dataclass(frozen=True)
class WeightRef:
    """One weight: from unit `source` of layer `layer` (0: the inputs) to unit `target` of the next."""

    layer: int
    source: int
    target: int

    def label(self, feature_names: Sequence[str]) -> str:
        """Return the weight's name as the page shows it."""
        origin = (
            feature_names[self.source]
            if self.layer == 0
            else say("unit {source} of layer {layer}", source=self.source + 1, layer=self.layer)
        )
        return say(
            "{origin} → unit {target} of layer {layer}", origin=origin, target=self.target + 1, layer=self.layer + 1
        )


def place_of(stack: Stack, ref: WeightRef) -> int:
    """Return the weight's column in the parameter buffer; raises ValueError for a weight the network does not have."""
    if not 0 <= ref.layer < len(stack.shapes):
        raise ValueError(
            say("layer: expected 0 to {n_shapes}, received {layer}", n_shapes=len(stack.shapes) - 1, layer=ref.layer)
        )
    fan_in, fan_out = stack.shapes[ref.layer]
    if not (0 <= ref.source < fan_in and 0 <= ref.target < fan_out):
        raise ValueError(
            say(
                "weight: expected source below {fan_in} and target below {fan_out}, received {ref}",
                fan_in=fan_in,
                fan_out=fan_out,
                ref=ref,
            )
        )
    view = stack.weights[ref.layer]
    offset = view.storage_offset() - stack.parameters.storage_offset()
    return int(offset + ref.source * view.stride(1) + ref.target * view.stride(2))


@torch.no_grad()
def data_losses(
    trainer: Trainer, member: int, refs: Sequence[WeightRef], points: np.ndarray, dtype: torch.dtype = torch.float64,
    every: int = 1,
) -> np.ndarray:  # fmt: skip
    """Return the mean training data loss (k,) of a member with the weights `refs` set to each of `points` (k, len(refs)).

    every: 1 for all training rows, 2 for every second one …

    Only layers that hold one of `refs` have their weights copied k times, and layers before the first of these are
    passed once.
    """
    stack, pool = trainer.stack, trainer.pool
    for ref in refs:
        place_of(stack, ref)  # raises for a weight that is not there
    count = pool.is_train[member].to(dtype)
    if every > 1:
        chosen = torch.nonzero(count)[::every, 0]
        count = torch.zeros_like(count).index_copy(0, chosen, count[chosen])
    rows, values = count > 0, torch.as_tensor(points, dtype=dtype)
    signal = pool.X[int(pool.version_of_member[member])][rows].to(dtype)
    for layer, (weights, biases) in enumerate(zip(stack.weights, stack.biases, strict=True)):
        w = weights[member].to(dtype)
        columns = [column for column, ref in enumerate(refs) if ref.layer == layer]
        if columns:
            w = w.repeat(len(points), 1, 1)
        for column in columns:
            w[:, refs[column].source, refs[column].target] = values[:, column]
        signal = signal @ w + biases[member].to(dtype)
        if layer < len(stack.shapes) - 1:
            signal = stack.rule.value(signal)
    losses = sample_losses(pool.loss, signal.expand(len(points), -1, -1), pool.targets[rows].to(dtype))
    return np.asarray(((losses * count[rows]).sum(1) / count[rows].sum()).numpy())


def data_gradient(trainer: Trainer, member: int, refs: Sequence[WeightRef]) -> np.ndarray:
    """Return d(training data loss)/d(weight) of each of `refs`, by central differences."""
    now = current_point(trainer, member, refs)
    steps = PROBE * np.eye(len(refs))
    losses = data_losses(trainer, member, refs, np.concatenate([now + steps, now - steps]))
    return np.asarray((losses[: len(refs)] - losses[len(refs) :]) / (2 * PROBE))


def current_point(trainer: Trainer, member: int, refs: Sequence[WeightRef]) -> np.ndarray:
    """Return the present values of the weights `refs`."""
    return np.array([float(trainer.stack.parameters[member, place_of(trainer.stack, ref)]) for ref in refs])


def geometry_arrays(
    trainer: Trainer, member: int, pair: tuple[WeightRef, WeightRef], path: np.ndarray | None = None, n_grid: int = 31,
    every: int = 1,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return what the panel draws: the loss around the origin and the present point, and the two penalties' shapes.

    every: the loss is that of every so-manieth training row; 0 for no loss at all, nan.

    geometry_x, geometry_y (n_grid,) weights; geometry_loss (n_grid, n_grid), row = second weight;
    geometry_now_x, geometry_now_y (1,): the present values;
    diamond (2, 5) and circle (2, 121): the points with the same Σ|w| and the same Σw² as the present one;
    path (2, k): where the two weights have been, oldest first.
    """
    now = current_point(trainer, member, pair)
    trail = np.zeros((0, 2)) if path is None else np.asarray(path, dtype=float)
    reach = round_reach(
        np.array([1.15 * max(np.abs(now).sum(), float(np.abs(trail).max(initial=0.0)), 0.1)]), FINE_STEPS
    )[0]
    axis = np.linspace(-reach, reach, n_grid)
    first, second = np.meshgrid(axis, axis)
    points = np.column_stack([first.ravel(), second.ravel()])
    loss = data_losses(trainer, member, pair, points, torch.float32, every) if every else np.full(n_grid**2, np.nan)
    return {
        "geometry_x": axis, "geometry_y": axis, "geometry_loss": loss.reshape(n_grid, n_grid),
        "geometry_now_x": now[:1], "geometry_now_y": now[1:],
        "diamond": diamond(*now), "circle": circle(*now), "path": trail.T,
    }  # fmt: skip


def diamond(first: float, second: float) -> np.ndarray:
    """Return the corners (2, 5), closed, of |x| + |y| = |first| + |second|."""
    radius = abs(first) + abs(second)
    return np.asarray(radius * np.array([[1.0, 0, -1, 0, 1], [0, 1.0, 0, -1, 0]]))


def circle(first: float, second: float, n_points: int = 121) -> np.ndarray:
    """Return points (2, n_points), closed, of x² + y² = first² + second²."""
    angle = np.linspace(0, 2 * np.pi, n_points)
    return np.asarray(np.hypot(first, second) * np.array([np.cos(angle), np.sin(angle)]))


def step_length(trainer: Trainer, member: int, ref: WeightRef, gradient: float) -> float:
    """Return how far the optimizer moves this weight per unit of gradient: lr, for Adam lr/(√v̂+ε) of the last step.

    Before the first step of Adam v̂ is not known yet; on all rows it will be the square of the present gradient.
    """
    if trainer.n_steps_done == 0:
        is_adam = trainer.training.optimizer == "adam"
        return float(trainer.members["learning_rate"][member]) / (abs(gradient) + Adam.epsilon if is_adam else 1.0)
    block = next(block for block in trainer.blocks if block.part.start <= member < block.part.stop)
    n_weights = trainer.stack.n_weights
    lengths = block.optimizer.threshold(torch.ones_like(trainer.members["l1"][block.part]), slice(None), n_weights)
    return float(lengths.expand(-1, n_weights)[member - block.part.start, place_of(trainer.stack, ref)])


@dataclass(frozen=True)
class Update:
    """One gradient step of a weight w under each rule; g is the gradient of the data loss, s the step length.

    plain: w - s·g; l2: plain - 2·s·λ₂·w; subgradient: plain - s·λ₁·sign(w); proximal: plain moved towards zero by s·λ₁,
    stopping there.
    """

    weight: float
    gradient: float
    step: float
    l1: float
    l2: float

    @property
    def plain(self) -> float:
        """The step on the data loss alone."""
        return self.weight - self.step * self.gradient

    @property
    def after_l2(self) -> float:
        """With L2: the old weight is shrunk by the factor 1 - 2·s·λ₂ first."""
        return self.factor * self.weight - self.step * self.gradient

    @property
    def factor(self) -> float:
        """What L2 multiplies the weight by."""
        return 1 - 2 * self.step * self.l2

    @property
    def threshold(self) -> float:
        """How far L1 moves the weight: s·λ₁."""
        return self.step * self.l1

    @property
    def after_subgradient(self) -> float:
        """With the subgradient of L1."""
        return float(self.plain - self.threshold * np.sign(self.weight))

    @property
    def after_proximal(self) -> float:
        """With the proximal step of L1."""
        return float(np.sign(self.plain) * max(abs(self.plain) - self.threshold, 0.0)) + 0.0  # -0 becomes 0

    def sentences(self) -> dict[str, tuple[str, str]]:
        """Return name and words of the update rules with the numbers put in, by rule: data, l2, l1_subgradient, l1_proximal."""
        w, g, s, t = (factor(value) for value in (self.weight, self.gradient, self.step, self.threshold))
        shrunk = f"{factor(self.factor, 6)}·{w} - {s}·{g} = {self.after_l2:.4g}"
        sub = f"{self.plain:.4g} - {t}·sign({self.weight:.4g}) = {self.after_subgradient:.4g}"
        return {
            "data": (
                say("Data alone"),
                say("w - s·g = {weight:.4g} - {s}·{g} = {plain:.4g}.", weight=self.weight, s=s, g=g, plain=self.plain),
            ),
            "l2": ("L2", joined([f"(1 - 2·s·λ₂)·w - s·g = {shrunk}.", self.on_l2()])),
            "l1_subgradient": (
                say("L1 subgradient"),
                joined([f"w - s·g - s·λ₁·sign(w) = {sub}.", self.on_subgradient()]),
            ),
            "l1_proximal": (
                say("L1 proximal"),
                joined(
                    [
                        say("w - s·g = {plain:.4g}, then {t} towards zero.", plain=self.plain, t=t),
                        self.on_proximal(),
                    ]
                ),
            ),
        }

    def on_l2(self) -> str:
        """Return what the factor of L2 does to the weight."""
        if self.l2 == 0:
            return say("λ₂ is 0: nothing shrinks.")
        if self.factor < 0:
            return (
                say("The factor is below zero: a step as long as this overshoots zero ever further.")
                if self.factor < -1
                else say("The factor is below zero: a step as long as this overshoots zero.")
            )
        if self.factor == 0:
            return say("The factor is just 0 here.")
        return say(
            "The factor takes away {factor:.3g} % of the weight, never all of it: that does not land on zero.",
            factor=100 * (1 - self.factor),
        )

    def on_subgradient(self) -> str:
        """Return what a step of fixed size does near zero."""
        if self.l1 == 0:
            return say("λ₁ is 0: nothing is taken away.")
        if self.weight == 0:
            return say("At zero it does not hold the weight: any slope of the data moves it off.")
        if self.after_subgradient == 0:
            return say("It lands on zero by chance.")
        if self.after_subgradient * self.weight < 0:
            return say("It goes past zero: nothing stops it there.")
        return say("It takes away s·λ₁ however small the weight is, and would not stop at zero.")

    def on_proximal(self) -> str:
        """Return whether the proximal step stops at zero."""
        if self.l1 == 0:
            return say("λ₁ is 0: nothing is taken away.")
        if self.after_proximal == 0:
            return say(
                "|{plain:.4g}| ≤ {threshold:.4g}: it stops there, and the weight is exactly 0.",
                plain=self.plain,
                threshold=self.threshold,
            )
        return say(
            "|{plain:.4g}| > {threshold:.4g}: it does not reach zero yet, {after_proximal:.4g} is left.",
            plain=self.plain,
            threshold=self.threshold,
            after_proximal=self.after_proximal,
        )


def factor(value: float, n_digits: int = 4) -> str:
    """Return a number as it stands in a product, a negative one in brackets."""
    return f"{value:.{n_digits}g}" if value >= 0 else f"({value:.{n_digits}g})"


def read_update(trainer: Trainer, member: int, ref: WeightRef) -> Update:
    """Return the next full-batch step of one weight with its present numbers."""
    members, gradient = trainer.members, float(data_gradient(trainer, member, [ref])[0])
    return Update(
        float(current_point(trainer, member, [ref])[0]), gradient, step_length(trainer, member, ref, gradient),
        float(members["l1"][member]), float(members["l2"][member]),
    )  # fmt: skip


def largest_weights(trainer: Trainer, member: int) -> tuple[WeightRef, WeightRef]:
    """Return the two largest weights by |w| of the first layer that end in one unit: a telling pair to begin with.

    Of a single input: the two largest that leave it. Where the first layer has one weight only, the second is one of the
    next layer; a network of one weight shows it twice.
    """
    first: Tensor = trainer.stack.weights[0][member].abs()  # (d, units)
    if first.numel() == 1:
        return WeightRef(0, 0, 0), WeightRef(min(1, len(trainer.stack.shapes) - 1), 0, 0)
    if first.shape[0] < 2:
        source, targets = 0, first[0].topk(2).indices
        return WeightRef(0, source, int(targets[0])), WeightRef(0, source, int(targets[1]))
    target = int(first.topk(2, dim=0).values.sum(0).argmax())
    sources = first[:, target].topk(2).indices
    return WeightRef(0, int(sources[0]), target), WeightRef(0, int(sources[1]), target)
