"""What a study declares as live is told to its run, and then acts as if the run had begun with it."""

import pytest

from core.data import load_split
from core.stream.commands import Run
from core.studies.compare.variants import VARIANTS
from pages.parts.compare.variants import message
from pages.shared import hand
from tests.core.live.test_needs import STUDIES, differences, other, trained
from tests.pages.app import close, job, now, open_link

LIVE = [
    (study, name)
    for study in ("playground", "path l2", "path elastic", "compare", "features", "bias_variance")
    for name in STUDIES[study][0](STUDIES[study][2]).live
]


@pytest.mark.parametrize(("study", "name"), LIVE)
def test_a_live_setting_that_is_told_acts_as_if_the_run_had_begun_with_it(study, name):
    _, make_run, start = STUDIES[study]
    if study == "compare":
        start = start.replace(variants=[v.key for v in VARIANTS if v.setting == name] or ["l1_proximal", "l2"])
    changed = start.replace(**{name: other(start, name)})
    command = (message if study == "compare" else hand.plain_message)(changed, name)
    assert command is not None
    run = make_run(start, load_split(start.data))
    run.obey(command)
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    told, expected = run.snapshot().arrays, trained(make_run, start)
    assert differences(told, expected)
    # The curves' values at epoch 0 were written before it was told.
    assert set(differences(told, trained(make_run, changed))) <= {"penalty", "objective"}


NEEDS = {f"{name}.py": STUDIES[study] for name, study in {
    "playground": "playground", "path": "path l2", "cv": "cv l2", "compare": "compare", "features": "features",
    "remedies": "remedies", "bias_variance": "bias_variance",
    "double_descent": "double_descent", "peeking": "peeking",
}.items()}  # fmt: skip


@pytest.mark.parametrize("script", [*NEEDS, "map"])
def test_a_page_s_job_has_the_key_of_what_its_study_needs(script):
    make_needs, _, start = NEEDS.get(script, STUDIES["rates"])
    start = start.replace(path_view="rates") if script == "map" else start
    page = open_link("path.py" if script == "map" else script, start.to_query())
    found = job(page, "run" if script == "playground.py" else "study")
    assert found is not None and found.key == make_needs(now(page)).key
    close(page)
