"""Rows are computed once for all reruns, sessions and jobs, and nobody writes to them."""

import numpy as np
import pytest

from core.data import load_split
from core.live import making
from core.presets import CV_START, START
from core.stream.commands import Run
from core.studies.compare.variants import TASK as COMPARE
from core.studies.features.selection import TASK as FEATURES
from pages.shared import splits
from tests.pages.app import close, job, open_link, run

PAGES = {
    "playground.py": START, "path.py": START, "cv.py": CV_START, "compare.py": COMPARE, "features.py": FEATURES,
}  # fmt: skip


@pytest.mark.parametrize("script", PAGES)
def test_a_page_computes_its_rows_once_and_a_rerun_none(script, monkeypatch):
    asked = []
    monkeypatch.setattr(making, "load_split", lambda config: asked.append(config) or load_split(config))
    splits.shared_split.cache_clear()
    page = open_link(script, PAGES[script].replace(n_epochs=3, data_seed=77).to_query())
    assert 1 <= len(asked) <= 2  # page and job may ask at the same time
    asked.clear()
    run(run(page))
    assert asked == []
    close(page)


def test_training_writes_to_no_row():
    experiment = PAGES["playground.py"].replace(n_epochs=3)
    page = open_link("playground.py", experiment.to_query())
    job(page, "run").send(Run())
    version = -1
    while (snapshot := job(page, "run").wait(version, 60)).meta["state"] != "finished":
        version = snapshot.version
    shared, fresh = splits.split_of(experiment.data), load_split(experiment.data)
    for name, array in vars(fresh).items():
        if isinstance(array, np.ndarray):
            np.testing.assert_array_equal(getattr(shared, name), array)
    close(page)


def test_what_is_kept_is_bounded():
    assert splits.shared_split.cache_info().maxsize == making.MAX_KEPT
