"""How fast a session sees its run train, and when it pauses by itself: kept while the session lasts and found again after a
reload; no part of the experiment."""

from typing import Any

from core.stream.commands import MAX_PACE, MIN_PACE, Pace, StopAt
from core.stream.job import Job
from core.words import say
from pages.shared import hand, jobs

PACE, STOP, USUAL = "pace", "stop_at", "story"
MAX_EPOCH, MAX_LOSS = 1e9, 1e6
STOPS = {
    "label": say("Stop at …"),
    "title": say("Pause by itself"),
    "value": say("The number to stop at"),
    "help": say(
        "Lowest validation loss is early stopping: it pauses once that loss has not fallen for so many epochs, and "
        "says where it was lowest, at the star. Each holds once; Run goes on."
    ),
    "choices": [
        {"when": "never", "label": say("never"), "value": 0, "unit": "", "min": 0, "max": 0, "step": 1},
        {
            "when": "best",
            "label": say("lowest validation loss"),
            "value": 100,
            "unit": say("epochs of patience"),
            "min": 1,
            "max": MAX_EPOCH,
            "step": 1,
        },
        {"when": "epoch", "label": say("an epoch"), "value": 250, "unit": "", "min": 1, "max": MAX_EPOCH, "step": 1},
        {
            "when": "val_loss",
            "label": say("a validation loss of"),
            "value": 0.2,
            "unit": say("or less"),
            "min": 0,
            "max": MAX_LOSS,
            "step": "any",
        },
        {
            "when": "train_loss",
            "label": say("a training loss of"),
            "value": 0.05,
            "unit": say("or less"),
            "min": 0,
            "max": MAX_LOSS,
            "step": "any",
        },
    ],
}
PACES = {
    "label": say("Pace"),
    "help": say(
        "How fast you see it train: a pace changes no number. Story: one second to epoch 10, two for each factor of "
        "ten after it, then full speed; a strength that you change begins the story again."
    ),
    "choices": [
        {"value": "slow", "label": say("Slow"), "help": say("The story, four times as slow")},
        {"value": "story", "label": say("Story"), "help": say("Early epochs slowly, later ones ever faster")},
        {"value": "full", "label": say("Full"), "help": say("As fast as the server trains")},
    ],
    "number": {
        "label": say("Epochs per second"),
        "help": say("So many epochs per second"),
        "unit": "/s",
        "min": MIN_PACE,
        "max": MAX_PACE,
    },
    "stops": STOPS,
}


def begin(job: Job) -> None:
    """Give a new run the session's pace and condition."""
    job.tell(Pace(pace=jobs.notes().get(PACE, USUAL)), 0)
    if (condition := jobs.notes().get(STOP)) is not None:
        job.tell(condition, 0)


def take(told: Any) -> None:
    """Keep what the hand chose on the stage for the runs that follow; the present one was told at once."""
    hand.take(told, (PACE, STOP), keep)


def keep(name: str, value: Any) -> None:
    """Keep a pace or a condition if it is one."""
    try:
        kept = Pace(pace=value).pace if name == PACE else StopAt(**value)
    except (TypeError, ValueError):
        return
    jobs.notes()[name] = kept
