"""A page with a run: one record of what it trains and shows, and the one way in which page, run and hand agree.

A run belongs to the session's slot: "run", "study" or "refit". It is found for the experiment of now, told of what was changed
in the sidebar, and found again after a reload; what the hand did on the stage goes into the experiment. Read next:
`pages/shared/jobs.py` (the session's jobs) and `pages/shared/hand.py` (gestures).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.data.drawn import FEWEST, counted, counted_val, info_of_points, is_drawn, is_enough
from core.live.needs import Needs
from core.live.study import Obedient
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.cost import Work
from core.words import say
from pages.shared import example, hand, jobs, studies
from pages.shared import experiment as shared
from pages.shared.charts import Chart, drawn
from pages.shared.language import tr
from pages.shared.parts import is_ready, say_failure
from pages.shared.say import fail, warn
from pages.shared.stage import BUTTONS, Offer, Source, stage

Figures = Sequence[go.Figure] | None
MakeRun = Callable[[], Obedient]  # makes the live run, where it is to be


@dataclass(frozen=True)
class Shown:
    """A run that has something to show. key: what it computes; charts: drawn from its first snapshot."""

    job: Job
    key: str
    charts: list[Chart]


def no_settings(_: Experiment) -> Sequence[str]:
    """Return the settings that a stage without sliders may change."""
    return ()


@dataclass(frozen=True)
class RunPage:
    """A page with a run, or a view of one.

    name: of its stage and its charts, such as "path"; what: how the page calls its run in a sentence. needs, work, make_run:
    what the run of an experiment depends on, costs, and how it is made. draw: makes the charts, None where the snapshot does
    not suffice. takes: the settings that the hand may change on the stage; message: how one is told to the run. sidebar:
    settings that the stage changes and the sidebar shows. parts: what the parts of a study cost that follow one another;
    check: raises ValueError for one that is too large. buttons, can_rewind: see `Offer`; tells_state: whether the page is run
    again when the run begins, stands still or ends. look: what the charts depend on besides the run; they are drawn anew when
    it changes.
    """

    name: str
    what: str
    needs: Callable[[Experiment], Needs]
    work: Callable[[Experiment], Work]
    make_run: Callable[[Experiment], MakeRun]
    draw: Callable[[Job, Snapshot], Figures]
    readouts: Sequence[Mapping[str, str]]
    takes: Callable[[Experiment], Sequence[str]] = no_settings
    message: hand.Message = hand.plain_message
    sidebar: tuple[str, ...] = ()
    parts: Callable[[Experiment], Sequence[Work]] | None = None
    check: Callable[[Experiment], None] | None = None
    buttons: Sequence[str] = BUTTONS
    can_rewind: bool = True
    tells_state: bool = False
    slot: jobs.Slot = "study"
    look: Callable[[Job], str] = lambda _: ""

    @property
    def stage(self) -> str:
        """Return the key of the stage."""
        return f"{self.name}.stage"

    def open(self, start: Experiment, fault: Callable[[Experiment], str] | None = None) -> None:
        """Take the experiment of the address, or of the session, or the page's own `start`; call it first on a page.

        fault: why the page cannot show anything on an experiment, "" where it can; by default what `check` says.
        """
        refused = fault or (example.refused_by(self.check) if self.check is not None else lambda _: "")
        example.open_page(start, self._costs, lambda mine: self._too_few(mine) or refused(mine))

    def _too_few(self, now: Experiment) -> str:
        """Return that the drawn points are too few for a study, "" where they are enough, or it does not read them."""
        if not is_drawn(now.data) or is_enough(now.data) or self.needs(now).experiment.data != now.data:
            return ""
        n_train, n_val = info_of_points(now.data).parts
        return say(
            "this page needs at least {fewest} training points and one validation point, and there are {train} and {val}",
            fewest=FEWEST, train=counted(n_train), val=counted_val(n_val),
        )  # fmt: skip

    def _costs(self, now: Experiment) -> Sequence[Work]:
        return [self.work(now)] if self.parts is None else self.parts(now)

    def may_start(self) -> bool:
        """Return whether the run of the experiment of now may start; else say why not, or ask."""
        now = shared.current()
        if too_few := self._too_few(now):
            jobs.drop(self.slot)
            warn(say("Too few points: {why}. Draw more on the Playground.", why=too_few))
            st.page_link("playground.py", label=tr("Playground"), icon=":material/draw:")
            return False
        if self.check is not None:
            try:
                self.check(now)
            except ValueError as error:
                jobs.drop(self.slot)
                fail(str(error))
                return False
        return studies.may_start(self.needs(now).key, self._costs(now), self.slot)

    def find(self) -> Shown | None:
        """Return the session's run of the experiment of now; None where it has nothing to show yet, which is said."""
        now = shared.current()
        needs = self.needs(now)
        job = studies.find(self.slot, needs, self.make_run(now), self.work(now), self.message)
        charts = drawn(self.name, needs.key + self.look(job), job, partial(self.draw, job), needs.experiment.data)
        if not is_ready(charts, job, self.what) or charts is None:
            return None
        return Shown(job, needs.key, charts)

    def show(
        self, shown: Shown, controls: Sequence[Mapping[str, Any]] = (), scrubs: Sequence[Mapping[str, Any]] = (),
        on_picked: Callable[[], None] | None = None, address: str | None = None,
    ) -> None:  # fmt: skip
        """Place the stage. controls, scrubs: its sliders; on_picked: called when one over an axis was released; address: that
        of the page, by default the experiment's.
        """
        now = shared.current()
        offer = Offer(
            self.readouts, controls, {name: now.get(name) for name in self.takes(now)}, scrubs, self.buttons, self.can_rewind
        )  # fmt: skip
        hears = {
            "strengths": partial(self._take, "strengths"), "seed": partial(self._take, "seed"), "job": self._adopt,
            **({"picked": on_picked} if on_picked is not None else {}), **({"state": _rerun} if self.tells_state else {}),
        }  # fmt: skip
        source = Source(jobs.stream_path(shown.job), shown.key, self.slot)
        stage(self.stage, source, shown.charts, offer, hears, shown.key + self.look(shown.job), address)
        if not self.sidebar:  # else `follow_hand` says it
            say_failure(self.slot)

    def told(self, name: str) -> Any:
        """Return what the stage has told under a name, None where it has not."""
        return hand.told(self.stage, name)

    def _take(self, name: str) -> None:
        """Put what the hand did on the stage into the experiment."""
        hand.take(self.told(name), self.takes(shared.current()))

    def _adopt(self) -> None:
        """Take over the run that this browser tab had before a reload."""
        studies.adopt(self.told("job"), self.needs(shared.current()), self.message, self.slot)

    # --- the sidebar ---

    def note_sidebar(self) -> None:
        """Note what the sidebar shows. Called after it was drawn, outside the fragment of the stage."""
        st.session_state[f"{self.name}.shown"] = self._in_sidebar()

    def follow_hand(self) -> None:
        """Draw the whole page again where the stage has changed what the sidebar shows, too."""
        if st.session_state[f"{self.name}.shown"] != self._in_sidebar():
            st.rerun()
        say_failure(self.slot)  # last: what a run says that is made anew at once may never be shown

    def _in_sidebar(self) -> list[Any]:
        return [shared.current().get(name) for name in self.sidebar]

    # --- sliders over an axis, kept for a visit to another page ---

    def take_picked(self) -> None:
        """Note where the sliders over the axes were released."""
        st.session_state[f"{self.name}.picked"] = self.told("picked") or {}

    def picked(self, axis: str, n_stops: int, at_first: int | None = None) -> int:
        """Return where the slider over an axis stands, the middle at first; a browser may send anything."""
        index = (st.session_state.get(f"{self.name}.picked") or {}).get(axis)
        at_first = n_stops // 2 if at_first is None else at_first
        return min(max(index, 0), n_stops - 1) if isinstance(index, int) else at_first


def _rerun() -> None:
    """The rerun alone is wanted: what the page offers depends on whether the run stands, trains or has ended."""
