"""The session's one live run: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Sequence
from typing import Any

from core.live.needs import Needs
from core.live.playground.needs import LIVE, STRENGTHS, playground_needs
from core.live.playground.recording import recalling_run
from core.live.playground.run import Origin, playground_run, playground_work
from core.settings.experiment import Experiment
from core.stream.job import Job
from pages.shared import experiment as shared
from pages.shared import hand, jobs, pace, studies
from pages.shared.splits import on_split


def job_key(experiment: Experiment) -> str:
    """Return a text that is equal for experiments of which one run can become the other without a new start."""
    return needs_now(experiment).key


def needs_now(experiment: Experiment) -> Needs:
    """Return what the session's run of an experiment depends on, with the changes of a link that it repeats."""
    repeated = shared.replay()
    return playground_needs(experiment, repeated.text if repeated is not None else "")


def find_job(experiment: Experiment) -> Job:
    """Return the session's run of this experiment, with its strengths and start; a new one where the set-up differs."""
    before, needs, repeated = jobs.own("run"), needs_now(experiment), shared.replay()
    start, changes = (experiment, ()) if repeated is None else (repeated.start, repeated.changes)
    job = studies.find("run", needs, on_split(recalling_run, start, changes), playground_work(experiment))
    if job is not before:
        pace.begin(job)
    return job


def start_from(experiment: Experiment, origin: Origin) -> None:
    """Make this the experiment of all pages, and let the session's run continue from the weights of `origin`."""
    shared.forget_replay()
    shared.put(experiment)
    now = shared.current()
    jobs.drop("run")
    job = jobs.find("run", job_key(now), on_split(playground_run, now, origin), playground_work(now))
    hand.begin(job, now, LIVE)
    pace.begin(job)


def strengths_of(experiment: Experiment, names: Sequence[str] = STRENGTHS) -> dict[str, float]:
    """Return what a run may be told while it goes on but for its points, by flat name."""
    return {name: experiment.get(name) for name in names}


def take_told(told: Any) -> None:
    """Put what the hand did on the stage into the experiment, and keep the pace that it chose."""
    hand.take(told, LIVE)
    pace.take(told)


def adopt(job_id: str | None) -> None:
    """Take over a run that this browser tab had before a reload, with the strengths it has by now."""
    studies.adopt(job_id, needs_now(shared.current()), slot="run")
