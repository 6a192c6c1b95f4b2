"""The Python side of the stage: figures, controls and a job's stream, handed to one browser component."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

ASSETS = Path(__file__).resolve().parents[2] / "assets"

LOADER = """
export default function (component) {
  let gone = false;
  let cleanup;
  import(new URL(component.data.assets + "stage.js", location.origin)).then((module) => {
    if (!gone) cleanup = module.default(component);
  });
  return () => {
    gone = true;
    if (cleanup) cleanup();
  };
}
"""


@cache
def assets_hash() -> str:
    """Short hash of all asset files: part of their address, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in ASSETS.rglob("*") if path.is_file()):
        digest.update(path.relative_to(ASSETS).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def slider(name: str, label: str, low: float, high: float, scale: str = "log0", help: str = "") -> dict[str, Any]:
    """Description of a live slider.

    scale: "log0" (0 at the very left, then logarithmic from `low` to `high`), "log" or "linear".
    """
    return {"kind": "slider", "name": name, "label": label, "min": low, "max": high, "scale": scale, "help": help}


def readout(name: str, label: str, help: str = "") -> dict[str, str]:
    """Description of a number shown below the charts; its text comes with each snapshot."""
    return {"name": name, "label": label, "help": help}


def stage_data(
    job_path: str,
    job_key: str,
    figures: Sequence[go.Figure],
    controls: Sequence[Mapping[str, Any]],
    strengths: Mapping[str, float],
    revision: str | int,
    readouts: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """What the component receives, see `stage`."""
    return {
        "socket": job_path,
        "job_key": job_key,
        "assets": f"/lab/assets/{assets_hash()}/",
        "figures": [_figure_data(figure) for figure in figures],
        "controls": [{**control, "value": strengths[control["name"]]} for control in controls],
        "readouts": [dict(item) for item in readouts],
        "revision": str(revision),
    }


def stage(
    key: str,
    job_path: str,
    job_key: str,
    figures: Sequence[go.Figure],
    controls: Sequence[Mapping[str, Any]],
    strengths: Mapping[str, float],
    revision: str | int,
    readouts: Sequence[Mapping[str, str]] = (),
    on_strengths: Callable[[], None] | None = None,
    on_job: Callable[[], None] | None = None,
    on_lost: Callable[[], None] | None = None,
) -> Any:
    """Show figures and live controls, fed by a job's stream.

    Parameters
    ----------
    job_path: path of the job's WebSocket, "/lab/jobs/<id>/stream".
    job_key: what the job computes; the browser finds the job again by it after a reload.
    controls: made by `slider`; strengths: their values by name.
    revision: the figures are rebuilt when it changes, otherwise they are left as they are.
    on_strengths, on_job, on_lost: called before the rerun that a change of these results causes.

    Returns
    -------
    Result with `strengths` (values by name after a slider was released, or None), `job` (id of the job that is shown
    if it is not the one given, or None) and `lost` (id of a job that the server no longer knows, for one run, or None).
    """
    component = st.components.v2.component("overfit_lab_stage", js=LOADER, isolate_styles=False)
    return component(
        key=key,
        data=stage_data(job_path, job_key, figures, controls, strengths, revision, readouts),
        on_strengths_change=on_strengths or _nothing,
        on_job_change=on_job or _nothing,
        on_lost_change=on_lost or _nothing,
    )


def _figure_data(figure: go.Figure) -> dict[str, Any]:
    """Plotly JSON of a figure without its template: the stage gives it the page's colours."""
    data: dict[str, Any] = json.loads(figure.to_json())
    data["layout"].pop("template", None)
    return data


def _nothing() -> None:
    """Streamlit knows a result of a component only if a callback is given for it."""
