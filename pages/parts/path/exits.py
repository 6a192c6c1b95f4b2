"""What leads on from a λ path: the chosen network in the Playground, the whole path as a table."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from core.live.asking import found_by
from core.live.path.export import member_experiment, member_origin, path_csv
from core.stream.job import Job
from core.studies.path.sweep import PathMoment
from core.words import say
from pages.shared import experiment as shared
from pages.shared import live
from pages.shared.language import tr
from pages.shared.say import call


def show_exits(job: Job, member: int, rewound: PathMoment | None) -> None:
    """Show the buttons; they take the path as it is when they are pressed. rewound: the path at the past moment that is
    shown, or None; the Playground goes on from that."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            tr("Cross-validate this grid"), key="path.cv", help=tr("Chooses λ by folds, not by one validation set.")
        ):
            shared.send_to("cv.py")
        if st.button(
            tr("Open in Playground"),
            key="path.open",
            help=tr("Continues from the weights that are shown, at the chosen λ."),
        ):
            open_member(found_by(job, PathMoment) if rewound is None else rewound, member)
        st.download_button(
            tr("Download the path"), partial(table_of, job, st.context.url or ""), "path.csv", "text/csv", on_click="ignore",
            help=tr("A table with one row per λ, as it is now, finished or not; with the experiment and its link."),
        )  # fmt: skip


def open_member(path: PathMoment | None, member: int) -> None:
    """Let the Playground continue from one network of a path, now or at a past moment; None: not begun."""
    origin = member_origin(path, member) if path is not None else None
    if path is None or origin is None:
        call(say("This λ has not been trained yet: there are no weights to continue from."))
        return
    live.start_from(member_experiment(path, member), origin)
    shared.send_to("playground.py")


def table_of(job: Job, address: str) -> str:
    """Return the path as CSV, with the link that leads to it; called outside the page's run, when the button is pressed."""
    path = found_by(job, PathMoment)
    return "" if path is None else path_csv(path, f"{address}?{urlencode(path.experiment.to_query())}")
