"""The runs that lessons embed: those of the study pages, with fewer charts and no sidebar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.bias_variance.fits import SET
from core.figures.bias_variance.page import plot_bias_variance_page
from core.figures.bias_variance.parts import SCRUB
from core.figures.compare.page import plot_compare
from core.figures.cv.losses import plot_cv
from core.figures.double_descent.curves import NOISE, VALUE, plot_double_descent_page
from core.figures.peeking.winners import K, M, plot_optimism, plot_winners
from core.figures.playground.page import plot_playground
from core.figures.remedies.ablation import plot_ablation
from core.figures.series import plot_series
from core.lessons.lesson import Lesson, Predict, Run, Step, Try, Worked
from core.lessons.record import Record
from core.live.bias_variance.needs import LIVE as BIAS_LIVE
from core.live.bias_variance.needs import bias_variance_needs
from core.live.bias_variance.run import (
    bias_variance_run,
    bias_variance_work,
    check_bias_variance,
    name_of,
    texts_of,
    values_of,
)
from core.live.compare.needs import LIVE as COMPARE_LIVE
from core.live.compare.needs import compare_needs
from core.live.compare.run import compare_run, compare_work
from core.live.cv.needs import cross_validation_needs
from core.live.cv.run import cross_validation_run, cross_validation_work, found
from core.live.double_descent.needs import double_descent_needs
from core.live.double_descent.run import N_CLASSES, N_TRAIN, NOISES, VALUES, double_descent_run, double_descent_work
from core.live.peeking.needs import peeking_needs
from core.live.peeking.run import SHOWN_M as M_AT
from core.live.peeking.run import peeking_run, peeking_work
from core.live.playground.needs import LIVE, playground_needs
from core.live.playground.run import playground_run, playground_work
from core.live.remedies.needs import remedies_needs
from core.live.remedies.run import RemediesRun, check_study, part_works, remedies_of, remedies_work
from core.live.series import ARMS, SeriesRun, check_series, series_needs, series_work, works
from core.readings.bias_variance.parts import LABELS, places_of
from core.readings.strengths import positions
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import value_texts
from core.studies.compare.variants import chosen_variants
from core.studies.double_descent.random_features import WIDTHS
from core.studies.peeking.simulation import N_REPEATS, N_ROWS, N_SETTINGS
from core.words import raised, say
from pages.parts.compare.variants import message, sliders
from pages.parts.lessons.predictions import measured_order, predictions, with_prediction
from pages.shared import experiment as shared
from pages.shared.parts import LOSSES, STRENGTHS, ZEROS
from pages.shared.runs import RunPage
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub

# What their charts show before the run tells nothing of the answer, but what the question is about.
OPEN = ("playground", "series", "compare")
BUTTONS = ("run", "reset")
EPOCH = readout("epoch", say("Epoch"), say("Passes over the training points."))


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
    [readout("network", say("Network"), say("They train one after another."))], parts=works, check=check_series,
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
    [EPOCH, readout("networks", say("Networks"), say("Values of λ × folds, all trained at once."))],
)  # fmt: skip


def draw_remedies(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return every remedy in one chart."""
    pairs = [(remedy.key, remedy.label) for remedy in remedies_of(shared.current())]
    return [plot_ablation(snapshot.arrays, pairs, has_test=False)]


REMEDIES = RunPage(
    "remedies",
    "study",
    remedies_needs,
    remedies_work,
    partial(partial, RemediesRun),
    draw_remedies,
    [readout("progress", say("Done")), readout("left", say("Time left"), say("At the pace so far."))],
    parts=part_works,
    check=check_study,
)


def draw_peeking(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the winners as they looked and as they are."""
    k = len(N_SETTINGS) - 1
    return [plot_winners(snapshot.arrays, N_REPEATS, (k, M_AT)), plot_optimism(snapshot.arrays, N_SETTINGS, N_ROWS, k)]


PEEKING = RunPage(
    "peeking", "run", peeking_needs, peeking_work, partial(partial, peeking_run), draw_peeking,
    [EPOCH, *(readout(f"gap_{m}", say("Optimism, {m} rows", m=m), say("Percentage points.")) for m in N_ROWS)],
)  # fmt: skip


def draw_bias(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the parts of the risk, and the bundle of fits."""
    now, values = shared.current(), np.array(values_of(shared.current()))
    return plot_bias_variance_page(
        snapshot.arrays, values, name_of(now), texts_of(now), split_of(now.data), len(values) // 2, 0
    )


BIAS = RunPage(
    "bias_variance", "run", bias_variance_needs, bias_variance_work, partial(on_split, bias_variance_run), draw_bias,
    [EPOCH, *(readout(name, raised(LABELS[name])) for name in ("bias2", "variance_data", "risk"))],
    takes=lambda _: BIAS_LIVE, check=check_bias_variance,
)  # fmt: skip


def draw_descent(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return error and norm against width."""
    chosen = (1, 0, WIDTHS.index(N_TRAIN))
    return plot_double_descent_page(snapshot.arrays, WIDTHS, N_TRAIN, chosen, [str(c) for c in range(N_CLASSES)])


DESCENT = RunPage(
    "double_descent", "run", double_descent_needs, double_descent_work, partial(partial, double_descent_run), draw_descent,
    [readout("progress", say("Done")), readout("largest_norm", say("Largest norm"), say("Of the output weights."))],
)  # fmt: skip
PAGES: Mapping[str, RunPage] = {
    "playground": PLAYGROUND, "series": SERIES, "compare": COMPARE, "cv": CV, "remedies": REMEDIES, "peeking": PEEKING,
    "bias_variance": BIAS, "double_descent": DESCENT,
}  # fmt: skip


def axes_of(lesson: Lesson) -> list[dict[str, Any]]:
    """Return the sliders over what a lesson's run keeps in memory."""
    if lesson.study == "peeking":
        last = len(N_SETTINGS) - 1
        return [
            scrub(K, say("Settings tried, k"), N_SETTINGS, None, last, "", positions(N_SETTINGS).tolist()),
            scrub(M, say("Test rows, m"), N_ROWS, None, M_AT),
        ]
    if lesson.study == "double_descent":
        return [
            scrub(VALUE, say("Strength λ"), VALUES, value_texts(VALUES), 0, "", positions(VALUES).tolist()),
            scrub(NOISE, say("Wrong labels"), NOISES, [f"{share:.0%}" for share in NOISES], 1),
        ]
    if lesson.study == "bias_variance":
        now, values = shared.current(), values_of(shared.current())
        n_sets, places = now.bias_variance.n_sets, places_of(np.array(values), name_of(now)).tolist()
        return [
            scrub(SCRUB, say("Strength λ"), values, texts_of(now), len(values) // 2, "", places),
            scrub(
                SET,
                say("Training set"),
                range(n_sets),
                [say("{r} of {n_sets}", r=r + 1, n_sets=n_sets) for r in range(n_sets)],
            ),
        ]
    return []


def sliders_of(lesson: Lesson, step: Step) -> list[dict[str, Any]]:
    """Return the strengths that a step offers on its stage."""
    offered = step.sliders if isinstance(step, Run | Try) else ()
    known = sliders(shared.current()) if lesson.study == "compare" else STRENGTHS
    return [one for one in known if one["key"] in offered]


def page_of(lesson: Lesson, step: Step, said: Mapping[int, str]) -> RunPage:
    """Return what a lesson trains and shows at a step: before the run there is nothing to press; predictions are drawn on it."""
    at = lesson.steps.index(step)
    page, buttons = PAGES[lesson.study], () if isinstance(step, Predict | Worked) else BUTTONS
    return replace(
        page, name=f"lessons.{lesson.key}", slot="lesson", tells_state=True, buttons=buttons, can_rewind=False,
        draw=partial(draw_lesson, page.draw, lesson, dict(said), at), look=partial(look_of, lesson, dict(said), at),
        readouts=[one for one in page.readouts if one["name"] in lesson.readouts],
    )  # fmt: skip


def look_of(lesson: Lesson, said: Mapping[int, str], at: int, job: Job) -> str:
    """Return what the charts of a lesson depend on besides its run: what was predicted, and of an order what came out."""
    record = record_of(job)
    return repr(
        [(i, said[i], measured_order(question, record)) for i, question in predictions(lesson, said, at).items()]
    )


def record_of(job: Job) -> Record | None:
    """Return what a run has measured so far."""
    return None if job.latest is None else Record.of(job.latest)


def draw_lesson(
    draw: Callable[[Job, Snapshot], Sequence[go.Figure] | None],
    lesson: Lesson,
    said: Mapping[int, str],
    at: int,
    job: Job,
    snapshot: Snapshot,
) -> list[go.Figure] | None:
    """Return only the charts of a lesson, in their order, with what was predicted over them."""
    figures = draw(job, snapshot)
    if figures is None:
        return None
    by_name, record = {figure.layout.meta["name"]: figure for figure in figures}, record_of(job)
    for i, question in predictions(lesson, said, at).items():
        order = measured_order(question, record)
        by_name[question.drawn_on] = with_prediction(by_name[question.drawn_on], question, said[i], order)
    return [sized(by_name[name], "half" if len(lesson.charts) == 2 else "full") for name in lesson.charts]


def sized(figure: go.Figure, size: str) -> go.Figure:
    """Return a figure that takes this part of the width."""
    figure.layout.meta = {**figure.layout.meta, "size": size}
    return figure
