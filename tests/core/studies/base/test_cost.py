"""The one budget: it grows as the work does, is of the right order, and agrees with what a plan is cut into."""

import time
from dataclasses import replace

import pytest

from core import Experiment
from core.studies.base.cost import (
    MAX_BYTES,
    MAX_EPOCH_S,
    STACK_BYTES,
    STEP_S,
    check_work,
    duration,
    epochs_within,
    in_stacks,
    refusal,
    stack_bytes,
    work_of,
)
from core.studies.base.training import Training
from core.studies.path.sweep import plan_path

DIGITS = Experiment(
    data={"name": "digits", "n_train": 640},
    network={"hidden_sizes": [64]},
    training={"batch_size": 32, "n_epochs": 1000},
)
LARGEST = Experiment(data={"name": "digits", "n_train": 898}, network={"hidden_sizes": (512,) * 6})


def test_twice_the_epochs_or_the_members_are_twice_the_work():
    once = work_of(DIGITS, 10).seconds
    assert work_of(DIGITS.replace(n_epochs=2000), 10).seconds == pytest.approx(2 * once, rel=0.05)
    steps_s = 1000 * 20 * STEP_S
    assert work_of(DIGITS, 20).seconds - steps_s == pytest.approx(2 * (once - steps_s), rel=1e-9)


def test_stacks_pay_their_steps_apart():
    one = work_of(DIGITS.replace(batch_size=None), 2)
    assert replace(one, n_together=1).seconds - one.seconds == pytest.approx(1000 * STEP_S)


def test_a_plan_tells_the_work_that_its_experiment_does():
    plan = plan_path(DIGITS, "l1", [0.1] * 10)
    assert plan.work == work_of(DIGITS, 10)


def test_the_estimate_is_of_the_right_order():
    plan = plan_path(DIGITS.replace(n_epochs=20), "l1", [0.0] * 33)
    began = time.perf_counter()
    Training(plan).run()
    ratio = plan.work.seconds / (time.perf_counter() - began)
    assert 1 / 6 < ratio < 6  # the machine may be busy


@pytest.mark.parametrize("part", ["networks", "rows", "moments", "records", "units"])
def test_every_part_that_grows_takes_more_memory(part):
    work = replace(work_of(DIGITS, 33, n_shown=500), n_moments=40)
    more = {
        "networks": replace(work, n_members=66), "rows": replace(work, n_rows=5000), "moments": replace(work, n_moments=80),
        "records": replace(work, n_records=1000), "units": replace(work, sizes=(64, 128, 10)),
    }  # fmt: skip
    assert more[part].n_bytes > work.n_bytes + 500_000


def test_the_largest_network_is_allowed_with_full_batches_and_refused_row_by_row():
    check_work(work_of(LARGEST))
    with pytest.raises(ValueError, match=r"898 training points × 1,351,690 weights and biases at batch size 1 .* 5 s"):
        check_work(work_of(LARGEST.replace(batch_size=1)))


def test_too_many_large_networks_at_once_are_refused_for_their_memory():
    work = in_stacks(work_of(LARGEST, 34))
    assert work.epoch_s <= MAX_EPOCH_S and work.n_bytes > MAX_BYTES
    assert refusal(work).endswith(
        f"× 34 networks would hold about {work.n_bytes / 1e6:,.0f} MB, and at most 600 MB are allowed. Choose fewer networks "
        "(λ values, folds, repeats, starts), fewer units or fewer training points."
    )
    assert refusal(in_stacks(work_of(LARGEST, 5))) == ""


@pytest.mark.parametrize(("hidden", "n"), [((64,), 34), ((512, 512), 34), ((512,) * 6, 34)])
def test_a_plan_is_cut_as_the_budget_says_and_no_stack_is_too_large(hidden, n):
    experiment = LARGEST.replace(hidden_sizes=hidden)
    work = in_stacks(work_of(experiment, n))
    plan = plan_path(experiment, "l2", [0.1 + i for i in range(n)], memory_bytes=stack_bytes(work))
    assert plan.n_stacks == work.n_stacks and plan.work.n_together == work.n_together
    assert work.n_together == 1 or (work.epoch_s <= MAX_EPOCH_S and work.n_together * work.member_bytes <= STACK_BYTES)


def test_neighbours_stay_in_one_stack_where_they_fit():
    work = in_stacks(work_of(LARGEST.replace(hidden_sizes=(512,)), 340), 5)
    assert work.n_stacks > 1 and work.n_together % 5 == 0


def test_fewer_epochs_are_the_most_round_number_that_fits():
    work = work_of(DIGITS, 33)
    n = epochs_within([work], 10)
    assert replace(work, n_epochs=n).seconds <= 10 < replace(work, n_epochs=int(2.5 * n)).seconds
    assert epochs_within([work], 0) == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (42.4, "42 s"), (119, "2 min"), (7200, "2 h"), (260_000, "3 days")]
)
def test_durations_in_words(seconds, text):
    assert duration(seconds) == text
