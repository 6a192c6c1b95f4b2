"""What a page says of its work before anything is built agrees with what is built then."""

import json
import subprocess
import sys

import pytest

from core import Experiment
from core.data import load_split
from core.live.compare import run as compare
from core.live.cv import refit
from core.live.cv import run as cross_validation
from core.live.features import run as features
from core.live.path import rates
from core.live.path import run as path
from core.live.playground import run as playground
from core.live.remedies import run as remedies
from core.studies.compare.variants import TASK as COMPARE
from core.studies.features.selection import TASK as FEATURES
from core.studies.remedies.remedy import POINTS

DIGITS = Experiment(
    data={"name": "digits", "n_train": 640}, network={"hidden_sizes": [64]},
    training={"batch_size": 32, "n_epochs": 20}, study={"values": (0.0, 0.001, 0.01)},
)  # fmt: skip
WIDE = DIGITS.replace(hidden_sizes=(512, 512), batch_size=None, values=tuple(i / 1000 for i in range(40)))
RATES = {f"r{i}": i / 100 for i in range(3)}
PLANS = {
    "playground": (playground.playground_work, playground.playground_run, DIGITS),
    "path": (path.path_work, path.path_run, DIGITS),
    "path in stacks": (path.path_work, path.path_run, WIDE),
    "warm path": (path.path_work, path.path_run, DIGITS.replace(path_start="warm")),
    "rates": (rates.rates_work, rates.rates_run, DIGITS),
    "cv": (cross_validation.cross_validation_work, cross_validation.cross_validation_run, DIGITS),
    "cv in stacks": (
        cross_validation.cross_validation_work, cross_validation.cross_validation_run, WIDE.replace(n_splits=3),
    ),
    "refit": (
        lambda e: refit.refit_work(e, 3), lambda e, s: refit.refit_run(e, s, RATES), DIGITS,
    ),
    "compare": (compare.compare_work, compare.compare_run, COMPARE.replace(n_starts=2)),
    "features": (features.features_work, features.features_run, FEATURES),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_the_work_said_beforehand_is_that_of_the_plan(name):
    work_of, make_run, experiment = PLANS[name]
    said, plan = work_of(experiment), make_run(experiment, load_split(experiment.data)).training.plan
    built = plan.work
    same = ("n_members", "n_together", "n_stacks", "sizes", "n_rows", "batch_size", "n_versions", "n_parameters")
    assert {n: getattr(said, n) for n in same} == {n: getattr(built, n) for n in same}
    assert abs(said.n_train - built.n_train) <= 2  # folds of classes are uneven by a row
    assert said.seconds == pytest.approx(built.seconds, rel=0.05)


def test_the_parts_of_remedies_count_all_networks():
    experiment = POINTS.replace(tune_remedies=True)
    works = remedies.part_works(experiment)
    assert [work.n_members for work in works] == list(remedies.count_networks(experiment).values())
    first = works[1]
    run = remedies.RemediesRun(POINTS)
    assert first.n_members == sum(stack.trainer.stack.n_members for stack in run.table_run.stacks.values())
    assert remedies.remedies_work(experiment).n_bytes == max(work.n_bytes for work in works)


MEASURE = """
import json, sys
from tests.benchmarks.budget import measure
print(json.dumps(measure(sys.argv[1], sys.argv[2], 0.5)))
"""


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("playground", "data=digits&n_train=899&hidden_sizes=512-512-512-512-512-512"),
        ("path", "data=digits&n_train=100&hidden_sizes=256-256&values=0,0.001,0.01,0.1"),
    ],
)
def test_the_bytes_of_a_large_job_are_near_what_a_process_holds_for_it(page, query):
    command = [sys.executable, "-c", MEASURE, page, query]
    measured = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
    if measured["bytes"] is None:
        pytest.skip("the system does not tell how much memory a process holds")
    ratio = measured["said"]["bytes"] / measured["bytes"]
    assert 0.5 < ratio < 3
