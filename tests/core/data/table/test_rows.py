"""Who trains and who judges: groups stay whole, time runs forward, equal rows stay together."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.table.rows import divide, divide_by_time, same_rows, together


def test_without_anything_it_is_the_division_of_the_bundled_sets() -> None:
    order = np.random.default_rng(0).permutation(50)
    train, val, test = divide(order, None, None, 0.3)
    assert np.array_equal(test, order[:10]) and np.array_equal(val, order[35:]) and np.array_equal(train, order[10:35])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("has_classes", [False, True])
def test_no_group_is_on_two_sides_and_each_row_on_one(seed: int, has_classes: bool) -> None:
    rng = np.random.default_rng(seed)
    units = rng.integers(0, 30, 300)
    classes = rng.integers(0, 3, 300) if has_classes else None
    parts = divide(rng.permutation(300), units, classes, 0.2)
    assert sorted(np.concatenate(parts)) == list(range(300))
    sides = [set(units[part]) for part in parts]
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert all(len(part) >= 15 for part in parts)
    assert abs(len(parts[2]) - 60) <= 35


def test_classes_are_divided_alike() -> None:
    classes = np.repeat([0, 1, 2], [10, 100, 890])
    parts = divide(np.random.default_rng(0).permutation(1000), None, classes, 0.2)
    assert [np.bincount(classes[part]).tolist() for part in parts] == [[6, 60, 534], [2, 20, 178], [2, 20, 178]]


def test_the_first_training_rows_are_of_all_classes() -> None:
    classes = np.repeat([0, 1], [50, 150])
    train, _, _ = divide(np.random.default_rng(0).permutation(200), None, classes, 0.2)
    assert np.bincount(classes[train[:40]]).tolist() == [10, 30]


def test_time_runs_forward_and_equal_times_are_on_one_side() -> None:
    days = np.random.default_rng(0).integers(0, 40, 200).astype(float)
    train, val, test = divide_by_time(days, 0.2)
    assert days[train].max() < days[val].min() and days[val].max() < days[test].min()
    assert sorted(np.concatenate([train, val, test])) == list(range(200))
    assert np.array_equal(days[train], np.sort(days[train])[::-1])
    assert abs(len(test) - 40) <= 5 and abs(len(val) - 40) <= 8


def test_by_hand_together() -> None:
    assert together(np.array([3, 0, 2, 1]), np.array([0, 1, 2, 1])).tolist() == [3, 1, 0, 2]


def test_equal_rows_have_equal_numbers_and_gaps_are_equal() -> None:
    a, b = np.array([1.0, 1.0, np.nan, np.nan, 0.0, -0.0]), np.array([1, 2, 3, 3, 4, 4])
    units = same_rows([a, b])
    assert units[2] == units[3] and units[4] == units[5] and len(set(units)) == 4


def test_a_group_of_most_rows_trains() -> None:
    units = np.append(np.zeros(50, dtype=int), np.arange(1, 11))
    train, val, test = divide(np.random.default_rng(0).permutation(60), units, None, 0.2)
    assert set(range(50)) <= set(train) and len(val) >= 4 and len(test) >= 4
    assert sorted(np.concatenate([train, val, test])) == list(range(60))
