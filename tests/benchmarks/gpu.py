"""`make bench-gpu`: a GPU against one core of its machine, in one run. 64-64-10 on digits, batch 32, Adam, L1 and L2.

Model-steps are steps times networks. Each rate is the median of several turns, in which the GPU, the same without graphs and
the core follow one another. The last rows show how time and memory grow with the stack.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from core import Experiment, sweep
from core.engine import Trainer
from core.engine.device import CPU, device_of
from core.engine.threads import use_one_thread
from core.studies.base.plan import build_trainer, make_pool
from tests.benchmarks.engine import DIGITS
from tests.benchmarks.table import HEADER, Row, line

REPEATS = 5
SECONDS = 0.4
CORE_MEMBERS = 33  # the stack in which a core is fastest
GOALS = {33: 8, 660: 60, 13_200: 120}
SIZES = (1, 33, 165, 660, 3_300, 6_600, 13_200)


def rows() -> Iterator[Row]:
    """Yield the table of the first GPU; raises ValueError where there is none."""
    gpu = device_of("cuda")
    name = torch.cuda.get_device_name(gpu)
    core = make_stack(CORE_MEMBERS, CPU)
    rate(core, CORE_MEMBERS)
    for n_members, goal in GOALS.items():
        stack = make_stack(n_members, gpu)
        rate(stack, n_members)
        pairs = [(rate(stack, n_members), rate(core, CORE_MEMBERS)) for _ in range(REPEATS)]
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        what = f"model-steps/s, M = {n_members:,}, 64-64-10, batch 32, {name}"
        yield Row(what, f"{ours:,.0f} /s", f"one core {theirs:,.0f} /s", f"{ratio:.0f} x", f"{goal} x", ratio >= goal)
        del stack
        torch.cuda.empty_cache()
    for n_members in (33, 660):
        stack = make_stack(n_members, gpu)
        pairs = [(rate(stack, n_members), eager_rate(stack, n_members)) for _ in range(REPEATS)]
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        yield Row(
            f"graphs, M = {n_members}",
            f"{ours:,.0f} /s",
            f"without {theirs:,.0f} /s",
            f"{ours / theirs:.1f} x",
            "",
            None,
        )
        del stack
    yield from growth_rows(gpu)
    yield sweep_row()


def make_stack(n_members: int, device: torch.device) -> Trainer:
    """Return a stack in which every member has its own L1 strength, as in a path."""
    pool = make_pool(DIGITS, None, "float32", n_members)
    l1 = np.geomspace(1e-5, 1e-1, n_members).tolist()
    return build_trainer(DIGITS, pool, {"l1": l1}, [DIGITS.training.seed] * n_members, device=device)


def rate(trainer: Trainer, n_members: int) -> float:
    """Return model-steps per second over whole epochs, the GPU's last kernel included."""
    trainer.run_epoch()
    return timed(trainer.run_epoch, trainer.order.n_batches * n_members, trainer.device)


def eager_rate(trainer: Trainer, n_members: int) -> float:
    """Return the same with every kernel asked for by Python."""
    return timed(trainer.step, n_members, trainer.device)


def timed(work: Callable[[], object], n_model_steps: int, device: torch.device) -> float:
    synchronize(device)
    n, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        work()
        synchronize(device)
        n += 1
    return n * n_model_steps / (time.perf_counter() - began)


def synchronize(device: torch.device) -> None:
    """Wait for the GPU; the processor has nothing to wait for."""
    if device != CPU:
        torch.cuda.synchronize(device)


def growth_rows(gpu: torch.device) -> Iterator[Row]:
    """Yield seconds of an epoch and the memory at its peak, by size."""
    for n_members in SIZES:
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(gpu)
        before = torch.cuda.memory_reserved(gpu)
        stack = make_stack(n_members, gpu)
        per_s = rate(stack, n_members)
        stack.measure()
        seconds = stack.order.n_batches * n_members / per_s
        peak = (torch.cuda.max_memory_reserved(gpu) - before) / 1e6
        yield Row(
            f"an epoch, M = {n_members:,}", f"{seconds * 1e3:.2f} ms, peak {peak:,.0f} MB",
            f"{seconds / n_members * 1e6:.2f} µs a member", f"{per_s:,.0f} /s", "", None,
        )  # fmt: skip
        del stack


def sweep_row() -> Row:
    """Measure the public call, set-up and records included."""
    experiment: Experiment = DIGITS.replace(n_epochs=20)
    values = np.geomspace(1e-5, 1e-1, 500)
    took = {}
    for device in ("cuda", "cpu"):
        sweep(experiment, "l1", values[:33], progress=False, device=device)
        began = time.perf_counter()
        sweep(experiment, "l1", values, progress=False, device=device)
        took[device] = time.perf_counter() - began
    ratio = took["cpu"] / took["cuda"]
    return Row(
        "sweep of 500 λ, 20 epochs, all included",
        f"{took['cuda']:.2f} s",
        f"one core {took['cpu']:.2f} s",
        f"{ratio:.1f} x",
        "",
        None,
    )


if __name__ == "__main__":
    use_one_thread()
    print(HEADER, flush=True)
    for row in rows():
        print(line(row), flush=True)
