"""Settings of all tests: one thread per kernel, as in the app, so that last digits do not depend on the machine; steps are
compiled, once before the first test; runs are put away in a folder of the tests' own."""

import os
import tempfile

from core.engine.compiled import is_on
from core.engine.compiled.ready import COMPILED, VARIABLE
from core.engine.threads import use_one_thread

use_one_thread()
os.environ.setdefault("OVERFIT_LAB_WORKERS", "0")  # a test that wants some says so: several servers share the machine
os.environ.setdefault("OVERFIT_LAB_CHECKPOINTS", tempfile.mkdtemp(prefix="overfit-lab-tests-"))
os.environ.setdefault(VARIABLE, COMPILED)


def pytest_configure(config):
    """Compile before workers start, which then find the code in the cache."""
    if not hasattr(config, "workerinput"):
        is_on()
