"""Every loss that is said of measured values is said in their own unit too: in verdicts, banners and texts for screen readers."""

import re
from collections.abc import Iterator

import pytest

from core.data import load_split
from core.live.compare.run import compare_run
from core.live.cv.refit import refit_run
from core.live.cv.run import cross_validation_run
from core.live.path.rates import rates_run
from core.live.path.run import path_run
from core.live.playground.run import playground_run
from core.live.run import LiveRun
from core.settings.experiment import Experiment
from core.stream.commands import Run, StopAt

MEASURED = Experiment(
    data={"name": "diabetes", "n_train": 60}, network={"hidden_sizes": [6]}, training={"n_epochs": 30},
    grid={"values": (0.0, 0.01, 0.1)}, folds={"n_splits": 3},
)  # fmt: skip
RUNS = {
    "playground": playground_run,
    "path": path_run,
    "rates": rates_run,
    "cv": cross_validation_run,
    "compare": compare_run,
    "refit": lambda experiment, split: refit_run(experiment, split, {"λ_min": 0.01, "λ_1se": 0.1}),
}
# Losses are written with three decimals; so are gaps, which have a sign, and standard errors.
LOSS = re.compile(r"(?<![+\-−])(?<!± )(?<!error )\b\d+\.\d{3}\b(?! (?:\(off by|±))")


def done(run: LiveRun) -> LiveRun:
    run.obey(Run())
    while run.state == "running":
        run.train_for(1.0)
    return run


def sentences(meta: dict) -> Iterator[str]:
    """Give what is said in a snapshot or of one of its members."""
    yield from meta.get("descriptions", {}).values()
    for said in (meta.get("verdict"), meta.get("banner")):
        if said:
            yield said["text"]
    for member in meta.get("members", ()):
        yield from sentences(member)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_said_of_a_loss_is_said_in_the_unit_of_the_target(name: str) -> None:
    run = done(RUNS[name](MEASURED, load_split(MEASURED.data)))
    said = [str(text) for text in sentences(run.snapshot().meta)]
    assert any("(off by " in text for text in said)
    bare = [text for text in said if "loss" in text.lower() and LOSS.search(text)]
    assert bare == []


def test_why_a_run_has_stopped_is_said_in_the_unit() -> None:
    run = playground_run(MEASURED.replace(n_epochs=5000), load_split(MEASURED.data))
    run.obey(StopAt(when="train_loss", value=0.4))
    done(run)
    assert re.search(r"come down to 0\.\d+ \(off by [\d.]+\), as you asked", str(run.stopped_why))
