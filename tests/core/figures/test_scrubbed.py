"""A figure of one network becomes a figure of many: which bindings are picked, and which stay."""

import numpy as np
import plotly.graph_objects as go

from core import Experiment
from core.data import load_split
from core.figures.fit import plot_plane
from core.figures.scrubbed import at_scrub
from core.figures.theme import axis, base_figure, bind
from core.figures.weights import plot_histograms
from core.measures.histograms import weight_histograms
from core.readings.fit import map_bounds, split_constants
from core.readings.path.page import from_levels, to_levels


def test_bindings_of_the_named_arrays_are_picked_first_and_the_others_stay():
    trace = go.Scatter(meta=bind(x="epoch", y="train_loss", text="label:rank_name", customdata="at:lambda"))
    bare = go.Scatter()
    figure = base_figure([trace, bare], {"name": "loss", "title": "Loss"}, axis("x"), axis("y"))
    picked = at_scrub(figure, "lambda", ["train_loss"], group="chosen")
    assert picked.data[0].meta["bind"] == {
        "x": "epoch", "y": "train_loss[@lambda]", "text": "label:rank_name", "customdata": "at:lambda",
    }  # fmt: skip
    assert picked.layout.meta["group"] == "chosen" and picked.layout.meta["title"] == "Loss"
    assert figure.data[0].meta["bind"]["y"] == "train_loss"  # the figure given is left alone


def test_rows_are_picked_after_the_member_and_ranges_keep_whole_arrays():
    ridges = weight_histograms([np.ones((1, 2, 3)), np.ones((1, 3, 1))])
    figure = plot_histograms({name: values[0] for name, values in ridges.items()})
    picked = at_scrub(figure, "lambda", ["hist_x", "hist_y", "hist_count"])
    assert picked.data[1].meta["bind"] == {
        "x": "hist_x[@lambda]", "y": "hist_y[@lambda][0]", "customdata": "hist_count[@lambda][0]",
    }  # fmt: skip
    ghost = next(trace for trace in picked.data if trace.name == "layer 1, before")
    assert ghost.meta["bind"] == {"x": "ghost:hist_x[@lambda]", "y": "ghost:hist_y[@lambda][0]"}
    counts = picked.layout.meta["twin"][0]
    assert (counts["rows"], counts["columns"][0]["of"]) == ("hist_x[@lambda]", "hist_count[@lambda][0]")
    assert figure.layout.meta["twin"][0]["rows"] == "hist_x"  # the figure given is left alone
    assert picked.layout.meta["auto"] == figure.layout.meta["auto"]
    fitted = at_scrub(figure, "lambda", ["hist_x", "hist_y"], ("hist_x",))
    assert fitted.layout.meta["auto"] == {
        "xaxis": {"arrays": ["hist_x[@lambda]", "ghost:hist_x[@lambda]"], "is_tight": True, "grows": True},
    }  # fmt: skip


def test_pictures_are_picked_too():
    split = load_split(Experiment(data={"name": "xor"}).data)
    figure = plot_plane({"map": np.zeros((64, 64))}, split_constants(split))
    assert at_scrub(figure, "lambda", ["map"]).layout.meta["images"][0]["array"] == "map[@lambda]"


def test_a_map_in_colours_is_the_map_to_half_a_colour():
    for name in ("xor", "spiral3", "plane"):
        split = load_split(Experiment(data={"name": name}).data)
        values = np.linspace(0, max(split.n_classes, 1) * 0.999, 500).reshape(1, 20, 25)
        low, high = bounds = map_bounds(split_constants(split))
        levels = to_levels(values, bounds)
        assert levels.dtype == np.uint8
        inside = (values > low) & (values < high)
        assert np.abs(from_levels(levels, bounds) - values)[inside].max() <= 0.501 * (high - low) / 255
    assert np.isnan(to_levels(np.array([[[np.nan, 0.5]]]), bounds)[0, 0, 0])
