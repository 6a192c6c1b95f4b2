"""How the engine lets torch compute while it trains and measures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch


@contextmanager
def fast_arithmetic() -> Iterator[None]:
    """Compute without a record for autograd, and take numbers below 1e-38 (denormals) as zero.

    The averages of Adam shrink by a tenth each step where a unit is dead or a pixel never lit. After some 800 steps they
    are denormal, stay so for ever, and the processor needs many times as long for each: 33 digit readers 17.6 µs a
    member and step instead of 15.7. The setting is the thread's own, and is afterwards what it was.
    """
    was_flushing = is_flushing_denormals()
    torch.set_flush_denormal(True)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_flush_denormal(was_flushing)


def is_flushing_denormals() -> bool:
    """Return whether this thread takes denormals as zero; torch cannot be asked, but half the smallest normal number can."""
    return sys.float_info.min * 0.5 == 0.0


@contextmanager
def plain_torch() -> Iterator[None]:
    """Make and use tensors as outside of any mode that the caller may be in.

    Tensors made in inference mode do not count their changes (by which the engine knows that a strength was moved),
    autocast computes products in 16 bits, and another default device would get some of the tensors but not all.
    """
    with torch.inference_mode(False), torch.autocast("cpu", enabled=False), on_cpu():
        yield


def on_cpu() -> AbstractContextManager[Any]:
    """Return a context in which tensors are made on the CPU; nothing where they are already, for torch's costs each call."""
    return nullcontext() if torch.get_default_device().type == "cpu" else torch.device("cpu")
