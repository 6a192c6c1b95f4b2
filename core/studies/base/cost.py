"""The one budget: what a study takes in seconds and bytes, from its numbers alone, before anything of it is built.

A `Work` holds the numbers; a page makes it from its experiment, a plan from its pool. What is refused or asked about, how
a plan is cut into stacks, what is reserved for a job and where it runs all follow from it. Constants were fitted to one
core of a small shared machine (`python -m tests.benchmarks budget` measures them anew). Read next: `plan.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.data import info_of
from core.data.limits import layer_sizes
from core.measures import History
from core.settings.experiment import Experiment
from core.words import say

ASK_S = 120.0  # a page says what a longer study takes, and asks, before it starts
MAX_EPOCH_S = 2.0  # of one stack: beyond it a page shows nothing for seconds
MAX_BYTES = 600_000_000  # of one job
STACK_BYTES = 256_000_000  # of one stack on a page: larger plans are cut into several
MOMENT_BYTES = 64_000_000  # of the moments kept for rewind
N_MOMENTS = 250  # records of a study's history, at most

STEP_S = 3e-4  # one step of anything, however small
FLOP_S = 1 / 40e9  # a multiplication or addition in a matrix product
VALUE_S = 5e-9  # an activation and its slope
PARAMETER_S = 4e-9  # the optimizer and the penalty on one parameter
SHOW_S, SHOW_MEMBER_S = 4e-3, 3e-5  # a snapshot of anything, and of one more network
LOOK_MEMBER_S, LOOK_PARAMETER_S = 3e-4, 5.5e-8  # one more network in words, and a weight in histograms
BUILD_S, BUILD_PARAMETER_S, BUILD_ROW_S = (
    5e-3,
    1.6e-8,
    5e-7,
)  # of anything; a parameter drawn; a row of a member's masks

JOB_BYTES = 10_000_000  # of any job: data, one snapshot, what Python holds
STACK_COPIES = (
    8  # of the parameters in training: weights, gradient, three of Adam, the last good ones, the best, one for work
)
MEMBER_COPIES = 4  # of all members' parameters: shown, at epoch 0, of stacks that have ended, one for work
VALUE_COPIES = 4  # of the hidden values of one block: before and after the activation, dropout, slopes
ROW_BYTES = 80  # of one member and one row: masks, weights of the rows, batch order
RECORD_BYTES = 48  # of one member in one record, and 16 for each layer
MOMENT_SHOWN_BYTES, MEMBER_SHOWN_BYTES = 120_000, 9_000  # of a moment of a rewind, and of one network in it, as sent
ROW_SHOWN_BYTES = 24  # of one row that is looked at, in a moment of a rewind
BLOCK_VALUES = 500_000  # hidden values of a block, or of one member where they are more


@dataclass(frozen=True)
class Work:
    """What a study trains, in numbers.

    n_members: M; n_together: those of one stack. sizes: units of every layer, inputs and outputs included. n_rows: rows
    that each network is measured on; n_train: rows it trains on. n_versions: copies of the inputs. n_shown: rows that a
    snapshot passes through each network, 0 where it shows losses alone; n_moments: those kept for rewind, 1 where the
    weights are not looked at.
    """

    n_members: int
    n_together: int
    sizes: tuple[int, ...]
    n_rows: int
    n_train: int
    batch_size: int
    n_epochs: int
    n_versions: int = 1
    n_shown: int = 0
    n_moments: int = 1
    n_records: int = N_MOMENTS

    @property
    def n_parameters(self) -> int:
        """Return P, weights and biases of one network: Σ (fan_in + 1)·fan_out."""
        return sum((a + 1) * b for a, b in pairwise(self.sizes))

    @property
    def n_values(self) -> int:
        """Return H, hidden and output values of one network for one row."""
        return sum(self.sizes[1:])

    @property
    def n_steps(self) -> int:
        """Return the steps of an epoch."""
        return -(-self.n_train // self.batch_size)

    @property
    def n_stacks(self) -> int:
        """Return the number of stacks trained one after another."""
        return -(-self.n_members // self.n_together)

    @property
    def step_s(self) -> float:
        """Return the seconds of one step of a stack."""
        return STEP_S + self.n_together * self._member_step_s

    @property
    def _member_step_s(self) -> float:
        return self.batch_size * self._pass_s(6) + self.n_parameters * PARAMETER_S

    @property
    def look_s(self) -> float:
        """Return the seconds of one measurement of one member."""
        return self.n_rows * self._pass_s(2)

    def _pass_s(self, n_products: int) -> float:
        """Return the seconds of one row in one network, with so many products a parameter."""
        return n_products * self.n_parameters * FLOP_S + self.n_values * VALUE_S

    @property
    def epoch_s(self) -> float:
        """Return the seconds of one epoch of a stack."""
        return self.n_steps * self.step_s

    @property
    def build_s(self) -> float:
        """Return the seconds until a job stands at epoch 0: drawing its networks, laying out its rows, measuring once."""
        drawn = self.n_together * (self.n_parameters * BUILD_PARAMETER_S + self.look_s)
        return BUILD_S + drawn + self.n_members * self.n_rows * BUILD_ROW_S

    @property
    def show_s(self) -> float:
        """Return the seconds of one snapshot."""
        read = SHOW_MEMBER_S + self.n_shown * self._pass_s(2) + self.n_parameters * PARAMETER_S
        is_looked_at = self.n_shown > 0 and self.n_moments > 1
        looks = LOOK_MEMBER_S + self.n_parameters * LOOK_PARAMETER_S if is_looked_at else 0.0
        return SHOW_S + self.n_members * (read + looks)

    @property
    def slice_s(self) -> float:
        """Return the seconds of the longest piece of work that cannot be interrupted."""
        return max(self.step_s, self.build_s, self.show_s)

    @property
    def seconds(self) -> float:
        """Return roughly how many seconds all of it takes on one core, measurements included."""
        n_steps = self.n_epochs * self.n_steps
        cost = self.look_s * self.n_epochs / (n_steps * self._member_step_s)
        n_looks = History.planned(cost, self.n_epochs, self.n_records).n_due(self.n_epochs)
        each = n_steps * self._member_step_s + n_looks * self.look_s
        return n_steps * self.n_stacks * STEP_S + self.n_members * each

    @property
    def member_bytes(self) -> int:
        """Return the bytes that one more member of a stack takes."""
        own_inputs = 4 * self.n_rows * self.sizes[0] if self.n_versions > 1 else 0
        return STACK_COPIES * 4 * self.n_parameters + ROW_BYTES * self.n_rows + own_inputs

    @property
    def n_kept(self) -> int:
        """Return how many moments are kept for rewind."""
        return min(self.n_moments, max(1, MOMENT_BYTES // (4 * self.n_members * self.n_parameters)))

    @property
    def n_bytes(self) -> int:
        """Return the bytes of the whole job at its worst: networks, rows, histories, moments, a snapshot and a rewind."""
        M, P, L = self.n_members, self.n_parameters, len(self.sizes) - 1
        rows = max(self.n_rows, self.n_shown)
        values = VALUE_COPIES * 4 * max(rows * self.n_values, min(self.n_together * rows * self.n_values, BLOCK_VALUES))
        shown = MOMENT_SHOWN_BYTES + (M * (MEMBER_SHOWN_BYTES + self.n_shown * ROW_SHOWN_BYTES) if self.n_shown else 0)
        moments = self.n_kept * (M * 4 * P + shown) if self.n_kept > 1 else 0
        records = self.n_records * (1200 + M * (RECORD_BYTES + 16 * L))
        data = 4 * self.n_versions * self.n_rows * (self.sizes[0] + self.sizes[-1])
        rows_of_all = ROW_BYTES * M * self.n_rows
        stack = self.n_together * self.member_bytes
        return int(JOB_BYTES + stack + MEMBER_COPIES * 4 * M * P + values + moments + records + 2 * data + rows_of_all)


def work_of(
    experiment: Experiment, n_members: int = 1, *, n_rows: int = 0, n_train: int = 0, n_versions: int = 1,
    n_shown: int = 0, n_moments: int = 1,
) -> Work:  # fmt: skip
    """Return the work of training `n_members` networks of an experiment in one stack, on its own data unless told otherwise."""
    data, training = experiment.data, experiment.training
    n_train = n_train or data.n_train
    return Work(
        n_members, n_members, layer_sizes(experiment), n_rows or n_train + info_of(data).n_val(data.val_fraction),
        n_train, min(training.batch_size or n_train, n_train), training.n_epochs, n_versions, n_shown, n_moments,
    )  # fmt: skip


def in_stacks(work: Work, n_group: int = 1) -> Work:
    """Return the work cut into the largest stacks that a page trains at once: their epoch and their bytes are bounded.

    n_group: neighbours that stay together if they fit (the folds of one λ).
    """
    one = replace(work, n_together=1)
    by_time = (MAX_EPOCH_S / work.n_steps - STEP_S) / one._member_step_s
    fitting = max(1, int(min(work.n_members, by_time, STACK_BYTES // work.member_bytes)))
    if work.n_members > fitting > n_group:
        fitting -= fitting % n_group
    return replace(work, n_together=fitting)


def stack_bytes(work: Work) -> int:
    """Return what a plan is told that one of its stacks may take, so that it is cut as `work` is."""
    return work.n_together * work.member_bytes


def refusal(work: Work) -> str:
    """Return why a page cannot train this, with the numbers and what to do; "" where it can."""
    many = work.n_members > 1
    size = say(
        "{n_train:,} training points × {n_parameters:,} weights and biases",
        n_train=work.n_train,
        n_parameters=work.n_parameters,
    )
    size += say(" × {n_members:,} networks", n_members=work.n_members) if many else ""
    fewer = say("fewer networks (λ values, folds, repeats, starts), ") if many else ""
    if work.epoch_s > MAX_EPOCH_S:
        return say(
            "This is too large: {size} at batch size {batch_size} would take about {epoch_s:.0f} s per epoch, and at "
            "most {max_epoch_s:g} s are allowed. Choose {fewer}a larger batch size, fewer units or fewer training "
            "points.",
            size=size,
            batch_size=work.batch_size,
            epoch_s=work.epoch_s,
            max_epoch_s=MAX_EPOCH_S,
            fewer=fewer,
        )
    if work.n_bytes > MAX_BYTES:
        return say(
            "This is too large: {size} would hold about {n_bytes:,.0f} MB, and at most {max_bytes:,.0f} MB "
            "are allowed. Choose {fewer}fewer units or fewer training points.",
            size=size,
            n_bytes=work.n_bytes / 1e6,
            max_bytes=MAX_BYTES / 1e6,
            fewer=fewer,
        )
    return ""


def check_work(work: Work) -> None:
    """Raise ValueError with `refusal`, if there is one."""
    if said := refusal(work):
        raise ValueError(said)


def duration(seconds: float) -> str:
    """Return a rough length of time: "4 s", "3 min", "2 h", "3 days"."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return say("{seconds} min", seconds=round(seconds / 60))
    return f"{round(seconds / 3600)} h" if seconds < 130_000 else say("{seconds} days", seconds=round(seconds / 86_400))


def epochs_within(works: Sequence[Work], seconds: float) -> int:
    """Return how many epochs a study of these parts can have in so many seconds, as 1, 2 or 5 times a power of ten and fewer
    than it has; 0 for none."""
    steps = (factor * 10**power for power in range(5, -1, -1) for factor in (5, 2, 1))
    fewer = (n for n in steps if n < max(work.n_epochs for work in works))
    return next((n for n in fewer if sum(replace(work, n_epochs=n).seconds for work in works) <= seconds), 0)
