"""Settings of all tests: one thread per kernel, as in the app, so that last digits do not depend on the machine; steps are
compiled, once before the first test; runs are put away in a folder of the tests' own; code that reads a sentence fails."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from core.engine.compiled import is_on
from core.engine.compiled.ready import COMPILED, VARIABLE
from core.engine.threads import use_one_thread
from core.words import Message

use_one_thread()
os.environ.setdefault("OVERFIT_LAB_WORKERS", "0")  # a test that wants some says so: several servers share the machine
if "OVERFIT_LAB_CHECKPOINTS" not in os.environ:
    os.environ["OVERFIT_LAB_CHECKPOINTS"] = folder = tempfile.mkdtemp(prefix="overfit-lab-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ.setdefault(VARIABLE, COMPILED)

ROOT = Path(__file__).resolve().parent.parent
OURS = (str(ROOT / "core"), str(ROOT / "pages"))
READING = (
    "replace",
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "removeprefix",
    "removesuffix",
    "startswith",
    "endswith",
)
READING += (
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "capitalize",
    "title",
    "find",
    "index",
    "splitlines",
    "count",
)


def refuse_reading(name):
    """Let a method of texts fail on a message when our own code calls it: in another language it would find nothing."""

    def read(self, *args, **kwargs):
        caller = sys._getframe(1).f_code.co_filename
        assert not caller.startswith(OURS), f"{caller} reads the sentence '{''.join((self,))}' by `{name}`"
        return getattr(str, name)(self, *args, **kwargs)

    setattr(Message, name, read)


for method in READING:
    refuse_reading(method)


def pytest_configure(config):
    """Compile before workers start, which then find the code in the cache."""
    if not hasattr(config, "workerinput"):
        is_on()
