"""Whether steps are compiled in this process: decided once, at the first need, and from then on the same for all runs.

Compiling takes some ten seconds, once on a machine: the code is kept in Numba's cache (beside these files, or in the user's
cache folder where these cannot be written). A process that finds it there computes with it. One that does not computes with
torch to its end, and has another process compile it meanwhile for those that come: nobody waits, and no two runs of a
process differ because one began a little later. `python -m core.engine.compiled` compiles at once; `make run` does so.

OVERFIT_LAB_KERNEL=torch says torch, =compiled says compiled, at once if need be. The decision is written there, so that the
processes started by this one compute as it does; those that were there already are told, see `follow`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import platform
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from core.settings.words import written
from core.words import say

VARIABLE = "OVERFIT_LAB_KERNEL"
TORCH, COMPILED = "torch", "compiled"
ROOT = Path(__file__).parents[3]
SOURCES = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "schedule.py")
COMMAND = (sys.executable, "-m", "core.engine.compiled")
GIVE_UP_S = 600.0  # of compiling in the background

log = logging.getLogger(__name__)
_DECIDING = threading.Lock()


def is_on() -> bool:
    """Return whether this process computes with compiled steps where they suit."""
    with _DECIDING:
        told = os.environ.get(VARIABLE, "")
        if told not in ("", TORCH, COMPILED):
            raise ValueError(
                say("{name}: expected 'torch' or 'compiled', received {told}", name=VARIABLE, told=written(told))
            )
        is_compiled = told != TORCH and is_installed() and (told == COMPILED or is_kept()) and load()
        if not told and not is_compiled and is_installed():
            compile_in_background()
        os.environ[VARIABLE] = COMPILED if is_compiled else TORCH
        return is_compiled


def follow(is_compiled: bool) -> None:
    """Compute from now on as another process does that has asked for a piece of its work."""
    with _DECIDING:
        os.environ[VARIABLE] = COMPILED if is_compiled else TORCH


@cache
def is_installed() -> bool:
    """Return whether Numba is there."""
    return importlib.util.find_spec("numba") is not None


@cache
def load() -> bool:
    """Load the steps, compiled now where they are not kept; False, with a line in the log, where that fails."""
    try:
        from core.engine.compiled.steps import prepare

        prepare()
        with suppress(OSError):
            marker().touch()
    except Exception as error:  # of a compiler, on a machine that nobody has tried: the app works without
        log.warning("steps are not compiled, torch computes them: %s", error)
        return False
    return True


def is_kept() -> bool:
    """Return whether the compiled steps of these files, for this processor, are in the cache."""
    try:
        return marker().exists()
    except Exception as error:  # Numba found no folder that it can write
        log.warning("compiled steps cannot be kept, torch computes: %s", error)
        return False


def marker() -> Path:
    """Return the file that says so: its name tells of sources, versions and processor, and it lies where Numba keeps the code."""
    import llvmlite.binding
    import numba

    from core.engine.compiled.steps import train

    told = [platform.python_version(), numba.__version__, llvmlite.binding.get_host_cpu_name()]
    told += [f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in SOURCES]
    key = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    return Path(train.stats.cache_path) / f"compiled-{key}.ready"


def compile_in_background() -> None:
    """Have another process compile the steps, and do not wait for it."""

    def work() -> None:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                COMMAND, cwd=ROOT, timeout=GIVE_UP_S, check=False, env={**os.environ, VARIABLE: COMPILED},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    threading.Thread(target=work, name="lab-compiler", daemon=True).start()
