"""Compiled steps for small networks: plain loops that Numba makes machine code of, many times faster than calls of torch.

Read in this order: `lanes` (sixteen numbers at a time), `functions` (activations), `steps` (one step, in plain loops),
`kernel` (where it stands in memory), `ready` (whether it is there). `steps` is the engine once more, line by line beside
`stack`, `block` and `optimizers`; tests hold the two together.

Which of the two computes is decided by shape and batch size, see `suits`, and once for the whole process, see `ready`: so a
run repeats. It has no part of dropout, augmentation, group L1 and float64; those are torch's, also when they come on the way.
"""

from __future__ import annotations

from core.engine.compiled.ready import follow, is_on

__all__ = ["follow", "is_on"]
