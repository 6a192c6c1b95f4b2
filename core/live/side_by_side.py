"""A live study whose pieces train side by side, in other processes or on other machines, and are shown as one.

The study stays what it is: `SideBySide` is a `Training`, with a whole stack of its own. It trains that itself until a team is
ready; then each place gets a piece, and all are asked for the same few epochs, a *round*. What they answer is put together
epoch by epoch, and looks like a training that goes on here: with the same records, moments and weights, bit for bit. Two rounds
are out at a time, so that nobody waits for the other. A command of the hand waits for the rounds that are out, and for the whole
state of all members: so it takes effect at the end of an epoch, for all at once, and from there everything could go on here.

A place that is lost, or does not answer, is replaced: its piece begins again from its last whole state. Where the team itself is
gone the study goes on here from that state. Read next: `core/studies/base/rounds.py`, the other end, and `core/stream/team.py`.
"""

from __future__ import annotations

import gc
import math
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import torch

from core.engine import Trainer
from core.engine.compiled import is_on
from core.engine.threads import use_one_thread
from core.measures import History
from core.measures.divergence import is_judged
from core.settings.experiment import LIVE_FIELDS
from core.settings.machine import cluster_address, count_workers, studies_device
from core.stream.cluster import ClusterTeam
from core.stream.team import LocalTeam, Team
from core.studies.base.piece import Piece
from core.studies.base.plan import FEWEST, Plan
from core.studies.base.rounds import Answer, Arrays, Round, answer_round, go_to, joined, rows_of, state_of
from core.studies.base.training import Training
from core.words import say

WORTH_S = 2.0  # what is estimated to be left of a study that is shared out, on one core
ROUND_S, N_OUT = 0.12, 2  # how long a round takes about, and how many are out at a time
WHOLE_S, SMALL_BYTES = 5.0, 500_000  # the whole state comes so often; of small stacks with each round
LOOK_BYTES = 8_000_000  # of weights in one answer
LATE_S, LATE_TIMES = 30.0, 20.0  # a round is late after so long, and so many times what it was thought to take
MOST_LOST = 3  # times that one piece may lose its place
GATHER_S = 10.0  # places that are not ready so long after the first are not waited for
SETTLE_S = 0.004  # a command waits for rounds by so much of a slice


class LostPiece(RuntimeError):
    """A piece has ended, or hung, each process that it was given to."""


@dataclass
class Asked:
    """A round that is out. is_again: it leads a piece back to where it was lost, and its answer is news to nobody."""

    round: Round
    future: Future[bytes]
    since: float
    is_again: bool = False


@dataclass
class Share:
    """A piece and where it trains. members: its places in the stack."""

    members: np.ndarray
    key: str
    place: int
    asked: deque[Asked] = field(default_factory=deque)
    answers: deque[tuple[Round, Answer]] = field(default_factory=deque)
    n_lost: int = 0
    is_lost: bool = False


@dataclass(frozen=True)
class News:
    """What all pieces together say of an epoch: the records up to it, the weights, the whole state where it came."""

    epoch: int
    records: list[tuple[int, dict[str, np.ndarray]]]
    parameters: np.ndarray | None
    is_diverged: np.ndarray | None
    whole: Arrays


class SideBySide(Training):
    """A plan in training whose pieces are with a team, or here.

    teams: those who may train it, of whom the first that is there does. may_share: whether it may be with one; set from outside.
    next_moment: the next epoch whose weights are wanted, after one at which they were, or after the last such (None).
    said: what has happened to a place, in a sentence, "" for nothing.
    """

    def __init__(
        self, plan: Plan, teams: Sequence[Team], make_history: Callable[[Trainer], History] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.teams, self.team, self.clock = teams, teams[0], clock
        self.may_share, self.said = True, ""
        self.next_moment: Callable[[int | None], float] = lambda _: math.inf
        self._called_at: float | None = None
        super().__init__(plan, make_history, "cpu")

    def _make(self) -> None:
        super()._make()
        self._stand_here(0)

    def _stand_here(self, reached: int) -> None:
        """Train here. reached: the epoch that was shown already."""
        self.shares: list[Share] = []
        self._news: deque[News] = deque()
        self._granted = self._whole_at = self.trainer.n_epochs_done
        self._whole: Arrays = {}
        self._moment: int | None = None  # the last one that somebody was asked for
        self.is_whole, self._is_settling, self._is_leaving, self._reached = True, False, False, reached
        self._epoch_s, self._answered_at, self._whole_since = 0.0, 0.0, 0.0

    # --- as a training ---

    @property
    def where(self) -> str:
        """Return where it trains, in words; "" for here."""
        return self.team.counted(len(self.shares)) if self.shares else ""

    @property
    def waits(self) -> bool:
        """Return whether there is nothing to do here until others have answered."""
        return bool(self.shares) and not self._news

    def advance(self, n_steps: int) -> bool:
        """Make some steps here, or take what the others say of an epoch; return True at the end of one."""
        if not self._has_stack():
            return True
        if not self.shares:
            n_before = self._reached
            is_news = super().advance(n_steps) and self.trainer.n_epochs_done > n_before
            self._leave()
            return is_news
        if not self._news:
            return False
        self._take(self._news.popleft())
        return True

    def run_epochs(self, n_most: int) -> None:
        """Train whole epochs here."""
        super().run_epochs(n_most)
        self._leave()

    @property
    def n_epochs_at_once(self) -> int:
        """Return 1 where others train, or where it is to be led back to what was shown."""
        is_here = not self.shares and not self._is_leaving and self.trainer.n_epochs_done >= self._reached
        return super().n_epochs_at_once if is_here else 1

    def run_epoch(self) -> None:
        """Train to the end of an epoch here."""
        while self.shares and not self.settle():
            while self._news:
                self._take(self._news.popleft())
        if self.shares:
            self._stand_here(self._reached)
        super().run_epoch()

    def _end_epoch(self) -> None:
        """Measure, if it is due and was not measured elsewhere before its place was lost."""
        if self.trainer.n_epochs_done > self._reached:
            super()._end_epoch()

    def _take(self, news: News) -> None:
        """Stand where all pieces stand at an epoch."""
        trainer = self.trainer
        for epoch, record in news.records:
            if self._is_due(epoch) or epoch == news.epoch:
                self.history.take(epoch, record)
        if news.parameters is not None and news.is_diverged is not None:
            trainer.stack.parameters.copy_(torch.as_tensor(news.parameters))
            self.finite, self.is_diverged = trainer.stack.copy_parameters(), news.is_diverged
            self.is_lost = bool(self.is_diverged.all())
            self.is_whole = False
        if news.whole:
            trainer.n_epochs_done, trainer.n_steps_done = self._whole_at, self._whole_at * trainer.order.n_batches
            self._whole, self._whole_at, self._whole_since = news.whole, news.epoch, self.clock()
            go_to(self, news.whole, news.epoch)
            self.is_whole = True
        trainer.n_epochs_done, trainer.n_steps_done = news.epoch, news.epoch * trainer.order.n_batches
        self._reached = max(self._reached, news.epoch)

    # --- for the run ---

    def plan_ahead(self, is_free: bool) -> None:
        """Share out, ask for more, or go on here. is_free: nobody wants to see each epoch at a pace of its own."""
        self._look_after()
        if self.shares and not self._news and (self.team.is_gone or not (is_free and self.may_share)):
            self._go_on_here()
        if self.shares and self._are_more_there() and self.settle():
            self._stand_here(self._reached)  # and share out anew
        self._is_leaving = not self.shares and is_free and self.may_share and self._is_worth_it()
        self._leave()
        if self.shares and not self._is_settling and not self.team.is_gone:
            self._ask()

    def settle(self) -> bool:
        """Return whether everything stands here, at one epoch and whole, so that a command may be carried out."""
        if not self.shares:
            return True
        self._is_settling = True
        self._look_after()
        if self._news or self._n_out:
            if not self._news:
                wait([asked.future for share in self.shares for asked in share.asked], SETTLE_S)
            return False
        if not self.is_whole:
            self._ask_all(Round("", self._granted, self._granted, self.n_epochs, (), (), True))
            return False
        self._is_settling, self._moment = False, None
        return True

    def fall_back(self) -> None:
        """Stand at the last whole state, if this is none: what came later is lost. Called to put the study away at its end."""
        if self.is_whole:
            return
        self._back_to_whole()
        while len(self.history.epochs) > 1 and self.history.epochs[-1] > self._whole_at:
            self.history.drop_last()
        self._stand_here(self._whole_at)

    # --- sharing out ---

    def _is_worth_it(self) -> bool:
        """Return whether enough is left to train, and there are places for it, which are called where they are not there."""
        left = 1 - self.trainer.n_epochs_done / self.n_epochs
        n_members = len(self.plan.parts[self.part])
        if n_members < 2 * FEWEST or left * self.plan.work.seconds / self.plan.n_stacks < WORTH_S:
            return False
        if (team := next((team for team in self.teams if not team.is_gone), None)) is None:
            self.team.call()  # it is looked for, once more
            return False
        if team is not self.team:
            self.team, self._called_at = team, None
        self.team.call()
        ready = len(self.team.ready())
        if ready and self._called_at is None:
            self._called_at = self.clock()
        is_late = self._called_at is not None and self.clock() > self._called_at + GATHER_S
        return ready > min(1, self.team.n_places - 1) and (ready == self.team.n_places or is_late)

    def _are_more_there(self) -> bool:
        """Return whether more places are ready than have a piece."""
        most = len(self.plan.parts[self.part]) // FEWEST
        return self._granted < self.n_epochs and min(len(self.team.ready()), most) > len(self.shares)

    def _leave(self) -> None:
        """Share out where that is wanted, as soon as an epoch is over."""
        is_between = self.trainer.n_batches_done == 0 and self.trainer.n_epochs_done >= self._reached
        if self._is_leaving and is_between and not self.is_stack_done:
            self._is_leaving = False
            self._share_out()

    def _share_out(self) -> None:
        part = self.plan.parts[self.part]
        places = self.team.ready()
        pieces = np.array_split(np.arange(len(part)), max(1, min(len(places), len(part) // FEWEST)))
        name = secrets.token_hex(8)
        self.shares = [
            Share(piece, f"{name}.{i}", place) for i, (piece, place) in enumerate(zip(pieces, places, strict=False))
        ]
        self._whole, self._whole_at = state_of(self), self.trainer.n_epochs_done
        self._granted, self.is_whole, self._moment = self._whole_at, True, None
        self._whole_since = self._answered_at = self.clock()
        self._epoch_s = self._epoch_s or self.plan.work.epoch_s / len(self.shares)

    def _piece(self, share: Share) -> Piece:
        return Piece.of(self.plan, self.plan.parts[self.part][share.members])

    # --- asking ---

    @property
    def _n_out(self) -> int:
        """Return how many rounds have not come back from everybody."""
        return max((len(share.asked) + len(share.answers) for share in self.shares), default=0)

    def _ask(self) -> None:
        """Keep everybody busy, but not further ahead than a hand would like."""
        while self._granted < self.n_epochs and self._n_out < N_OUT and not any(share.is_lost for share in self.shares):
            n_epochs = max(1, int(ROUND_S / self._epoch_s)) if self._epoch_s > 0 else 1
            last = min(self._granted + n_epochs, self.n_epochs)
            moments, last = self._moments_until(last)
            looks = moments if last in moments else [*moments, last]
            due = [e for e in range(self._granted + 1, last + 1) if self._is_due(e)]
            records = sorted({*due, *moments})
            is_small = self.trainer.stack.parameters.nbytes < SMALL_BYTES
            is_whole = is_small or last == self.n_epochs or self.clock() > self._whole_since + WHOLE_S
            self._ask_all(Round("", self._granted, last, self.n_epochs, tuple(records), tuple(looks), is_whole))

    def _moments_until(self, last: int) -> tuple[list[int], int]:
        """Return the epochs of a round that are moments, and its last; it is shorter where they are many."""
        moments: list[int] = []
        most = max(1, LOOK_BYTES // self.trainer.stack.parameters.nbytes)
        while (epoch := max(self.next_moment(self._moment), self._granted + 1)) <= last:
            moments.append(int(epoch))
            self._moment = int(epoch)
            if len(moments) == most:
                return moments, moments[-1]
        return moments, last

    def _ask_all(self, asked: Round) -> None:
        """Ask everybody for the same; whoever begins gets his piece, and where all stand whole, their strengths of now."""
        self._granted, asked = asked.last, replace(asked, is_compiled=is_on())
        if asked.is_whole:
            self._whole_since = self.clock()
        is_start = self.is_whole and self._whole_at == asked.first
        strengths = {name: self.trainer.members[name].numpy().copy() for name in LIVE_FIELDS} if is_start else {}
        self._whole = {**self._whole, **strengths}
        for share in self.shares:
            self._send(share, replace(asked, key=share.key, strengths=rows_of(strengths, share.members)))

    def _send(self, share: Share, asked: Round, is_again: bool = False) -> None:
        future = self.team.submit(share.place, asked.to_bytes())
        share.asked.append(Asked(asked, future, self.clock(), is_again))

    # --- answers ---

    def _look_after(self) -> None:
        """Take the answers that have come, replace who is lost, and put together what all have answered."""
        for share in self.shares:
            self._hear(share)
            if share.is_lost and not self.team.is_gone:
                self._begin_again(share)
        while self.shares and all(share.answers for share in self.shares):
            together = [share.answers.popleft() for share in self.shares]
            self._put_together(together[0][0], [answer for _, answer in together])

    def _hear(self, share: Share) -> None:
        """Take the answers of one place, in their order."""
        while share.asked and not share.is_lost:
            asked = share.asked[0]
            if not asked.future.done():
                n_epochs = max(1, asked.round.last - asked.round.first)
                if self.clock() > asked.since + max(LATE_S, LATE_TIMES * self._epoch_s * n_epochs):
                    self._lose(share, say("did not answer"))
                return
            if asked.future.cancelled() or (error := asked.future.exception()) is not None:
                self._lose(share, say("ended unexpectedly"), None if asked.future.cancelled() else error)
                return
            answer = Answer.from_bytes(asked.future.result())
            if not answer.is_known:
                share.is_lost = True  # he has no piece yet, or had to make room for others
                return
            share.asked.popleft()
            if share.asked:
                share.asked[0].since = self.clock()
            if not asked.is_again:
                share.answers.append((asked.round, answer))

    def _lose(self, share: Share, how: str, error: BaseException | None = None) -> None:
        """Note that a place is lost; raises LostPiece where it was not the first for this piece."""
        asked_at = share.asked[0].since
        share.is_lost, share.n_lost = True, share.n_lost + 1
        if isinstance(error, (ValueError, TypeError, KeyError)):  # not the place, but the work is at fault
            raise error
        if share.n_lost >= MOST_LOST:
            raise LostPiece(
                say(
                    "A part of this study ended {n} {several} one after another, or did not answer: it is not tried again. "
                    "Choose fewer units or networks. What was found so far stays.",
                    n=share.n_lost, several=self.team.several,
                )
            )  # fmt: skip
        self.team.restart(share.place, asked_at)
        self.said = say(
            "One {one} {how}: its part of the networks began again from epoch {epoch:,}. The numbers are the same.",
            one=self.team.one, how=how, epoch=self._whole_at,
        )  # fmt: skip

    def _begin_again(self, share: Share) -> None:
        """Give a lost piece to a place that is ready, with its last whole state, and everything that it was asked since."""
        ready = self.team.ready()
        if not ready:
            return
        if share.place not in ready:
            taken = [other.place for other in self.shares if other is not share]
            share.place = min(ready, key=taken.count)
        again = [asked.round for asked in share.asked if not asked.is_again]
        share.asked.clear()
        share.is_lost = False
        first = again[0].first if again else self._granted
        state = rows_of(self._whole, share.members)
        if first > self._whole_at:  # back to where the others are; what is recorded on the way is known already
            known = [e for e in range(self._whole_at + 1, first + 1) if e in set(self.history.epochs) or is_judged(e)]
            back = Round(
                share.key,
                self._whole_at,
                first,
                self.n_epochs,
                tuple(known),
                (),
                False,
                is_on(),
                self._piece(share),
                state,
            )
            self._send(share, back, is_again=True)
        for i, asked in enumerate(again):
            is_first = i == 0 and first <= self._whole_at
            self._send(share, replace(asked, piece=self._piece(share), state=state) if is_first else asked)

    def _put_together(self, asked: Round, answers: Sequence[Answer]) -> None:
        """Make of what all have answered the news of each epoch that is looked at."""
        if asked.last > asked.first:
            now, n = self.clock(), asked.last - asked.first
            measured = (now - self._answered_at) / n
            self._epoch_s = measured if self._epoch_s == 0 else 0.5 * (self._epoch_s + measured)
            self._answered_at = now
        order = np.argsort(np.concatenate([share.members for share in self.shares]))
        members = [share.members for share in self.shares]
        whole = joined(members, [answer.state for answer in answers]) if asked.is_whole else {}
        records = [
            (
                int(epoch),
                {name: np.concatenate([a.records[name][i] for a in answers])[order] for name in answers[0].records},
            )
            for i, epoch in enumerate(answers[0].epochs)
        ]
        if not asked.looks:
            self._take(News(asked.last, [], None, None, whole))
            return
        before = asked.first
        for k, epoch in enumerate(asked.looks):
            own = [(e, record) for e, record in records if before < e <= epoch]
            parameters = np.concatenate([answer.parameters[k] for answer in answers])[order]
            is_diverged = np.concatenate([answer.is_diverged[k] for answer in answers])[order]
            self._news.append(News(epoch, own, parameters, is_diverged, whole if epoch == asked.last else {}))
            before = epoch

    # --- going on here ---

    def _back_to_whole(self) -> None:
        trainer = self.trainer
        trainer.n_epochs_done = self._whole_at  # the order of its batches stands there, too
        go_to(self, self._whole, self._whole_at)

    def _go_on_here(self) -> None:
        """Train here again; from the last whole state, where this is none."""
        if self.team.is_gone:
            self.said = say(
                "The {several} are gone: the study goes on here, on the server itself, from epoch {epoch:,}. "
                "The numbers are the same.",
                several=self.team.several, epoch=self._whole_at,
            )  # fmt: skip
        if not self.is_whole:
            self._back_to_whole()
        self._stand_here(self._reached)


def make_ready() -> None:
    """Make a process ready for rounds: one thread, and what is loaded by now stays for good and is no garbage."""
    use_one_thread()
    gc.freeze()


@cache
def the_teams() -> tuple[Team, ...]:
    """Return those who train pieces of this server's studies: a cluster where one is told, and processes of its own where it is to
    have some."""
    n_workers, address = count_workers(), cluster_address()
    cluster = (ClusterTeam(address, make_ready, answer_round),) if address else ()
    return (*cluster, LocalTeam(n_workers, make_ready, answer_round)) if n_workers else cluster


def live_training(plan: Plan) -> Training:
    """Return the training of a live study: side by side where there is a team and the plan can be cut, else here."""
    is_here = plan.is_warm or studies_device() != "cpu"
    teams = () if is_here else the_teams()
    return SideBySide(plan, teams) if teams else Training(plan)
