"""Figures whose losses are told in the target's unit: which traces, which tables, and none without a unit."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.cv.losses import plot_test
from core.figures.losses import plot_losses
from core.figures.own_unit import in_unit, loss_of
from core.figures.path.grid import plot_grid
from core.figures.remedies.ablation import plot_ablation
from core.measures.own_unit import OwnUnit
from core.words import say

UNIT = OwnUnit(200.0, "price")


def losses() -> go.Figure:
    names = ("epoch", "train_loss", "val_loss", "penalty", "objective", "best_epoch", "best_val_loss", "change_epoch",
             "change_loss", "floor_x", "floor_y")  # fmt: skip
    return plot_losses({name: np.ones(1) for name in names})


def test_losses_are_told_and_what_is_no_loss_is_not() -> None:
    figure = in_unit(losses(), UNIT)
    told = {trace.name: trace.meta.get("own") for trace in figure.data}
    assert told["training"] == told["best epoch"] == {"of": "y", "to": "customdata"}
    assert told["penalty"] is told["objective"] is told["changed strength"] is told["you are here"] is None
    assert figure.data[0].hovertemplate == "(%{x}, %{y})<extra>training</extra><br>%{customdata}"
    assert figure.layout.meta["own"] == {"scale": 200.0, "name": "price"}


def test_without_a_unit_nothing_changes() -> None:
    assert in_unit(losses(), None).to_json() == losses().to_json()


def test_a_map_tells_it_in_its_text_and_bars_of_their_own_numbers() -> None:
    arrays = {
        "grid_level": np.ones((2, 2)),
        "grid_val": np.ones((2, 2)),
        "grid_best_x": np.ones(1),
        "grid_best_y": np.ones(1),
    }
    heat, star = plot_grid(arrays, np.array([0.1, 0.2]), "l2", np.array([0.1, 0.2])).data
    assert loss_of(heat) == "customdata" and loss_of(star) == ""
    told = in_unit(go.Figure(data=[heat], layout={"meta": {}}), UNIT).data[0]
    assert told.meta["own"] == {"of": "customdata", "to": "text"} and told.hovertemplate.endswith("<br>%{text}")
    test = {name: np.array([0.3]) for name in ("train_loss", "test_loss", "standard_error")}
    assert [trace.meta["own"]["of"] for trace in in_unit(plot_test(["a"], ["1"], test), UNIT).data] == ["x", "x"]


def test_a_table_has_a_second_column_of_each_loss() -> None:
    arrays = {
        f"ablation_{part}_{name}": np.ones(1) for part in ("val", "test") for name in ("x", "y", "median", "level")
    }
    table = in_unit(plot_ablation(arrays, [("none", say("Nothing"))]), UNIT).layout.meta["twin"][0]
    heads = [column["head"] for column in table["columns"]]
    assert heads == ["validation loss", "validation loss, off by in price", "test loss", "test loss, off by in price"]
    assert [column["form"] for column in table["columns"]] == ["", "own", "", "own"]
