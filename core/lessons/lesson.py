"""A lesson as data: what is asked, what is run, what each answer shows. Texts are templates; numbers come by name from a rule.

No answer is stored. A question has a rule (`record.py`) that computes it from the run that was just measured; where that lies
between the bars, the answer is "not clear in this run". Read next: `catalog.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeAlias

from core.lessons.record import Goal, Outcome, Record, Rule
from core.settings.experiment import Experiment
from core.words import joined, say

MAX_STEPS, MAX_MINUTES, MAX_WORDS = 5, 8, 60
N_HEIGHTS, RISEN = 9, 2  # heights of a sketch; by so much an end has to lie above the lowest to have risen
NEAR = 2.0  # a strength counts as set to a value when it is within this factor of it
TOO_LOW = say("Too low in your list: {names}.")
StudyName = Literal[
    "playground", "series", "cv", "compare", "remedies", "bias_variance", "double_descent", "peeking", "path"
]  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One answer. reveals: the misconception that it shows, "" for none; reply: what is said to it where it is not what came
    out; measured: what is said where it is. sketches: the curves that it means, as heights 0 to 9 from left to right, "-" where
    there is none; place: the row of the chart, or the side (-1 left, 0, 1 right), that it means.
    """

    key: str
    text: str
    reveals: str
    reply: str
    measured: str = ""
    sketches: tuple[str, ...] = ()
    place: int = 0


@dataclass(frozen=True)
class Question:
    """A question whose answer is measured.

    rule: computes it. unclear: said where the measurement lies between the bars. intended: what usually comes out; often: how
    often, where that is less than four times in five. measured: of an order, what is said of it; of a choice the options say it.
    An order's reply is said of an option that stood too high; the rule's numbers hold each option's value under its key.
    drawn_on, drawn_as: the chart on which the prediction stays drawn, and how; claims: what the legend calls it, one for each
    curve, for the row, or for each option's side; about: the arrays of the lines that the curves are about. axes, ticks: of the
    box of a sketch.
    """

    text: str
    options: tuple[Option, ...]
    rule: Rule
    unclear: str
    intended: str
    often: str = ""
    kind: Literal["choice", "order", "sketch"] = "choice"
    measured: str = ""
    drawn_on: str = ""
    drawn_as: Literal["curves", "row", "side", "ranks"] = "curves"
    claims: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    axes: tuple[str, str] = ("", "")
    ticks: tuple[str, ...] = ()

    def option(self, key: str) -> Option:
        """Return an option by its key; raises ValueError for another."""
        for option in self.options:
            if option.key == key:
                return option
        raise ValueError(
            say(
                "key: expected one of {keys}, received {received}",
                keys=", ".join(o.key for o in self.options),
                received=key,
            )
        )


@dataclass(frozen=True)
class Worked:
    """An example, explained on the way, before anything is asked."""

    title: str
    text: str


@dataclass(frozen=True)
class Predict:
    """A question before the run."""

    title: str
    question: Question


@dataclass(frozen=True)
class Run:
    """The run. moves: strengths to be set while it goes on, (name, value); sliders: those that are offered."""

    title: str
    text: str
    moves: tuple[tuple[str, float], ...] = ()
    sliders: tuple[str, ...] = ()

    def is_done(self, record: Record) -> bool:
        """Return whether the run has ended, with all moves made."""
        return record.is_over and all(has_moved(record, name, value) for name, value in self.moves)


@dataclass(frozen=True)
class Observe:
    """A question after the run: what was seen?"""

    title: str
    question: Question


@dataclass(frozen=True)
class Explain:
    """Why: at most 60 words, and a formula in LaTeX."""

    title: str
    text: str
    formula: str


@dataclass(frozen=True)
class Try:
    """A goal that the app checks: the answer to the record, and to what was picked, is "met" or "open".

    met, unmet: said of it, with its numbers. sliders: strengths that are offered on the stage; picks: answers to read off the
    charts instead, by key.
    """

    title: str
    text: str
    goal: Goal
    met: str
    unmet: str
    sliders: tuple[str, ...] = ()
    hint: str = ""
    picks: Mapping[str, str] = field(default_factory=dict)


Step: TypeAlias = Worked | Predict | Run | Observe | Explain | Try


@dataclass(frozen=True)
class Lesson:
    """aim: what one knows afterwards. study, experiment: what runs; charts, readouts: those that are shown, by name.

    seed: which seed gives another run of the same. ask: one question for the lecturer to ask. again: how long a run takes, in
    words. Raises ValueError for one that is too long.
    """

    key: str
    title: str
    minutes: int
    aim: str
    study: StudyName
    experiment: Experiment
    charts: tuple[str, ...]
    steps: tuple[Step, ...]
    ask: str
    readouts: tuple[str, ...] = ()
    seed: Literal["seed", "data_seed"] = "seed"

    def __post_init__(self) -> None:
        """Refuse a lesson that is too long, or that explains with too many words."""
        if len(self.steps) > MAX_STEPS:
            raise ValueError(
                say(
                    "steps: expected at most {max_steps}, received {n_steps} in {key}",
                    max_steps=MAX_STEPS,
                    n_steps=len(self.steps),
                    key=self.key,
                )
            )
        if self.minutes > MAX_MINUTES:
            raise ValueError(
                say(
                    "minutes: expected at most {max_minutes}, received {minutes} in {key}",
                    max_minutes=MAX_MINUTES,
                    minutes=self.minutes,
                    key=self.key,
                )
            )
        for step in self.steps:
            n_words = len(str.split(step.text)) if isinstance(step, Explain) else 0  # of the English text
            if n_words > MAX_WORDS:
                raise ValueError(
                    say(
                        "text: expected at most {max_words} words, received {n_words} in {key}",
                        max_words=MAX_WORDS,
                        n_words=n_words,
                        key=self.key,
                    )
                )

    @property
    def first_run(self) -> int:
        """Return the place of the first run among the steps."""
        return next(i for i, step in enumerate(self.steps) if isinstance(step, Run))

    def is_measured(self, place: int, record: Record | None) -> bool:
        """Return whether the run up to a step has been made: all runs before it, or the first one after it where none is."""
        runs = [step for step in self.steps[: place + 1] if isinstance(step, Run)]
        return record is not None and bool(runs) and all(run.is_done(record) for run in runs)

    def has_run(self, record: Record | None) -> bool:
        """Return whether the first run has come to its end, though a hand may have let it go on since."""
        if record is None or record.is_over:
            return record is not None
        epoch = record.arrays.get("epoch")
        return epoch is not None and len(epoch) > 0 and bool(epoch[-1] >= self.experiment.training.n_epochs)

    def run_after(self, place: int) -> int:
        """Return the place of the run that answers a question: the first one after it, or the last one before."""
        after = [i for i, step in enumerate(self.steps) if isinstance(step, Run) and i > place]
        before = [i for i, step in enumerate(self.steps) if isinstance(step, Run) and i <= place]
        return after[0] if after and (isinstance(self.steps[place], Predict) or not before) else before[-1]

    def start(self, seed: int) -> Experiment:
        """Return the experiment with another draw, 0 for that of the lesson."""
        return self.experiment.replace(**{self.seed: self.experiment.get(self.seed) + seed})


def has_moved(record: Record, name: str, value: float) -> bool:
    """Return whether a strength was set to about this value while the run went on."""
    return any(value / NEAR <= now <= value * NEAR if value > 0 else now == 0 for _, now in record.changes_of(name))


def questions(lesson: Lesson) -> Mapping[int, Question]:
    """Return the questions of a lesson by the place of their step."""
    return {i: step.question for i, step in enumerate(lesson.steps) if isinstance(step, Predict | Observe)}


def meant(question: Question, said: str) -> str:
    """Return the key of the option that an answer means: of a sketch that of its shape."""
    return shape_of_sketch(said) if question.kind == "sketch" else said


def shape_of_sketch(heights: str) -> str:
    """Return the shape of a sketch: which of its ends lie clearly above its lowest point."""
    digits = [int(digit) for digit in heights]
    left, right = (end - min(digits) >= RISEN for end in (digits[0], digits[-1]))
    return ("u" if right else "falls") if left else ("rises" if right else "flat")


def sketches_of(question: Question, said: str) -> tuple[str, ...]:
    """Return the curves that an answer means, as heights 0 to 9, "-" where there is none."""
    return (said,) if question.kind == "sketch" else question.option(said).sketches


def is_right(question: Question, said: str, outcome: Outcome) -> bool:
    """Return whether an answer is what was measured; of an order, whether all clear pairs stand as measured."""
    if question.kind == "order":
        order = said.split("-")
        return all(order.index(better) < order.index(worse) for better, worse in outcome.pairs)
    return meant(question, said) == outcome.answer


def feedback(question: Question, said: str | None, outcome: Outcome) -> list[str]:
    """Return what was measured, and the answer to what was said, as sentences."""
    if outcome.answer is None:
        return [question.unclear.format(**outcome.numbers)]
    if question.kind == "order":
        return [
            question.measured.format(**outcome.numbers),
            *(replies_to_order(question, said, outcome) if said else []),
        ]
    measured = question.option(outcome.answer).measured.format(**outcome.numbers)
    if said is None or is_right(question, said, outcome):
        return [measured]
    return [measured, question.option(meant(question, said)).reply.format(**outcome.numbers)]


def replies_to_order(question: Question, said: str, outcome: Outcome) -> list[str]:
    """Return what is said of the options that were set too high, one by one, and of those too low, in one sentence."""
    places = out_of_place(said, outcome)
    low = [key for key, by in places.items() if by > 0]
    names = [
        say("{name} ({value})", name=question.option(key).text, value=outcome.numbers.get(key, "–")) for key in low
    ]
    replies = {key: question.option(key).reply.format(**outcome.numbers) for key, by in places.items() if by < 0}
    replies |= {key: TOO_LOW.format(names=joined(names, ", ")) for key in low[:1]}
    return [replies[key] for key in places if key in replies]


def out_of_place(said: str, outcome: Outcome) -> dict[str, int]:
    """Return by how many places an order's options were set too low, or with a minus too high, the worst first.

    Only options of a clear pair that stands the wrong way round are named: of ties either may come first.
    """
    order, measured = said.split("-"), (outcome.answer or "").split("-")
    wrong = [pair for pair in outcome.pairs if order.index(pair[0]) > order.index(pair[1])]
    places = {key: order.index(key) - measured.index(key) for key in measured if any(key in pair for pair in wrong)}
    return {key: by for key, by in sorted(places.items(), key=lambda one: -abs(one[1])) if by}


def mixed(lesson: Lesson, place: int) -> list[str]:
    """Return the keys of a question's options as they are shown: in an order that tells nothing, always the same one."""
    keys = [option.key for option in questions(lesson)[place].options]
    return sorted(keys, key=lambda key: sha256(f"{lesson.key}-{place}-{key}".encode()).hexdigest())
