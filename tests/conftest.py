"""Settings of all tests: one thread per kernel, as in the app, so that last digits do not depend on the machine."""

from core.engine.threads import use_one_thread

use_one_thread()
