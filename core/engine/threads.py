"""How many threads torch uses: a setting of the whole process, so it is for programs to make, not for an import."""

from __future__ import annotations

from contextlib import suppress

import torch


def use_one_thread() -> None:
    """Let this process compute each kernel on one thread: two inside one make small networks slower.

    Called by the app and by each process that trains for it, at their start. `import core` changes no thread setting; from
    a notebook `torch.set_num_threads(1)` does the same. The number of threads between kernels can be set only before the
    first of them has started, and is left as it is after that.
    """
    torch.set_num_threads(1)
    with suppress(RuntimeError):
        torch.set_num_interop_threads(1)
