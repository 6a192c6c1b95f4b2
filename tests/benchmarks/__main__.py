"""Speed of the engine against the usual PyTorch loop, in one run on one core: `make bench`. Medians of five.

Each row prints model-steps per second of both and their ratio; the table is also written to bench.txt.
"""

import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch

from core import Experiment
from core.data import load_split
from core.engine import Members, Trainer
from core.studies.fit import _pool

REPEATS = 5
SECONDS = 0.6


def rate(step: Callable[[], object], n_models: int) -> float:
    """Return model-steps per second of `step`, measured for SECONDS after a warm-up."""
    for _ in range(20):
        step()
    n_steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        step()
        n_steps += 1
    return n_steps * n_models / (time.perf_counter() - began)


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
        rows = state["order"][state["start"] : state["start"] + batch_size]
        state["start"] += batch_size
        loss = loss_of(model(X[rows]), targets[rows])
        loss = loss + sum(1e-3 * w.abs().sum() + 1e-3 * w.square().sum() for w in weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def stack(experiment: Experiment, n_members: int) -> Callable[[], bool]:
    """Return one step of a stack of `n_members` networks."""
    pool = _pool(experiment, None, "float32", n_members)
    members = Members.from_configs(experiment.regularization, experiment.training, pool.X.dtype, n_members)
    return Trainer(experiment.network, experiment.regularization, experiment.training, pool, members).step


def main() -> None:
    """Measure, print and write the table."""
    penalties = {"l1": 1e-3, "l2": 1e-3}
    toy = Experiment(
        data={"name": "xor", "n_train": 250, "noise_std": 0.3},
        network={"hidden_sizes": [8, 8]},
        regularization=penalties,
        training={"batch_size": 10, "learning_rate": 0.003},
    )
    digits = Experiment(
        data={"name": "digits", "n_train": 640},
        network={"hidden_sizes": [64]},
        regularization=penalties,
        training={"batch_size": 32, "learning_rate": 0.003},
    )
    lines = ["| what | usual loop /s | stack /s | ratio | target |", "|---|---|---|---|---|"]
    rows = [
        ("M = 1, 2-8-8-1, batch 10", toy, 1, 5),
        ("M = 33, 64-64-10 digits, batch 32", digits, 33, 20),
        ("M = 33, 2-8-8-1, batch 10", toy, 33, 60),
    ]
    for name, experiment, n_members, target in rows:
        pairs = [
            (rate(usual_loop(experiment), 1), rate(stack(experiment, n_members), n_members)) for _ in range(REPEATS)
        ]
        ratio = statistics.median(ours / theirs for theirs, ours in pairs)
        theirs, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
        lines.append(f"| {name} | {theirs:,.0f} | {ours:,.0f} | {ratio:.1f} | {target} |")
        print(lines[-1], flush=True)
    Path("bench.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
