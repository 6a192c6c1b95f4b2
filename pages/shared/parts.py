"""Read-outs and sliders in the same words on every page where a network is trained under the hand, and its size checked."""

import streamlit as st

from core.config import Experiment
from core.data.limits import check_budget
from pages.shared import jobs
from pages.shared.stage import readout, slider

LOSSES = [
    readout("train_loss", "Training loss", "Mean loss on the points it learns from, penalty not included."),
    readout("val_loss", "Validation loss", "Mean loss on points it never learns from, penalty not included."),
    readout("gap", "Gap", "Validation loss minus training loss: how much it overfits."),
]
ZEROS = readout("zeros", "Weights exactly zero")
PROGRESS = [
    readout("epoch", "Epochs", "Passes over the training points, of all there will be."),
    readout("left", "Time left", "At the present speed."),
]
STRENGTHS = [
    slider("l1", "L1 strength λ₁", 1e-5, 1, "log0", "Adds λ₁·Σ|w| to the loss: drives weights to exactly zero."),
    slider("l2", "L2 strength λ₂", 1e-5, 1, "log0", "Adds λ₂·Σw² to the loss: shrinks all weights."),
    slider("dropout_rate", "Dropout", 0, 0.9, "linear", "Share of hidden units switched off in each step."),
    slider("learning_rate", "Learning rate", 1e-4, 1, "log", "Size of a step."),
]


def is_within_budget(experiment: Experiment, slot: jobs.Slot) -> bool:
    """Return whether a network of this experiment may be trained; else say what is too large, and end the session's job."""
    try:
        check_budget(experiment)
    except ValueError as error:
        jobs.drop(slot)
        st.error(str(error))
        return False
    return True
