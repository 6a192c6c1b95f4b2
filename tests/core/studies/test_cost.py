"""The estimate grows as the work does, and is of the right order."""

import time

import pytest

from core import Experiment
from core.studies.cost import STEP_S, duration, epochs_within, estimate_seconds, result_bytes
from core.studies.path import plan_path
from core.studies.training import Training

DIGITS = Experiment(
    data={"name": "digits", "n_train": 640},
    network={"hidden_sizes": [64]},
    training={"batch_size": 32, "n_epochs": 1000},
)


def test_twice_the_epochs_or_the_members_are_twice_the_work():
    once = estimate_seconds(plan_path(DIGITS, "l1", [0.1] * 10))
    assert estimate_seconds(plan_path(DIGITS.replace(n_epochs=2000), "l1", [0.1] * 10)) == pytest.approx(
        2 * once, rel=0.05
    )
    steps_s = 1000 * 20 * STEP_S
    twice = estimate_seconds(plan_path(DIGITS, "l1", [0.1] * 20))
    assert twice - steps_s == pytest.approx(2 * (once - steps_s), rel=1e-9)


def test_full_batch_makes_one_step_an_epoch_and_stacks_pay_their_steps_apart():
    full = DIGITS.replace(batch_size=None)
    one, two = (plan_path(full, "l1", [0.1, 0.2], memory_bytes=size) for size in (1 << 30, 1))
    assert estimate_seconds(two) - estimate_seconds(one) == pytest.approx(1000 * STEP_S)


def test_the_order_of_magnitude_is_right():
    plan = plan_path(DIGITS.replace(n_epochs=10), "l1", [1e-4] * 33)
    began = time.perf_counter()
    Training(plan).run()
    ratio = estimate_seconds(plan) / (time.perf_counter() - began)
    assert 0.05 < ratio < 20


def test_what_the_trained_networks_take_by_hand():
    # 64 inputs to 64 hidden to 10 classes, with biases, and two masks over the rows, all in float32, twenty of them.
    plan = plan_path(DIGITS, "l1", [0.1] * 20)
    n_rows = len(plan.split.y_train) + len(plan.split.y_val)
    assert result_bytes(plan) == 20 * 4 * (65 * 64 + 65 * 10 + 2 * n_rows)


def test_fewer_epochs_fit_into_the_time_there_is():
    plan = plan_path(DIGITS.replace(n_epochs=1_000_000), "l1", [0.1] * 20)
    n_epochs = epochs_within(plan, 60)
    fits, next_step = (plan_path(DIGITS.replace(n_epochs=n), "l1", [0.1] * 20) for n in (n_epochs, 3 * n_epochs))
    assert estimate_seconds(fits) <= 60 < estimate_seconds(next_step)
    assert epochs_within(plan, 1e-6) == 0
    assert epochs_within(fits, 1e9) < n_epochs  # fewer than it has


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (42.4, "42 s"), (119, "2 min"), (7200, "2 h"), (260_000, "3 days")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text
