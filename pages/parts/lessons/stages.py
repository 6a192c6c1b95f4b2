"""The runs that lessons embed: those of the study pages, with fewer charts and no sidebar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import plotly.graph_objects as go

from core.figures.playground.page import plot_playground
from core.lessons.lesson import Lesson, Predict, Step, Worked
from core.live.playground.needs import LIVE, playground_needs
from core.live.playground.run import playground_run, playground_work
from core.stream.job import Job
from core.stream.snapshot import Snapshot
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
PAGES: Mapping[str, RunPage] = {"playground": PLAYGROUND}


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
