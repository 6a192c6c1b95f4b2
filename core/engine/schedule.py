"""The learning rate over the steps of a run: as it is, or a half cosine."""

from __future__ import annotations

import math

SMALLEST_FACTOR = 1e-9  # of the cosine: Adam divides by the learning rate


def rate_factor(n_done: int, n_steps: int) -> float:
    """Return the factor on the learning rate after `n_done` steps: a half cosine from 1 to (almost) 0 over T = `n_steps`.

    Step t has ½·(1 + cos(π·(t mod T)/T)): a run that goes on after its last epoch begins anew with the full rate, and
    falls again over as many epochs (warm restarts: Loshchilov and Hutter 2017; torch's CosineAnnealingWarmRestarts
    with T_0 = T). So more training trains; T stays that of `n_epochs`. T = 0 is no schedule: 1.
    """
    if n_steps == 0:
        return 1.0
    progress = n_done % n_steps / n_steps
    return max(0.5 * (1 + math.cos(math.pi * progress)), SMALLEST_FACTOR)
