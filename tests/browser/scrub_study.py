"""Thirty-three states of one network, made of plain formulas, and the figures that show one of them at a time."""

from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, base_figure, bind, entry, image_layer, ramp
from core.figures.weights import plot_histograms
from core.measures.histograms import weight_histograms
from core.stream.commands import Pause, Request, Run, Set
from core.stream.job import Steps, Study
from core.stream.mailbox import Mailbox
from core.stream.snapshot import Snapshot

N_MEMBERS, N_EPOCHS, N_MOMENTS = 33, 500, 5
LAMBDAS = [0.0, *np.geomspace(1e-5, 1.0, N_MEMBERS - 1).tolist()]
TEXTS = [f"{value:.0e}" if value else "0" for value in LAMBDAS]


@cache
def make_arrays() -> dict[str, np.ndarray]:
    """Return arrays whose leading axis are the members: a curve, two loss curves, histograms, a map."""
    rng = np.random.default_rng(0)
    x, epoch = np.linspace(-1, 1, 200), np.arange(N_EPOCHS)
    calm = np.linspace(1, 0, N_MEMBERS)[:, None]
    weights = rng.normal(size=(4, 400))
    layers = [w * calm * (rng.random((N_MEMBERS, 400)) < calm) for w in weights]
    arrays = {
        "x": x,
        "fit_y": calm * np.sin(9 * x) + np.sin(3 * x),
        "epoch": epoch,
        "train_loss": np.exp(-epoch / 80) + 0.3 * (1 - calm),
        "val_loss": np.exp(-epoch / 80) + 0.5 * calm * epoch / N_EPOCHS + 0.3 * (1 - calm),
        "map": calm[:, :, None] * np.sin(4 * x[None, :50, None] + 3 * x[None, None, :50]),
        "path_x": np.array([1e-6, *LAMBDAS[1:]]),
        "path_y": np.linspace(0.2, 0.9, N_MEMBERS),
        **weight_histograms(layers),
    }
    return {name: values.astype(np.float32) for name, values in arrays.items()}


def make_figures() -> list[go.Figure]:
    """Return the path (picked by a click), then the fit, the losses, the histograms and the map at the member picked."""
    arrays = make_arrays()
    return [path(arrays), fit(arrays), losses(arrays), histograms(arrays), picture()]


def path(arrays: dict[str, np.ndarray]) -> go.Figure:
    about = {
        "name": "path", "title": "Loss against λ₂", "look_for": "Click to pick.", "pick": "lambda", "size": "full", "height": 200,
        "group": "All strengths",
    }  # fmt: skip
    line = go.Scatter(name="loss", x=arrays["path_x"], y=arrays["path_y"], mode="lines+markers")
    here = go.Scatter(name="here", x=[], y=[], mode="lines", meta=bind(x="at:lambda", y="span:y"))
    return base_figure([line, here], about, axis("λ₂", (-6.2, 0.2), type="log"), axis("loss", (0, 1)))


def fit(arrays: dict[str, np.ndarray]) -> go.Figure:
    about = {"name": "fit", "title": "The fit", "look_for": "It calms down.", "group": "At the strength picked"}
    rng = np.random.default_rng(1)
    points = go.Scatter(name="points", x=rng.uniform(-1, 1, 400), y=rng.normal(size=400), mode="markers")
    curve = go.Scatter(name="network", x=arrays["x"], y=arrays["fit_y"][0], mode="lines", meta=bind(y="fit_y[@lambda]"))
    return base_figure([points, curve], about, axis("x", (-1, 1)), axis("y", (-2, 2)))


def losses(arrays: dict[str, np.ndarray]) -> go.Figure:
    about = {
        "name": "loss", "title": "Loss", "look_for": "The gap closes.", "legend": [entry("training", COLORS["train"], "solid")],
        "auto": {"yaxis": {"arrays": ["train_loss", "val_loss"], "include": [0]}},
        "group": "At the strength picked",
    }  # fmt: skip
    lines = [
        go.Scatter(name=s, x=arrays["epoch"], y=arrays[f"{s}_loss"][0], mode="lines", meta=bind(y=f"{s}_loss[@lambda]"))
        for s in ("train", "val")
    ]
    return base_figure(lines, about, axis("epoch", (0, N_EPOCHS)), axis("loss", (0, 1.5)))


def histograms(arrays: dict[str, np.ndarray]) -> go.Figure:
    """Return the Playground's histograms, every binding picked by the scrub first."""
    names = ("hist_x", "hist_y", "hist_count", "over_x", "over_y", "over_n", "zero_share", "spike_x", "spike_y")
    figure = plot_histograms({name: arrays[name][0] for name in names})
    for trace in figure.data:
        bound = dict(trace.meta["bind"])
        trace.meta = {"bind": {key: picked(name) for key, name in bound.items()}}
    figure.layout.meta = {**figure.layout.meta, "group": "At the strength picked", "auto": {}}
    return figure


def picked(binding: str) -> str:
    name, bracket, rest = binding.partition("[")
    return f"{name}[@lambda]{bracket}{rest}"


def picture() -> go.Figure:
    about = {
        "name": "map", "title": "Map", "look_for": "It fades.", "size": "half",
        "images": [image_layer("map[@lambda]", ramp(["#E69F00", "#F2F2F2", "#0072B2"]), (-1, 1), (-1, 1, -1, 1), smooth=True)],
    }  # fmt: skip
    corner = go.Scatter(name="corner", x=[-1, 1], y=[-1, 1], mode="markers", opacity=0)
    return base_figure([corner], about, axis("x", (-1, 1)), axis("y", (-1, 1)))


def facts(epoch: int) -> dict[str, Any]:
    """Return facts with an override for every member."""
    members = [
        {
            "readouts": {"val_loss": f"{i / 100:.2f}"},
            "verdict": {"kind": "overfits" if i < 10 else "fits", "text": f"Member {i}."},
            "descriptions": {"fit": f"The fit of member {i}."},
        }
        for i in range(N_MEMBERS)
    ]
    return {"epoch": epoch, "readouts": {"zeros": "7", "val_loss": "?"}, "members_axis": "lambda", "members": members}


def moments(_: Request) -> Snapshot:
    """Return five moments: the curve of every member grows from nothing."""
    share = np.linspace(0, 1, N_MOMENTS)[:, None, None]
    arrays = {"fit_y": share * make_arrays()["fit_y"], "frame_epoch": np.arange(N_MOMENTS)}
    frames = [{**facts(i), "descriptions": {}} for i in range(N_MOMENTS)]
    return Snapshot(1, {"frames": frames}, arrays, "frames")


def make_study() -> Study:
    """Return a study that shows the arrays; running, it counts epochs and lets the curves breathe."""

    def study(mailbox: Mailbox) -> Steps:
        version, epoch, strengths, changed = 0, N_MOMENTS, {"l1.0": 0.0, "l1.1": 0.0}, True
        mailbox.is_idle, mailbox.answer = True, moments
        while True:
            for command in mailbox.take():
                changed = True
                if isinstance(command, Set):
                    strengths[f"{command.name}.{command.member}"] = command.value
                if isinstance(command, Run | Pause):
                    mailbox.is_idle = isinstance(command, Pause)
            if not mailbox.is_idle:
                epoch, changed = epoch + 1, True
            if not (changed and mailbox.wants_snapshot):
                yield None
                continue
            version, changed = version + 1, False
            state = "paused" if mailbox.is_idle else "running"
            meta = {"version": version, "state": state, **facts(epoch), "strengths": dict(strengths), "seed": 0}
            arrays = make_arrays()
            yield Snapshot(
                version, meta, {**arrays, "fit_y": arrays["fit_y"] * (1 + 0.1 * np.float32(np.sin(epoch - N_MOMENTS)))}
            )

    return study
