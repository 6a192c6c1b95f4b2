"""Which studies run in a process of their own: no page's own example, for a process takes seconds to start."""

from pathlib import Path

import pytest

from core.live.compare.run import compare_work
from core.live.cv.run import cross_validation_work
from core.live.features.run import features_work
from core.live.path.rates import rates_work
from core.live.path.run import path_work
from core.live.playground.run import playground_work
from core.live.remedies.run import remedies_work
from core.presets import PRESETS, START
from core.settings.experiment import Experiment
from core.studies.base.cost import Work
from core.studies.compare import variants as compare
from core.studies.features import selection as features
from core.studies.remedies import remedy as remedies
from pages.shared.jobs import LANE_BYTES, LANE_ONCE_S, LANE_STEP_S, is_heavy

OWN = {
    "compare": compare_work(compare.TASK),
    "rates": rates_work(START),
    **{f"remedies {i}": remedies_work(task) for i, task in enumerate((remedies.POINTS, remedies.DIGITS))},
    **{
        f"features {i}": features_work(task)
        for i, task in enumerate((features.TASK, features.CLASSES, features.VOWELS, features.DIGITS))
    },
    **{
        f"{name} {work.__name__}": work(preset.experiment)
        for name, preset in PRESETS.items()
        for work in (playground_work, path_work, cross_validation_work)
    },
}


@pytest.mark.parametrize("name", OWN)
def test_no_page_starts_a_process_for_its_own_example(name: str) -> None:
    assert not is_heavy(OWN[name])


HEAVY = Experiment().replace(data="digits", n_train=899, hidden_sizes=(512,) * 4)


@pytest.mark.parametrize(
    "work",
    [path_work(HEAVY.replace(values=(0.0, 1e-3, 1e-2))), cross_validation_work(START.replace(hidden_sizes=(256, 256)))],
)
def test_what_would_hold_up_the_others_runs_in_a_process_of_its_own(work: Work) -> None:
    assert is_heavy(work)


def test_the_readme_names_the_bounds() -> None:
    words = " ".join((Path(__file__).parents[3] / "README.md").read_text().split())
    bounds = (
        f"steps above {LANE_STEP_S:g} s, a start or snapshots above {LANE_ONCE_S:g} s, or above {LANE_BYTES / 1e6:g} MB"
    )
    assert bounds in words
