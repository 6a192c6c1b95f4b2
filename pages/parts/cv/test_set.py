"""After cross-validation: the refit on training and validation rows, and the one look at the locked test set."""

from functools import partial

import streamlit as st

from core.data import info_of
from core.figures.cv.fold_curves import plot_refit
from core.figures.cv.losses import plot_test
from core.figures.own_unit import in_unit
from core.live.cv.refit import opened, refit_run, refit_work
from core.measures.own_unit import unit_of
from core.readings.cv.losses import describe_test
from core.settings.experiment import Experiment
from core.stream.commands import Run
from core.stream.job import Job
from core.studies.base.cost import Work
from core.studies.base.values import value_texts
from core.studies.cv.cross_validation import CrossValidation
from core.studies.cv.peeking import Opening, look_in_words, peeking_in_words
from core.studies.cv.refit import CHOSEN_1SE, CHOSEN_MIN, candidates
from core.words import joined, say
from pages.shared import hand, jobs, studies
from pages.shared.language import tr, worded
from pages.shared.looks import add_look, count_looks
from pages.shared.parts import is_ready, say_failure
from pages.shared.say import tell, warn
from pages.shared.splits import on_split, split_of
from pages.shared.stage import Offer, Source, readout, stage
from pages.shared.widgets import among, hold

RULES = {CHOSEN_1SE: "λ_1se", CHOSEN_MIN: "λ_min"}
Order = tuple[str, str, dict[str, float]]  # the cross-validation, the rule, and the λ of each network to refit
STAGE, RULE, CHOSEN = "cv.refit", "cv.rule", "cv.chosen"
ORDER, SHOWN = "cv.refit.order", "cv.refit.shown"  # kept with the jobs


def show_refit(cv: CrossValidation, key: str) -> None:
    """Show the choice between λ_min and λ_1se, the refit, and the look at the test set. key: names the cross-validation."""
    st.subheader(tr("Refit, then one look at the test set"), anchor=False)
    st.caption(
        tr(
            "The folds have chosen λ. Now networks train on all training and validation rows: at the chosen λ, at "
            "the λ with the lowest training loss in the folds, and without a penalty. The test rows stay locked "
            "until you have said what you expect."
        )
    )
    order: Order | None = jobs.notes().get(ORDER)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    texts = dict(zip(cv.values.tolist(), value_texts(cv.values), strict=True))
    named = {
        CHOSEN_1SE: say("λ_1se = {value}, simpler", value=texts[cv.one_se]),
        CHOSEN_MIN: say("λ_min = {value}, lowest mean", value=texts[cv.best]),
    }
    with left:
        rule = st.session_state.get(CHOSEN, order[1] if order else CHOSEN_1SE)
        rules = list(RULES)
        held, at = among(rules, hold(RULE, rule, choose_rule)), rules.index(rule)
        st.radio(tr("Chosen λ"), rules, at, format_func=lambda rule: worded(named[rule]), horizontal=True, **held)
    with right:
        is_ordered = order is not None and order[:2] == (key, rule)
        st.button(
            tr("Refit at this λ"),
            key="cv.start_refit",
            width="stretch",
            disabled=is_ordered,
            help=tr("Once for each choice of λ."),
            on_click=order_refit,
            args=((key, rule, chosen_values(cv, rule)),),
        )
    if order is not None and is_ordered:
        follow_refit(cv, order)


def order_refit(order: Order) -> None:
    """Note which networks are to be refitted."""
    jobs.notes()[ORDER] = order


def choose_rule(rule: str) -> None:
    """Note which λ is to be refitted: the choice is hidden while the folds train again."""
    st.session_state[CHOSEN] = rule


def chosen_values(cv: CrossValidation, rule: str) -> dict[str, float]:
    """Return the λ of each network to refit, the chosen one first."""
    other = {CHOSEN_1SE, CHOSEN_MIN} - {rule}
    return {rule: candidates(cv)[rule], **{k: v for k, v in candidates(cv).items() if k not in other}}


def start(experiment: Experiment, order: Order, work: Work) -> Job:
    """Return the job of a refit: the one there is, or a new one, which begins at once."""
    before = jobs.own("refit")
    job = jobs.find("refit", repr(order), on_split(refit_run, experiment, order[2]), work)
    if job is not before:
        job.send(Run())
    return job


def follow_refit(cv: CrossValidation, order: Order) -> None:
    """Show the refit while it trains, and the test set once it has ended."""
    work = refit_work(cv.experiment, len(set(order[2].values())))
    if not studies.may_start(repr(order), [work], "refit"):
        return
    job = start(cv.experiment, order, work)
    snapshot = jobs.first_snapshot(job)
    if not is_ready(snapshot if snapshot is not None and snapshot.arrays else None, job, "refit"):
        return
    say_failure("refit")
    labels = list(order[2])
    look = last_look(order)
    figures = [plot_refit(snapshot.arrays, labels)]
    if look is not None:
        figures.append(plot_test(look.losses.labels, value_texts(look.losses.values), vars(look.losses)))
    unit = unit_of(split_of(cv.experiment.data))
    figures = [in_unit(figure, unit) for figure in figures]
    epochs = readout("epoch", say("Epoch"), say("Passes over all training and validation rows."))
    source, offer = Source(jobs.stream_path(job), repr(order), "refit"), Offer([epochs], buttons=(), can_rewind=False)
    hears = {"state": _nothing, "job": partial(take_job, order)}
    stage(STAGE, source, figures, offer, hears, revision=f"{order}{look and look.number}")
    if job.latest is not None and job.latest.meta["state"] in ("finished", "diverged"):
        show_test_set(cv, order, job, look)


def take_job(order: Order) -> None:
    """The stage found the refit that this browser tab had before a reload."""
    jobs.adopt("refit", hand.told(STAGE, "job"), repr(order))


def show_test_set(cv: CrossValidation, order: Order, job: Job, look: Opening | None) -> None:
    """Ask for an estimate, then open the test set; say what the looks so far mean."""
    n_looks = count_looks(cv.experiment)
    unit = unit_of(split_of(cv.experiment.data))
    if look is not None:
        tell(
            joined(
                [
                    look_in_words(look, unit),
                    describe_test(look.losses.labels, value_texts(look.losses.values), vars(look.losses), unit),
                ]
            )
        )
    if n_looks:
        is_synthetic = info_of(cv.experiment.data).is_synthetic
        error = None if look is None else look.test_error
        warn(peeking_in_words(n_looks, error, is_synthetic), icon=":material/visibility:")
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        expected = st.number_input(
            tr("Your estimate of the test loss at {rule}", rule=RULES[order[1]]),
            key=estimate_key(n_looks),
            min_value=0.0,
            value=None,
            format="%.4g",
            placeholder=tr("First say what you expect"),
            help=tr("Cross-validation's mean is what you have to go by."),
        )
    with right:
        label = say("Look again (look {n_looks})", n_looks=n_looks + 1) if n_looks else say("Open the test set")
        st.button(
            worded(label),
            disabled=expected is None,
            key="cv.look",
            width="stretch",
            on_click=open_test_set,
            args=(cv, order, job, n_looks),
        )


def estimate_key(n_looks: int) -> str:
    """Return the key of the field for the estimate before the next look: each look has its own, empty at first."""
    return f"cv.expected.{n_looks}"


def open_test_set(cv: CrossValidation, order: Order, job: Job, n_looks: int) -> None:
    """Look at the test rows, and count it. n_looks: those before; the second click of a double click is no further look."""
    expected, rule, notes = st.session_state.get(estimate_key(n_looks)), order[1], jobs.notes()
    if expected is None or count_looks(cv.experiment) != n_looks:
        return
    place = int((cv.values == order[2][rule]).argmax())
    mean, error = float(cv.mean[place]), float(cv.standard_error[place])
    losses = opened(job)
    if losses is None:
        return  # the refit is gone: that was no look
    notes[SHOWN] = (order, Opening(add_look(cv.experiment), rule, expected, mean, error, losses))


def last_look(order: Order) -> Opening | None:
    """Return the last look if it was at the networks of this refit."""
    shown = jobs.notes().get(SHOWN)
    return shown[1] if shown and shown[0] == order else None


def _nothing() -> None:
    """The rerun alone is wanted: it finds the refit at its end."""
