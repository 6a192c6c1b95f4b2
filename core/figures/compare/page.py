"""Which charts a comparison of penalties gets: curves, weights, the fit of each variant, and what each shows in words.

The fit is drawn once per variant: the Playground's chart with its arrays' names followed by the variant's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from core.figures.compare.curves import plot_overlay, plot_variants
from core.figures.playground.page import plot_main_fit
from core.figures.scrubbed import rebound
from core.figures.styles import styles_of
from core.figures.theme import base_figure, entry
from core.readings.arrays import Arrays
from core.readings.compare.curves import Variants

if TYPE_CHECKING:
    from core.data.split import Split
from core.readings.compare.page import FITTED
from core.words import joined, raised, say

ORDER = ("val_loss", "gap", "n_zero", "weight_norm")
SMALL = 300  # px
LEAST_GAP = 0.01
FIT_SIZES = {1: "half", 2: "half", 3: "third", 4: "half", 5: "third", 6: "third"}  # by the number of variants


def plot_compare(
    arrays: Arrays, variants: Variants, labels: Mapping[str, Sequence[str]], split: Split, has_bands: bool
) -> list[go.Figure]:
    """Return the fit of each variant, the losses, the weights, the table of numbers and the other curves, as on the page."""
    losses, gap, *rest = [plot_variants(arrays, variants, series, has_bands) for series in ORDER]
    rest = [no_shorter(gap, LEAST_GAP), *rest]
    return [
        *plot_fits(arrays, variants, labels, split), losses, plot_overlay(arrays, variants), plot_numbers(variants), *rest,
    ]  # fmt: skip


def no_shorter(figure: go.Figure, least: float) -> go.Figure:
    """Return the figure with a y axis that is at least so long: before any training all gaps are alike and next to nothing."""
    about = figure.layout.meta
    figure.layout.meta = {**about, "auto": {**about["auto"], "yaxis": {**about["auto"]["yaxis"], "least": least}}}
    return figure


def plot_numbers(variants: Variants) -> go.Figure:
    """Return the card of the table of numbers, one row per variant; its texts come with each snapshot, see `HEADS`."""
    styles = styles_of([key for key, _ in variants])
    about = {
        "name": "numbers",
        "title": say("The numbers"),
        "is_table": True,
        "size": "full",
        "look_for": say(
            "A star marks the lowest validation loss and the best score. Over several starts: mean ± standard "
            "deviation."
        ),
        "swatches": [entry("", style.color, style.dash) for style in styles],
    }
    return base_figure([], about, {}, {})


def plot_fits(arrays: Arrays, variants: Variants, labels: Mapping[str, Sequence[str]], split: Split) -> list[go.Figure]:
    """Return the main chart of the fit once per variant, small, under one heading."""
    figures = []
    for v, (key, label) in enumerate(variants):
        own = {name: values[v] if name in FITTED else values for name, values in arrays.items()}
        figure = short_titles(
            plot_main_fit(own, {"rank_name": labels.get(f"rank_name_{v}", ())}, split), split.target_name
        )
        heading = say("{title}, one chart per penalty", title=figure.layout.meta["title"])
        figures.append(of_variant(figure, v, key, label, heading, FIT_SIZES[len(variants)]))
    return figures


def short_titles(figure: go.Figure, target: str) -> go.Figure:
    """Return the figure; predicted against true names its target above the charts, for it is too long for a small axis."""
    about = figure.layout.meta
    if about["name"] == "predicted":
        look_for = joined([raised(target) + ".", about["look_for"]])
        figure.update_xaxes(title_text=say("true")).update_yaxes(title_text=say("predicted"))
        figure.update_layout(meta={**about, "look_for": look_for})
    return figure


def of_variant(figure: go.Figure, variant: int, key: str, label: str, group: str, size: str) -> go.Figure:
    """Return a chart of one network, bound to the rows of one variant."""
    for trace in figure.data:
        if trace.meta:
            bound = {attribute: row_of(name, variant) for attribute, name in trace.meta["bind"].items()}
            trace.meta = {**trace.meta, "bind": bound}
    about: dict[str, Any] = dict(figure.layout.meta)
    auto = {
        axis: {**rule, "arrays": [row_of(n, variant) for n in rule["arrays"]]} for axis, rule in about["auto"].items()
    }
    images = [{**image, "array": row_of(image["array"], variant)} for image in about["images"]]
    more = {"title": label, "group": group, "name": f"{about['name']}_{key}", "auto": auto, "images": images}
    if "twin" in about:
        more["twin"] = rebound(about["twin"], lambda name: row_of(name, variant))
    said_once = {"group_look_for": about["look_for"], "group_legend": about["legend"], "look_for": "", "legend": []}
    figure.update_layout(meta={**about, **more, **said_once, "size": size, "height": SMALL})
    return figure


def row_of(binding: str, variant: int) -> str:
    """Return the binding of a variant's row: `map` → `map[2]`, `ghost:fit_y` → `ghost:fit_y[2]`,
    `label:rank_name` → `label:rank_name_2`; others as they are."""
    if binding == "label:rank_name":
        return f"{binding}_{variant}"
    return f"{binding}[{variant}]" if binding.removeprefix("ghost:") in FITTED else binding
