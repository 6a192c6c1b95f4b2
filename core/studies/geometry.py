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

PROBE = 1e-5  # half the distance of the two points of a central difference


@dataclass(frozen=True)
class WeightRef:
    """One weight: from unit `source` of layer `layer` (0: the inputs) to unit `target` of the next."""

    layer: int
    source: int
    target: int

    def label(self, feature_names: Sequence[str]) -> str:
        """Return the weight's name as the page shows it."""
        origin = feature_names[self.source] if self.layer == 0 else f"unit {self.source + 1} of layer {self.layer}"
        return f"{origin} → unit {self.target + 1} of layer {self.layer + 1}"


def place_of(stack: Stack, ref: WeightRef) -> int:
    """Return the weight's column in the parameter buffer; raises ValueError for a weight the network does not have."""
    if not 0 <= ref.layer < len(stack.shapes):
        raise ValueError(f"layer: expected 0 to {len(stack.shapes) - 1}, received {ref.layer}")
    fan_in, fan_out = stack.shapes[ref.layer]
    if not (0 <= ref.source < fan_in and 0 <= ref.target < fan_out):
        raise ValueError(f"weight: expected source below {fan_in} and target below {fan_out}, received {ref}")
    view = stack.weights[ref.layer]
    offset = view.storage_offset() - stack.parameters.storage_offset()
    return int(offset + ref.source * view.stride(1) + ref.target * view.stride(2))


@torch.no_grad()
def data_losses(
    trainer: Trainer, member: int, refs: Sequence[WeightRef], points: np.ndarray, dtype: torch.dtype = torch.float64
) -> np.ndarray:  # fmt: skip
    """Return the mean training data loss (k,) of a member with the weights `refs` set to each of `points` (k, len(refs)).

    Only layers that hold one of `refs` have their weights copied k times, and layers before the first of these are
    passed once.
    """
    stack, pool = trainer.stack, trainer.pool
    for ref in refs:
        place_of(stack, ref)  # raises for a weight that is not there
    count = pool.is_train[member].to(dtype)
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
    trainer: Trainer, member: int, pair: tuple[WeightRef, WeightRef], path: np.ndarray | None = None, n_grid: int = 31
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return what the panel draws: the loss around the origin and the present point, and the two penalties' shapes.

    geometry_x, geometry_y (n_grid,) weights; geometry_loss (n_grid, n_grid), row = second weight;
    geometry_now_x, geometry_now_y (1,): the present values;
    diamond (2, 5) and circle (2, 121): the points with the same Σ|w| and the same Σw² as the present one;
    path (2, k): where the two weights have been, oldest first.
    """
    now = current_point(trainer, member, pair)
    trail = np.zeros((0, 2)) if path is None else np.asarray(path, dtype=float)
    reach = 1.3 * max(np.abs(now).sum(), float(np.abs(trail).max(initial=0.0)), 0.1)
    axis = np.linspace(-reach, reach, n_grid)
    first, second = np.meshgrid(axis, axis)
    loss = data_losses(trainer, member, pair, np.column_stack([first.ravel(), second.ravel()]), torch.float32)
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


def step_length(trainer: Trainer, member: int, ref: WeightRef) -> float:
    """Return how far the optimizer moves this weight per unit of gradient: lr, for Adam lr/(√v̂+ε) of the last step."""
    if trainer.n_steps_done == 0:
        return float(trainer.members.learning_rate[member])
    block = next(block for block in trainer.blocks if block.part.start <= member < block.part.stop)
    n_weights = trainer.stack.n_weights
    lengths = block.optimizer.threshold(torch.ones_like(trainer.members.l1[block.part]), slice(None), n_weights)
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
        return float(np.sign(self.plain) * max(abs(self.plain) - self.threshold, 0.0))

    def sentences(self) -> dict[str, str]:
        """Return the update rules with the numbers put in, by rule: data, l2, l1_subgradient, l1_proximal."""
        w, g, s, t = (f"{value:.4g}" for value in (self.weight, self.gradient, self.step, self.threshold))
        shrunk = f"{self.factor:.6g}·{w} - {s}·{g} = {self.after_l2:.4g}"
        sub = f"{self.plain:.4g} - {t}·sign({w}) = {self.after_subgradient:.4g}"
        side = "lands on the other side of zero and comes back" if self.jumps else "hits zero only by chance"
        lands = f"|{self.plain:.4g}| ≤ {t}, so the weight becomes exactly 0"
        if self.after_proximal:
            lands = f"|{self.plain:.4g}| > {t}, so it moves {t} towards 0: {self.after_proximal:.4g}"
        return {
            "data": f"Data alone: w - s·g = {w} - {s}·{g} = {self.plain:.4g}.",
            "l2": f"L2: (1 - 2·s·λ₂)·w - s·g = {shrunk}. A factor makes a weight smaller, never zero.",
            "l1_subgradient": f"L1 subgradient: w - s·g - s·λ₁·sign(w) = {sub}. A step of fixed size {side}.",
            "l1_proximal": f"L1 proximal: {lands}.",
        }

    @property
    def jumps(self) -> bool:
        """Whether the subgradient step crosses zero."""
        return self.after_subgradient * self.weight < 0


def read_update(trainer: Trainer, member: int, ref: WeightRef) -> Update:
    """Return the next full-batch step of one weight with its present numbers."""
    members = trainer.members
    return Update(
        float(current_point(trainer, member, [ref])[0]), float(data_gradient(trainer, member, [ref])[0]),
        step_length(trainer, member, ref), float(members.l1[member]), float(members.l2[member]),
    )  # fmt: skip


def largest_weights(trainer: Trainer, member: int) -> tuple[WeightRef, WeightRef]:
    """Return the two largest weights by |w| of the first layer that end in one unit: a telling pair to begin with."""
    first: Tensor = trainer.stack.weights[0][member].abs()  # (d, units)
    if first.shape[0] < 2:
        source, targets = 0, first[0].topk(2).indices
        return WeightRef(0, source, int(targets[0])), WeightRef(0, source, int(targets[1]))
    target = int(first.topk(2, dim=0).values.sum(0).argmax())
    sources = first[:, target].topk(2).indices
    return WeightRef(0, int(sources[0]), target), WeightRef(0, int(sources[1]), target)
