"""The runs that lessons embed: those of the study pages, with fewer charts and no sidebar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import plotly.graph_objects as go

from core.figures.compare.page import plot_compare
from core.figures.cv.losses import plot_cv
from core.figures.playground.page import plot_playground
from core.figures.series import plot_series
from core.lessons.lesson import Lesson, Predict, Step, Worked
from core.live.compare.needs import LIVE as COMPARE_LIVE
from core.live.compare.needs import compare_needs
from core.live.compare.run import compare_run, compare_work
from core.live.cv.needs import cross_validation_needs
from core.live.cv.run import cross_validation_run, cross_validation_work, found
from core.live.playground.needs import LIVE, playground_needs
from core.live.playground.run import playground_run, playground_work
from core.live.series import ARMS, SeriesRun, check_series, series_needs, series_work, works
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.compare.variants import chosen_variants
from pages.parts.compare.variants import message
from pages.shared import experiment as shared
from pages.shared.parts import LOSSES, ZEROS
from pages.shared.runs import RunPage
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout

BUTTONS = ("run", "reset")
EPOCH = readout("epoch", "Epoch", "Passes over the training points.")


def draw_playground(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of one network."""
    return plot_playground(snapshot.arrays, snapshot.meta["labels"], split_of(shared.current().data))


PLAYGROUND = RunPage(
    "playground", "run", playground_needs, playground_work, partial(on_split, playground_run), draw_playground,
    [EPOCH, *LOSSES, ZEROS], takes=lambda _: LIVE,
)  # fmt: skip


def draw_series(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the chart of several networks, one after another."""
    return [plot_series(snapshot.arrays, [arm.label for arm in ARMS])]


SERIES = RunPage(
    "series", "run", series_needs, series_work, partial(partial, SeriesRun), draw_series,
    [readout("network", "Network", "They train one after another.")], parts=works, check=check_series,
)  # fmt: skip


def draw_compare(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of penalties side by side."""
    now = shared.current()
    names = [(variant.key, variant.label) for variant in chosen_variants(now)]
    return plot_compare(snapshot.arrays, names, snapshot.meta["labels"], split_of(now.data), has_bands=False)


COMPARE = RunPage(
    "compare", "run", compare_needs, compare_work, partial(on_split, compare_run), draw_compare, [EPOCH],
    takes=lambda _: COMPARE_LIVE, message=message,
)  # fmt: skip


def draw_cv(job: Job, snapshot: Snapshot) -> list[go.Figure] | None:
    """Return the cross-validated curve, None before its job has told anything."""
    cv = found(job)
    return None if cv is None else [plot_cv(snapshot.arrays, cv.values, cv.param_name)]


CV = RunPage(
    "cv", "run", cross_validation_needs, cross_validation_work, partial(on_split, cross_validation_run), draw_cv,
    [EPOCH, readout("networks", "Networks", "Values of λ × folds, all trained at once.")],
)  # fmt: skip
PAGES: Mapping[str, RunPage] = {"playground": PLAYGROUND, "series": SERIES, "compare": COMPARE, "cv": CV}


def page_of(lesson: Lesson, step: Step) -> RunPage:
    """Return what a lesson trains and shows at a step: before the run there is nothing to press."""
    page, buttons = PAGES[lesson.study], () if isinstance(step, Predict | Worked) else BUTTONS
    return replace(
        page, name=f"lessons.{lesson.key}", slot="lesson", tells_state=True, buttons=buttons, can_rewind=False,
        draw=only(page.draw, lesson.charts),
        readouts=[one for one in page.readouts if one["name"] in lesson.readouts],
    )  # fmt: skip


def only(
    draw: Callable[[Job, Snapshot], Sequence[go.Figure] | None], names: Sequence[str]
) -> Callable[[Job, Snapshot], list[go.Figure] | None]:
    """Return what draws only the charts of these names, in their order."""

    def draw_some(job: Job, snapshot: Snapshot) -> list[go.Figure] | None:
        figures = draw(job, snapshot)
        if figures is None:
            return None
        by_name = {figure.layout.meta["name"]: figure for figure in figures}
        return [by_name[name] for name in names]

    return draw_some
