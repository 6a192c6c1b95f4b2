"""The tasks a study page offers: complete experiments that suit it, beside the one that all pages share."""

from collections.abc import Mapping

from core.settings.experiment import STUDIES, Experiment
from core.words import say
from pages.shared import experiment as shared
from pages.shared.widgets import hold, select


def show_tasks(page: str, tasks: Mapping[str, Experiment]) -> None:
    """Offer tasks by their labels; none is chosen while the experiment is another."""
    chosen = next((label for label, task in tasks.items() if is_task(task)), None)
    select(
        say("Task"), list(tasks), chosen, hold(f"{page}.task", chosen, choose_task, tasks),
        placeholder=say("Your own settings"),
        help=say("A task made for this page. Without one, the page takes the settings you had on the other pages."),
    )  # fmt: skip


def is_task(task: Experiment) -> bool:
    """Return whether the experiment is this task, however it is studied."""
    return shared.current().model_dump(exclude={*STUDIES}) == task.model_dump(exclude={*STUDIES})


def choose_task(label: str | None, tasks: Mapping[str, Experiment]) -> None:
    """Replace the experiment by the chosen task; the settings of the studies stay."""
    if label is not None:
        shared.put(tasks[label].model_copy(update={name: getattr(shared.current(), name) for name in STUDIES}))
