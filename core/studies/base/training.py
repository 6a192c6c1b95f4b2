"""A plan at work: its stacks trained one after another. What its members look like at any moment is in `state.py`.

`Training` serves both kinds of use. From Python: `Training(plan).run()`. Live, a job calls `step()` in slices and reads
`state()` whenever somebody looks. Read `core/studies/path/sweep.py` next.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from core.data import load_split
from core.data.drawn import with_points
from core.engine import Stack, Trainer
from core.engine.cost import measurement_cost, step_cost
from core.engine.device import device_of, on_host
from core.measures import SMALL_WEIGHT, History
from core.measures.divergence import hopeless_loss, is_hopeless, is_judged
from core.settings.experiment import LIVE_FIELDS, POINTS
from core.settings.machine import studies_device
from core.studies.base.cost import N_MOMENTS
from core.studies.base.plan import Plan, make_pool
from core.studies.base.progress import ProgressBar
from core.studies.base.state import (
    MemberState,
    arrays_of,
    at_epochs,
    best_of,
    merge,
    network_of,
    read_state,
    spread,
)  # fmt: skip
from core.words import say


class Training:
    """A plan in training. `trainer` and `history` are those of the present stack; earlier ones are kept as results.

    n_epochs: how long each stack is trained. is_diverged: (M of the present stack,) booleans; such a member is held at its
    last finite weights from then on, its records are nan, and the others go on as if it were not there. finite: (M,
    n_parameters) those weights; is_lost: whether none can go on. `keeping.py` puts one away.
    device: where it is trained, by default where OVERFIT_LAB_DEVICE says (the processor where it says nothing). A stack too
    large for a GPU's memory is cut in two, which start anew one after the other: the same numbers, and a warning.
    """

    is_whole, said = True, ""  # it trains here: see `core/live/side_by_side.py` for where else
    next_moment: Callable[[int | None], float]

    def __init__(
        self, plan: Plan, make_history: Callable[[Trainer], History] | None = None, device: str | None = None
    ) -> None:
        self.plan = plan
        self.device = device_of(device or studies_device())
        self.make_history = make_history or sparse_history
        self.n_epochs = plan.experiment.training.n_epochs
        self.part = 0
        self._ended: list[tuple[MemberState, History]] = []
        self._begin()

    def _begin(self) -> None:
        """Make the present stack and measure it; smaller ones where it does not fit."""
        while not self._fits(self._make):
            self._halve()

    def _fits(self, work: Callable[[], None]) -> bool:
        """Do something and return True; False where the GPU's memory did not suffice, and the stack is to be halved."""
        try:
            work()
            return True
        except torch.cuda.OutOfMemoryError:
            if len(self.plan.parts[self.part]) == 1:
                raise MemoryError(
                    say(
                        "device: expected a GPU with memory for one network at least, received {device}; use "
                        "device='cpu'",
                        device=self.device,
                    )
                ) from None
            return False

    def _halve(self) -> None:
        n_members = len(self.plan.parts[self.part])
        warnings.warn(
            say(
                "{n_members:,} networks together do not fit into the memory of {device}: they are trained in two "
                "halves, with the same numbers.",
                n_members=n_members,
                device=self.device,
            ),
            RuntimeWarning,
            stacklevel=2,
        )
        self.plan = self.plan.halved(self.part)
        self.__dict__.pop("trainer", None)  # before there is room for the next
        torch.cuda.empty_cache()

    def _make(self) -> None:
        self.trainer = self.plan.make_trainer(self.part, self.device)
        if (start := self.plan.start_of(self.plan.parts[self.part])) is not None:
            self.trainer.stack.parameters.copy_(torch.as_tensor(start))
        if self.plan.is_warm and self._ended:
            hand_on(self._ended[-1][0], self.trainer)
        self.history = self.make_history(self.trainer)
        self.history.add(self.trainer)
        self.loss_limit = hopeless_loss(self.history.records[0]["train_loss"], self.trainer.pool.target_square)
        self.is_diverged = np.zeros(self.trainer.stack.n_members, dtype=bool)
        self.is_lost = False
        self.finite = self.trainer.stack.copy_parameters()

    @property
    def histories(self) -> list[History]:
        """Return the records of the stacks so far, those of the present one last."""
        return [*(history for _, history in self._ended), self.history]

    @property
    def n_epochs_done(self) -> int:
        """Return the epochs done by all stacks together."""
        return self.part * self.n_epochs + self.trainer.n_epochs_done

    @property
    def is_done(self) -> bool:
        """Return whether every member has been trained to the end, or none can go on."""
        return self.is_stack_done and self.part == self.plan.n_stacks - 1

    @property
    def is_stack_done(self) -> bool:
        """Return whether the present stack has been trained to the end, or none of it can go on."""
        return self.trainer.n_epochs_done >= self.n_epochs or self.is_lost

    def step(self) -> bool:
        """Make one step of the present stack; return True when it was the last of an epoch. Nothing once all is done."""
        return self.advance(1)

    def advance(self, n_steps: int) -> bool:
        """Make up to so many steps of the present stack, none past the end of an epoch; return True when it is at one."""
        if self._has_stack():
            self._train(lambda: self.trainer.advance(n_steps))
        return self.trainer.n_batches_done == 0

    def _train(self, work: Callable[[], object]) -> None:
        """Have the trainer work, and record what is due after it; where it does not fit, stand at the start of smaller stacks."""

        def train() -> None:
            work()
            if self.trainer.n_batches_done == 0:
                self._end_epoch()

        if not self._fits(train):
            strengths = {name: values[: -(-len(values) // 2)] for name, values in self.strengths().items()}
            self._halve()
            self._begin()
            self.give(strengths)

    def run_epoch(self) -> None:
        """Train the present stack to the end of its epoch. Nothing once all is done."""
        if self._has_stack():
            self._train(self.trainer.run_epoch)

    def run_epochs(self, n_most: int) -> None:
        """Train whole epochs of the present stack, `n_most` at most: none past the next record, nor more than some milliseconds
        of compiled steps."""
        if not self._has_stack():
            return
        n_most, n = min(n_most, self.n_epochs_at_once), 1
        while n < n_most and not self._is_due(self.trainer.n_epochs_done + n):
            n += 1
        self._train(lambda: self.trainer.run_epochs(n))

    @property
    def n_epochs_at_once(self) -> int:
        """Return how many epochs are short enough to be trained in one call; 1 while one has begun."""
        trainer = self.trainer
        return 1 if trainer.n_batches_done else max(1, trainer.n_steps_at_once // trainer.order.n_batches)

    @property
    def waits(self) -> bool:
        """Return whether there is nothing to do until others have done something."""
        return False

    @property
    def where(self) -> str:
        """Return where it trains, in words; "" for here."""
        return ""

    def plan_ahead(self, is_free: bool) -> None:
        """Get ready for some steps; is_free: nobody wants to see each epoch at a pace of its own."""

    def settle(self) -> bool:
        """Return whether a command may be carried out now."""
        return True

    def fall_back(self) -> None:
        """Stand where all of the state is known."""

    def _has_stack(self) -> bool:
        """Return whether there is a stack to train, the next one where the present one is done."""
        if not self.is_stack_done:
            return True
        if self.is_done:
            return False
        self._ended.append((read_state(self.trainer, self.history), self.history))
        self.part += 1
        self._begin()
        return True

    def _end_epoch(self) -> None:
        if self._is_due(self.trainer.n_epochs_done):
            self.record()

    def _is_due(self, epoch: int) -> bool:
        """Return whether the members are measured after this epoch."""
        return self.history.is_due(epoch) or is_judged(epoch) or epoch >= self.n_epochs

    def record(self) -> None:
        """Measure now; hold the members whose weights or loss are no numbers (any more), or whose loss is judged hopeless."""
        self.hold_diverged()
        self.history.add(self.trainer)
        last, stack, epoch = self.history.records[-1], self.trainer.stack, self.trainer.n_epochs_done
        if not self.has_rows:  # a loss over no rows is no number, and no sign of anything
            return
        is_last_word = is_judged(epoch) or epoch >= self.n_epochs
        is_lost = is_hopeless(last["train_loss"], self.loss_limit if is_last_word else np.inf)
        self.is_diverged |= is_lost | ~on_host(torch.isfinite(stack.parameters).all(1))
        self.is_lost = bool(self.is_diverged.all())
        if self.is_diverged.any():
            self.hold_diverged()
            for values in last.values():
                if values.dtype.kind == "f":
                    values[self.is_diverged] = np.nan
        self.finite = stack.copy_parameters()

    def hold_diverged(self) -> None:
        """Put the diverged members back on their last finite weights."""
        if self.is_diverged.any():
            self.trainer.stack.restore(self.finite, torch.as_tensor(self.is_diverged, device=self.trainer.device))

    def strengths(self) -> dict[str, np.ndarray]:
        """Return the strengths of the present stack's members by name, (M,)."""
        return {name: self.trainer.members[name].squeeze(1).numpy().copy() for name in LIVE_FIELDS}

    def give(self, strengths: Mapping[str, np.ndarray]) -> None:
        """Give the present stack's members their strengths by name, (M,)."""
        for name, values in strengths.items():
            self.trainer.members[name].copy_(torch.as_tensor(values)[:, None])

    def has(self, name: str, value: float, member: int | None = None) -> bool:
        """Return whether a strength has this value already, for the members that `set` would give it to."""
        now = self.strengths()
        if member is None:
            return bool((now[name] == np.float32(value)).all()) and self.plan.experiment.get(name) == value
        dial = self.plan.dial(name, member)
        places = np.flatnonzero(np.isin(self.plan.parts[self.part], dial.members))
        shares = {name: np.float32(share * value) for name, share in dial.shares.items()}
        return len(places) > 0 and all(bool((now[name][places] == v).all()) for name, v in shares.items())

    def set(self, name: str, value: float, member: int | None = None) -> bool:
        """Give a strength a new value from the next step on: for one member or dial of the plan, or for all, those to come too.

        Returns False when the plan's present stack has no such member.
        """
        if self.trainer.n_steps_done:
            self.history.note_change(self.trainer.n_epochs_done)
        if member is None:
            self.trainer.members[name].fill_(value)
            self.plan = replace(self.plan, experiment=self.plan.experiment.replace(**{name: value}))
            return True
        dial = self.plan.dial(name, member)
        places = np.flatnonzero(np.isin(self.plan.parts[self.part], dial.members))
        for moved, share in dial.shares.items():
            self.trainer.members[moved][places] = share * value
        return len(places) > 0

    def exchange(self, points: str) -> None:
        """Train on other drawn points (see `core/settings/points.py`) from the next step on, without a reset.

        For a plan of one stack that trains on drawn points. Weights, optimizer, strengths and the counts of epochs and steps go
        on, see `Trainer.exchange`; the records so far stay, the present one is measured anew, and the best epoch is looked for
        anew, for losses on other rows are no rivals.
        """
        experiment = with_points(self.plan.experiment, points)
        dtype = str(self.trainer.pool.X.dtype).removeprefix("torch.")
        split = load_split(experiment.data, np.dtype(dtype).type)
        pool = make_pool(experiment, split, dtype, self.trainer.stack.n_members)
        if self.trainer.n_steps_done:
            self.history.note_change(self.trainer.n_epochs_done)
        self.trainer.exchange(pool)
        self.plan = replace(self.plan, experiment=experiment, split=split, pool=pool)
        self.history.begin_anew(self.trainer)
        self.record()

    @property
    def has_rows(self) -> bool:
        """Return whether there is a training row in the present stack."""
        return self.trainer.order.n_rows > 0

    def change(self, change: Mapping[str, Any]) -> None:
        """Make a change {name, value[, member]}, as a live run notes it."""
        if change["name"] == POINTS:
            self.exchange(change["value"])
        else:
            self.set(change["name"], change["value"], change.get("member"))

    def settings(self) -> dict[str, float]:
        """Return where the controls stand, by key: of each member of the present stack, or of the plan's dials."""
        strengths = self.strengths()
        if not self.plan.dials:
            return {
                f"{name}.{m}": float(f"{v:.6g}") for name, values in strengths.items() for m, v in enumerate(values)
            }
        settings = {}
        for dial in (dial for dial in self.plan.dials if dial.shares):
            share, name = max((share, name) for name, share in dial.shares.items())
            settings[dial.key] = float(f"{strengths[name][dial.members[0]] / share:.6g}")
        return settings

    def run(self, progress: bool = False, changes: Sequence[Mapping[str, Any]] = ()) -> None:
        """Train to the end; `changes` {step, name, value[, member]} are made when that many steps are done, as in a live run."""
        waiting = deque(sorted(changes, key=lambda change: int(change["step"])))
        n_epochs = self.plan.n_stacks * self.n_epochs
        with ProgressBar(n_epochs, progress) as bar:
            while not self.is_done:
                while waiting and waiting[0]["step"] <= self.trainer.n_steps_done:
                    self.change(waiting.popleft())
                if waiting:
                    self.step()
                else:
                    self.run_epochs(self.n_epochs)
                bar.show(self.n_epochs_done)

    def state(self) -> MemberState:
        """Return all members of the plan at this moment, in the plan's order."""
        now = read_state(self.trainer, self.history)
        if self.plan.n_stacks == 1:
            return now
        return merge(self.plan.n_members, self.plan.parts, [*(state for state, _ in self._ended), now])

    def _spread(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        return spread(self.plan.n_members, self.plan.parts, arrays)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what `arrays_of` does, of the stacks so far."""
        return arrays_of(self.plan, self.histories)

    def curves(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return one series without the others: `epoch` (n_records,) and values (M, n_records), see `arrays`."""
        parts = [{"epoch": np.array(h.epochs), name: np.stack([r[name] for r in h.records], 1)} for h in self.histories]
        epochs = np.unique(np.concatenate([part["epoch"] for part in parts]))
        return epochs, self._spread([at_epochs(epochs, part, name) for part in parts])

    def best(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (best_epoch, best_val_loss), each (M,), once all stacks are done."""
        return best_of(self.plan, self.histories)

    def network(self) -> Stack:
        """Return a stack of all M members with their present weights, for predicting."""
        return network_of(self.plan, self.state().parameters)


def sparse_history(trainer: Trainer) -> History:
    """Return the history of a study: at most N_MOMENTS moments of all members, and at most 30 % of the training's work.

    The cost of a call is left out of the count, for many members share it: so the plan does not depend on how many, and
    a study cut into several stacks keeps the same moments in each.
    """
    stack, order = trainer.stack, trainer.order
    epoch = max(order.n_batches, 1) * step_cost(stack, order.batch_size, 0)
    cost = measurement_cost(stack, trainer.pool.X.shape[1], 0) / epoch
    return History.planned(cost, trainer.training.n_epochs, N_MOMENTS)


def dense_history(trainer: Trainer) -> History:
    """Return the history of a single run: as dense as 30 % of the training's work allows, see `History.planned`."""
    return History.planned(trainer.relative_cost_of_measuring, trainer.training.n_epochs)


def hand_on(neighbour: MemberState, trainer: Trainer) -> None:
    """Start a stack of one member from its neighbour's weights, unless these are a dead end.

    In a network with hidden layers, a layer whose weights are all (nearly) zero passes no gradient to the others: a
    start from there would stay there, whatever λ is. Then, and after a divergence, the usual start is kept.
    """
    layers = neighbour.weights
    is_dead = len(layers) > 1 and any(np.abs(w).max() < SMALL_WEIGHT for w in layers)
    if not is_dead and np.isfinite(neighbour.parameters).all():
        trainer.stack.parameters.copy_(torch.as_tensor(neighbour.parameters))
