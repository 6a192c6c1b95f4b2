"""Which way steps are computed in a process: decided once, told to its children, and never waited for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.engine.compiled import ready

ROOT = Path(__file__).parents[4]
TRAIN = (
    "import os; from core import Experiment, train;"
    "e = Experiment(data={'name': 'xor', 'n_train': 40}, training={'n_epochs': 3});"
    "a, b = (train(e, progress=False).parameters.tobytes() for _ in range(2));"
    "print(a == b, os.environ['OVERFIT_LAB_KERNEL'])"
)


def run(code, **environment):
    """Run a program in a process of its own; what it printed."""
    kept = {name: value for name, value in os.environ.items() if name != ready.VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=350
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_without_numba_torch_computes():
    assert run("import sys; sys.modules['numba'] = None; " + TRAIN) == ["True", "torch"]


def test_what_was_compiled_before_is_used_and_told_to_children():
    assert ready.load()
    assert run(TRAIN) == ["True", "compiled"]
    assert run(TRAIN, OVERFIT_LAB_KERNEL="torch") == ["True", "torch"]


@pytest.mark.timeout(400)  # it compiles
def test_where_nothing_is_compiled_yet_torch_computes_to_the_end_and_another_process_compiles(tmp_path):
    wait = "; import time; from core.engine.compiled import ready\nwhile not ready.is_kept(): time.sleep(0.1)\n"
    again = TRAIN.replace("import os; from core import Experiment, train;", "")
    first = run(TRAIN + wait + again, NUMBA_CACHE_DIR=str(tmp_path))  # also once it is there: a run repeats
    assert first == ["True", "torch"] * 2
    assert run(TRAIN, NUMBA_CACHE_DIR=str(tmp_path)) == ["True", "compiled"]


def test_where_nothing_can_be_kept_torch_computes():
    nowhere = "from numba.core.caching import CacheImpl; CacheImpl._locator_classes = []; "
    assert run(nowhere + TRAIN) == ["True", "torch"]


def test_another_word_is_refused(monkeypatch):
    monkeypatch.setenv(ready.VARIABLE, "fast")
    with pytest.raises(ValueError, match="OVERFIT_LAB_KERNEL: expected 'torch' or 'compiled', received 'fast'"):
        ready.is_on()


def test_a_process_follows_the_one_that_asks_it_for_a_piece(monkeypatch):
    monkeypatch.setenv(ready.VARIABLE, ready.TORCH)
    assert not ready.is_on()
    ready.follow(True)
    assert ready.is_on()
    ready.follow(False)
    assert not ready.is_on()


def test_import_of_core_loads_no_compiler():
    assert run("import sys, core; print('numba' in sys.modules)") == ["False"]
