"""What the network computes: a curve, a map over the plane, or charts of real data. Read next: `weights.py`.

`constants` are the arrays that stay the same while a network learns; `core/readings/fit.py` takes them from a split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from core.data.drawn import REACH
from core.figures.theme import (
    CLASS_COLORS,
    CLASS_SYMBOLS,
    COLORS,
    axis,
    bands,
    base_figure,
    bind,
    cell_box,
    colorscale,
    column,
    entry,
    image_layer,
    mix,
    ramp,
    twin,
)
from core.readings.arrays import Arrays, span
from core.settings.colors import BLUE, ORANGE, PALE
from core.settings.points import MAX_POINTS

if TYPE_CHECKING:
    pass
from core.readings.fit import map_bounds, shades
from core.words import say

VALUE_STOPS = (ORANGE, PALE, BLUE)
BEFORE = say("before the last change")
FAINT = 0.4  # of the many validation points: the fit is what is looked at
UNKNOWN = entry(say("truth unknown: the points are yours"), "")
CURVE_STEP, PLANE_STEP = (0.05, 0.1), (0.25, 0.25)  # of the cursor that the keys move, in x and in y
DRAWN_HEIGHTS = np.array([-1.8, 1.8])  # that a canvas shows at least
SOFT = 0.35  # share of pale in the map's colours: points stay visible on their own colour
MAX_ACROSS, CHAR_PX = 5, 7  # longer names of more classes stand on end, each letter so high


def plot_curve(arrays: Arrays, constants: Arrays) -> go.Figure:
    """Return points, true function with its noise band (±1 standard deviation) and the fitted curve `fit_y`."""
    x, truth = constants["grid_x"], constants["truth"]
    noise = float(constants["noise_std"][0])
    fitted = go.Scatter(
        name=say("network"), x=x, y=np.array(arrays["fit_y"]), mode="lines", line={"color": COLORS["l1"], "width": 3.5},
        meta=bind(y="fit_y"),
    )  # fmt: skip
    before = go.Scatter(
        name=BEFORE, x=x, y=np.full(len(x), np.nan), mode="lines", hoverinfo="skip",
        line={"color": COLORS["l1"], "width": 1.5, "dash": "dot"}, opacity=0.7, meta=bind(y="ghost:fit_y"),
    )  # fmt: skip
    about = {
        "name": "fit",
        "title": say("The fit"),
        "look_for": say(
            "An overfitted curve runs through every training point and misses the validation points between."
        ),
        "legend": [
            entry(say("training"), COLORS["train"], symbol="circle"),
            entry(say("validation"), COLORS["val"], symbol="circle-open"),
            *([entry(say("true function"), COLORS["truth"], "dash")] if truth.size else []),
            *([UNKNOWN] if is_drawn(arrays) else []),
            entry(say("network"), COLORS["l1"], "solid"),
            entry(BEFORE, COLORS["l1"], "dot"),
        ],
        "toggles": [] if is_drawn(arrays) else [validation_toggle()],
        **edit_of(arrays, constants, CURVE_STEP),
    }
    heights = [DRAWN_HEIGHTS] if is_drawn(arrays) else []
    y_range = span(
        [*heights, constants["target_train"], constants["target_val"], truth - noise, truth + noise], pad=0.15
    )
    val_points, train_points = (_curve_points(constants, split) for split in ("val", "train"))
    if is_drawn(arrays):
        bound_points(arrays, train_points, "train", 0)
        bound_points(arrays, val_points, "val", 0).update(opacity=1, marker={"size": 8, "line": {"width": 1.5}})
    target = str(constants["target_name"][0]) or "y"
    return base_figure(
        [*_truth(x, truth, noise), val_points, before, fitted, train_points],
        about, axis(str(constants["point_names"][0]), span([x], pad=0.0)), axis(target, y_range),
    )  # fmt: skip


def validation_toggle() -> dict[str, Any]:
    """Return the switch that hides and shows the validation points."""

    def turned(on: bool) -> dict[str, Any]:
        return {"restyle": [{"traces": [say("validation")], "set": {"visible": on}}]}

    return {
        "label": say("validation points"), "help": say("Show the points that it never learns from"), "value": True,
        "on": turned(True), "off": turned(False),
    }  # fmt: skip


def plot_plane(arrays: Arrays, constants: Arrays) -> go.Figure:
    """Return the map of the network's output as a picture (array `map`) with the points on it.

    Filled points are training rows, hollow ones validation rows; colour and symbol say the class, colour the value.
    """
    n_classes = int(constants["n_classes"][0])
    bounds, soft, hard = map_palettes(constants)
    box = cell_box(constants["grid_x"], constants["grid_y"], arrays["map"].shape)
    layer = image_layer("map", soft, bounds, box, smooth=True, told=map_in_words(constants))
    flat = image_layer("map", hard, bounds, box)["palette"]
    about = {
        "name": "fit",
        "title": say("The decision map") if n_classes else say("The fitted surface"),
        "look_for": say(
            "An overfitted map bends around single training points; hollow validation points end up on the wrong side."
        ),
        "legend": _plane_legend(constants, not is_drawn(arrays)),
        "images": [layer],
        **({} if is_drawn(arrays) else {"twin": [_points_table(constants, split) for split in ("train", "val")]}),
        "toggles": [
            {
                "label": say("hard edges"),
                "on": {"images": {"palette": flat}},
                "off": {"images": {"palette": layer["palette"]}},
                "value": False,
            }
        ],
        **edit_of(arrays, constants, PLANE_STEP),
    }
    points = [_plane_points(constants, split, bounds) for split in ("val", "train")]
    if is_drawn(arrays):
        points = drawn_classes(arrays, constants, bounds)
    across, up = (str(name) for name in constants["point_names"])
    is_even = bool(
        np.isclose(box[1] - box[0], box[3] - box[2])
    )  # of one unit: a circle stays one, whatever the card's shape
    equal = {"scaleanchor": "x", "constrain": "domain"} if is_even else {}
    return base_figure(
        points,
        about,
        axis(across, box[:2], showgrid=False, constrain="domain"),
        axis(up, box[2:], showgrid=False, **equal),
    )


def plot_pixels(arrays: Arrays) -> go.Figure:
    """Return `pixels` (8, 8): the sum of |w| over the links that leave each input pixel, first row on top."""
    about = {
        "name": "pixels",
        "title": say("Which pixels the network reads"),
        "look_for": say(
            "The pixels of the rim are nearly always blank: look whether the network still gives them weight."
        ),
        "unit": say("sum of |w| over a pixel's links"),
        "corner": say("row \\ column"),
    }
    hidden = {"showgrid": False, "showticklabels": False, "constrain": "domain"}
    heat = _heatmap(arrays, "pixels", say("Σ|w| by pixel"), say("sum of |w| = %{z:.3g}<extra></extra>"))
    yaxis = axis(say("row"), (7.5, -0.5), scaleanchor="x", **hidden)
    return base_figure([heat], about, axis(say("column"), (-0.5, 7.5), **hidden), yaxis)


def plot_confusion(arrays: Arrays, class_names: Sequence[str]) -> go.Figure:
    """Return `confusion` (C, C), counts of validation rows: true class down, predicted class across."""
    n_classes = len(class_names)
    classes = {"places": list(range(n_classes)), "texts": [str(name) for name in class_names]}
    about = {
        "name": "confusion",
        "title": say("Confusion matrix (validation)"),
        "look_for": say("Every count off the diagonal is a mistake on data the network never trained on."),
        "names": {"x": classes, "y": classes},
        "corner": say("true \\ predicted"),
        "unit": say("number of rows"),
    }
    heat = _heatmap(
        arrays, "confusion", say("confusion matrix"), say("true %{y}, predicted %{x}: %{z} rows<extra></extra>")
    )
    heat.texttemplate = "%{z}"
    ticks = {"tickvals": list(range(n_classes)), "ticktext": [str(name) for name in class_names], "showgrid": False}
    bounds = (-0.5, n_classes - 0.5)
    longest = max(len(str(name)) for name in class_names)
    is_upright = n_classes > MAX_ACROSS and longest > 2  # the names below stand on end, and the title under them
    xaxis = axis(say("predicted class"), bounds, tickangle=-90 if is_upright else 0, **ticks)
    return base_figure(
        [heat], about, xaxis, axis(say("true class"), bounds[::-1], **ticks),
        margin={"l": 90, "r": 8, "t": 8, "b": 30 + CHAR_PX * longest if is_upright else 44},
    )  # fmt: skip


def plot_ranking(arrays: Arrays, names: Sequence[str]) -> go.Figure:
    """Return the inputs by `rank_value` (k,), the sum of |w| over their links, largest on top."""
    values = np.array(arrays["rank_value"])
    bars = go.Bar(
        name=say("inputs"), x=values, y=list(names), orientation="h", marker={"color": COLORS["positive"]},
        meta=bind(x="rank_value", y="label:rank_name"),
    )  # fmt: skip
    about = {
        "name": "ranking",
        "title": say("Which inputs the network uses"),
        "look_for": say("How much the network leans on an input: one whose bar has no length is not read any more."),
        "auto": {"xaxis": {"arrays": ["rank_value"], "include": [0]}},
        "twin": [
            twin(
                say("Inputs by use"),
                say("input"),
                "label:rank_name",
                [column(say("Σ|w| over its links"), "rank_value")],
            )
        ],
    }
    xaxis = axis(say("Σ|w| over its links"), span([values], include=[0]))
    yaxis = axis("", (values.size - 0.5, -0.5), type="category", showgrid=False)
    return base_figure([bars], about, xaxis, yaxis, margin={"l": 150, "r": 8, "t": 8, "b": 44})


WRITTEN_OUT = {"minexponent": 7}  # prices up to ten millions as they are in the file


def plot_predicted(arrays: Arrays, constants: Arrays) -> go.Figure:
    """Return predicted against true values, raw units: a perfect model lies on the diagonal."""
    bounds = span([constants["target_train"], constants["target_val"]])
    styles = [(say("training"), "train", "circle"), (say("validation"), "val", "circle-open")]
    points = [
        go.Scatter(
            name=label, x=constants[f"target_{split}"], y=np.array(arrays[f"pred_{split}"]), mode="markers",
            marker={"color": COLORS[split], "symbol": symbol, "size": 6}, meta=bind(y=f"pred_{split}"),
        )
        for label, split, symbol in styles
    ]  # fmt: skip
    line = {"color": COLORS["truth"], "dash": "dash", "width": 1.5}
    diagonal = go.Scatter(
        name=say("perfect"), x=list(bounds), y=list(bounds), mode="lines", line=line, hoverinfo="skip"
    )
    about = {
        "name": "predicted",
        "title": say("Predicted against true"),
        "look_for": say("Training points on the diagonal and validation points far from it: learned by heart."),
        "legend": [
            *(entry(label, COLORS[split], symbol=symbol) for label, split, symbol in styles),
            entry(say("perfect"), COLORS["truth"], "dash"),
        ],
        "auto": {
            "yaxis": {"arrays": ["pred_train", "pred_val"], "include": list(bounds)}
        },  # no answer is off the chart
    }
    target = str(constants["target_name"][0])
    predicted = span([arrays["pred_train"], arrays["pred_val"], np.array(bounds)], pad=0.0)
    return base_figure(
        [diagonal, *points],
        about,
        axis(say("true {target}", target=target), bounds, **WRITTEN_OUT),
        axis(say("predicted {target}", target=target), predicted, **WRITTEN_OUT),
        margin={"l": 76, "r": 8, "t": 8, "b": 44},
    )


def map_in_words(constants: Arrays) -> dict[str, Any]:
    """Return what a table says of the map: y down, x across, and what a value is."""
    names = [str(name) for name in constants["class_names"]]
    words = {
        0: say("fitted {target_name}", target_name=constants["target_name"][0]),
        2: say("probability of {names}", names=names[-1] if names else ""),
    }
    across, up = (str(name) for name in constants["point_names"])
    about = {"corner": f"{up} \\ {across}", "caption": words.get(len(names), say("class and its probability"))}
    return {**about, "classes": names} if len(names) > 2 else about


def _points_table(constants: Arrays, split: str) -> dict[str, Any]:
    """Return the table of the points of one split with what each of them is."""
    points, target, names = constants[f"points_{split}"], constants[f"target_{split}"], constants["class_names"]
    values = [str(names[int(c)]) for c in target] if len(names) else target.tolist()
    head = say("class") if len(names) else str(constants["target_name"][0])
    across, up = (str(name) for name in constants["point_names"])
    columns = [column(across, points[:, 0].tolist()), column(up, points[:, 1].tolist()), column(head, values)]
    caption = say("Training points") if split == "train" else say("Validation points")
    return twin(caption, say("point"), list(range(1, len(points) + 1)), columns)


def _truth(x: np.ndarray, truth: np.ndarray, noise: float) -> list[Any]:
    """Return the band truth ± noise (none without noise) and the true function."""
    if truth.size == 0:
        return []
    line = {"color": COLORS["truth"], "dash": "dash", "width": 2}
    curve = go.Scatter(name=say("true function"), x=x, y=truth, mode="lines", line=line)
    if noise == 0:
        return [curve]
    band_x, band_y = np.concatenate([x, x[::-1]]), np.concatenate([truth + noise, (truth - noise)[::-1]])
    band = go.Scatter(
        name=say("noise"), x=band_x, y=band_y, mode="lines", line={"width": 0}, fill="toself",
        fillcolor="rgba(140,140,140,0.2)", hoverinfo="skip",
    )  # fmt: skip
    return [band, curve]


def _curve_points(constants: Arrays, split: str) -> go.Scatter:
    label, symbol = (say("training"), "circle") if split == "train" else (say("validation"), "circle-open")
    return go.Scatter(
        name=label, x=constants[f"points_{split}"][:, 0], y=constants[f"target_{split}"], mode="markers",
        marker={"color": COLORS[split], "symbol": symbol, "size": 10 if split == "train" else 5}
        | ({"line": {"width": 1, "color": "white"}} if split == "train" else {}),
        opacity=1 if split == "train" else FAINT,
    )  # fmt: skip


def _plane_points(constants: Arrays, split: str, bounds: Sequence[float]) -> go.Scatter:
    """Return the points of one split, filled for training rows, hollow for validation rows."""
    points, target = constants[f"points_{split}"], constants[f"target_{split}"]
    is_train = split == "train"
    marker: dict[str, Any] = {"size": 9 if is_train else 6, "line": {"width": 1 if is_train else 1.5}}
    if is_train:
        marker["line"]["color"] = "white"
    if int(constants["n_classes"][0]):
        classes = target.astype(int).tolist()
        darker = [mix(color, "#000000", 0.25) for color in CLASS_COLORS]
        marker["color"] = [darker[c] for c in classes]
        marker["symbol"] = [CLASS_SYMBOLS[c] + ("" if is_train else "-open") for c in classes]
    else:
        scale = {"colorscale": colorscale(VALUE_STOPS), "cmin": bounds[0], "cmax": bounds[1]}
        marker.update(color=target, symbol="circle" if is_train else "circle-open", **scale)
    name = say("training") if is_train else say("validation")
    return go.Scatter(
        name=name,
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        marker=marker,
        _validate=False,  # two texts for each point
    )


def is_drawn(arrays: Arrays) -> bool:
    """Return whether the points are drawn by hand: they are then arrays of their own, which change while it trains."""
    return "drawn_train0_x" in arrays


def edit_of(arrays: Arrays, constants: Arrays, step: tuple[float, float]) -> dict[str, Any]:
    """Return what the page needs to let a hand draw: {"edit": …} of a figure's `about`, nothing for other data.

    reach: how far the canvas goes each way in x and y; classes: {name, color, symbol} of each; step: of the keys' cursor.
    """
    if not is_drawn(arrays):
        return {}
    names = [str(name) for name in constants["class_names"]]
    across, up = REACH["my_plane" if names else "my_curve"]
    classes = [{"name": name, "color": CLASS_COLORS[c], "symbol": CLASS_SYMBOLS[c]} for c, name in enumerate(names)]
    return {"edit": {"reach": [across, up], "classes": classes, "step": list(step), "n_most": MAX_POINTS}}


def bound_points(arrays: Arrays, trace: go.Scatter, split: str, c: int) -> go.Scatter:
    """Return the trace with the drawn points of one part and class, bound to their arrays."""
    names = {axis: f"drawn_{split}{c}_{axis}" for axis in "xy"}
    trace.x, trace.y, trace.meta = arrays[names["x"]], arrays[names["y"]], bind(**names)
    return trace


def drawn_classes(arrays: Arrays, constants: Arrays, bounds: Sequence[float]) -> list[go.Scatter]:
    """Return the drawn points of a plane: one trace for each part and class, so that only places change under the hand."""
    traces = []
    for split in ("val", "train"):
        for c, name in enumerate(constants["class_names"]):
            one = {**constants, f"points_{split}": np.zeros((1, 2)), f"target_{split}": np.array([c])}
            trace = _plane_points(one, split, bounds)
            trace.marker.color, trace.marker.symbol = trace.marker.color[0], trace.marker.symbol[0]
            trace.name = (
                say("training, {name}", name=name) if split == "train" else say("validation, {name}", name=name)
            )
            traces.append(bound_points(arrays, trace, split, c))
    return traces


def map_palettes(constants: Arrays) -> tuple[tuple[float, float], list[str], list[str]]:
    """Return the map's value range, its smooth palette and its palette with hard edges.

    Three classes or more: a value is class + confidence, confidence in 0..0.999, and each class has `shades` of its own.
    """
    n_classes, bounds = int(constants["n_classes"][0]), map_bounds(constants)
    if n_classes == 0:
        stops = [mix(color, PALE, SOFT) for color in VALUE_STOPS]
        return bounds, ramp(stops), bands(stops, 8)
    fields = [mix(color, PALE, SOFT) for color in CLASS_COLORS[:n_classes]]
    if n_classes == 2:
        return bounds, ramp([fields[0], PALE, fields[1]]), bands(fields, 2)
    soft = [color for field in fields for color in ramp([PALE, field], shades(n_classes))]
    hard = [field for field in fields for _ in range(shades(n_classes))]
    return bounds, [*soft, fields[-1]], [*hard, fields[-1]]


def _plane_legend(constants: Arrays, is_known: bool = True) -> list[dict[str, str]]:
    """Return the classes, or the two ends of the values, and what filled and hollow points mean."""
    kinds = [
        entry(say("training"), COLORS["truth"], symbol="circle"),
        entry(say("validation"), COLORS["truth"], symbol="circle-open"),
    ]
    if int(constants["n_classes"][0]) == 0:
        return [*kinds, entry(say("low"), ORANGE, symbol="square"), entry(say("high"), BLUE, symbol="square")]
    names = enumerate(constants["class_names"])
    kinds += [UNKNOWN] if not is_known else []
    return [*kinds, *(entry(str(name), CLASS_COLORS[c], symbol=CLASS_SYMBOLS[c]) for c, name in names)]


def _heatmap(arrays: Mapping[str, np.ndarray], array: str, label: str, hover: str) -> go.Heatmap:
    """Return a small heatmap, pale for zero, blue for the largest value, without a colour bar."""
    return go.Heatmap(
        name=label, z=np.array(arrays[array]), zmin=0, colorscale=colorscale([PALE, BLUE]), showscale=False,
        hovertemplate=hover, xgap=1, ygap=1, meta=bind(z=array),
    )  # fmt: skip
