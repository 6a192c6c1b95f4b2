"""Data augmentation: training batches varied anew at every step, each member of a stack by its own strength.

Only what the training loop draws passes through here: no validation or test row does, and targets are never seen.
Points are jittered; images are shifted, turned and given noise (Simard, Steinkraus and Platt 2003).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from core.data.split import Split

Augment = Callable[[Tensor, Generator], Tensor]

# What strength 1 means.
JITTER = 1.0  # standard deviation of the noise on standardised inputs
SHIFT_PX, TURN_DEGREES, IMAGE_NOISE = 1.0, 15.0, 0.1  # largest shift and turn; noise as for points


def make_augment(split: Split, strength: Tensor) -> Augment:
    """Return `augment(X, generator)` for this kind of data; `strength` (M,) ≥ 0, one number a member, 0 is off.

    X: (1 or M, B, d) standardised inputs of a training batch; returned: (M, B, d). All members share the draws of a
    batch, each scaled by its strength, so members stay paired.
    """
    if split.kind != "images":
        return Jitter(
            strength, None if split.is_fixed is None else torch.as_tensor(~split.is_fixed, dtype=strength.dtype)
        )
    X = torch.as_tensor(split.X_train, dtype=strength.dtype)
    mean, scale = (torch.as_tensor(values, dtype=strength.dtype) for values in (split.x_mean, split.x_scale))
    return Wobble(strength, mean, scale, X.amin(0), X.amax(0))


@dataclass(frozen=True, eq=False)
class Jitter:
    """x + strength·noise, noise standard normal, in standardised units. strength: (M,).

    moves: (d,) 1 for inputs that are jittered, 0 for those of 0 and 1, which stand for words; None: all are.
    """

    strength: Tensor
    moves: Tensor | None = None

    def __call__(self, X: Tensor, generator: Generator) -> Tensor:
        """Return jittered inputs (M, B, d)."""
        noise = torch.randn(X.shape[1:], generator=generator, dtype=X.dtype)
        noise = noise if self.moves is None else noise * self.moves
        return X + JITTER * self.strength[:, None, None] * noise


@dataclass(frozen=True, eq=False)
class Wobble:
    """Square images, shifted by up to strength·1 pixel, turned by up to strength·15° (both uniform), and a little noise.

    mean, scale (d,) undo and redo the standardising; low, high (d,) are each pixel's range over the training rows:
    results are kept inside it, as a pixel that is nearly always blank has a tiny scale and would be blown up.
    """

    strength: Tensor
    mean: Tensor
    scale: Tensor
    low: Tensor
    high: Tensor

    def __call__(self, X: Tensor, generator: Generator) -> Tensor:
        """Return varied images (M, B, d), standardised like X."""
        n_rows, d = X.shape[1:]
        shift = 2 * torch.rand(n_rows, 2, generator=generator, dtype=X.dtype) - 1
        turn = 2 * torch.rand(n_rows, generator=generator, dtype=X.dtype) - 1
        noise = torch.randn(n_rows, d, generator=generator, dtype=X.dtype)
        varied = X.expand(len(self.strength), -1, -1).clone()
        on = self.strength.nonzero().squeeze(1)
        strength = self.strength[on][:, None]  # (K, 1)
        raw = (varied[on] * self.scale + self.mean).view(-1, d)
        angle = (strength * turn * math.radians(TURN_DEGREES)).reshape(-1)
        moved = move_images(raw, angle, (strength[..., None] * SHIFT_PX * shift).reshape(-1, 2)).view(
            len(on), n_rows, d
        )
        again = (moved - self.mean) / self.scale + IMAGE_NOISE * strength[..., None] * noise
        varied[on] = torch.minimum(torch.maximum(again, self.low), self.high)
        return varied


def move_images(images: Tensor, angle: Tensor, shift: Tensor) -> Tensor:
    """Return square images (n, side²) turned counter-clockwise by `angle` (n,) radians about the centre, then shifted.

    `shift` (n, 2) in pixels: right, down. Between pixels values are interpolated bilinearly; from outside comes 0.
    """
    side = math.isqrt(images.shape[1])
    cos, sin = torch.cos(angle), torch.sin(angle)
    move = 2 * shift / side  # sampling works on coordinates from -1 to 1
    # Where each pixel of the result comes from: the inverse of "turn, then shift", x to the right, y down.
    x0, y0 = -(cos * move[:, 0] - sin * move[:, 1]), -(sin * move[:, 0] + cos * move[:, 1])
    theta = torch.stack([torch.stack([cos, -sin, x0], 1), torch.stack([sin, cos, y0], 1)], 1)
    grid = functional.affine_grid(theta, [len(images), 1, side, side], align_corners=False)
    picture = images.view(-1, 1, side, side)
    moved = functional.grid_sample(picture, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return moved.reshape(len(images), -1)
