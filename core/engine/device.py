"""Where a stack is trained: on the processor, or on a GPU through CUDA. Results, orders and randomness stay on the processor.

A device computes the same steps from the same start on the same batches; only the last bits of its sums differ. What pays
there is width: a step costs a GPU about the same for one small network as for a thousand. Read `graphs.py` next.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.settings.words import received
from core.words import say

CPU = torch.device("cpu")
FREE_SHARE = 0.7  # of a GPU's free memory may be planned with


def device_of(name: str) -> torch.device:
    """Return the device of a name: "cpu", "cuda" or "cuda:0", "cuda:1" …

    Raises ValueError for another name, and where this machine has no such GPU.
    """
    if not isinstance(name, str) or not (name in ("cpu", "cuda") or name.removeprefix("cuda:").isdecimal()):
        raise ValueError(
            say("device: expected 'cpu', 'cuda' or 'cuda:0', received {received}", received=received(name))
        )
    if name == "cpu":
        return CPU
    n_found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(name.partition(":")[2] or 0) >= n_found:
        raise ValueError(
            say(
                "device: expected a GPU that torch can use, received '{name}' where torch finds {found}",
                name=name,
                found=_count(n_found),
            )
        )
    return torch.device(name)


def _count(n_found: int) -> str:
    if n_found:
        return say("{n} (cuda:0 to cuda:{last})", n=n_found, last=n_found - 1)
    if torch.version.cuda:
        return say("none; use device='cpu'")
    return say("none; this torch ({version}) was built without CUDA; use device='cpu'", version=torch.__version__)


def on_host(tensor: Tensor) -> np.ndarray:
    """Return a tensor's numbers as an array; a copy where it lies on a GPU."""
    return np.asarray(tensor.cpu().numpy())


def free_bytes(device: torch.device) -> int:
    """Return how much of a GPU's memory may be planned with: a share of what is free and of what torch has set aside."""
    free, _ = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return int(FREE_SHARE * (free + kept))
