"""The Python side of the stage: figures, controls and a job's stream, handed to one browser component."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.words import say
from pages.shared import experiment as shared
from pages.shared import hand, jobs
from pages.shared.charts import Chart, chart_of
from pages.shared.language import language_in_address, locale, worded
from pages.shared.stage_words import STAGE_WORDS

ASSETS = Path(__file__).resolve().parents[2] / "assets"
PLOTLY = "vendor/plotly-cartesian.min.js"

# Only a loader travels with every message. Addresses are relative to the page's, which holds behind every proxy; that
# the browser has the files by then is the work of `asset_links`.
LOADER = """
export default function (component) {
  let gone = false;
  let cleanup;
  import(new URL(`.${component.data.assets}stage.js`, document.baseURI)).then((module) => {
    if (!gone) cleanup = module.default(component);
  });
  return () => {
    gone = true;
    if (cleanup) cleanup();
  };
}
"""

# How a verdict looks beside its words: a sign and a tone (good, warn, bad, plain), never colour alone.
VERDICTS = {
    "not started": {"icon": "○", "tone": "plain"},
    "missing": {"icon": "○", "tone": "plain"},
    "underfits": {"icon": "▼", "tone": "warn"},
    "overfits": {"icon": "▲", "tone": "warn"},
    "fits": {"icon": "✓", "tone": "good"},
    "collapsed": {"icon": "⚠", "tone": "bad"},
    "diverged": {"icon": "⚠", "tone": "bad"},
    "stopped": {"icon": "■", "tone": "plain"},
    "workers": {"icon": "↻", "tone": "plain"},
    "choosing": {"icon": "…", "tone": "plain"},
    "chosen": {"icon": "✓", "tone": "good"},
    "at the edge": {"icon": "▲", "tone": "warn"},
}
BUTTONS = ("run", "step", "reset", "reseed")
TOLD = ("strengths", "seed", "job", "picked", "state", "preset", "present", "copy")  # results of the stage for its page


@cache
def assets_hash() -> str:
    """Short hash of all asset files: part of their address, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in ASSETS.rglob("*") if path.is_file()):
        digest.update(path.relative_to(ASSETS).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def asset_links() -> list[str]:
    """Links for the head of Streamlit's page: all that a stage needs is asked for at once, not as imports name it."""
    names = [path.name for path in sorted(ASSETS.iterdir()) if path.suffix in (".js", ".css")] + [PLOTLY]
    return [asset_link(name) for name in names]


def asset_link(name: str) -> str:
    """Link of one file, after Streamlit's own in the browser's line."""
    kinds = {".css": 'rel="preload" as="style"', ".js": 'rel="modulepreload"'}
    kind = 'rel="preload" as="script"' if name == PLOTLY else kinds[Path(name).suffix]
    return f'<link {kind} href="./lab/assets/{assets_hash()}/{name}" fetchpriority="low">'


def slider(
    name: str,
    label: str,
    low: float,
    high: float,
    scale: str = "log0",
    help: str = "",
    member: int | None = None,
    key: str | None = None,
    is_minor: bool = False,
) -> dict[str, Any]:
    """Description of a live slider.

    scale: "log0" (0 at the very left, then logarithmic from `low` to `high`), "log" or "linear".
    member: the one network of a stack that it sets, or None for all. key: its name among the strengths, by default
    `name` or, with a member, "name.member". is_minor: whether it may fold away where there is a dock.
    """
    key = key or (name if member is None else f"{name}.{member}")
    return {
        "key": key, "name": name, "member": member, "label": label, "min": low, "max": high, "scale": scale, "help": help,
        "is_minor": is_minor,
    }  # fmt: skip


def scrub(
    name: str,
    label: str,
    values: Sequence[float],
    texts: Sequence[str] | None = None,
    index: int = 0,
    help: str = "",
    positions: Sequence[float] | None = None,
    answers: Sequence[str] = (),
) -> dict[str, Any]:
    """Description of a slider over an axis that arrays carry in front: it picks from what the browser holds in memory.

    A binding `fit_y[@name]` shows the part of `fit_y` at the slider's index, `at:name` the value there, twice.
    values: one number per stop; texts: how each is shown, by default "%g"; positions: where each stands on an axis,
    by default its value (a 0 has no place of its own on a logarithmic axis); answers: names of the stops that a snapshot finds,
    `meta.answers[name]` their indices, None while they are not known. At the end of a run the first is shown by itself.
    """
    if not values or not 0 <= index < len(values):
        raise ValueError(
            say(
                "index: expected a whole number from 0 to {n_values} (the stops), received {index}",
                n_values=len(values) - 1,
                index=index,
            )
        )
    for argument, given in (("texts", texts), ("positions", positions)):
        if given is not None and len(given) != len(values):
            raise ValueError(
                say(
                    "{argument}: expected {n_values}, one per stop, received {n_given}",
                    argument=argument,
                    n_values=len(values),
                    n_given=len(given),
                )
            )
    return {
        "name": name, "label": label, "values": [float(v) for v in values], "index": index, "help": help,
        "answers": list(answers),
        "texts": list(texts) if texts is not None else [f"{v:g}" for v in values],
        "positions": [float(v) for v in (values if positions is None else positions)],
    }  # fmt: skip


def readout(name: str, label: str, help: str = "", is_minor: bool = False) -> dict[str, Any]:
    """Description of a number shown near the charts; its text comes with each snapshot. is_minor: as in `slider`."""
    return {"name": name, "label": label, "help": help, "is_minor": is_minor}


WORDS = {
    "presets": say("Presets"),
    "controls": say("Controls"),
    "more_charts": say("More charts"),
    "own": say("A set-up of your own. Choose a preset to see one thing happen."),
    "more": say("More"),
    "more_help": say("Dropout, learning rate and further numbers"),
    "exercises": say("Exercises"),
    "exercises_help": say("Further set-ups, two of them known from TensorFlow Playground"),
    "hint": say("Now drag this"),
    "press_run": say("It stands still: press Run to see what this does."),
    "copy": say("Copy link"),
    "copy_help": say("Copy the address of what you see: the set-up, and the changes of this run, which it repeats"),
    "copied": say("Link copied."),
    "copied_changes": say("Link copied, with the changes of this run: it repeats them."),
    "not_copied": say("Copy it by hand:"),
    "present": say("Present"),
    "present_help": say("For a projector: large type, two charts. Keys: P, space, ← →, 1 2, ↑ ↓, F."),
    "formula": say("J(w)"),
    "formula_help": say("What is minimised, and how a weight moves: the part of the slider under the hand is lit"),
    "drawer": say("Data & network"),
    "drawer_brief": say("Data"),
    "drawer_help": say("Choose data, points, noise and network, at the side"),
}


def hero(
    presets: Sequence[Mapping[str, Any]],
    chosen: str | None,
    is_presenting: bool = False,
    recording: str | None = None,
    said: str = "",
) -> dict[str, Any]:
    """Description of a first screen with one large chart and a dock: the figures' `layout.meta["place"]` say which.

    presets: {key, label, watch, expect, picture}, one per chip, is_more among the exercises; chosen: the key of the one
    that is shown; is_presenting: whether all is large, for a projector; recording: the preset whose recording plays
    by itself as long as its run has not begun; said: what to say in place of a preset's text.
    """
    return {
        "presets": [dict(preset) for preset in presets],
        "chosen": chosen,
        "is_presenting": is_presenting,
        "recording": recording,
        "said": said,
        "words": WORDS,
    }


def sheet(name: str, title: str, look_for: str) -> go.Figure:
    """Return a card for a table of texts, which comes with each snapshot: `meta.tables[name]`, {heads, rows}.

    heads: one text per column; rows: [{"cells": [one text per column], "note": a sentence below them, "room": one as long
    as it may become}].
    """
    return go.Figure(layout={"meta": {"name": name, "title": title, "look_for": look_for, "is_table": True}})


@dataclass(frozen=True)
class Source:
    """The job that feeds a stage. path: of its WebSocket, "/lab/jobs/<id>/stream".

    key: what it computes; the browser finds the job again by it after a reload. slot: which of the session's jobs it is; one
    that the server no longer knows is looked for among what was put away.
    """

    path: str
    key: str
    slot: jobs.Slot = "study"


@dataclass(frozen=True)
class Offer:
    """What a stage offers beside its figures.

    readouts, controls, scrubs: made by `readout`, `slider`, `scrub`; strengths: values of the controls by key. buttons: which
    of run, step, reset, reseed. can_rewind: whether the job keeps moments. paces: words and bounds of the choice of pace, see
    `pace.PACES`; first_screen: made by `hero`; drawing: words of the tools for points by hand, and whether a copy of the
    points may be drawn on; None where there is no such thing.
    """

    readouts: Sequence[Mapping[str, Any]] = ()
    controls: Sequence[Mapping[str, Any]] = ()
    strengths: Mapping[str, float] = field(default_factory=dict)
    scrubs: Sequence[Mapping[str, Any]] = ()
    buttons: Sequence[str] = BUTTONS
    can_rewind: bool = True
    paces: Mapping[str, Any] | None = None
    first_screen: Mapping[str, Any] | None = None
    drawing: Mapping[str, Any] | None = None


def stage_data(
    source: Source, figures: Sequence[go.Figure | Chart], offer: Offer, revision: str, tells_state: bool, address: str
) -> dict[str, Any]:
    """Return what the component receives, see `stage`, in the session's language."""
    told = {
        "socket": source.path + "".join(f"?{name}={value}" for name, value in language_in_address().items()),
        "job_key": source.key,
        "assets": f"/lab/assets/{assets_hash()}/",
        "figures": [one if isinstance(one, dict) else chart_of(one) for one in figures],
        "controls": [{**control, "value": offer.strengths[control["key"]]} for control in offer.controls],
        "scrubs": [dict(axis) for axis in offer.scrubs],
        "readouts": [dict(item) for item in offer.readouts],
        "verdicts": VERDICTS,
        "buttons": list(offer.buttons),
        "can_rewind": offer.can_rewind,
        "tells_state": tells_state,
        "heard": dict(hand.heard()),
        "address": address,
        "page": st.session_state.get(shared.URL_PATH, ""),
        "paces": offer.paces,
        "drawing": offer.drawing,
        "revision": revision,
        "hero": offer.first_screen,
        "words": {**STAGE_WORDS, "locale": locale()},
    }
    return dict(worded(told))


def stage(
    key: str, source: Source, figures: Sequence[go.Figure | Chart], offer: Offer,
    hears: Mapping[str, Callable[[], None]] = MappingProxyType({}), revision: str = "", address: str | None = None,
) -> Any:  # fmt: skip
    """Show figures and live controls, fed by a job's stream.

    Parameters
    ----------
    figures: figures, or charts as `charts.drawn` keeps them.
    hears: by name of a result, one of TOLD, what is called before the rerun that a change of it causes. Without "state" the
        page is not told when the run begins, stands still or ends.
    revision: the figures are rebuilt when it changes, otherwise they are left as they are; by default the source's key.
    address: what the address bar shall hold, from the "?" on; by default the experiment.

    Returns
    -------
    Result with `strengths` (what the hand set, {key: {value, gesture}}, after a slider was released or a pace chosen, or None),
    `seed` (the same of "New start"), `picked` (index by name after a scrub was released, with the epoch as `moment` while a past
    one is shown, or None), `state` (of the run, or None), `job` (id of the job that is shown if it is not the one given, or
    None), `lost` (id of a job that the server no longer knows, for one run, or None), `preset` (chosen on the first screen),
    `present` (whether it is large, for a projector) and `copy` (that the points shall be drawn on).
    """
    if odd := set(hears) - set(TOLD):
        raise ValueError(
            say("hears: expected some of {told}, received {odd}", told=", ".join(TOLD), odd=", ".join(sorted(odd)))
        )
    jobs.say_what_is_lost(source.slot)
    component = st.components.v2.component("overfit_lab_stage", js=LOADER, isolate_styles=False)
    shown_address = shared.address() if address is None else address
    return component(
        key=key,
        data=stage_data(source, figures, offer, revision or source.key, "state" in hears, shown_address),
        on_lost_change=partial(jobs.claim, source.slot, key),
        **{f"on_{name}_change": hears.get(name, _nothing) for name in TOLD},
    )


def _nothing() -> None:
    """Streamlit knows a result of a component only if a callback is given for it."""
