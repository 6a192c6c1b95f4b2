"""A lesson's run without a page: the same live run that the page embeds, trained to its end, with the moves that it asks for.

`measure(LESSONS["gap"])` in a notebook gives the record that the lesson's rules read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.lessons.lesson import Lesson, Run
from core.lessons.record import Record
from core.live.bias_variance.run import bias_variance_run
from core.live.compare.run import compare_run
from core.live.cv.run import cross_validation_run
from core.live.double_descent.run import double_descent_run
from core.live.making import split_of
from core.live.path.run import path_run
from core.live.peeking.run import peeking_run
from core.live.playground.run import playground_run
from core.live.remedies.run import RemediesRun
from core.live.series import SeriesRun
from core.live.study import Obedient
from core.settings.experiment import Experiment
from core.stream import commands

SLICE_S = 0.05
MAKERS: Mapping[str, Callable[[Experiment], Obedient]] = MappingProxyType(
    {
        "playground": lambda now: playground_run(now, split_of(now.data)),
        "path": lambda now: path_run(now, split_of(now.data)),
        "cv": lambda now: cross_validation_run(now, split_of(now.data)),
        "compare": lambda now: compare_run(now, split_of(now.data)),
        "remedies": RemediesRun,
        "bias_variance": lambda now: bias_variance_run(now, split_of(now.data)),
        "double_descent": double_descent_run,
        "peeking": peeking_run,
        "series": SeriesRun,
    }
)


def measure(lesson: Lesson, seed: int = 0) -> Record:
    """Return the record of a lesson's runs, one after another with the moves that each asks for. seed: 0 is the lesson's own."""
    run = MAKERS[lesson.study](lesson.start(seed))
    for step in (step for step in lesson.steps if isinstance(step, Run)):
        for name, value in step.moves:
            run.obey(commands.Set(name=name, value=value))
        run.obey(commands.Run())
        while is_going_on(run):
            run.train_for(SLICE_S)
    return Record.of(run.snapshot())


def is_going_on(run: Obedient) -> bool:
    """Return whether a run trains on what a lesson reads; of the Remedies study that is its table."""
    return run.state == "running" and not (isinstance(run, RemediesRun) and run.table_run.is_done)
