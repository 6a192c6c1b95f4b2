"""`import core` in programs that have their own way with torch: it changes no setting, and comes again on reload."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(program: str, folder: Path = ROOT) -> str:
    """Return what a program prints in a Python of its own."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


TRAIN = "core.train(core.Experiment(training={'n_epochs': 2}), progress=False)"


def test_it_changes_no_threads_comes_again_on_reload_and_trains_without_stderr() -> None:
    say = "print(torch.get_num_threads(), torch.get_num_interop_threads())"
    busy = "torch.set_num_threads(2); torch.set_num_interop_threads(3); torch.mm(torch.zeros(600, 600), torch.zeros(600, 600))"
    again = "import importlib; importlib.reload(core); sys.stderr = None; core.train(core.Experiment(training={'n_epochs': 2}))"
    program = f"import torch; {busy}\n{say}\nimport core\n{say}\n{TRAIN}\n{say}\n{again}\n{say}"
    first, *rest = run(program).split("\n")
    assert rest == 3 * [first]


def test_one_thread_is_set_by_who_asks_for_it_and_where_it_is_too_late_for_the_rest() -> None:
    program = "import torch; torch.set_num_threads(2); torch.set_num_interop_threads(3)"
    program += "; from core.engine.threads import use_one_thread as use; use(); use()"
    assert run(f"{program}; print(torch.get_num_threads(), torch.get_num_interop_threads())") == "1 3"


def test_the_app_trains_on_one_thread(tmp_path: Path) -> None:
    assert run("import app, torch; print(torch.get_num_threads(), torch.get_num_interop_threads())") == "1 1"
