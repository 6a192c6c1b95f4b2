"""What leaves the λ path page: a table of the whole path, or one of its networks to go on with in the Playground."""

from __future__ import annotations

import csv
from io import StringIO

import numpy as np

from core.live.playground.run import Origin
from core.settings.experiment import Experiment
from core.settings.penalties import PENALTIES
from core.studies.base.reach import path_reach
from core.studies.base.values import ELASTIC, value_texts
from core.studies.path.sweep import PathMoment
from core.words import say


def path_csv(path: PathMoment, address: str = "") -> str:
    """Return one row per λ at this moment; comment lines above hold the experiment as JSON and its link.

    A number that is missing is empty: the λ has not been trained yet, or its losses are no numbers (its verdict says which).
    """
    lines = StringIO()
    lines.write(f"# Overfit Lab, path of {path.param_name}\n# experiment: {path.experiment.model_dump_json()}\n")
    lines.write(f"# link: {address}\n" if address else "")
    columns = path_columns(path)
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(columns)
    table.writerows([cell(value) for value in row] for row in zip(*columns.values(), strict=True))
    return lines.getvalue()


def path_columns(path: PathMoment) -> dict[str, np.ndarray]:
    """Return the columns of the table by name, one number or text per λ."""
    state = path.state
    return {
        path.param_name: path.values,
        **{name: np.array(values) for name, values in path.strengths.items() if name != path.param_name},
        "epoch": state.epoch.clip(min=0),
        "train_loss": state.train_loss,
        "val_loss": state.val_loss,
        "gap": state.val_loss - state.train_loss,
        "train_score": state.train_score,
        "val_score": state.val_score,
        "penalty": state.penalty,
        "weight_norm": state.weight_norm,
        "n_nonzero": state.n_nonzero,
        "n_large": state.large_per_layer.sum(0),
        "verdict": np.array(path.kinds),
    }


def cell(value: object) -> str:
    """Return a number with all digits that a float32 has, "" for nan and infinity."""
    if isinstance(value, str):
        return str(value)
    number = float(value)  # type: ignore[arg-type]
    return f"{number:.9g}" if np.isfinite(number) else ""


def member_experiment(path: PathMoment, member: int) -> Experiment:
    """Return the experiment of a single network with the strengths of one member."""
    return path.experiment.replace(**{name: values[member] for name, values in path.strengths.items()})


def member_origin(path: PathMoment, member: int) -> Origin | None:
    """Return what a single run needs to continue from one member; None where it has not been trained."""
    state = path.state
    if state.epoch[member] < 0:
        return None
    value = value_texts(path.values)[member % len(path.values)]  # a map repeats the values for each learning rate
    name = say("the elastic mix") if path.param_name == ELASTIC else PENALTIES[path.param_name].short
    rates = path.strengths.get("learning_rate")
    of_map = say(" at learning rate {rate:g}", rate=rates[member]) if rates is not None else ""
    text = say(
        "This run continues the network of the λ path with λ = {value} of {name}{of_map}, trained for {epoch:,} epochs",
        value=value,
        name=name,
        of_map=of_map,
        epoch=state.epoch[member],
    )
    lowest = path_reach(state, say("the lowest on the path it comes from"))
    return Origin(state.parameters[member].copy(), lowest, text)
