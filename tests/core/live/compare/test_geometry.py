"""The loss contours on Compare cost no more than their share of the budget, however large the network."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core import Experiment
from core.live.compare import geometry
from core.live.compare.geometry import CONTOURS_S, FEWEST_ROWS, GRIDS, fineness
from core.live.compare.run import compare_run, compare_work
from core.live.making import OnSplit

SIZES: list[tuple[str, int, tuple[int, ...]]] = [
    ("moons", 30, (8,)), ("moons", 300, (64, 64)), ("digits", 300, (128, 128)), ("digits", 899, (512, 512)),
    ("digits", 899, (512,) * 6),
]  # fmt: skip


def experiment_of(data: str, n_train: int, hidden_sizes: tuple[int, ...]) -> Experiment:
    return Experiment().replace(data=data, n_train=n_train, hidden_sizes=hidden_sizes)


@pytest.mark.parametrize("size", SIZES)
def test_points_and_rows_of_the_contours_stay_within_what_they_may_take(size: tuple[str, int, tuple[int, ...]]) -> None:
    work = compare_work(experiment_of(*size))
    n_grid, every = fineness(work)
    n_rows = -(-work.n_train // every) if every else 0
    assert n_grid in GRIDS and (n_rows == 0 or n_rows >= FEWEST_ROWS or n_rows == work.n_train)
    assert n_grid**2 * n_rows * replace(work, n_rows=1).look_s <= CONTOURS_S


@pytest.mark.parametrize("size", SIZES[:3])
def test_what_is_computed_for_the_contours_is_what_the_budget_counts(
    size: tuple[str, int, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    original = geometry.geometry_arrays

    def noted(
        trainer: object, member: int, pair: Sequence[object], path: np.ndarray, n_grid: int, every: int
    ) -> object:
        asked.append((n_grid, every))
        return original(trainer, member, pair, path, n_grid, every)  # type: ignore[arg-type]

    monkeypatch.setattr(geometry, "geometry_arrays", noted)
    experiment = experiment_of(*size)
    run = OnSplit(partial(compare_run), experiment)()
    shown = run.snapshot()
    assert asked == [fineness(compare_work(experiment))]
    assert shown.arrays["geometry_loss"].shape == (asked[0][0],) * 2
    run.snapshot()
    assert len(asked) == 1  # too soon for new ones
