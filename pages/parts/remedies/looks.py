"""The Remedies page's one look at the test rows, and the results as a file."""

from functools import partial

import streamlit as st

from core.data import info_of
from core.live.asking import text_of
from core.live.remedies.needs import remedies_needs
from core.stream.commands import Look
from core.stream.job import Job
from core.words import joined, say
from pages.shared import experiment as shared
from pages.shared import jobs
from pages.shared.language import tr, worded
from pages.shared.looks import add_look, count_looks
from pages.shared.parts import has_begun
from pages.shared.say import call, warn
from pages.shared.steady import steady

PROBLEM = "remedies.problem"
ASKED = "remedies.asked"  # the study that was asked for a look and has not answered yet; kept with the jobs
TOO_EARLY = say("It opens once all remedies are trained to the end.")
LOOKED = say("The test set was looked at once. Another look, after a change, would be choosing by it.")
LOOK_S = 5.0  # the study answers a look within a slice or two


def look_at_test(job: Job) -> None:
    """Ask the study for its test losses, and count the look, unless the settings are no longer those of the study.

    One that was asked and has not answered yet, for the server is busy, is asked again; that is no further look.
    """
    if job.is_closed or job.key != remedies_needs(shared.current()).key:
        return
    snapshot = job.latest
    if snapshot is None or not snapshot.meta.get("is_table_done"):
        st.session_state[PROBLEM] = TOO_EARLY
        return
    if snapshot.meta["has_looked"]:
        return
    if not is_asked(job):
        add_look(shared.current())
    jobs.notes()[ASKED] = job.id
    job.send(Look())
    while snapshot is not None and not snapshot.meta["has_looked"]:
        snapshot = job.wait(snapshot.version, LOOK_S)


def is_asked(job: Job) -> bool:
    """Return whether this study was asked for a look that it has not answered yet."""
    return bool(jobs.notes().get(ASKED) == job.id)


def show_actions(job: Job) -> None:
    """Offer the one look at the test set and the results as a file."""
    n_looks, is_open = count_looks(shared.current()), job.latest is not None and job.latest.meta.get("has_looked")
    if is_open:
        jobs.notes().pop(ASKED, None)
    number = n_looks if is_open or is_asked(job) else n_looks + 1
    has_test = info_of(shared.current().data).n_test() > 0
    is_trained = job.latest is not None and bool(job.latest.meta.get("is_table_done"))
    left, right, words = st.columns([1, 1, 3], vertical_alignment="center")
    left.button(
        worded(
            say("Look again (look {number})", number=number)
            if number > 1 and not is_open
            else say("Reveal the test loss")
        ),
        on_click=look_at_test,
        args=(job,),
        width="stretch",
        key="remedies.look",
        disabled=bool(is_open) or not is_trained or not has_test,
        help=tr("Once, after training: whoever looks, changes something and looks again is choosing by the test set."),
    )
    right.download_button(
        tr("Download CSV"),
        partial(text_of, job),
        "remedies.csv",
        "text/csv",
        on_click="ignore",
        width="stretch",
        key="remedies.csv",
        disabled=not has_begun(job),
        help=tr("A line for each start of each remedy, as far as the study is. Press Run first."),
    )
    with words:
        if has_test:
            say_looks(n_looks, is_trained)
        else:
            st.caption(
                tr("Drawn points have no test rows: the validation rows are all there is to compare the remedies by.")
            )


def say_looks(n_looks: int, is_trained: bool) -> None:
    """Say how often the test rows were looked at, on whichever page, and what that means; and when they may be."""
    if problem := st.session_state.pop(PROBLEM, None):
        call(problem)
    if n_looks > 1:
        text = say("The test set was looked at {n_looks} times: it is no longer untouched.", n_looks=n_looks)
    elif n_looks:
        text = LOOKED
    else:
        text = joined([say("The test set is untouched."), "" if is_trained else TOO_EARLY])
    steady("remedies-looks", text, LOOKED, show=st.caption if n_looks < 2 else shown_as_warning, hold=shown_as_warning)


def shown_as_warning(text: str, help: str | None) -> None:
    """Show a text as a warning, which takes more room than a caption."""
    warn(text)
