"""What the strengths of now are called in other libraries, as a list under the run. Every live page shows it."""

from collections.abc import Mapping

import streamlit as st

from core.measures.conventions import translate, translate_dropout, translate_network, translate_penalty
from core.settings.experiment import Experiment
from core.settings.penalties import PENALTIES, Case, Translation
from core.words import say
from pages.shared.formulas import uses_mse
from pages.shared.language import tr, worded

Strengths = Mapping[str, float]
IN_SCIKIT_LEARN = ("tanh", "relu", "sigmoid", "linear")  # activations that its networks have, too

UNPENALISED = say("The output layer is not penalised here: give penalties to the hidden layers only.")
NOTHING_PENALISED = say("The only layer is the output layer, which is not penalised here: penalties have no effect.")


def show_conventions(experiment: Experiment, penalties: Mapping[str, Strengths]) -> None:
    """Show each penalty in a tab of its own; its strengths are named as in the settings.

    `l1_is_proximal` says how L1 acts; without it, the experiment's own method counts.
    """
    with st.expander(tr("λ in other libraries")):
        st.caption(
            tr(
                "Other libraries halve and divide differently. ✓: the same, where the note is minded; ⚠: no exact "
                "equivalent."
            )
        )
        for tab, strengths in zip(st.tabs(worded(list(penalties))), penalties.values(), strict=True):
            tab.markdown(list_of(lines_of(experiment, strengths)))
            if not experiment.regularization.penalize_output:
                tab.caption(worded(UNPENALISED if experiment.network.hidden_sizes else NOTHING_PENALISED))


def lines_of(experiment: Experiment, strengths: Strengths) -> list[Translation]:
    """Return the lines for the strengths that are on; with none on, what switches the penalties off."""
    l1, l2, rate = (strengths.get(name, 0.0) for name in ("l1", "l2", "dropout_rate"))
    is_linear = not experiment.network.hidden_sizes
    if is_linear and not experiment.regularization.penalize_output:
        l1, l2, strengths = 0.0, 0.0, {}
    is_proximal = bool(strengths.get("l1_is_proximal", experiment.regularization.l1_method == "proximal"))
    case = Case(experiment.training.optimizer, not uses_mse(experiment), is_linear)
    others = [name for name, penalty in PENALTIES.items() if penalty.elsewhere is not None and strengths.get(name)]
    lines = [line for name in others for line in translate_penalty(name, strengths[name], case)]
    lines += translate_dropout(rate) if rate else []
    if l1 or l2 or not lines:
        n_rows, is_classification = experiment.data.n_train, not uses_mse(experiment)
        own = translate(l1, l2, n_rows, is_classification, is_linear, is_proximal)
        if has_twin(experiment):
            own.append(translate_network(l1, l2, n_rows, experiment.training.batch_size, is_classification))
        lines = own + lines
    return lines


def has_twin(experiment: Experiment) -> bool:
    """Return whether scikit-learn has such a network with hidden layers: it penalises all layers, and lacks some bends."""
    network = experiment.network
    has_bend = network.activation in IN_SCIKIT_LEARN
    return bool(network.hidden_sizes) and has_bend and experiment.regularization.penalize_output


def list_of(lines: list[Translation]) -> str:
    """Return the lines as a Markdown list, which a phone can wrap where it could not a table."""
    return "\n".join(
        f"- {'✓' if t.is_exact else '⚠'} **{worded(t.library)}**: `{t.code}`  \n  {worded(t.note)}" for t in lines
    )
