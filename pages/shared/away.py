"""What outlives a session and its jobs: a run that is put away while it trains, and taken out after a break or a restart."""

from dataclasses import replace
from typing import Any

from core.live.keeping import KIND
from core.stream.checkpoints import get_checkpoints
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.words import say

GONE = Snapshot(0, {}, {}, KIND)  # stands for a run of which nothing was kept
LOOKS = "looks"  # how often each test set was looked at, by what names its rows; kept with the jobs


def put_away(job: Job, run: Snapshot) -> None:
    """Keep what a job's run needs to go on, what it computes, and the looks at test sets. Called by the job's thread."""
    if (store := get_checkpoints()) is not None:
        looks = [
            [*rows, n] for rows, n in dict(job.notes.get(LOOKS, {})).items()
        ]  # a copy: the page may write meanwhile
        store.save(job.id, replace(run, meta={**run.meta, "key": job.key, "looks": looks}))


def take_out(job_id: str, key: str, kept: dict[str, Any]) -> Snapshot | None:
    """Return what was kept of a job, if it computed what `key` names; its looks at test sets count again in `kept`."""
    store = get_checkpoints()
    found = store.load(job_id) if store is not None else None
    if found is None or found.meta.get("key") != key:
        return None
    counts = kept.setdefault(LOOKS, {})
    for name, seed, n_looks in found.meta["looks"]:
        counts[name, seed] = max(n_looks, counts.get((name, seed), 0))
    return found


def forget(job_id: str) -> None:
    """Remove what was kept of a job that its session has ended."""
    if (store := get_checkpoints()) is not None:
        store.forget(job_id)


def in_words(found: Snapshot) -> str:
    """Return what goes on after a break, and what is lost."""
    if found is GONE:
        return say(
            "The run that this tab had is no longer on the server, after a long break or a restart: it begins anew."
        )
    reached = found.meta["reached"]
    if found.arrays:
        return say(
            "Goes on after a break, from {reached}. What was before cannot be rewound any more.", reached=reached
        )
    return say("The break was too long for so large a study: it began anew. It had reached {reached}.", reached=reached)
