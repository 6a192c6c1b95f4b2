"""`python -m core.engine.compiled`: compile the steps now, so that whatever starts next finds them."""

import os

from core.engine.compiled.ready import COMPILED, VARIABLE, is_installed, load


def main() -> None:
    """Compile, a little more slowly than others who have something to do."""
    if hasattr(os, "nice"):
        os.nice(5)
    os.environ[VARIABLE] = COMPILED
    if not is_installed():
        print("Numba is not installed: torch computes all steps.")
    else:
        print("The steps are compiled." if load() else "The steps could not be compiled: torch computes them.")


if __name__ == "__main__":
    main()
