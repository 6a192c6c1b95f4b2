"""Speed of the Compare page: six variants in one stack against six runs one after the other, and its drawing in Chromium."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

from core.data import load_split
from core.settings.experiment import Experiment
from core.studies.base.training import Training
from core.studies.compare.variants import TASK, chosen_variants, make_training, strengths_in
from core.studies.playground.fit import make_training as make_single
from tests.benchmarks.browser import BUILT, PRESS_RUN, WATCH, WINDOW_MS, at_least, chromium, open_page, serving
from tests.benchmarks.table import Row

REPEATS = 5
EPOCHS = 60
SIX = TASK.replace(variants=("none", "l1_proximal", "l1_subgradient", "l2", "elastic_net", "dropout"))
QUERY = "&".join(f"{name}={value}" for name, value in SIX.replace(n_epochs=100_000).to_query().items())


def rows() -> Iterator[Row]:
    """Yield the Compare page's part of the table."""
    yield ratio_row("moons 32-32, batch 20", SIX)
    digits = SIX.replace(data="digits", n_train=300, hidden_sizes=(64,), batch_size=32)
    # The target is the page's own task; where matrix products take most of the time, a stack has less to spare.
    yield replace(ratio_row("digits 64-64-10, batch 32", digits), target="", is_met=None)
    with serving("app.py") as server, chromium() as browser:
        page = open_page(browser, f"{server.address}/compare?{QUERY}", ready=BUILT)
        page.evaluate(PRESS_RUN)
        seen = [page.evaluate(WATCH, WINDOW_MS) for _ in range(REPEATS)]
        yield at_least("Compare, six variants: drawn updates", statistics.median(draws for draws, _ in seen), 6, "/s")
        page.context.close()


def ratio_row(what: str, experiment: Experiment) -> Row:
    """Measure epochs of all six, records included, in turn with six single runs one after the other."""
    split = load_split(experiment.data)
    alone = [make_single(as_single(experiment, variant), split) for variant in chosen_variants(experiment)]
    together = make_training(experiment, split)
    pairs = []
    for _ in range(REPEATS):
        ours = seconds_for(together)
        pairs.append((sum(seconds_for(each) for each in alone), ours))
    ratio = statistics.median(theirs / ours for theirs, ours in pairs)
    theirs, ours = (statistics.median(column) * 1e3 / EPOCHS for column in zip(*pairs, strict=True))
    return Row(
        f"six variants, {what}", f"{ours:.2f} ms an epoch", f"one after the other {theirs:.2f} ms", f"{ratio:.1f} x", "3 x",
        ratio >= 3,
    )  # fmt: skip


def as_single(experiment: Experiment, variant) -> Experiment:  # type: ignore[no-untyped-def]
    """Return the same network alone, with a variant's strengths."""
    method = "proximal" if variant.is_proximal else "subgradient"
    return experiment.replace(l1_method=method, **strengths_in(experiment, variant))


def seconds_for(training: Training) -> float:
    """Return how long the next epochs of a training take."""
    began, last = time.perf_counter(), training.n_epochs_done + EPOCHS
    while training.n_epochs_done < last:
        training.step()
    return time.perf_counter() - began
