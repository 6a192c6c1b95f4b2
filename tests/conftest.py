"""Settings of all tests: one thread per kernel, as in the app, so that last digits do not depend on the machine; runs are
put away in a folder of the tests' own."""

import os
import tempfile

from core.engine.threads import use_one_thread

use_one_thread()
os.environ.setdefault("OVERFIT_LAB_CHECKPOINTS", tempfile.mkdtemp(prefix="overfit-lab-tests-"))
