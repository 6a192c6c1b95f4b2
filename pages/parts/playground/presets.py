"""The presets on the Playground's first screen: which one is shown, and what happens when one is chosen."""

import json
from functools import cache
from typing import Any

import streamlit as st

from core.presets import PRESETS, START, preset_of
from core.stream.job import Job
from pages.shared import experiment as shared
from pages.shared import hand, jobs, live
from pages.shared.example import NEW
from pages.shared.stage import ASSETS, hero

STAGE = "playground.stage"


@cache
def pictures() -> dict[str, Any]:
    """Return the small picture of each preset, made by `core/live/playground/pictures.py`."""
    kept: dict[str, Any] = json.loads((ASSETS / "presets.json").read_text())
    return kept


def first_screen() -> dict[str, Any]:
    """Return the presets as chips, each with what to watch and what to expect."""
    chips = [
        {
            "key": key,
            "label": preset.chip or preset.label,
            "watch": preset.watch,
            "expect": preset.expect,
            "is_more": not preset.chip,
            "picture": pictures()[key],
        }
        for key, preset in PRESETS.items()
    ]
    repeated = shared.replay()
    said = repeated.in_words() if repeated is not None and repeated.end == shared.current() else ""
    return hero(chips, None if said else shown_preset(), shared.is_presenting(), recording(), said)


def recording() -> str | None:
    """Return the preset that plays by itself: the first one, for who came without a link and has not touched anything."""
    is_new = st.session_state.get(NEW) and shared.current() == START
    return preset_of(START) if is_new else None


def shown_preset() -> str | None:
    """Return the preset whose texts hold now: none where the weights began elsewhere, on the λ path, for example."""
    job = jobs.own("run")
    is_this = job is not None and job.key == live.job_key(shared.current())
    return None if is_this and origin_of(job) else preset_of(shared.current())


def take_preset() -> None:
    """A preset was chosen: it replaces the experiment, and a new run the run."""
    told = hand.told(STAGE, "preset")
    name = told.get("key") if told else None
    if name in PRESETS:
        shared.forget_replay()
        shared.put(PRESETS[name].experiment)
        jobs.drop("run")


def origin_of(job: Job | None) -> str:
    """Return where the weights of this run come from, "" where they were random or are not known yet."""
    meta = job.latest.meta if job is not None and job.latest is not None else {}
    return meta.get("origin", "") if meta.get("origin_seed") == shared.current().training.seed else ""


def take_present() -> None:
    """The page was made large for a projector, or small again."""
    shared.present(bool((hand.told(STAGE, "present") or {}).get("on")))
