"""Lesson 8, remedies: rank them; pairs within two standard errors are ties."""

from __future__ import annotations

import numpy as np

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Try
from core.lessons.record import Numbers, Outcome, Record
from core.live.remedies.run import remedies_of
from core.measures.numbers import loss_text
from core.studies.remedies.remedy import POINTS
from core.words import say

EXPERIMENT = POINTS.replace(n_remedy_starts=4, n_epochs=250)
KEYS = tuple(remedy.key for remedy in remedies_of(EXPERIMENT))
ASKED = ("nothing", "l2", "early_stopping", "dropout", "ensemble")
BARS = 2.0  # standard errors of a difference


def losses_of(record: Record) -> dict[str, np.ndarray]:
    """Return the validation losses of all starts, (n_starts,), by the remedy's key."""
    values = record.arrays["ablation_val_x"].reshape(len(KEYS), -1).astype(float)
    return dict(zip(KEYS, values, strict=True))


def is_clearly_lower(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether losses lie below others: their median, and their mean by more than two standard errors of the difference."""
    return bool(other.mean() - one.mean() > BARS * error_of(one, other) and np.median(one) < np.median(other))


def error_of(one: np.ndarray, other: np.ndarray) -> float:
    """Return the standard error of the difference of two means."""
    return float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))


def median_of(losses: np.ndarray) -> float:
    """Return the loss that the chart marks: the median over the starts."""
    return float(np.median(losses))


def short(key: str) -> str:
    """Return a remedy's key as it travels in links."""
    return key.replace("_", "")


def remedy_numbers(record: Record) -> Numbers:
    """Return each remedy's median validation loss, by its short key."""
    return {short(key): loss_text(median_of(values)) for key, values in losses_of(record).items()}


def ranking(record: Record) -> Outcome:
    """Say in which order the remedies stand, and which pairs are clear."""
    losses = losses_of(record)
    order = sorted(ASKED, key=lambda key: median_of(losses[key]))
    pairs = {(a, b) for a in ASKED for b in ASKED if is_clearly_lower(losses[a], losses[b])}
    numbers = {
        **remedy_numbers(record),
        "n_pairs": str(len(pairs)),
        "n_ties": str(len(ASKED) * (len(ASKED) - 1) // 2 - len(pairs)),
    }
    if not pairs:
        return Outcome(None, numbers)
    return Outcome("-".join(map(short, order)), numbers, frozenset((short(a), short(b)) for a, b in pairs))


def more_data(record: Record) -> Outcome:
    """Say whether twice the data beats the best remedy."""
    losses = losses_of(record)
    best = min(("l1", "l2", "early_stopping"), key=lambda key: median_of(losses[key]))
    data, numbers = losses["more_data"], {**remedy_numbers(record), "best": loss_text(median_of(losses[best]))}
    answer = (
        "data" if is_clearly_lower(data, losses[best]) else "remedy" if is_clearly_lower(losses[best], data) else None
    )
    return Outcome(answer, numbers)


TIE_PICKS = ("l2", "dropout", "augmentation", "ensemble")  # one of them is usually as good as more data


def is_tie(record: Record, picked: str = "") -> Outcome:
    """Say whether the pick and more data cannot be told apart."""
    losses = losses_of(record)
    mine, data = losses[picked or TIE_PICKS[0]], losses["more_data"]
    ties = [
        key for key in TIE_PICKS if not is_clearly_lower(losses[key], data) and not is_clearly_lower(data, losses[key])
    ]
    numbers = {
        **remedy_numbers(record), "mine": loss_text(median_of(mine)), "bars": loss_text(BARS * error_of(mine, data)),
        "difference": loss_text(abs(float(mine.mean() - data.mean()))), "n_ties": str(len(ties)),
    }  # fmt: skip
    return Outcome("met" if picked in ties else "open", numbers)


LESSON = Lesson(
    key="ranking",
    title=say("Which remedy?"),
    minutes=7,
    aim=say("Compare remedies at equal cost, and read a difference only where it is larger than chance."),
    study="remedies",
    experiment=EXPERIMENT,
    charts=("ablation",),
    readouts=(),
    steps=(
        Predict(
            say("Predict"),
            Question(
                say(
                    "40 noisy points of two classes, 64 + 64 units, every remedy for as many steps. Rank by "
                    "validation loss, the lowest first."
                ),
                (
                    Option(
                        "nothing",
                        say("Nothing"),
                        say("Doing nothing is a safe choice."),
                        say("Nothing ({nothing}) stood too high in your list."),
                        "",
                    ),
                    Option(
                        "l2",
                        "L2",
                        say("A penalty is a mild remedy."),
                        say("L2 ({l2}) stood too high in your list."),
                        "",
                    ),
                    Option(
                        "earlystopping",
                        say("Early stopping"),
                        say("Stopping early is a trick, worth little beside a penalty."),
                        say("Early stopping ({earlystopping}) stood too high in your list."),
                        "",
                    ),
                    Option(
                        "dropout",
                        say("Dropout"),
                        say("What helps large networks helps small ones most."),
                        say(
                            "Dropout ({dropout}) stood too high: it makes training noisy, but after so many steps "
                            "even so the points are known by heart."
                        ),
                        "",
                    ),
                    Option(
                        "ensemble",
                        say("An ensemble of five"),
                        say("Five networks are always better than one good one."),
                        say(
                            "The ensemble ({ensemble}) stood too high: averaging removes what its networks disagree "
                            "about, and all five are sure of the same noise."
                        ),
                        "",
                    ),
                ),
                ranking,
                say("Not clear in this run: all means differ by less than two standard errors."),
                "earlystopping-l2-dropout-ensemble-nothing",
                kind="order",
                drawn_on="ablation",
                drawn_as="ranks",
                measured=say(
                    "Median validation losses: early stopping {earlystopping}, L2 {l2}, dropout {dropout}, ensemble "
                    "{ensemble}, nothing {nothing}. Of the ten pairs {n_pairs} are clear by two standard errors "
                    "of their means; {n_ties} count as ties."
                ),
            ),
        ),
        Run("Run", say("Press **Run**. Each dot is a network from another start; the bars are their medians.")),
        Observe(
            say("Observe"),
            Question(
                say(
                    "*4 × the data* trains on four times the points, without any penalty. Did it beat the best of L1, "
                    "L2 and early stopping?"
                ),
                (
                    Option(
                        "data",
                        say("Yes, data beats everything"),
                        say("More data is always better than a penalty."),
                        say("A remedy and more data are two things, and one does not need to wait for the other."),
                        say("{moredata} with more data, {best} with the best of the three."),
                    ),
                    Option(
                        "remedy",
                        say("No, the remedy was better here"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "{moredata} with more data, {best} with the best of the three: more data lowers the "
                            "noise that can be learned, but the network still learns it by heart."
                        ),
                    ),
                ),
                more_data,
                say("Not clear in this run: {moredata} and {best}, and the means lie within two standard errors."),
                "remedy",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "All of them keep the network from following single points: by small weights (L2), few steps (early "
                "stopping), noise on the way (dropout), averaging (an ensemble). Which does it best depends on the "
                "task and on its strength. One start proves nothing: compare several, at equal cost, "
                "and trust only a difference above two standard errors."
            ),
            r"\bar L_a - \bar L_b \;\text{ is clear if }\; |\bar L_a - \bar L_b| > 2\sqrt{s_a^2/n + s_b^2/n}",
        ),
        Try(
            "Try",
            say(
                "More data costs money. Read it off the dots: which of these remedies **cannot be told apart** from *4 × the data* "
                "({moredata}) by these starts? It is true of {n_ties} of the four."
            ),
            is_tie,
            say(
                "Right: the medians are {mine} and {moredata}; the means differ by {difference}, and two standard errors are "
                "{bars}: a tie."
            ),
            say(
                "The medians are {mine} and {moredata}; the means differ by {difference}, more than two standard errors, "
                "{bars}: that is clear."
            ),
            picks={
                "l2": "L2",
                "dropout": say("Dropout"),
                "augmentation": say("Augmentation"),
                "ensemble": say("Ensemble"),
            },
        ),
    ),
    ask=say("A paper compares two methods with one run of each. What would you want to see before you believe it?"),
)
