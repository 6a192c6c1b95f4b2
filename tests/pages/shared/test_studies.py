"""Before a study that takes minutes every page says how long, and asks."""

import pytest

from core.live.compare import run as compare
from core.live.cv import run as cross_validation
from core.live.features import run as features
from core.live.path import run as path
from core.live.remedies import run as remedies
from core.studies.base.cost import ASK_S
from tests.pages.app import close, job, latest, now, open_link, run, said
from tests.pages.shared.test_say import PAGES

WORKS = {
    "path.py": lambda experiment: [path.path_work(experiment)],
    "cv.py": lambda experiment: [cross_validation.cross_validation_work(experiment)],
    "compare.py": lambda experiment: [compare.compare_work(experiment)],
    "features.py": lambda experiment: [features.features_work(experiment)],
    "remedies.py": remedies.part_works,
}


def seconds(script, experiment):
    return sum(work.seconds for work in WORKS[script](experiment))


@pytest.mark.parametrize("script", WORKS)
def test_a_long_study_asks_first_and_may_be_trained_anyway_or_for_fewer_epochs(script):
    start = PAGES[script]
    n_epochs = int(start.get("n_epochs") * 2 * ASK_S / seconds(script, start))  # twice what is taken without a question
    long = start.replace(n_epochs=n_epochs)
    page = open_link(script, long.to_query())
    assert any(f"{n_epochs:,} epochs" in said(warning) for warning in page.warning)
    assert job(page) is None and not page.get("bidi_component")
    page.button(key="lab.study.go").click()
    run(page)
    assert job(page) is not None and latest(page)["state"] == "paused" and page.get("bidi_component")
    close(page)
    page = open_link(script, long.to_query())
    page.button(key="lab.study.fewer").click()
    run(page)
    assert job(page) is not None and seconds(script, now(page)) <= ASK_S
    close(page)
