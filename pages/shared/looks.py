"""How often each test set was looked at in this browser tab, on all pages together; kept with the jobs, so over a reload."""

from core.settings.experiment import Experiment
from pages.shared import jobs
from pages.shared.away import LOOKS


def rows_of(experiment: Experiment) -> tuple[str, int]:
    """Return what names the test rows: of one data set and seed they are the same, whatever else changes."""
    data = experiment.data
    return f"{data.name} {data.table}".strip(), data.seed


def count_looks(experiment: Experiment) -> int:
    """Return how often this experiment's test rows were looked at."""
    return int(jobs.notes().get(LOOKS, {}).get(rows_of(experiment), 0))


def add_look(experiment: Experiment) -> int:
    """Count a look at this experiment's test rows, and return which one it is, from 1."""
    n_looks = count_looks(experiment) + 1
    jobs.notes().setdefault(LOOKS, {})[rows_of(experiment)] = n_looks
    return n_looks
