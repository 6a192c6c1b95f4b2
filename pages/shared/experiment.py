"""The one experiment that all pages share: it comes from a link, a preset or the sidebar, and the address bar always shows it.

It lives under keys of its own, not of widgets, because Streamlit drops a widget's value when another page is shown.
"""

from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.data.drawn import is_drawn
from core.data.limits import settle
from core.data.own import is_own, key_of
from core.data.table.record import Table
from core.live.playground.needs import playground_needs
from core.live.playground.replay import Replay, read_replay
from core.settings.experiment import Experiment
from core.stream.gate import LEFT_OUT, MOST_PARAMETERS
from core.words import say
from pages.shared.language import LANG, language_in_address, tr
from pages.shared.say import warn

PRESENT = "present"  # parameter of a link, and key of the session: whether the page is shown by a projector
NOW, PROBLEMS = "lab.experiment", "lab.problems"
TABLES = "lab.tables"  # the session's own tables by key, see `tables.py`
CHANGES, REPLAY = "changes", "lab.replay"  # parameter of a link that repeats a run, and key of the session: that run
URL_PATH = "lab.url_path"  # of the page that is shown, "" of the first
SENT = "lab.sent"  # the page that another one opens
PAGE, IS_ENTRY = "lab.page", "lab.is_entry"  # the page shown last; whether this run is the first one on its page


def open_address(default: Experiment) -> None:
    """Take the experiment of the address, or `default` on a first visit without one; call it first on every page.

    Later, the address counts only where the browser went Back or Forward, or came to another page by a link with settings in
    it: in any other run it may be older than what this session has written since.
    """
    session, query = st.session_state, st.query_params.to_dict()
    asked, _, left_out = query.pop(PRESENT, None), query.pop(LANG, None), query.pop(LEFT_OUT, "")
    if NOW not in session or asked is not None:
        present(asked == "1")
    is_entry = enter_page()
    if NOW not in session or (query and (is_entry or went_back())):
        take_address(query, default)
    if left_out.isdecimal():
        session[PROBLEMS] = [too_long(int(left_out)), *session[PROBLEMS]]


def too_long(n: int) -> str:
    """Return what is said of a link of which nothing was taken."""
    return say(
        "The link has {n:,} parameters; at most {most:,} are read, so none was used. Copy the link anew where it comes from.",
        n=n,
        most=MOST_PARAMETERS,
    )


def enter_page() -> bool:
    """Note which page is shown; return whether this run is the first one on it."""
    session, run = st.session_state, get_script_run_ctx()
    page = run.page_script_hash if run is not None else ""
    session[IS_ENTRY] = session.get(PAGE) != page
    session[PAGE] = page
    return bool(session[IS_ENTRY])


def went_back() -> bool:
    """Return whether this run is due to the browser's Back or Forward button."""
    run = get_script_run_ctx()
    return run is not None and run.is_history_navigation


def take_address(query: dict[str, str], default: Experiment) -> None:
    """Make the experiment of a link the current one; what cannot be used becomes sentences."""
    changes = query.pop(CHANGES, "")
    experiment, problems = Experiment.from_query(query) if query else (default, [])
    experiment, more = settle(experiment)
    st.session_state.pop(REPLAY, None)
    if changes:
        try:
            st.session_state[REPLAY] = replay = read_replay(changes, experiment)
            experiment = replay.end
        except ValueError as error:
            more = [
                *more,
                say("The link has changes of a run that cannot be used: {error}. It opens without.", error=error),
            ]
    st.session_state[NOW], st.session_state[PROBLEMS] = experiment, problems + more


def replay() -> Replay | None:
    """Return the run that the link of this session repeats, as long as the set-up is its own; strengths may have changed since."""
    found: Replay | None = st.session_state.get(REPLAY)
    if found is None or playground_needs(found.end).key != playground_needs(current()).key:
        return None
    return found


def forget_replay() -> None:
    """Begin anew: the link's run is not repeated any more."""
    st.session_state.pop(REPLAY, None)


def is_new() -> bool:
    """Return whether this session has no experiment yet."""
    return NOW not in st.session_state


def came_by_itself() -> bool:
    """Return whether this run opens the page for someone who chose it in the navigation, not by a link with settings."""
    return bool(st.session_state[IS_ENTRY]) and not settings_asked()


def send_to(script: str) -> NoReturn:
    """Open a page of the menu for what stands here: it takes the experiment as it is."""
    st.session_state[SENT] = script
    st.switch_page(script)


def was_sent_to(script: str) -> bool:
    """Return whether another page has opened this one, and not the menu; true once."""
    return bool(st.session_state.pop(SENT, "") == script)


def settings_asked() -> set[str]:
    """Return the names in the address that are of an experiment, not of how the page is shown."""
    return {name for name in st.query_params if name not in (PRESENT, LANG, LEFT_OUT)}


def current() -> Experiment:
    """Return the experiment as it is now."""
    experiment: Experiment = st.session_state[NOW]
    return experiment


def put(experiment: Experiment) -> None:
    """Make this the experiment of all pages, brought in line with its data; complaints about a link end here."""
    if NOW in st.session_state:
        note_points(current())
    st.session_state[NOW], st.session_state[PROBLEMS] = settle(experiment)


def note_points(experiment: Experiment) -> None:
    """Note what was drawn, for whoever comes back to it from other data."""
    if is_drawn(experiment.data) and experiment.data.points:
        drawings()[experiment.data.name] = experiment


def drawings() -> dict[str, Experiment]:
    """Return the experiments with the session's last drawn points, by the name of their data."""
    kept: dict[str, Experiment] = st.session_state.setdefault("lab.drawings", {})
    return kept


def change(**values: Any) -> None:
    """Change some settings by their flat names; raises ValueError as `Experiment.replace` does."""
    put(current().replace(**values))


def move(**values: Any) -> None:
    """Change some settings as `change` does, by a hand on the stage: complaints stay, for the stage stands below them."""
    before = st.session_state[PROBLEMS]
    change(**values)
    st.session_state[PROBLEMS] = [*before, *(one for one in st.session_state[PROBLEMS] if one not in before)]


def say_problems() -> None:
    """Show what was wrong with the link, or what had to be changed to agree with the data."""
    for problem in st.session_state[PROBLEMS]:
        warn(problem)


def show_problems() -> None:
    """Show what was wrong with the link; where it is about a table that is not open here, the page ends with that."""
    say_problems()
    if is_own(current().data) and table_of_session() is None:
        show_address(by_stage=False)
        say_absent()


def table_of_session() -> Table | None:
    """Return the session's table that the experiment names, None where it has not open what it names."""
    found: Table | None = st.session_state.get(TABLES, {}).get(key_of(current().data))
    return found


def say_absent() -> None:
    """Say that the file of the experiment is not open here, lead to where it can be opened, and end the page's run."""
    warn(
        say(
            "These settings are for a file of one's own, of hash {hash}, that is not open in this browser tab: its "
            "rows never travel in a link. Open the same file on the page Own data, or choose other data.",
            hash=current().data.table or say("unknown"),
        )
    )
    st.page_link("data.py", label=tr("Own data"), icon=":material/table:")
    st.stop()


def show_address(by_stage: bool = True) -> None:
    """Let the address bar hold the whole experiment; call it once the run has its final form.

    Written here, a changed address is a new entry of the browser's history, except on the way Back, and where the entry has
    no settings yet (see `Front`). Where a page has just opened, its own entry is completed by the stage instead: the browser
    may still be at the page before, and a second entry would stand in the way Back. by_stage: whether there is one.
    """
    is_entry, st.session_state[IS_ENTRY] = st.session_state[IS_ENTRY], False
    query = settings_in_address()
    shown = st.query_params.to_dict()
    if (query != shown and not (is_entry and (shown or by_stage))) or went_back():
        st.query_params.from_dict(query)


def address() -> str:
    """Return the address that shows the experiment, from the "?" on; "" where there is none."""
    return "?" + urlencode(settings_in_address()) if NOW in st.session_state else ""


def settings_in_address() -> dict[str, str]:
    """Return the experiment as the address holds it, whether it is shown by a projector, and in which language."""
    repeated = replay()
    is_same = repeated is not None and repeated.end == current()
    settings = {**repeated.start.to_query(), CHANGES: repeated.text} if repeated and is_same else current().to_query()
    return {**settings, **({PRESENT: "1"} if is_presenting() else {}), **language_in_address()}


def is_presenting() -> bool:
    """Return whether the page is shown by a projector."""
    return bool(st.session_state.get(PRESENT))


def present(on: bool) -> None:
    """Show the page as for a projector, or as usual."""
    st.session_state[PRESENT] = on
