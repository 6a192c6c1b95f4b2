"""The sidebar that describes an experiment: a few settings first, the rest under "More". Every page uses it as it is."""

from collections.abc import Collection

import streamlit as st

from core.data import DATASETS, DatasetInfo, info_of
from core.data.drawn import LABELS, PLANE, REACH, is_drawn, with_points
from core.data.own import LABEL, OWN
from core.settings.experiment import DataConfig, field_of, label_of
from core.settings.penalties import PENALTIES
from core.telling import with_data
from core.words import say
from pages.shared import experiment as shared
from pages.shared import tables
from pages.shared.language import tr, worded
from pages.shared.pictures import choose_by_picture
from pages.shared.say import plain
from pages.shared.widgets import hold, select, setting, take

POINTS = (5, 10, 20, 50, 100, 200, 500)
SHAPES = ((), (8,), (8, 8), (64,), (64, 64), (128, 128, 128), (512,) * 6)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
BATCHES = (None, 1, 10, 32, 128)
STRENGTHS = (0.0, 0.0001, 0.001, 0.01, 0.1, 1.0)
EPOCHS = (100, 300, 1000, 3000, 20_000, 100_000)
LINEAR = say("no hidden layers")
ON_STAGE = ("l1", "l2")  # penalties with a slider beside the charts
# What one unit of noise means for data where it is not the usual.
NOISE_WORDS = {
    "informative_classes": say("Added to each signal, in its standard deviations within a class."),
    "vowels": say("Added to each formant, in its standard deviations."),
}


def show_controls(page: str, without: Collection[str] = (), dials_first: bool = False) -> None:
    """Show the settings of the current experiment; a change takes effect before the page goes on.

    page: prefix of the session keys of the widgets, `<page>.<name>`. without: settings under "More" that the page does
    not use. dials_first: whether the dials of a task with known truth stand beside its data instead of under "More".
    """
    now = shared.current()
    info = info_of(now.data)
    data_setting(page, info, now.data)
    if dials_first:
        show_dials(page, info)
        without = {*without, *info.dials}
    setting(page, "hidden_sizes", SHAPES, note=say("Choose a shape, or type your own such as 32-16."))
    left, right = st.columns(2, gap="small")
    with left:
        setting(page, "learning_rate", RATES)
    with right:
        setting(page, "batch_size", BATCHES)
    with st.expander(tr("More")):
        more_settings(page, info, without)


def nothing_to_act_on(penalty: str) -> str:
    """Return why a penalty does nothing now, "" where it acts."""
    now, acts_on = shared.current(), PENALTIES[penalty].acts_on
    if now.network.hidden_sizes:
        return ""
    if acts_on == "hidden outputs":
        return LINEAR
    return "" if now.regularization.penalize_output else say("the only layer is not penalised")


def data_setting(page: str, info: DatasetInfo, data: DataConfig) -> None:
    """Show which data, how many training points and how much noise, with what they are in words."""
    choose_by_picture(page, data.name, take_data)
    own = [OWN] if tables.kept() or data.name == OWN else []
    select(
        label_of("data"), [*DATASETS, *REACH, *own], data.name, hold(f"{page}.data", data.name, take_data, page),
        format_func=data_label, help=field_of("data").description,
    )  # fmt: skip
    if is_drawn(data):
        drawn_settings(page, info, data)
        return
    about = say("{description} Source: {source}", description=info.description, source=info.source)
    st.caption(plain(about) if data.name == OWN else worded(about))
    largest = info.max_train(data.val_fraction)
    offered = [n for n in POINTS if n < largest]
    setting(
        page,
        "n_train",
        [*offered, largest],
        note=say("At most {largest} here: the other rows are kept to judge it.", largest=largest),
    )
    setting(page, "noise_std")
    st.caption(worded(noise_in_words(data.name, info)))


def data_label(name: str) -> str:
    """Return the name of a data set as the page shows it."""
    return LABEL if name == OWN else LABELS[name] if name in LABELS else DATASETS[name].label


def drawn_settings(page: str, info: DatasetInfo, data: DataConfig) -> None:
    """Show how to draw; on other pages, how many points there are."""
    here = say(
        "Click into the fit chart: a click adds a point, a drag moves one, a right click or a long press removes it."
    )
    elsewhere = say("{points} Draw more on the Playground.", points=info.description)
    st.caption(worded(here if page == "playground" else elsewhere))
    if data.name == PLANE:
        setting(page, "n_point_classes")


def take_data(name: str, page: str) -> None:
    """Take another data set; of one's own tables it is the one that was trained on last, of drawn points those drawn last."""
    if name == OWN:
        tables.take_latest()
    elif name in REACH:
        before = shared.drawings().get(name)
        chosen = with_data(shared.current(), name)
        kept = {"n_point_classes": before.data.n_point_classes} if before is not None else {}
        shared.put(with_points(chosen.replace(**kept), before.data.points if before is not None else ""))
    else:
        take(name, page, "data")


def noise_in_words(name: str, info: DatasetInfo) -> str:
    """Return what one unit of noise means for this data."""
    if name in NOISE_WORDS:
        return NOISE_WORDS[name]
    if info.kind in ("images", "table"):
        what = say("the target") if info.task == "regression" else say("each input")
        return say("Added to {what}, in its standard deviations.", what=what)
    if info.task == "regression":
        return say("σ, added to the targets, which run from about -1 to 1.")
    return say("σ, added to x and y, which run from about -6 to 6.")


def show_dials(page: str, info: DatasetInfo) -> None:
    """Show how many inputs of each kind a task with known truth has."""
    for name in info.dials:
        setting(page, name, off=needs_duplicates(name))


def needs_duplicates(name: str) -> str:
    """Return why the correlation of duplicates does nothing now, "" where it acts or another setting is asked for."""
    has_none = name == "duplicate_correlation" and shared.current().data.n_duplicates == 0
    return say("no duplicates") if has_none else ""


def more_settings(page: str, info: DatasetInfo, without: Collection[str]) -> None:
    """Show the rest. What this data has no use for is left out; what another setting switches off says which."""
    now = shared.current()
    is_linear = "" if now.network.hidden_sizes else LINEAR
    if info.has_features:
        setting(page, "features")
    if not set(info.dials) & set(without):
        show_dials(page, info)
    if info.has_label_noise:
        setting(page, "label_noise")
    if not is_drawn(now.data):
        setting(page, "val_fraction")
        setting(page, "data_seed")
    setting(page, "seed")
    setting(page, "activation", off=is_linear)
    setting(page, "optimizer")
    setting(page, "momentum", off="" if now.training.optimizer == "sgd" else say("SGD only"))
    setting(page, "loss", off="" if info.task == "classification" else say("values have squared error only"))
    if "l1_method" not in without:
        setting(page, "l1_method")
    for name in PENALTIES:
        if name not in (*ON_STAGE, *without):
            setting(page, name, STRENGTHS, off=nothing_to_act_on(name))
    is_penalized = now.regularization.penalize_output  # switched off, it leaves a linear model without any penalty
    setting(page, "penalize_output", off=is_linear if is_penalized else "")
    setting(page, "learning_rate_schedule")
    setting(page, "n_epochs", EPOCHS)
