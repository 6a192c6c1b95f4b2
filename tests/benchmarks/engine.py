"""Speed of the engine, against the usual PyTorch loop and against this machine's matrix product, in one run.

Both sides of a ratio are measured in turn, a short while each, and the median of the ratios is reported: other work on
the machine then slows both. The usual loop trains one model after the other on one core.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from joblib import Parallel, delayed

from core import Experiment
from core.data import load_split
from core.engine import Trainer
from core.measures import History
from core.studies.base.plan import build_trainer, make_pool
from core.studies.base.training import dense_history, sparse_history
from tests.benchmarks.table import Row

REPEATS = 5
SECONDS = 0.3
PENALTIES = {"l1": 1e-3, "l2": 1e-3}
TOY = Experiment(
    data={"name": "xor", "n_train": 250, "noise_std": 0.3},
    network={"hidden_sizes": [8, 8]},
    regularization=PENALTIES,
    training={"batch_size": 10, "learning_rate": 0.003, "n_epochs": 1000},
)
DIGITS = Experiment(
    data={"name": "digits", "n_train": 640},
    network={"hidden_sizes": [64]},
    regularization=PENALTIES,
    training={"batch_size": 32, "learning_rate": 0.003, "n_epochs": 200},
)
SINE = Experiment(data={"name": "sine", "n_train": 20, "noise_std": 0.3}, training={"n_epochs": 3000})


def rows() -> Iterator[Row]:
    """Yield the engine's part of the table."""
    yield ratio_row("steps/s, M = 1, 2-8-8-1, batch 10", TOY, 1, 100)
    yield ratio_row("steps/s, M = 1, 1-64-64-1, 20 rows, full batch", SINE, 1, 7)
    yield ratio_row("steps/s, M = 1, 64-64-10 digits, batch 32", DIGITS, 1, 8)
    yield ratio_row("model-steps/s, M = 33, 64-64-10 digits, batch 32, one core", DIGITS, 33, 25)
    yield ratio_row("the same, a stack in each of two processes", DIGITS, 33, 46, n_processes=2)
    yield ratio_row("model-steps/s, M = 33, 2-8-8-1, batch 10", TOY, 33, 60)
    yield arithmetic_row()
    for name, experiment, n_members in (
        ("64-64 sine, 20 rows, full batch, M = 1", SINE, 1),
        ("2-8-8-1, M = 1", TOY, 1),
        ("64-64-10 digits, M = 33", DIGITS, 33),
    ):
        yield measuring_row(name, experiment, n_members)


def make_stack(experiment: Experiment, n_members: int) -> Trainer:
    """Return a stack in which every member has its own L1 strength, as in a path."""
    pool = make_pool(experiment, None, "float32", n_members)
    l1 = np.geomspace(1e-5, 1e-1, n_members).tolist()
    return build_trainer(experiment, pool, {"l1": l1}, [experiment.training.seed] * n_members)


def usual_loop(experiment: Experiment) -> Callable[[], None]:
    """Return one step of nn.Sequential + torch.optim.Adam + a penalty written out, as tutorials do it."""
    split, sizes = load_split(experiment.data), experiment.network.hidden_sizes
    X, y = torch.as_tensor(split.X_train), torch.as_tensor(split.y_train)
    widths = [X.shape[1], *sizes, split.n_outputs]
    layers: list[torch.nn.Module] = []
    for a, b in pairwise(widths):
        layers += [torch.nn.Linear(a, b), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1])
    loss_of = torch.nn.CrossEntropyLoss() if split.n_outputs > 1 else torch.nn.BCEWithLogitsLoss()
    targets = y if split.n_outputs > 1 else y.float()[:, None]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    weights = [p for p in model.parameters() if p.ndim == 2]
    batch_size = experiment.training.batch_size or len(X)
    state = {"order": torch.randperm(len(X)), "start": 0}

    def step() -> None:
        if state["start"] + batch_size > len(X):
            state["order"], state["start"] = torch.randperm(len(X)), 0
        picked = state["order"][state["start"] : state["start"] + batch_size]
        state["start"] += batch_size
        loss = loss_of(model(X[picked]), targets[picked])
        loss = loss + sum(1e-3 * w.abs().sum() + 1e-3 * w.square().sum() for w in weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def rate(step: Callable[[], object], n_models: int) -> float:
    """Return model-steps per second of `step`, measured for SECONDS."""
    step()
    n_steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        step()
        n_steps += 1
    return n_steps * n_models / (time.perf_counter() - began)


def stack_rate(experiment: Experiment, n_members: int) -> float:
    """Return model-steps per second of a stack, made and warmed up here: run in a process of its own, or in this one."""
    trainer = make_stack(experiment, n_members)
    n_epochs = max(1, trainer.n_steps_at_once // trainer.order.n_batches)  # as the program takes them
    n_steps = n_members * n_epochs * trainer.order.n_batches
    rate(lambda: trainer.run_epochs(n_epochs), n_steps)
    return rate(lambda: trainer.run_epochs(n_epochs), n_steps)


def ratio_row(what: str, experiment: Experiment, n_members: int, target: float, n_processes: int = 1) -> Row:
    """Measure a stack, or one in each of several processes at once as studies from Python train, against the usual loop."""
    loop = usual_loop(experiment)
    work = [delayed(stack_rate)(experiment, n_members)] * n_processes
    pairs = [(sum(Parallel(n_processes)(work)), rate(loop, 1)) for _ in range(REPEATS + 1)][1:]  # the first starts them
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Row(
        what, f"{ours:,.0f} /s", f"usual loop {theirs:,.0f} /s", f"{ratio:.1f} x", f"{target} x", ratio >= target
    )


def arithmetic_row() -> Row:
    """Measure the matrix arithmetic that a training step needs, per second of the whole step, against a 1024³ product."""
    n_members, batch = 33, 256
    trainer = make_stack(DIGITS.replace(batch_size=batch, n_train=3 * batch), n_members)
    stack = trainer.stack
    # A multiply-add is two operations. Forward and weight gradients need n_weights each, slopes all but the first layer's.
    n_products = 3 * stack.n_weights - stack.sizes[0] * stack.sizes[1]
    per_step = 2 * batch * n_products
    a, b, out = (torch.randn(1024, 1024) for _ in range(3))
    pairs = [
        (
            rate(trainer.run_epoch, n_members * trainer.order.n_batches) * per_step / 1e9,
            rate(lambda: torch.mm(a, b, out=out), 1) * 2 * 1024**3 / 1e9,
        )
        for _ in range(REPEATS)
    ]
    share = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    what = "matrix arithmetic of a step, M = 33, 64-64-10, batch 256"
    return Row(what, f"{ours:.0f} GFLOP/s", f"1024³ product {theirs:.0f} GFLOP/s", f"{share:.0%}", "40 %", share >= 0.4)


def measuring_row(name: str, experiment: Experiment, n_members: int) -> Row:
    """Measure what recording the history takes of a whole run, from the time of an epoch and of a record."""
    trainer, n_epochs = make_stack(experiment, n_members), experiment.training.n_epochs
    n_records = (dense_history if n_members == 1 else sparse_history)(trainer).n_due(n_epochs)

    def record() -> None:
        History().add(trainer)

    pairs = [(1 / rate(record, 1), 1 / rate(trainer.run_epoch, 1)) for _ in range(REPEATS)]
    share = statistics.median(n_records * look / (n_epochs * epoch) for look, epoch in pairs)
    look, epoch = (statistics.median(column) * 1e3 for column in zip(*pairs, strict=True))
    return Row(
        f"measuring, {name}: {n_records} records in {n_epochs} epochs",
        f"{look:.2f} ms a record", f"{epoch:.2f} ms an epoch", f"{share:.0%}", "≤ 30 %", share <= 0.3,
    )  # fmt: skip
