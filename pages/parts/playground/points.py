"""Points drawn by hand on the Playground: the words of the tools, and the copy of another data set's points."""

from typing import Any

import streamlit as st

from core.data import info_of
from core.data.drawn import can_be_copied, copied, info_of_points, is_drawn
from core.settings.points import MAX_POINTS
from core.words import say
from pages.parts.playground.presets import STAGE
from pages.shared import experiment as shared
from pages.shared import hand, jobs
from pages.shared.splits import split_of

WORDS = {
    "bar": say("Drawing points"), "canvas": say("canvas for points"), "classes": say("Class of new points"),
    "parts": say("New points are for"),
    "train": say("training"), "train_help": say("A click adds a training point (key T)"),
    "val": say("validation"), "val_help": say("A click adds a validation point, which is never learned from (key V)"),
    "brush": say("brush"), "brush_help": say("Add many points at once, scattered around the pointer (key B)"),
    "undo": say("↶"), "undo_name": say("undo"), "undo_help": say("Take back the last change of the points (Ctrl Z)"),
    "redo": say("↷"), "redo_name": say("redo"), "redo_help": say("Make it again (Ctrl Y)"),
    "clear": say("✕"), "clear_name": say("clear"), "clear_help": say("Remove all points; undo brings them back"),
    "class_help": say("Add points of {name} (key {key})"),
    "count": say("{train} + {val}"),
    "count_help": say("Training + validation points; {most} together are the most that a link holds"),
    "full": say("{most} points are the most that a link holds: remove some first."),
    "added": say("Added at x {x}, y {y}: {n} points."), "removed": say("Removed at x {x}, y {y}: {n} points."),
    "cursor": say("x {x}, y {y}. Enter adds a point, Delete removes one."),
    "undone": say("Taken back."), "redone": say("Made again."),
    "copy": say("Draw on this"),
    "copy_help": say("Copy these training points, to add, move and remove some by hand: a new run on My points"),
}  # fmt: skip


def drawing() -> dict[str, Any]:
    """Return what the stage needs to let a hand draw, or to offer a copy of the points to draw on."""
    data = shared.current().data
    return {"can_copy": not is_drawn(data) and can_be_copied(info_of(data)), "words": WORDS}


def take_copy() -> None:
    """The points of the present data are to be drawn on: they become points of one's own."""
    now = shared.current()
    if not hand.told(STAGE, "copy") or is_drawn(now.data) or not can_be_copied(info_of(now.data)):
        return
    drawn = copied(now, split_of(now.data))
    shared.put(drawn)
    jobs.drop("run")
    n_before, n_after = now.data.n_train, info_of_points(drawn.data).parts[0]
    if n_after < n_before:
        st.session_state[shared.PROBLEMS] += [
            say(
                "{n} of {all} training points were copied: a drawing holds {most}, none beyond its canvas.",
                n=n_after,
                all=n_before,
                most=MAX_POINTS,
            )
        ]
